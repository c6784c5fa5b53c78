"""The tool `query_metrics`: which metrics changed around the onset, or one service's or metric's course.

Without arguments: one summary, then one observation a service with its strongest changes (tools/anomaly.py). Facts:

- summary: ``changes``, a list of {service, metric, kind, direction, worse, unit, before, after, peak, score, first,
  requests, added, level}, the farthest first; ``series``, how many were looked at.
- each service: ``change``, the same object of its strongest change; of the first services also ``course``, the
  points to draw: {points: [[Unix seconds, value], …]}.

With `service` or `metric`: one observation a series, with facts {before, after, peak}. It knows no source by name.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from statistics import median

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from tools.anomaly import MetricChange, changes
from tools.anomaly_kinds import unit_of
from tools.lane import in_lane
from tools.sources import MetricSource
from tools.telemetry import Series, Window
from tools.tool import PLAIN_NAME, Findings, Observation, Scope, Status, ToolCall
from tools.widening import look_around
from tools.wording import clock, factor, quantity

MAX_SERVICES_TOLD = 12
MAX_CHANGES_KEPT = 250
MAX_SERIES_TOLD = 24
_A_SERVICE = 3  # changes told of one service in one line
MAX_COURSES = 6  # services whose course is kept, to be drawn
COURSE_POINTS = 90


class QueryMetricsArguments(BaseModel):
    """Which series; none at all asks for what changed."""

    model_config = ConfigDict(extra="forbid")

    service: str | None = Field(
        default=None, max_length=200, pattern=PLAIN_NAME, description="only series of this service"
    )
    metric: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^[\w:.\-/ %]*$",  # a name or a part of one, never a query
        description="only metrics with this in their name",
    )


class QueryMetrics:
    """Looks at metrics around the onset."""

    name = "query_metrics"
    description = (
        "Which metrics left their normal range around the onset, how far, which way and when first. With `service` "
        "or `metric`: the course of those series (before, after, peak)."
    )
    arguments: type[BaseModel] = QueryMetricsArguments

    def __init__(self, sources: Sequence[MetricSource]) -> None:
        """Look in all of *sources* at once; their series are read as one set."""
        self._sources = tuple(sources)

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        """Look once. Raises `Unavailable` when no source can be read."""
        assert isinstance(arguments, QueryMetricsArguments)
        call = ToolCall(self.name, arguments.model_dump(exclude_none=True))
        around = await look_around(
            self._sources,
            scope,
            lambda source, window: source.series(window, service=arguments.service, metric=arguments.metric),
            lambda source, window: source.baseline(window),
            what="metrics",
        )
        window, read = around.window, around.read
        series = [each for _, found in read for each in found]
        said = (f"{len(series)} series {_between(window)}", *around.problems, *around.remarks)
        if not series:
            return Findings(call, Status.NOTHING, (), "; ".join(said), 0.0, around.problems, around.remarks)
        source = max(read, key=lambda each: len(each[1]))[0]
        found = await in_lane(changes, series, around.normal, onset=scope.onset, window=window)
        if arguments.service or arguments.metric:
            seen = _courses(series, found, source, window, scope)
        else:
            seen = _told(found, series, source, window, scope)
        return Findings(call, Status.FOUND, seen, "; ".join(said), 0.0, around.problems, around.remarks)


def _told(
    found: Sequence[MetricChange],
    series: Sequence[Series],
    source: MetricSource,
    window: Window,
    scope: Scope,
) -> tuple[Observation, ...]:
    by_service: dict[str, list[MetricChange]] = {}
    for change in sorted(found, key=lambda each: (not each.worse, -each.score)):
        by_service.setdefault(change.service, []).append(change)
    rows: list[JsonValue] = [_row(each) for each in found[:MAX_CHANGES_KEPT]]
    summary = Observation(
        kind="metric",
        text=f"Metrics {_between(window)}: {len(found)} of {len(series)} series of {len(by_service)} services left "
        f"their normal range around the onset at {clock(scope.onset)} UTC.",
        source=source.name,
        query=source.query(None, None),
        link=source.link(window),
        facts={"changes": rows, "series": len(series)},
    )
    services = sorted(by_service.values(), key=lambda each: -each[0].score)[:MAX_SERVICES_TOLD]
    courses = {(each.service, each.metric): each.points for each in series}
    drawn = {
        (change.service, change.metric): courses.get((change.service, change.metric), ())
        for change in (each[0] for each in services[:MAX_COURSES])
    }
    return (summary, *(_of_service(each, source, window, drawn) for each in services))


_Courses = Mapping[tuple[str, str], Sequence[tuple[float, float]]]


def _of_service(
    found: Sequence[MetricChange], source: MetricSource, window: Window, drawn: _Courses
) -> Observation:
    first = found[0]
    points = _thinned(drawn.get((first.service, first.metric), ()), first.before)
    course: dict[str, JsonValue] = {"course": {"points": points}} if points else {}
    return Observation(
        kind="metric",
        text=f"{first.service}: " + "; ".join(in_words(each) for each in found[:_A_SERVICE]),
        source=source.name,
        at=first.first,
        service=first.service,
        query=source.query(first.service, first.metric),
        link=source.link(window, first.service, first.metric),
        facts={"change": _row(first), **course},
    )


def _thinned(points: Sequence[tuple[float, float]], usual: float) -> list[JsonValue]:
    """Return at most COURSE_POINTS of *points*: of each stretch of time the one farthest from the *usual* value."""
    each = max(1, -(-len(points) // COURSE_POINTS))
    stretches = [points[start : start + each] for start in range(0, len(points), each)]
    kept = [max(stretch, key=lambda point: abs(point[1] - usual)) for stretch in stretches]
    return [[round(at), float(f"{value:.5g}")] for at, value in kept]


def in_words(change: MetricChange) -> str:
    """Return a change as ``latency_p95 0.12 s → 4.8 s (×40), 6 s at the most, first at 10:02:15``."""
    before, after, peak = (quantity(each, change.unit) for each in (change.before, change.after, change.peak))
    times = factor(change.before, change.after)
    extreme = f", {peak} at the {'most' if change.peak > change.before else 'least'}" if peak != after else ""
    return (
        f"{change.metric} {before} → {after}{f' ({times})' if times else ''}{extreme}, "
        f"first at {clock(change.first)}"
    )


def _row(change: MetricChange) -> dict[str, JsonValue]:
    return {
        "service": change.service,
        "metric": change.metric,
        "kind": change.kind,
        "direction": change.direction,
        "worse": change.worse,
        "unit": change.unit,
        "before": change.before,
        "after": change.after,
        "peak": change.peak,
        "score": change.score,
        "first": change.first.isoformat(),
        "requests": change.requests,
        "added": None if change.added is None else round(change.added, 4),
        "level": None if change.level is None else round(change.level, 4),
    }


def _courses(
    series: Sequence[Series],
    found: Sequence[MetricChange],
    source: MetricSource,
    window: Window,
    scope: Scope,
) -> tuple[Observation, ...]:
    changed = {(each.service, each.metric): each for each in found}
    ordered = sorted(
        series,
        key=lambda each: (
            -(changed[each.service, each.metric].score if (each.service, each.metric) in changed else 0)
        ),
    )
    return tuple(
        _course(each, changed.get((each.service, each.metric)), source, window, scope)
        for each in ordered[:MAX_SERIES_TOLD]
    )


def _course(
    series: Series, change: MetricChange | None, source: MetricSource, window: Window, scope: Scope
) -> Observation:
    onset, unit = scope.onset.timestamp(), unit_of(series.metric)
    before = [value for at, value in series.points if at < onset]
    after = [(value, at) for at, value in series.points if at >= onset]
    high = max(after, default=None)
    parts = [f"before {quantity(median(before), unit)}" if before else "nothing before the onset"]
    if high:
        lowest = min(after)
        parts.append(f"after {quantity(median(value for value, _ in after), unit)}")
        parts.append(f"highest {quantity(high[0], unit)} at {clock(datetime.fromtimestamp(high[1], UTC))}")
        parts.append(f"lowest {quantity(lowest[0], unit)}")
    if change:
        parts.append(f"left its normal range first at {clock(change.first)}")
    else:
        parts.append("stayed within its normal range")
    return Observation(
        kind="metric",
        text=f"{series.service}: {series.metric} {', '.join(parts)}",
        source=source.name,
        at=change.first if change else None,
        service=series.service,
        query=source.query(series.service, series.metric),
        link=source.link(window, series.service, series.metric),
        facts={
            "before": median(before) if before else None,
            "after": median(value for value, _ in after) if after else None,
            "peak": high[0] if high else None,
        },
    )


def _between(window: Window) -> str:
    return f"{window.start:%Y-%m-%d} {clock(window.start)} to {clock(window.end)} UTC"
