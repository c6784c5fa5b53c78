"""From single verdicts to the record of a fix, and from records to what to try first. Pure.

Outcome ranks fixes, never incidents: a precedent whose fix failed is still the right precedent, and the failed
fix is told as "tried, did not work". It knows no store and no SQL.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from memory.incident import Feedback, Fix, Incident, Outcome, Status
from memory.ranking import Recency
from memory.recollection import FixRecord, Match
from memory.words import words_of

WORTH = {Outcome.WORKED: 1.0, Outcome.PARTLY: 0.5, Outcome.DID_NOT: 0.0}
OTHER_SERVICE = 0.5
"""What a fix counts that was tried on another service than the one asked about."""
SETTLED_AFTER = timedelta(minutes=30)
"""A success is provisional until the trouble stayed away this long."""
EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One fix of one incident with everyone's standing verdicts folded into one outcome."""

    incident: Incident
    fix: Fix
    outcome: Outcome
    at: datetime | None
    why: str


def standing(verdicts: Iterable[Feedback]) -> dict[tuple[str, str], list[Feedback]]:
    """Return, for each incident and fix, each person's latest verdict that was not taken back.

    Verdicts may come in any order and any number of times: the latest *at* stands, and of two at the same
    moment the one that sorts last, so that all orders agree.
    """
    latest: dict[tuple[str, str, str], Feedback] = {}
    for verdict in verdicts:
        key = (verdict.incident_id, verdict.fix_id, verdict.user)
        if key not in latest or _later(verdict) > _later(latest[key]):
            latest[key] = verdict
    folded: dict[tuple[str, str], list[Feedback]] = {}
    for (incident_id, fix_id, _), verdict in sorted(latest.items()):
        if verdict.outcome is not None:
            folded.setdefault((incident_id, fix_id), []).append(verdict)
    return folded


def _later(verdict: Feedback) -> tuple[datetime, str, str]:
    return verdict.at, verdict.outcome or "", verdict.why


def attempts_of(incident: Incident, votes: Mapping[tuple[str, str], Sequence[Feedback]]) -> list[Attempt]:
    """Return each fix of *incident* with its outcome; votes outweigh what was first written down."""
    return [_attempt(incident, fix, votes.get((incident.id, fix.id), ())) for fix in incident.fixes]


def _attempt(incident: Incident, fix: Fix, votes: Sequence[Feedback]) -> Attempt:
    rated = [vote for vote in votes if vote.outcome in WORTH]
    if not rated:
        return Attempt(incident, fix, fix.outcome, fix.at or incident.last_seen_at, fix.why)
    mean = math.fsum(WORTH[vote.outcome] for vote in rated if vote.outcome) / len(rated)
    outcome = Outcome.WORKED if mean >= 0.75 else Outcome.DID_NOT if mean <= 0.25 else Outcome.PARTLY
    why = next((vote.why for vote in reversed(rated) if vote.why), fix.why)
    return Attempt(incident, fix, outcome, max(vote.at for vote in rated), why)


def with_outcomes(incident: Incident, attempts: Iterable[Attempt]) -> Incident:
    """Return *incident* with its fixes' outcomes as the votes now have them."""
    by_id = {attempt.fix.id: attempt for attempt in attempts}
    return replace(
        incident,
        fixes=tuple(
            replace(fix, outcome=by_id[fix.id].outcome, why=by_id[fix.id].why) if fix.id in by_id else fix
            for fix in incident.fixes
        ),
    )


def lower_bound(worked: float, failed: float) -> float:
    """Return how often something works at least, 0 to 1: mean less one deviation of Beta(1+worked, 1+failed).

    Few tries count for little: 1 of 1 gives 0.43, 4 of 5 gives 0.55, 40 of 50 gives 0.73.
    """
    a, b = 1.0 + worked, 1.0 + failed
    mean = a / (a + b)
    return max(0.0, mean - math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1.0))))


def fix_records(
    tried: Iterable[tuple[Attempt, float]], now: datetime, recency: Recency, services: Iterable[str] = ()
) -> list[FixRecord]:
    """Join attempts at the same action, in whatever words, and rank them; *tried* comes with match scores."""
    groups: dict[tuple[str, ...], list[tuple[Attempt, float]]] = {}
    for attempt, score in tried:
        groups.setdefault(_same_action(attempt.fix.action), []).append((attempt, score))
    asked = {name.lower() for name in services}
    records = [_record(group, now, recency, asked) for group in groups.values()]
    return sorted(records, key=lambda record: (-record.rank, record.action))


def _same_action(action: str) -> tuple[str, ...]:
    return tuple(sorted(set(words_of(action)))) or (action,)


def _record(
    group: Sequence[tuple[Attempt, float]], now: datetime, recency: Recency, asked: set[str]
) -> FixRecord:
    worked = failed = weight = 0.0
    counts = dict.fromkeys(Outcome, 0)
    for attempt, score in group:
        counts[attempt.outcome] += 1
        kept = recency.kept(now - attempt.at) if attempt.at else 0.5
        if attempt.outcome in WORTH:
            worked += kept * WORTH[attempt.outcome]
            failed += kept * (1.0 - WORTH[attempt.outcome])
        theirs = {name.lower() for name in attempt.incident.services}
        elsewhere = bool(asked and theirs and not asked & theirs)
        weight += score * (OTHER_SERVICE if elsewhere else 1.0)
    lower = lower_bound(worked, failed)
    newest = max(group, key=lambda pair: pair[0].at or EARLIEST)[0]
    return FixRecord(
        action=newest.fix.action,
        worked=counts[Outcome.WORKED],
        partly=counts[Outcome.PARTLY],
        did_not=counts[Outcome.DID_NOT],
        lower=lower,
        rank=weight * lower,
        incident_ids=tuple(dict.fromkeys(attempt.incident.id for attempt, _ in group)),
        fix_ids=tuple(attempt.fix.id for attempt, _ in group),
        by=newest.fix.by or newest.incident.resolved_by,
        last_at=newest.at,
        why=next((a.why for a, _ in group if a.outcome is Outcome.DID_NOT and a.why), ""),
        provisional=any(_provisional(attempt, now) for attempt, _ in group),
    )


def _provisional(attempt: Attempt, now: datetime) -> bool:
    if attempt.outcome is not Outcome.WORKED:
        return False
    fresh = attempt.at is not None and now - attempt.at < SETTLED_AFTER
    return fresh or attempt.incident.status is Status.OPEN


def over_all(
    attempts: Mapping[str, Sequence[Attempt]], matches: Sequence[Match], now: datetime, recency: Recency,
    services: Iterable[str],
) -> tuple[tuple[FixRecord, ...], tuple[FixRecord, ...]]:  # fmt: skip
    """Return what is worth trying, best first, and what was tried in vain, over all *matches*."""
    tried = [(attempt, match.score) for match in matches for attempt in attempts[match.incident.id]]
    records = fix_records(tried, now, recency, services)
    return (
        tuple(record for record in records if not record.failed),
        tuple(record for record in records if record.failed),
    )
