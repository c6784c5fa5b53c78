"""Which metrics left their normal range around the onset, how far, which way and when first.

Normal is told twice, by the baseline and by the time before the onset, and only what lies outside of both counts:
a level that was there before the trouble is not the trouble. The scale is robust (inter-quartile range). A share of
requests (availability, error rate) is weighed by how many requests there were. `changes` is pure. It knows no
service map: a change is not yet a cause.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tools.anomaly_kinds import MetricKind, counts_requests, higher_is_better, kind_of, unit_of
from tools.telemetry import Series, Window

Values = NDArray[np.float64]
LATE = timedelta(minutes=2)  # alerts fire late: so long before the onset is neither normal nor trouble
LEAST = 3.0  # spreads outside of the normal range from which a point deviates
_ENOUGH = 20  # points of a baseline whose extremes may be cut
_RELATIVE_FLOOR = 0.05  # of the level: a spread is never taken as smaller
_LEAST_CALM = 6  # points that tell how a series jumps when all is well
_ASSUMED_REQUESTS = 100.0
_MOST = 1_000.0  # beyond, a larger score tells nothing more


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric of one service that changed; *before*, *after* and *peak* in the metric's own *unit*.

    *before* is the median of normal operation, *after* that of the points that deviate, *peak* the farthest one.
    *score* >= 0 counts robust spreads outside of the normal range. *first* is the first deviating point.
    *requests* is how many the service had at a point, None when nothing counts them.
    """

    service: str
    metric: str
    kind: MetricKind
    direction: Literal["up", "down"]
    unit: str
    before: float
    after: float
    peak: float
    score: float
    first: datetime
    requests: float | None = None

    @property
    def worse(self) -> bool:
        """Whether the change is one that hurts: latency, errors, saturation and resources going the bad way."""
        if self.kind == "error":
            return (self.direction == "down") == higher_is_better(self.metric)
        return self.direction == "up" or self.kind in {"traffic", "other"}


def changes(
    series: Sequence[Series], baseline: Sequence[Series], *, onset: datetime, window: Window
) -> tuple[MetricChange, ...]:
    """Return what changed at *onset* within *window*, by score, the farthest first."""
    normal = {(each.service, each.metric): each.points for each in baseline}
    requests = _requests(series)
    restless = _restless(series, normal, onset, window)
    found = (
        _change(
            each, normal.get((each.service, each.metric), ()), requests.get(each.service, {}), onset, window
        )
        for each in series
    )
    told = (
        replace(each, score=round(each.score / restless.get(each.metric, 1.0), 3))
        for each in found
        if each is not None
    )
    return tuple(sorted(told, key=lambda each: (-each.score, each.service, each.metric)))


def _change(
    series: Series,
    baseline: Sequence[tuple[float, float]],
    requests: Mapping[float, float],
    onset: datetime,
    window: Window,
) -> MetricChange | None:
    times, values = _arrays(series.points, window)
    border = onset.timestamp() - max(LATE.total_seconds(), _step(times))
    since = times >= border
    normal = _usual([value for _, value in baseline], values[~since])
    if len(values) < 2 or normal is None or not since.any():
        return None
    kind = kind_of(series.metric)
    counted = [requests[time] for time in times[since] if time in requests]
    often = float(np.median(counted)) if counted else None
    distance = normal.distances(values[since], kind, often)
    deviating = np.flatnonzero(distance >= LEAST)
    if not len(deviating):
        return None
    peak = float(values[since][int(np.argmax(distance))])
    return MetricChange(
        service=series.service,
        metric=series.metric,
        kind=kind,
        direction="up" if peak > normal.high else "down",
        unit=unit_of(series.metric),
        before=normal.middle,
        after=float(np.median(values[since][deviating])),
        peak=peak,
        score=round(min(_MOST, _typical_of_worst(distance)), 3),
        first=datetime.fromtimestamp(float(times[since][deviating[0]]), UTC),
        requests=often,
    )


@dataclass(frozen=True, slots=True)
class _Normal:
    """The low and the high end of normal, its middle and its spread."""

    low: float
    high: float
    middle: float
    spread: float

    def distances(self, values: Values, kind: MetricKind, requests: float | None) -> Values:
        """Return how many spreads each value lies outside of normal."""
        spread = self.spread
        highest, lowest = max(self.high, float(values.max())), min(self.low, float(values.min()))
        if kind == "error" and lowest >= 0 and highest <= 100:
            spread = max(spread, self._chance(requests))
        elif kind == "traffic":
            spread = max(spread, math.sqrt(max(1.0, self.high)))  # what is counted varies by its root
        return np.asarray(np.maximum(values - self.high, self.low - values) / spread)

    def _chance(self, requests: float | None) -> float:
        """Return the spread that a share of failed requests has by chance at so many requests a point."""
        whole = 100.0 if max(self.middle, self.high) > 1.5 else 1.0
        often = max(1.0, _ASSUMED_REQUESTS if requests is None else requests)
        failing = min(abs(whole - self.middle), abs(self.middle)) / whole
        return whole * math.sqrt((failing * (1 - failing) + 1 / often) / often)


def _restless(
    series: Sequence[Series],
    normal: Mapping[tuple[str, str], Sequence[tuple[float, float]]],
    onset: datetime,
    window: Window,
) -> dict[str, float]:
    """Return by metric how far it jumps in normal operation, over all services: 1 or more, in spreads.

    Some metrics jump all the time at one service or another (percentiles of few requests): a jump of theirs
    tells so much less.
    """
    jumps: dict[str, list[float]] = defaultdict(list)
    for each in series:
        times, values = _arrays(each.points, window)
        before = values[times < onset.timestamp() - max(LATE.total_seconds(), _step(times))]
        known = np.array([value for _, value in normal.get((each.service, each.metric), ())])
        calm = known if len(known) >= _ENOUGH else before
        if len(calm) < _LEAST_CALM:
            continue
        middle = float(np.median(calm))
        spread = max(_iqr(calm), _RELATIVE_FLOOR * abs(middle), 1e-9 + 1e-3 * float(np.abs(calm).max()))
        farthest = np.sort(np.abs(calm - middle))[-max(1, len(calm) // 100)]
        jumps[each.metric].append(float(farthest) / spread)
    return {metric: max(1.0, float(np.percentile(each, 75.0)) / LEAST) for metric, each in jumps.items()}


def _usual(baseline: Sequence[float], before: Values) -> _Normal | None:
    """Return what is normal by baseline and by the time before; None when neither tells."""
    known = np.array([value for value in baseline if math.isfinite(value)])
    if not len(known) and not len(before):
        return None
    lows, highs, spreads = [], [], []
    if len(known):
        cut = (
            (0.5, 99.5)
            if len(known) >= 10 * _ENOUGH
            else (2.0, 98.0)
            if len(known) >= _ENOUGH
            else (0.0, 100.0)
        )
        low, high = np.percentile(known, cut)
        lows.append(low)
        highs.append(high)
        spreads.append(_iqr(known))
    if len(before):
        lows.append(before.min() if len(before) < _ENOUGH else np.percentile(before, 2.0))
        highs.append(before.max() if len(before) < _ENOUGH else np.percentile(before, 98.0))
        spreads.append(_iqr(before))
    middle = float(np.median(before if len(before) else known))
    level = max(abs(middle), abs(float(np.median(known))) if len(known) else 0.0)
    spread = max(*spreads, _RELATIVE_FLOOR * level, 1e-9 + 1e-3 * max(abs(max(highs)), abs(min(lows))))
    return _Normal(float(min(lows)), float(max(highs)), middle, float(spread))


def _typical_of_worst(distance: Values) -> float:
    """Return the mean of the worst third: one spike counts, a lasting change counts more."""
    worst = np.sort(np.maximum(distance, 0.0))[::-1]
    return float(worst[: max(1, math.ceil(len(worst) / 3))].mean())


def _requests(series: Sequence[Series]) -> dict[str, dict[float, float]]:
    """Return how many requests each service had by time, from the metric that counts the most."""
    found: dict[str, dict[float, float]] = defaultdict(dict)
    for each in series:
        if counts_requests(each.metric):
            for time, value in each.points:
                found[each.service][time] = max(value, found[each.service].get(time, 0.0))
    return found


def _arrays(points: Sequence[tuple[float, float]], window: Window) -> tuple[Values, Values]:
    start, end = window.start.timestamp(), window.end.timestamp()
    kept = [(time, value) for time, value in points if start <= time <= end and math.isfinite(value)]
    array = np.array(kept, dtype=np.float64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def _step(times: Values) -> float:
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0


def _iqr(values: Values) -> float:
    low, high = np.percentile(values, (25.0, 75.0))
    return float(high - low) / 1.349
