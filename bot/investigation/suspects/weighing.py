"""From clues to an order of suspects, with the direction of calls: the deepest troubled callee explains its callers.

Pure arithmetic on clues and on the map of who calls whom. It knows no telemetry and writes no sentence.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.investigation.suspects.clue import Clue
from bot.investigation.suspects.passing import Passed, passed_on

EXPLAINED = 0.35  # of a symptom's points, when a callee explains it
ENOUGH_TO_EXPLAIN = 0.6  # of the symptom's points, that a callee must have itself
ADDED_AS_MUCH = 0.5  # of what came on top, that a callee must have added; then fewer points will do
LEAST_TO_EXPLAIN = 0.25
OUT_OF_REACH = 0.4  # of the points of a service that the alert's service does not depend on
PASSES_ON = 0.5  # of the points of what only passes on what stands behind it
SECOND_SOURCE = 0.5  # of the points of a service's further sources; the strongest counts in full
DEPTH = 3
ACCOUNTS_FOR = (
    0.5  # of what the alert's service waits or fails more, from which a service's own counts in full
)
LEAST_ACCOUNT = 0.2  # of its points, for what accounts for nothing of that
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
    behind = {service: _downstream(service, calls) for service in by_service}
    reach = _reach(alert_service, calls)
    felt = _added(by_service.get(alert_service, ()))
    by_service = {
        service: [replace(clue, points=clue.points * _accounts_for(clue, felt)) for clue in found]
        for service, found in by_service.items()
    }
    passed = passed_on(by_service, calls, behind)
    weighed = [
        _weighed(service, found, passed, behind, _standing(service, reach))
        for service, found in passed.clues.items()
    ]
    return tuple(sorted(weighed, key=lambda each: (-each.points, each.service)))


def _weighed(
    service: str,
    found: Sequence[Clue],
    passed: Passed,
    behind: Mapping[str, frozenset[str]],
    standing: float,
) -> Weighed:
    able = [
        other
        for other in sorted(behind[service])
        if other in passed.clues and service not in behind[other]  # two behind each other explain nothing
    ]
    counted: list[tuple[Clue, float]] = []
    explained_by = passed.behind.get(service)
    for clue in sorted(found, key=lambda clue: (-clue.points, clue.evidence)):
        other = next((each for each in able if clue.symptom and _explains(passed.clues[each], clue)), None)
        counted.append((clue, clue.points * (EXPLAINED if other else 1.0)))
        explained_by = explained_by or other
    ordered = sorted(counted, key=lambda each: -each[1])
    return Weighed(service, _sum(ordered) * standing, tuple(clue for clue, _ in ordered), explained_by)


def _added(clues: Sequence[Clue]) -> dict[str, float]:
    """Return by cause how much came on top at a service."""
    found: dict[str, float] = {}
    for clue in clues:
        if clue.symptom and clue.added:
            found[clue.cause] = max(clue.added, found.get(clue.cause, 0.0))
    return found


def _accounts_for(clue: Clue, felt: Mapping[str, float]) -> float:
    """Return which part of its points a clue keeps: less when it is too small to be behind what is *felt*."""
    if not clue.symptom or clue.added is None or not felt.get(clue.cause):
        return 1.0
    return min(1.0, max(LEAST_ACCOUNT, clue.added / felt[clue.cause] / ACCOUNTS_FOR))


def _explains(callee: Sequence[Clue], symptom: Clue) -> bool:
    """Say whether one of a callee's clues is behind *symptom*: as strong, or it added as much of the same.

    Amounts that both tell were passed on already (passing.py). Lines that are logged in normal operation as well, only
    less often, explain no trouble that was never logged before.
    """
    return any(
        not (symptom.added and clue.added is not None and clue.cause == symptom.cause)
        and not (symptom.unheard and clue.source == "log" and not clue.unheard)
        and (
            clue.points >= ENOUGH_TO_EXPLAIN * symptom.points
            or (
                clue.measure == symptom.measure != ""
                and clue.amount >= ADDED_AS_MUCH * symptom.amount > 0
                and clue.points >= LEAST_TO_EXPLAIN * symptom.points
            )
        )
        for clue in callee
    )


def map_of(pairs: Iterable[tuple[str, str]]) -> Map:
    """Return by caller whom it calls."""
    found: dict[str, set[str]] = defaultdict(set)
    for caller, callee in pairs:
        if caller and callee and caller != callee:
            found[caller].add(callee)
    return {caller: frozenset(callees) for caller, callees in found.items()}


def _sum(counted: Sequence[tuple[Clue, float]]) -> float:
    """Add the strongest clue of each source, the first in full."""
    best: dict[str, float] = {}
    for clue, points in counted:
        best[clue.source] = max(points, best.get(clue.source, 0.0))
    ordered = sorted(best.values(), reverse=True)
    return sum(ordered[:1]) + SECOND_SOURCE * sum(ordered[1:])


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
