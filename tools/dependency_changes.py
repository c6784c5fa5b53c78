"""Which calls between services and which operations became slower, compared with normal operation.

A call's time is told by its two ends: the caller's (client), the callee's (server), and what lies between them
(network, with the queues of both). Which part grew tells on which side to look. What lies between jumps at single
pairs in normal operation too (delayed acknowledgements), so its usual is at least the longest of any pair.
Changes are in doublings: 1 is twice as slow, seen through a floor of 20 ms, below which nobody notices. Few calls
count less. Pure.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tools.telemetry import Call, Span

FLOOR_S = 0.02
_WELL_USED = 5
_FEW_FAILURES = 3
_FREAK = 50.0  # times the median
_HALF_TRUST = 3.0  # calls at which a change counts half


@dataclass(frozen=True, slots=True)
class CallChange:
    """One caller and callee, now and normally; *client*, *server*, *network* are doublings, None when unknown."""

    now: Call
    normal: Call | None
    client: float | None
    server: float | None
    network: float | None

    @property
    def score(self) -> float:
        """The largest growth of any part, in trusted doublings; 0 when nothing grew."""
        return max(0.0, *(part for part in (self.client, self.server, self.network, 0.0) if part is not None))


@dataclass(frozen=True, slots=True)
class SpanChange:
    """One operation, now and normally; *score* is the growth of its slow end in trusted doublings."""

    now: Span
    normal: Span | None
    score: float

    @property
    def failing(self) -> float:
        """By how much the share of failed operations grew, 0..1; 0 with too few failures to tell."""
        if self.now.errors < _FEW_FAILURES or not self.now.count:
            return 0.0
        usual = self.normal.errors / self.normal.count if self.normal and self.normal.count else 0.0
        return max(0.0, self.now.errors / self.now.count - usual)


def call_changes(now: Sequence[Call], normal: Sequence[Call]) -> tuple[CallChange, ...]:
    """Return all calls of *now*, the most slowed first.

    A pair that normal operation does not know is compared with the callee's other callers, else not at all.
    """
    known = {(each.caller, each.callee): each for each in normal}
    of_callee: dict[str, list[Call]] = defaultdict(list)
    for each in normal:
        of_callee[each.callee].append(each)
    tail = _longest_between(normal)
    found = (
        _call_change(each, known.get((each.caller, each.callee)), of_callee[each.callee], tail)
        for each in now
    )
    return tuple(sorted(found, key=lambda each: (-each.score, each.now.caller, each.now.callee)))


def span_changes(now: Sequence[Span], normal: Sequence[Span]) -> tuple[SpanChange, ...]:
    """Return all operations of *now* that normal operation knows, the most slowed first."""
    known = {(each.service, each.operation): each for each in normal}
    found = []
    for each in now:
        usual = known.get((each.service, each.operation))
        growth = _doublings(
            each.p95_s, usual.p95_s if usual else None, each.count, usual.count if usual else 0
        )
        found.append(SpanChange(each, usual, growth or 0.0))
    return tuple(sorted(found, key=lambda each: (-each.score, each.now.service, each.now.operation)))


def gone_calls(now: Sequence[Call], normal: Sequence[Call], *, least: int = 10) -> tuple[Call, ...]:
    """Return calls of normal operation (at least *least* of them) that are not made any more."""
    made = {(each.caller, each.callee) for each in now}
    return tuple(
        each for each in normal if (each.caller, each.callee) not in made and (each.count or 0) >= least
    )


def _longest_between(normal: Sequence[Call]) -> float | None:
    """Return the longest network time of any well-used pair, as far as it is no freak among them."""
    known = [
        each.network_p90_s
        for each in normal
        if each.network_p90_s is not None and (each.count or 0) >= _WELL_USED
    ]
    return min(max(known), _FREAK * median(known)) if known else None


def _call_change(now: Call, normal: Call | None, alike: Sequence[Call], tail: float | None) -> CallChange:
    others = [normal] if normal else list(alike)
    counted = sum(each.count or 0 for each in others)

    def grown(current: float | None, usual: Sequence[float | None]) -> float | None:
        told = [each for each in usual if each is not None]
        return _doublings(current, max(told, default=None), now.count, counted)

    return CallChange(
        now,
        normal,
        grown(now.client_p90_s, [each.client_p90_s for each in others]),
        grown(now.server_p90_s, [each.server_p90_s for each in others]),
        grown(now.network_p90_s, [each.network_p90_s for each in others] + [tail] * bool(others)),
    )


def _doublings(now: float | None, usual: float | None, count: int | None, usual_count: int) -> float | None:
    if now is None or usual is None:
        return None
    often = count or 0
    trust = math.sqrt(often / (often + _HALF_TRUST)) * math.sqrt(usual_count / (usual_count + 1.0))
    return math.log2((now + FLOOR_S) / (usual + FLOOR_S)) * trust
