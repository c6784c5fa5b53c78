"""How surprising the number of times is that something was logged, given what else happened.

With trace ids the question is asked per request: of the requests that came to the same place, how many logged
this, in normal operation and now? "The same place" is told by other templates that in normal operation came with
this one and never without it, best by those of other services: so a line that a broken service no longer writes
is missed although nobody wrote an error. Without trace ids, line counts are compared at equal log volume.
Surprise is the square root of twice the log-likelihood ratio, with the sign of the change: 3 is rare, 6 is not
chance. It knows no words and no clock.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Visit = tuple[str, int]  # trace id, group number
MAX_TRACES = 5_000
MAX_GROUPS = 2_000
TOGETHER = 0.9  # "came with": in so large a share of the requests, both ways
LEAST_SUPPORT = 5
_USUALLY_FAILING = 0.05
_DOUBT_MORE, _DOUBT_FEWER = 2.0, 10.0  # requests of normal operation at which a change counts half


@dataclass(frozen=True, slots=True)
class Flow:
    """Of *asked* requests now, *logged* had it; in normal operation *normal_logged* of *normal_asked*.

    *elsewhere* tells that other services' lines say who was asked, not the service's own.
    """

    logged: int
    asked: int
    normal_logged: int
    normal_asked: int
    elsewhere: bool = False

    @property
    def surprise(self) -> float:
        """How surprising the change of the share is; negative when it is logged more rarely.

        Shrunk where little was seen in normal operation, more so for what is missed: that a few requests all
        logged a line is weaker a promise than that none of them did.
        """
        if not self.asked or not self.normal_asked:
            return 0.0
        usual = (self.normal_logged + 0.5) / (self.normal_asked + 1)
        share = self.logged / self.asked
        gain = _term(self.logged, share, usual) + _term(self.asked - self.logged, 1 - share, 1 - usual)
        doubt = _DOUBT_MORE if share > usual else _DOUBT_FEWER
        trust = self.normal_asked / (self.normal_asked + doubt)
        return math.copysign(math.sqrt(2 * max(0.0, gain)) * trust, share - usual)


def unheard_surprise(logged: int, asked: int) -> float:
    """Return how surprising an error is that *logged* of *asked* requests had where normal operation never came by.

    Work that fails as a rule is not kept in production, so a small share is expected although none was ever counted;
    that guess is trusted by half.
    """
    if asked < LEAST_SUPPORT or logged <= asked * _USUALLY_FAILING:
        return 0.0
    share = logged / asked
    gain = _term(logged, share, _USUALLY_FAILING) + _term(asked - logged, 1 - share, 1 - _USUALLY_FAILING)
    return math.sqrt(2 * max(0.0, gain)) / 2


def rate_surprise(count: int, normal: int, exposure: float) -> float:
    """Return how surprising *count* is when *normal* were counted over 1/*exposure* of today's volume.

    Lines come in bursts, so the surprise of a plain count is halved.
    """
    expected = (normal + 0.5) * exposure
    if expected <= 0:
        return math.sqrt(count)
    gain = (count * math.log(count / expected) if count else 0.0) - (count - expected)
    return math.copysign(math.sqrt(2 * max(0.0, gain)), count - expected) / 2


def flows(normal: Iterable[Visit], now: Iterable[Visit], service_of: list[str]) -> dict[int, Flow]:
    """Return the flow of each group that can be told; *service_of* names the service by group number.

    A group is compared within the requests that reached its company in other services, else its own service.
    """
    before, after = _matrix(normal, len(service_of)), _matrix(now, len(service_of))
    if before is None or after is None or len(service_of) > MAX_GROUPS:
        return {}
    names = sorted(set(service_of))
    service = np.array([names.index(each) for each in service_of])
    counted_before, counted_after = before.sum(axis=0), after.sum(axis=0)
    together = before.T @ before
    # P(row logged | column logged), told only by enough requests: one is held against it
    given = together / (counted_before[None, :] + 1)
    company = (given >= TOGETHER) & (given.T >= TOGETHER) & (counted_before[None, :] >= LEAST_SUPPORT)
    found: dict[int, Flow] = {}
    for group in range(len(service_of)):
        others = np.flatnonzero(company[group] & (service != service[group]))
        if counted_before[group] >= LEAST_SUPPORT and len(others):
            place, share, elsewhere = others, 0.5, True  # at least half of its company logged there
        else:
            elsewhere = False
            place, share = np.flatnonzero(service == service[group]), 0.0
        reached_before, reached_after = _reached(before, place, share), _reached(after, place, share)
        logged_after, logged_before = after[:, group] > 0, before[:, group] > 0
        found[group] = Flow(
            int((logged_after & reached_after).sum()),
            int(reached_after.sum()),
            int((logged_before & reached_before).sum()),
            int(reached_before.sum()),
            elsewhere,
        )
    return {group: flow for group, flow in found.items() if counted_after[group] or counted_before[group]}


def _reached(matrix: NDArray[np.float32], place: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """Return which requests logged more than *share* of the groups that mark a place, or all that there are."""
    logged = matrix[:, place].mean(axis=1)
    return np.asarray((logged >= share) & (logged > 0))


def _matrix(visits: Iterable[Visit], groups: int) -> NDArray[np.float32] | None:
    """Return requests by groups, 1 where the group was logged; None when no line tells its trace."""
    rows: dict[str, int] = {}
    cells: set[tuple[int, int]] = set()
    for trace, group in visits:
        row = rows.setdefault(trace, len(rows))
        if row < MAX_TRACES:
            cells.add((row, group))
    if not cells:
        return None
    matrix = np.zeros((min(len(rows), MAX_TRACES), groups), dtype=np.float32)
    at = np.array(sorted(cells))
    matrix[at[:, 0], at[:, 1]] = 1.0
    return matrix


def _term(count: int, share: float, usual: float) -> float:
    return count * math.log(share / usual) if count and share > 0 and usual > 0 else 0.0
