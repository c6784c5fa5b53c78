"""From clues to an order of suspects, with the direction of calls: the deepest troubled callee explains its callers.

Pure arithmetic on clues and on the map of who calls whom. It knows no telemetry and writes no sentence.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.investigation.suspects.clues import Clue

EXPLAINED = 0.35  # of a symptom's points, when a callee explains it
ENOUGH_TO_EXPLAIN = 0.6  # of the caller's points, that the callee must have itself
OUT_OF_REACH = 0.4  # of the points of a service that the alert's service does not depend on
PASSES_ON = 0.5  # of the points of what only passes on what stands behind it
SECOND_SOURCE = 0.5  # of the points of a service's further sources; the strongest counts in full
DEPTH = 3
_BALANCER = re.compile(r"(^|[^a-z0-9])(elb|alb|nlb|lb|load-?balancer|vip)([^a-z0-9]|$)", re.IGNORECASE)
_ADDRESS = re.compile(r"^\d{1,3}(\.\d{1,3}){3}\b")

Map = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A service with its points and the clues behind them, the strongest first; *explained_by* a callee or None."""

    service: str
    points: float
    clues: tuple[Clue, ...]
    explained_by: str | None = None


def weigh(clues: Sequence[Clue], calls: Map, alert_service: str) -> tuple[Weighed, ...]:
    """Return every service that has a clue, the most suspect first.

    *calls* tells by caller whom it calls.
    """
    by_service: dict[str, list[Clue]] = defaultdict(list)
    for clue in clues:
        by_service[clue.service].append(clue)
    alone = {service: _points(found, 1.0) for service, found in by_service.items()}
    behind = {service: _downstream(service, calls) for service in by_service}
    reach = _reach(alert_service, calls)
    weighed = []
    for service, found in by_service.items():
        explained = _explained_by(service, alone, behind)
        points = _points(found, EXPLAINED if explained else 1.0) * _standing(service, reach)
        ordered = tuple(sorted(found, key=lambda clue: (-clue.points, clue.evidence)))
        weighed.append(Weighed(service, points, ordered, explained))
    return tuple(sorted(weighed, key=lambda each: (-each.points, each.service)))


def map_of(pairs: Iterable[tuple[str, str]]) -> Map:
    """Return by caller whom it calls."""
    found: dict[str, set[str]] = defaultdict(set)
    for caller, callee in pairs:
        if caller and callee and caller != callee:
            found[caller].add(callee)
    return {caller: frozenset(callees) for caller, callees in found.items()}


def _points(found: Sequence[Clue], symptoms: float) -> float:
    """Add the strongest clue of each source; symptoms count by *symptoms*."""
    best: dict[str, float] = {}
    for clue in found:
        points = clue.points * (symptoms if clue.symptom else 1.0)
        best[clue.source] = max(points, best.get(clue.source, 0.0))
    ordered = sorted(best.values(), reverse=True)
    return sum(ordered[:1]) + SECOND_SOURCE * sum(ordered[1:])


def _explained_by(
    service: str, points: Mapping[str, float], behind: Mapping[str, frozenset[str]]
) -> str | None:
    """Return the strongest service behind *service* that has enough against it to explain it.

    Two that stand behind each other explain nothing.
    """
    able = [
        other
        for other in behind[service]
        if points.get(other, 0.0) >= ENOUGH_TO_EXPLAIN * points[service]
        and service not in behind.get(other, frozenset())
    ]
    return max(able, key=lambda other: (points[other], other), default=None)


def _downstream(service: str, calls: Map, depth: int = DEPTH) -> frozenset[str]:
    """Return what *service* depends on, at most *depth* calls away."""
    found: set[str] = set()
    waiting = deque([(service, 0)])
    while waiting:
        name, distance = waiting.popleft()
        if distance == depth:
            continue
        for callee in calls.get(name, ()):
            if callee not in found and callee != service:
                found.add(callee)
                waiting.append((callee, distance + 1))
    return frozenset(found)


def _reach(alert_service: str, calls: Map) -> frozenset[str] | None:
    """Return what the alert's service depends on and itself; None when the map does not know it."""
    known = set(calls).union(*calls.values()) if calls else set()
    if alert_service not in known:
        return None
    return _downstream(alert_service, calls, depth=len(known)) | {alert_service}


def _standing(service: str, reach: frozenset[str] | None) -> float:
    standing = 1.0 if reach is None or service in reach else OUT_OF_REACH
    return standing * (PASSES_ON if _BALANCER.search(service) or _ADDRESS.match(service) else 1.0)
