"""How surprising the number of times is that something was logged, given what else happened.

With trace ids the question is asked per request: of the requests that came to a service, how many logged this, in
normal operation and now? Of lines that earlier lines of the same request lead up to, it is asked how many came of
those that were due (tools/log_digest_due.py), and where the service stopped (tools/log_digest_steps.py): so a line
that a broken service no longer writes is missed although nobody wrote an error. Without trace ids, line counts are
compared at equal log volume.
Surprise is the square root of twice the log-likelihood ratio, with the sign of the change: 3 is rare, 6 is not
chance. It knows no words and no clock.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tools.log_digest_due import Bools, Course, Floats
from tools.log_digest_steps import stops

Visit = tuple[str, int]  # trace id, group number
MAX_TRACES = 5_000
MAX_GROUPS = 2_000
LEAST_SUPPORT = 5
_USUALLY_FAILING = 0.05


@dataclass(frozen=True, slots=True)
class Flow:
    """Of *asked* requests now, *logged* had it; in normal operation *normal_logged* of *normal_asked*.

    *due* tells that earlier lines of the same requests say so, not just any lines of the service.
    """

    logged: int
    asked: int
    normal_logged: int
    normal_asked: int
    due: bool = False

    @property
    def surprise(self) -> float:
        """How surprising it is that both shares are of one kind; negative when it is logged more rarely now.

        Both are counts, so little seen in normal operation proves as little as little seen now.
        """
        if not self.asked or not self.normal_asked:
            return 0.0
        both = (self.logged + self.normal_logged) / (self.asked + self.normal_asked)
        gain = 0.0
        for logged, asked in ((self.logged, self.asked), (self.normal_logged, self.normal_asked)):
            share = logged / asked
            gain += _term(logged, share, both) + _term(asked - logged, 1 - share, 1 - both)
        rose = self.logged / self.asked > self.normal_logged / self.normal_asked
        return math.copysign(math.sqrt(2 * max(0.0, gain)), 1 if rose else -1)


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


def flows(
    normal: Iterable[Visit],
    now: Iterable[Visit],
    service_of: list[str],
    *,
    loud: Collection[int] = (),
    early: Collection[str] = (),
) -> dict[int, Flow]:
    """Return the flow of each group that can be told; *service_of* names the service by group number.

    Visits come in order of time; *loud* groups tell of trouble, *early* traces began before the onset. A group is
    compared within the requests that its service logged. Lines that did not come though they were due are counted
    for a service as a whole and told at the group that is missing most.
    """
    normal, now = list(normal), list(now)
    (was, _), (after, traces) = _places(normal, len(service_of)), _places(now, len(service_of))
    if not len(was) or not len(after) or len(service_of) > MAX_GROUPS:
        return {}
    names = sorted(set(service_of))
    service = np.array([names.index(each) for each in service_of])
    ran, runs = was > 0, after > 0
    by_service = [(ran[:, each].any(axis=1), runs[:, each].any(axis=1)) for each in _members(service)]
    found: dict[int, Flow] = {}
    for group in np.flatnonzero(ran.any(axis=0) | runs.any(axis=0)).tolist():
        ran_there, runs_there = by_service[service[group]]
        found[group] = _flow(runs_there, runs[:, group], ran_there, ran[:, group])
    begun = np.array([trace in early for trace in traces])
    shouting = np.isin(np.arange(len(service)), list(loud))
    # a request that tells of new trouble tells by that why it went no further
    silent = ~runs[:, shouting & ~ran.any(axis=0)].any(axis=1)
    course = Course(was, after[begun & silent], after[~begun & silent], service, shouting)
    for group, (due, came, due_then, came_then) in course.shortfalls():
        short = replace(_flow(due, came, due_then, came_then), due=True)
        found[group] = _more_telling(found[group], short)
    for stop in stops(_by_trace(normal).values(), _by_trace(now).values(), service_of):
        reached, reached_then = stop.asked - stop.stopped, stop.normal_asked - stop.normal_stopped
        short = Flow(reached, stop.asked, reached_then, stop.normal_asked, due=True)
        found[stop.missing] = _more_telling(found.get(stop.missing), short)
    return found


def _more_telling(known: Flow | None, short: Flow) -> Flow:
    """Return *short*, of lines that were due, unless *known* is a clear rise or a clearer shortfall of that kind."""
    if known is None:
        return short
    if short.surprise >= 0 or known.surprise >= -short.surprise:
        return known
    return known if known.due and known.surprise <= short.surprise else short


def _by_trace(visits: Iterable[Visit]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for trace, group in visits:
        found[trace].append(group)
    return found


def _members(service: NDArray[np.int64]) -> list[Bools]:
    return [service == each for each in range(int(service.max()) + 1)]


def _flow(asked: Bools, logged: Bools, normal_asked: Bools, normal_logged: Bools) -> Flow:
    return Flow(
        int((asked & logged).sum()),
        int(asked.sum()),
        int((normal_asked & normal_logged).sum()),
        int(normal_asked.sum()),
    )


def _places(visits: Iterable[Visit], groups: int) -> tuple[Floats, list[str]]:
    """Return requests by groups, as which of its lines each was first logged, from 1, else 0; and their traces."""
    rows: dict[str, int] = {}
    lines: Counter[str] = Counter()
    cells: dict[tuple[int, int], int] = {}
    for trace, group in visits:
        row = rows.setdefault(trace, len(rows))
        if row < MAX_TRACES:
            lines[trace] += 1
            cells.setdefault((row, group), lines[trace])
    places = np.zeros((min(len(rows), MAX_TRACES), groups), dtype=np.float32)
    for (row, group), place in cells.items():
        places[row, group] = place
    return places, list(rows)[:MAX_TRACES]


def _term(count: int, share: float, usual: float) -> float:
    return count * math.log(share / usual) if count and share > 0 and usual > 0 else 0.0
