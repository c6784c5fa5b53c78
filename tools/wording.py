"""Numbers and times as an on-call engineer says them. Pure; it knows no telemetry."""

import math
from datetime import UTC, datetime

_STEPS = (("G", 1e9), ("M", 1e6), ("k", 1e3))
_BYTES = (("GiB", 2.0**30), ("MiB", 2.0**20), ("KiB", 2.0**10))


def clock(at: datetime) -> str:
    """Return a time of day in UTC, ``10:02:15``."""
    return at.astimezone(UTC).strftime("%H:%M:%S")


def quantity(value: float, unit: str = "") -> str:
    """Return *value* to three figures with its *unit*: ``120 ms``, ``96.9 %``, ``512 MiB``, ``12.3k``."""
    if unit == "bytes":
        for name, size in _BYTES:
            if abs(value) >= size:
                return f"{_figures(value / size)} {name}"
        return f"{_figures(value)} bytes"
    if unit == "s" and 0 < abs(value) < 1:
        return f"{_figures(value * 1e3)} ms" if abs(value) >= 1e-3 else f"{_figures(value * 1e6)} µs"
    for name, size in _STEPS:
        if abs(value) >= 10 * size:
            return f"{_figures(value / size)}{name}{' ' + unit if unit else ''}"
    return f"{_figures(value)}{' ' + unit if unit else ''}"


def factor(before: float, after: float) -> str:
    """Return how many times it changed, ``×40``, or an empty text where a factor says nothing."""
    if before <= 0 or after <= 0 or not math.isfinite(after / before):
        return ""
    times = after / before
    if times >= 1.5:
        return f"×{_figures(times)}"
    return f"÷{_figures(1 / times)}" if times <= 1 / 1.5 else ""


def share(part: float) -> str:
    """Return a share 0..1 in per cent, ``79 %``."""
    return f"{part * 100:.0f} %"


def short(text: str, length: int) -> str:
    """Return *text* on one line and not longer than *length* characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: max(0, length - 1)] + "…"


def _figures(value: float) -> str:
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
