"""What a service counts and measures, told in the Prometheus text format. Knows neither HTTP nor scrapers."""

from collections.abc import Callable
from dataclasses import dataclass, field

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0)
Labels = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Histogram:
    """Durations in seconds by upper bound, not yet added up."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    total: float = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        place = next((i for i, bound in enumerate(BUCKETS) if seconds <= bound), len(BUCKETS))
        self.counts[place] += 1
        self.total += seconds


class Meters:
    """Counters, gauges that are read when asked for, and histograms of durations."""

    def __init__(self) -> None:
        self._counters: dict[str, dict[Labels, float]] = {}
        self._gauges: dict[str, tuple[Labels, Callable[[], float]]] = {}
        self._histograms: dict[str, dict[Labels, Histogram]] = {}

    def count(self, name: str, **labels: str) -> None:
        """Add one to a counter; *name* ends in `_total`."""
        family = self._counters.setdefault(name, {})
        key = tuple(sorted(labels.items()))
        family[key] = family.get(key, 0.0) + 1

    def gauge(self, name: str, read: Callable[[], float], **labels: str) -> None:
        """Let *read* be asked for the gauge's value at every scrape."""
        self._gauges[name] = (tuple(sorted(labels.items())), read)

    def counter(self, name: str, read: Callable[[], float]) -> None:
        """Let *read* be asked for a counter that is kept elsewhere (CPU seconds, say)."""
        self.gauge(name, read)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Count one duration in a histogram; *name* ends in `_seconds`."""
        family = self._histograms.setdefault(name, {})
        family.setdefault(tuple(sorted(labels.items())), Histogram()).observe(seconds)

    def text(self) -> str:
        """Return everything in the Prometheus text format, version 0.0.4."""
        lines: list[str] = []
        for name, values in self._counters.items():
            lines.append(f"# TYPE {name} counter")
            lines += [f"{name}{_braces(labels)} {value:g}" for labels, value in values.items()]
        for name, (labels, read) in self._gauges.items():
            lines.append(f"# TYPE {name} {'counter' if name.endswith('_total') else 'gauge'}")
            lines.append(f"{name}{_braces(labels)} {read():.10g}")
        for name, family in self._histograms.items():
            lines.append(f"# TYPE {name} histogram")
            for labels, histogram in family.items():
                lines += _buckets(name, labels, histogram)
        return "\n".join(lines) + "\n"


def _buckets(name: str, labels: Labels, histogram: Histogram) -> list[str]:
    lines, seen = [], 0
    for bound, count in zip((*map(str, BUCKETS), "+Inf"), histogram.counts, strict=True):
        seen += count
        lines.append(f"{name}_bucket{_braces((*labels, ('le', bound)))} {seen}")
    lines.append(f"{name}_sum{_braces(labels)} {histogram.total:.9g}")
    lines.append(f"{name}_count{_braces(labels)} {seen}")
    return lines


def _braces(labels: Labels) -> str:
    quoted = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels)
    return f"{{{quoted}}}" if quoted else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
