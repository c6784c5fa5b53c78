"""One series, parted around the onset: the baseline, the points before and those since. It judges nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from tools.anomaly_kinds import (
    MetricKind,
    counts_requests,
    higher_is_better,
    is_share,
    kind_of,
    tells_events,
    unit_of,
)
from tools.anomaly_normal import Nature, Values, finite
from tools.telemetry import Series, Window

LATE = timedelta(minutes=2)  # alerts fire late: so long before the onset is neither normal nor trouble


@dataclass(frozen=True, slots=True)
class Course:
    """One series, parted: the baseline, the points before the border and those since; *whole* minus what was told.

    Shares of what went well are turned into shares of what went wrong (*whole* 1 or 100), so that a level of
    100 % does not hide the first per cent lost. *unity* is all requests in the unit of a share: 1 or 100.
    """

    service: str
    metric: str
    kind: MetricKind
    nature: Nature
    baseline: Values
    before: Values
    times: Values
    since: Values
    whole: float | None
    unity: float = 1.0

    def told(self, value: float) -> float:
        """Return *value* as the metric tells it."""
        return value if self.whole is None else self.whole - value


def course_of(
    series: Series, baseline: Sequence[tuple[float, float]], onset: datetime, window: Window
) -> Course:
    """Return *series* parted at *onset*, within *window*."""
    times, values = arrays(series.points, window)
    border = _border(times, onset)
    usual = finite([value for at, value in baseline if not border < at <= window.end.timestamp()])
    kind = kind_of(series.metric)
    everything = np.concatenate((usual, values))
    highest, lowest = float(everything.max(initial=0.0)), float(everything.min(initial=0.0))
    unity = 100.0 if highest > 1.5 or "%" in series.metric or unit_of(series.metric) == "%" else 1.0
    whole = None
    if kind == "error" and higher_is_better(series.metric) and lowest >= 0 and highest <= 100:
        whole = unity
        values, usual = whole - values, whole - usual
    nature: Nature = "level"
    if kind == "error" and tells_events(series.metric):
        nature = "event"
    elif kind == "error" and (
        whole is not None or (is_share(series.metric) and lowest >= 0 and highest <= 100)
    ):
        nature = "share"
    elif kind in {"error", "traffic", "saturation"} and bool(np.all(everything == np.floor(everything))):
        nature = "count"
    since = times > border
    return Course(
        service=series.service,
        metric=series.metric,
        kind=kind,
        nature=nature,
        baseline=usual,
        before=values[~since],
        times=times[since],
        since=values[since],
        whole=whole,
        unity=unity,
    )


def _border(times: Values, onset: datetime) -> float:
    """Return the time after which points may tell of the trouble: early enough for late alerts, coarse points."""
    at = onset.timestamp()
    early = at - max(LATE.total_seconds(), step(times))
    return early if bool(np.any(times <= early)) else min(at, float(times.min(initial=at)))


def requests(series: Sequence[Series]) -> dict[str, dict[float, float]]:
    """Return how many requests each service had by time, from the metric that counts the most."""
    found: dict[str, dict[float, float]] = defaultdict(dict)
    for each in series:
        if counts_requests(each.metric):
            for time, value in each.points:
                found[each.service][time] = max(value, found[each.service].get(time, 0.0))
    return found


def requests_of(course: Course, counted: Mapping[str, Mapping[float, float]]) -> float | None:
    """Return how many requests the service usually had at a point since the onset, None when nothing counts them."""
    by_time = counted.get(course.service, {})
    told = [by_time[time] for time in course.times if time in by_time]
    return float(np.median(told)) if told else None


def arrays(points: Sequence[tuple[float, float]], window: Window) -> tuple[Values, Values]:
    """Return the times and the values of *points* within *window*."""
    start, end = window.start.timestamp(), window.end.timestamp()
    kept = [(time, value) for time, value in points if start <= time <= end and np.isfinite(value)]
    array = np.array(kept, dtype=np.float64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def step(times: Values) -> float:
    """Return the usual distance between two points, in seconds; 0 when there is none."""
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0
