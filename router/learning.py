"""What people's words on cases say of the routing that led there. Pure; it edits nothing, a person does.

How often answers were corrected, whether stated confidence holds, and which edits of the policy that speaks for.

It is told about cases by the call site, which knows them; it joins them with the audit's attempts by the case's id.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from router.outcomes import Status
from router.policy import Policy
from router.records import Row, Tried

LEAST = 10  # judged answers before anything is proposed
TOO_OFTEN = 0.3  # share of corrected answers; surely above it, a tier up is proposed
HARDLY_EVER = 0.1  # surely below it, one down
TOO_SURE = 0.15  # how much stated confidence may exceed what held
MOST_ASKED = 0.95  # a confidence that hardly any answer states is none to ask for
BINS = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """What people made of a case: was its cause *corrected*, how far its fix *held*, how sure it was *said* (0..1)."""

    case: str
    corrected: bool
    held: float
    said: float | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """Answers of one task at one tier: *judged* by people, *corrected* among them; *low* to *high* is that share."""

    task: str
    tier: str
    judged: int
    corrected: int
    low: float
    high: float
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Verdicts that were about as sure: how sure on average (*said*), and how many of them *held*."""

    n: int
    said: float
    held: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far stated confidence holds. *brier* is better when lower; *base* is that of always saying the mean."""

    n: int
    brier: float
    base: float
    said: float
    held: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """An edit that a person may make in the policy: where, from what to what, and on what evidence."""

    where: str
    now: str
    proposed: str
    why: str
    cases: tuple[str, ...]


def corrected(rows: Iterable[Row], judged: Mapping[str, Judged]) -> list[Corrected]:
    """Return by task and tier how often the answer that was kept was later corrected; the tier is the last one's."""
    answered: dict[tuple[str, str], tuple[str, str]] = {}  # case and task → the tier whose answer came last
    for row in rows:
        record = row.record
        if isinstance(record, Tried) and record.attempt.status in {Status.KEPT, Status.REJECTED}:
            selection = record.attempt.selection
            if selection.case in judged:
                answered[selection.case, selection.task] = (selection.task, selection.tier)
    groups: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for (case, _), group in answered.items():
        groups[group].append(judged[case])
    return [_corrected(task, tier, members) for (task, tier), members in sorted(groups.items())]


def _corrected(task: str, tier: str, members: Sequence[Judged]) -> Corrected:
    wrong = [one for one in members if one.corrected]
    low, high = wilson(len(wrong), len(members))
    return Corrected(task, tier, len(members), len(wrong), low, high, tuple(one.case for one in wrong))


def calibration(judged: Iterable[Judged]) -> Calibration | None:
    """Return how far stated confidence holds, None when nobody judged a verdict that stated any."""
    votes = sorted((one.said, one.held) for one in judged if one.said is not None)
    if not votes:
        return None
    n = len(votes)
    held, said = sum(h for _, h in votes) / n, sum(s for s, _ in votes) / n
    brier = sum((s - h) ** 2 for s, h in votes) / n
    base = sum((held - h) ** 2 for _, h in votes) / n
    return Calibration(n, brier, base, said, held, tuple(_bins(votes)))


def _bins(votes: Sequence[tuple[float, float]]) -> Iterable[Bin]:
    """Yield bins of about equal size, so that each says something; who were equally sure are in one."""
    enough = len(votes) / max(1, min(BINS, len(votes) // 4))
    part: list[tuple[float, float]] = []
    for number, vote in enumerate(votes, start=1):
        part.append(vote)
        last = number == len(votes)
        if last or (len(part) >= enough and votes[number][0] > vote[0]):
            yield Bin(len(part), sum(s for s, _ in part) / len(part), sum(h for _, h in part) / len(part))
            part = []


def proposals(found: Sequence[Corrected], sure: Calibration | None, policy: Policy) -> list[Proposal]:
    """Return the edits of *policy* that the figures speak for; none on few cases."""
    made = [one for each in found if each.judged >= LEAST and (one := _tier(each, policy))]
    if sure is not None and sure.n >= LEAST and sure.said - sure.held > TOO_SURE:
        made += _surer(sure, policy)
    return made


def _surer(sure: Calibration, policy: Policy) -> Iterable[Proposal]:
    """Yield a confidence to ask for that those verdicts do not have which were surer than they held."""
    too_sure = [each.said for each in sure.bins if each.said - each.held > TOO_SURE]
    asked = next((said + 0.01 for said in sorted(too_sure, reverse=True) if said + 0.01 <= MOST_ASKED), 0.0)
    for task, route in policy.text.tasks.items():
        if "confidence" in route.checks and route.min_confidence < asked:
            why = f"{sure.n} verdicts were {sure.said:.0%} sure and {sure.held:.0%} of them held"
            where, now = f"tasks.{task}.min_confidence", f"{route.min_confidence:.2f}"
            yield Proposal(where, now, f"{asked:.2f}", why, ())


def _tier(each: Corrected, policy: Policy) -> Proposal | None:
    ladder = policy.ladder
    route = next((r for task, r in policy.text.tasks.items() if task == each.task), None)
    if route is None or each.tier not in ladder:
        return None
    at = ladder.index(each.tier)
    share = (
        f"{each.corrected} of {each.judged} answers at {each.tier} were corrected "
        f"({each.low:.0%} to {each.high:.0%})"
    )
    if each.low > TOO_OFTEN and at + 1 < len(ladder):
        above = ladder[at + 1]
        where = "start" if ladder.index(route.ceiling) > at else "ceiling"
        return Proposal(f"tasks.{each.task}.{where}", each.tier, above, share, each.cases)
    below = ladder[at - 1] if at > 0 and policy.text.tiers[ladder[at - 1]].model else None
    if each.high < HARDLY_EVER and below is not None and route.start == each.tier:
        why = f"{share}: try {below}, whose answers are checked and climb all the same"
        return Proposal(f"tasks.{each.task}.start", each.tier, below, why, each.cases)
    return None


def wilson(successes: int, tries: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share."""
    if tries == 0:
        return 0.0, 1.0
    share = successes / tries
    middle = share + z * z / (2 * tries)
    spread = z * math.sqrt(share * (1 - share) / tries + z * z / (4 * tries * tries))
    scale = 1 + z * z / tries
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
