"""Which metrics left their normal range around the onset, how far, which way and when first.

Normal is told twice, by the baseline and by the time before the onset, and only what lies outside of both counts:
a level that was there before the trouble is not the trouble. The scale is robust (inter-quartile range). A share of
requests (availability, error rate) is weighed by how many requests there were. `changes` is pure. It knows no
service map: a change is not yet a cause.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

import numpy as np

from tools.anomaly_added import failures, waits
from tools.anomaly_course import LATE, Course, arrays, course_of, requests, requests_of, step
from tools.anomaly_kinds import MetricKind, higher_is_better, is_share, limit_of, resource_in, unit_of
from tools.anomaly_normal import ENOUGH, normal_of, restlessness, worst_third
from tools.telemetry import Series, Window

LEAST = 3.0  # spreads outside of the normal range from which a point deviates
_LEAST_CALM = 6  # points that tell how a series jumps when all is well
SILENT = "up (any metric at all)"
_SILENCE = 20.0
_PATIENCE = 5  # steps without a point
_OF_REQUESTS = 0.01  # of the requests: so many failures a second are one spread at least
_MOST = 1_000.0  # beyond, a larger score tells nothing more


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric of one service that changed; *before*, *after* and *peak* in the metric's own *unit*.

    *before* is the median of normal operation, *after* that of the points that deviate, *peak* the farthest one.
    *score* >= 0 counts robust spreads outside of the normal range. *first* is the first deviating point.
    *requests* is how many the service had at a point, None when nothing counts them; *level* is the share of its
    limit that a resource reached at its peak, None when no limit is told.
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
    level: float | None = None
    added: float | None = None

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
    usual = {(each.service, each.metric): each.points for each in baseline}
    courses = [course_of(each, usual.get((each.service, each.metric), ()), onset, window) for each in series]
    counted = requests(series)
    known = _Known(counted, waits(courses, counted), _limits(series), _restless(courses))
    found = [_change(each, known) for each in courses]
    told = [each for each in found if each is not None] + _silent(series, onset, window)
    return tuple(sorted(told, key=lambda each: (-each.score, each.service, each.metric)))


@dataclass(frozen=True, slots=True)
class _Known:
    """What all series together tell: requests and added waits by service, limits of resources, restless metrics."""

    requests: Mapping[str, Mapping[float, float]]
    waits: Mapping[str, float]
    limits: Mapping[tuple[str, str], float]
    restless: Mapping[str, float]


def _change(course: Course, known: _Known) -> MetricChange | None:
    normal = normal_of(course.baseline, course.before)
    if normal is None or not len(course.since):
        return None
    often = requests_of(course, known.requests)
    if course.kind == "error" and course.nature == "level" and often:
        normal = replace(normal, spread=max(normal.spread, _OF_REQUESTS * often))  # failures a second
    distance = normal.distances(course.since, course.nature, often, course.unity)
    deviating = np.flatnonzero(distance >= LEAST)
    if not len(deviating):
        return None
    peak = float(course.since[int(np.argmax(distance))])
    rose = (peak > normal.high) == (course.whole is None)
    return MetricChange(
        service=course.service,
        metric=course.metric,
        kind=course.kind,
        direction="up" if rose else "down",
        unit=unit_of(course.metric),
        before=course.told(normal.middle),
        after=course.told(float(np.median(course.since[deviating]))),
        peak=course.told(peak),
        score=round(min(_MOST, worst_third(distance)) / known.restless.get(course.metric, 1.0), 3),
        first=datetime.fromtimestamp(float(course.times[deviating[0]]), UTC),
        requests=often,
        level=_level(course, course.told(peak), known.limits),
        added=known.waits.get(course.service) if course.kind == "latency" else failures(course, often),
    )


def _level(course: Course, peak: float, limits: Mapping[tuple[str, str], float]) -> float | None:
    """Return the share of its limit that a resource reached, by its own unit or by the limit told beside it."""
    if course.kind != "resource":
        return None
    if is_share(course.metric):
        return peak / 100 if "%" in course.metric or peak > 1.5 else peak
    limit = limits.get((course.service, resource_in(course.metric) or ""))
    return peak / limit if limit else None


def _limits(series: Sequence[Series]) -> dict[tuple[str, str], float]:
    """Return by service and resource the limit that a metric tells."""
    found: dict[tuple[str, str], float] = {}
    for each in series:
        resource = limit_of(each.metric)
        if resource and each.points and each.points[-1][1] > 0:
            found[each.service, resource] = each.points[-1][1]
    return found


def _silent(series: Sequence[Series], onset: datetime, window: Window) -> list[MetricChange]:
    """Return as changes the services of which every metric stopped around the onset while others went on."""
    times: dict[str, set[float]] = defaultdict(set)
    for each in series:
        times[each.service].update(arrays(each.points, window)[0])
    newest = max((max(each) for each in times.values() if each), default=0.0)
    found = []
    for service, told in times.items():
        last = max(told, default=newest)
        patience = max(_PATIENCE * step(np.array(sorted(told))), LATE.total_seconds() / 2)
        if len(told) >= _LEAST_CALM and newest - last > patience and last >= onset.timestamp() - patience:
            at = datetime.fromtimestamp(last, UTC)
            found.append(MetricChange(service, SILENT, "error", "down", "", 1.0, 0.0, 0.0, _SILENCE, at))
    return found


def _restless(courses: Sequence[Course]) -> dict[str, float]:
    """Return by metric how far it jumps in normal operation, over all services: 1 or more.

    Some metrics jump all the time at one service or another (percentiles of few requests): a jump of theirs
    tells so much less.
    """
    jumps: dict[str, list[float]] = defaultdict(list)
    for course in courses:
        calm = course.baseline if len(course.baseline) >= ENOUGH else course.before
        if len(calm) >= _LEAST_CALM:
            jumps[course.metric].append(restlessness(calm))
    return {metric: max(1.0, float(np.percentile(each, 75.0)) / LEAST) for metric, each in jumps.items()}
