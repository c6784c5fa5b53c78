"""What many incidents together say, in sentences with counts, intervals and the incidents they rest on. Pure.

No model is needed and nothing is said on fewer than three cases. It knows no store; patterns come from
memory/patterns.py and verdicts as they stand.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from memory.incident import Feedback, Incident, Outcome
from memory.patterns import Pattern
from memory.verdicts import Attempt, attempts_of
from memory.words import words_of

SUPPORT = 3
SOON = timedelta(days=7)
"""A trouble that returns within this time after a fix was not fixed."""


class Kind(StrEnum):
    """What an insight is about."""

    RECURRING = "recurring"
    RELEASE = "release"
    AFTER_RELEASE = "after_release"
    FAILING_FIX = "failing_fix"
    RETURNS = "returns"


@dataclass(frozen=True, slots=True)
class Insight:
    """One sentence and what it rests on.

    *count* of *of* cases, *low* to *high* the 95 % interval of that share. *key* is the same for the same
    finding at a later time, so that a new reading replaces the old.
    """

    key: str
    kind: Kind
    text: str
    evidence: tuple[str, ...]
    count: int
    of: int
    low: float
    high: float


def wilson(successes: int, tries: int, z: float = 1.96) -> tuple[float, float]:
    """Return the Wilson interval of a share; of no tries it is everything."""
    if tries <= 0:
        return 0.0, 1.0
    share = successes / tries
    scale = 1 + z * z / tries
    middle = (share + z * z / (2 * tries)) / scale
    half = z * math.sqrt(share * (1 - share) / tries + z * z / (4 * tries * tries)) / scale
    return max(0.0, middle - half), min(1.0, middle + half)


def reflect(
    patterns: Sequence[Pattern], votes: Mapping[tuple[str, str], Sequence[Feedback]]
) -> list[Insight]:
    """Return what *patterns* and the standing *votes* on their fixes say, most cases first."""
    incidents = [incident for pattern in patterns for incident in pattern.incidents]
    attempts = [attempt for incident in incidents for attempt in attempts_of(incident, votes)]
    found = [
        *_recurring(patterns),
        *_releases(incidents),
        *_after_releases(incidents),
        *_failing(attempts),
        *_returns(patterns, votes),
    ]
    return sorted(found, key=lambda insight: (-insight.count, insight.key))


def _recurring(patterns: Iterable[Pattern]) -> Iterable[Insight]:
    total = sum(len(pattern.incidents) for pattern in patterns)
    for pattern in patterns:
        for service, members in _by_service(pattern.incidents).items():
            if len(members) < SUPPORT:
                continue
            released = [i for i in members if i.version]
            low, high = wilson(len(released), len(members))
            where = f" on {service}" if service else ""
            share = (
                f"; {len(released)} of {len(members)} name a release as involved "
                f"({_percent(low)} to {_percent(high)} with 95 % confidence)"
                if released
                else ""
            )
            text = f"“{pattern.title}” happened {len(members)} times{where}{_span(members)}{share}."
            yield _insight(Kind.RECURRING, (pattern.incidents[0].id, service), text, members, total)


def _releases(incidents: Sequence[Incident]) -> Iterable[Insight]:
    groups: dict[tuple[str, str], list[Incident]] = {}
    for incident in incidents:
        for service in incident.services or ("",):
            if incident.version:
                groups.setdefault((service, incident.version), []).append(incident)
    for (service, version), members in groups.items():
        if len(members) >= SUPPORT:
            on = f" of {service}" if service else ""
            text = f"{len(members)} incidents name release {version}{on}{_span(members)}."
            yield _insight(Kind.RELEASE, (service, version), text, members, len(incidents))


def _after_releases(incidents: Sequence[Incident]) -> Iterable[Insight]:
    """Say of each service what share of its incidents names a release, when that is most of them."""
    for service, members in _by_service(incidents).items():
        released = [i for i in members if i.version]
        if not service or len(released) < SUPPORT or len(released) * 2 <= len(members):
            continue
        low, high = wilson(len(released), len(members))
        text = (
            f"{len(released)} of {len(members)} incidents of {service} name a release as involved "
            f"({_percent(low)} to {_percent(high)} with 95 % confidence){_span(released)}."
        )
        yield _insight(Kind.AFTER_RELEASE, (service,), text, released, len(members))


def _failing(attempts: Sequence[Attempt]) -> Iterable[Insight]:
    groups: dict[tuple[str, ...], list[Attempt]] = {}
    for attempt in attempts:
        if attempt.outcome is not Outcome.UNKNOWN:
            groups.setdefault(tuple(sorted(set(words_of(attempt.fix.action)))), []).append(attempt)
    for action, tried in groups.items():
        failed = [attempt for attempt in tried if attempt.outcome is Outcome.DID_NOT]
        if len(tried) < SUPPORT or len(failed) * 2 <= len(tried):
            continue
        low, high = wilson(len(failed), len(tried))
        why = next((attempt.why for attempt in failed if attempt.why), "")
        text = (
            f"“{tried[-1].fix.action}” did not work in {len(failed)} of {len(tried)} tries "
            f"({_percent(low)} to {_percent(high)} with 95 % confidence){f': {why}' if why else ''}."
        )
        yield _insight(Kind.FAILING_FIX, action, text, [a.incident for a in failed], len(tried))


def _returns(
    patterns: Iterable[Pattern], votes: Mapping[tuple[str, str], Sequence[Feedback]]
) -> Iterable[Insight]:
    for pattern in patterns:
        fixed = [i for i in pattern.incidents if i.resolved_at and _said_fixed(i, votes)]
        back = [i for i in fixed if _came_back(i, pattern.incidents)]
        if len(fixed) < SUPPORT or not back:
            continue
        low, high = wilson(len(back), len(fixed))
        text = (
            f"“{pattern.title}” came back within {SOON.days} days after {len(back)} of {len(fixed)} fixes that "
            f"were said to work ({_percent(low)} to {_percent(high)} with 95 % confidence)."
        )
        yield _insight(Kind.RETURNS, (pattern.incidents[0].id,), text, back, len(fixed))


def _said_fixed(incident: Incident, votes: Mapping[tuple[str, str], Sequence[Feedback]]) -> bool:
    return any(attempt.outcome is Outcome.WORKED for attempt in attempts_of(incident, votes))


def _came_back(incident: Incident, members: Sequence[Incident]) -> bool:
    resolved = incident.resolved_at
    assert resolved is not None
    return any(
        other.started_at and resolved < other.started_at <= resolved + SOON
        for other in members
        if other.id != incident.id
    )


def _by_service(incidents: Iterable[Incident]) -> dict[str, list[Incident]]:
    groups: dict[str, list[Incident]] = {}
    for incident in incidents:
        for service in incident.services or ("",):
            groups.setdefault(service, []).append(incident)
    return groups


def _insight(kind: Kind, about: Iterable[str], text: str, members: Sequence[Incident], of: int) -> Insight:
    ids = tuple(dict.fromkeys(incident.id for incident in members))
    low, high = wilson(len(ids), of)
    key = hashlib.sha256("\0".join((kind, *about)).encode()).hexdigest()[:16]
    return Insight(key, kind, text, ids, len(ids), of, low, high)


def _span(members: Sequence[Incident]) -> str:
    dates: list[datetime] = sorted(i.started_at for i in members if i.started_at)
    if not dates:
        return ""
    first, last = dates[0].date(), dates[-1].date()
    return f" on {first}" if first == last else f" between {first} and {last}"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"
