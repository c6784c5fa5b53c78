"""How much trouble came on top at a service: failed requests, or seconds that requests waited longer, a point.

Two services' amounts can be compared, which their metrics cannot: a callee that added 2 s of waiting is not behind
a caller's 200 s, however odd its latency looks. Waiting is told by a service's mean latency times its requests, for
all latency metrics of the service. It knows no map of services.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from tools.anomaly_course import Course, requests_of
from tools.anomaly_kinds import tells_mean, unit_of

_IN_SECONDS = {"ms": 1e-3, "µs": 1e-6}


def waits(courses: Iterable[Course], requests: Mapping[str, Mapping[float, float]]) -> dict[str, float]:
    """Return by service the seconds of waiting that came on top, where a mean latency and requests tell them."""
    found: dict[str, float] = defaultdict(float)
    for each in courses:
        often = requests_of(each, requests)
        if each.kind == "latency" and often and tells_mean(each.metric):
            seconds = _rise(each) * _IN_SECONDS.get(unit_of(each.metric), 1.0)
            found[each.service] = max(found[each.service], seconds * often)
    return dict(found)


def failures(course: Course, often: float | None) -> float | None:
    """Return the failed requests that came on top, None when neither the metric nor a count of requests tells."""
    if course.kind != "error" or course.nature == "event":
        return None
    if course.nature != "share":
        return _rise(course)
    return _rise(course) / course.unity * often if often else None


def _rise(course: Course) -> float:
    """Return by how much the mean since the onset lies above what was usual just before, else in the baseline."""
    usual = course.before if len(course.before) else course.baseline
    if not len(usual) or not len(course.since):
        return 0.0
    return max(0.0, float(course.since.mean()) - float(np.median(usual)))
