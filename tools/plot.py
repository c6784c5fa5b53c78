"""Draw the course of a few metrics as one small PNG that reads on a light and on a dark page.

Drawn on a ground of its own, so that the page's colour does not matter; the onset and the first deviation are told
by words and by form, not by colour alone. Texts are taken as they are (no markup), cut to fit. One drawing at a
time, so that memory stays bounded. It knows no case, no page and not where the numbers come from.
"""

import io
import math
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tools.wording import clock, quantity, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PANELS = 3
MOST_POINTS = 400
LEAST_POINTS = 4
_WIDE, _HIGH, _DPI = 5.6, 1.6, 150  # inches; a panel's height
_TITLE = 52  # characters that stand above a panel, as wide as they mostly are
_GROUND, _INK, _FAINT, _GRID = "#f3f4f6", "#1f2937", "#6b7280", "#d5d9df"
_LINE, _ONSET, _FIRST = "#1d4ed8", "#374151", "#b91c1c"
_BYTES = (("GiB", 2.0**30), ("MiB", 2.0**20), ("KiB", 2.0**10))
_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class Panel:
    """One metric: (Unix seconds, value) pairs, oldest first; *normal* is its usual value, *first* its deviation."""

    service: str
    metric: str
    unit: str
    points: tuple[tuple[float, float], ...]
    normal: float | None = None
    first: datetime | None = None

    @property
    def title(self) -> str:
        """What is drawn, with its unit, as far as it fits above the panel."""
        service, unit = short(self.service, 24), f" ({short(self.unit, 8)})" if self.unit else ""
        return f"{service} · {short(self.metric, _TITLE - len(service) - len(unit) - 3)}{unit}"


def png(panels: Sequence[Panel], onset: datetime) -> bytes:
    """Return the picture of at most MOST_PANELS panels; empty when none has enough points to be drawn.

    Takes some tenths of a second of one thread; the first call loads the library as well.
    """
    drawn = [panel for panel in map(_sound, panels) if len(panel.points) >= LEAST_POINTS][:MOST_PANELS]
    if not drawn:
        return b""
    with _turn, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a sign that the font lacks is drawn as a box
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 — a second to load
        from matplotlib.figure import Figure  # noqa: PLC0415 — same

        figure = Figure(
            figsize=(_WIDE, _HIGH * len(drawn) + 0.25), dpi=_DPI, facecolor=_GROUND, layout="constrained"
        )
        FigureCanvasAgg(figure)
        start = min(panel.points[0][0] for panel in drawn)
        end = max(panel.points[-1][0] for panel in drawn)
        for number, panel in enumerate(drawn, 1):
            axes = figure.add_subplot(len(drawn), 1, number)
            _draw(axes, panel, onset)
            _times(axes, start, end, told=number == len(drawn))
        made = io.BytesIO()
        figure.savefig(made, format="png", facecolor=_GROUND)
        return made.getvalue()


def _sound(panel: Panel) -> Panel:
    """Return *panel* with the points that can be drawn, the newest MOST_POINTS of them."""
    points = tuple(
        (at, value)
        for at, value in panel.points
        if math.isfinite(at) and math.isfinite(value) and abs(value) < 1e200 and 0 <= at < 4e9
    )
    whole = replace(panel, points=points[-MOST_POINTS:])
    return _scaled(whole) if panel.unit == "bytes" and points else whole


def _scaled(panel: Panel) -> Panel:
    """Return bytes in the unit that their largest value is told in, so that the axis has round numbers."""
    most = max(abs(value) for _, value in panel.points)
    unit, size = next(((name, size) for name, size in _BYTES if most >= size), ("bytes", 1.0))
    points = tuple((at, value / size) for at, value in panel.points)
    return replace(
        panel, unit=unit, points=points, normal=None if panel.normal is None else panel.normal / size
    )


def _draw(axes: "Axes", panel: Panel, onset: datetime) -> None:
    times, values = zip(*panel.points, strict=True)
    axes.set_facecolor(_GROUND)
    axes.plot(times, values, color=_LINE, linewidth=1.6, solid_joinstyle="round")
    axes.set_title(panel.title, loc="left", fontsize=10, color=_INK, fontweight="bold", parse_math=False)
    low, high = min(values), max(values)
    room = (high - low) or abs(high) or 1.0
    axes.set_ylim(low - 0.08 * room, high + 0.3 * room)
    top = high + 0.27 * room
    if panel.normal is not None and low <= panel.normal <= high:
        axes.axhline(panel.normal, color=_FAINT, linewidth=0.9, linestyle=":")
    _mark(axes, onset, top, "onset", _ONSET, (times[0], times[-1]))
    if panel.first is not None:
        at = panel.first.timestamp()
        near = min(panel.points, key=lambda point: abs(point[0] - at))
        axes.plot([near[0]], [near[1]], marker="o", markersize=7, markerfacecolor="none", markeredgewidth=1.8,
                  color=_FIRST)  # fmt: skip
        share = (near[0] - times[0]) / ((times[-1] - times[0]) or 1.0)
        left = share > 0.8 or (
            share > 0.2 and panel.first <= onset
        )  # away from the onset's line and its name
        axes.annotate(
            f"first {clock(panel.first)}", near, xytext=(-8, 5) if left else (8, -16), textcoords="offset points",
            fontsize=9, color=_FIRST, ha="right" if left else "left", parse_math=False,
        )  # fmt: skip
    axes.yaxis.set_major_formatter(lambda value, _: quantity(value, panel.unit))
    axes.locator_params(axis="y", nbins=4)
    axes.grid(visible=True, color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=9, colors=_INK, length=2)
    for side in axes.spines.values():
        side.set_visible(False)


def _mark(axes: "Axes", at: datetime, top: float, label: str, colour: str, span: tuple[float, float]) -> None:
    """Draw a broken line at a time, with its name on the side where there is room."""
    x = at.timestamp()
    if not span[0] <= x <= span[1]:
        return
    left = x > span[0] + 0.8 * (span[1] - span[0])
    axes.axvline(x, color=colour, linewidth=1.2, linestyle="--")
    axes.annotate(
        f"{label} {clock(at)}", (x, top), xytext=(-4 if left else 4, 0), textcoords="offset points", fontsize=9,
        color=colour, ha="right" if left else "left", va="top", parse_math=False,
    )  # fmt: skip


def _times(axes: "Axes", start: float, end: float, *, told: bool) -> None:
    """Give all panels the same span; the last one tells the times."""
    steps = (10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 21600)
    step = next((each for each in steps if (end - start) / each <= 6), 86_400)
    form = "%H:%M:%S" if step < 60 else "%H:%M"
    ticks = range(math.ceil(start / step) * step, math.floor(end) + 1, step)
    axes.set_xlim(start, end if end > start else start + 60)
    axes.set_xticks(list(ticks))
    axes.xaxis.set_major_formatter(lambda at, _: datetime.fromtimestamp(at, UTC).strftime(form))
    axes.tick_params(labelbottom=told)
    if told:
        day = datetime.fromtimestamp(start, UTC)
        axes.set_xlabel(f"{day:%Y-%m-%d} UTC", fontsize=9, color=_FAINT, loc="right")
