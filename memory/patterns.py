"""Which incidents are the same trouble again: each joins the pattern of the one it would have been recognised as.

An incident, asked about as it was reported, at the moment it began, is recalled by the product's own recall; when
the answer is "seen before", it belongs to that one's pattern. So a pattern holds what a person at the time
would have been told, "not the same" clicks count, and nothing chains on faint likeness. It stores nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from memory.incident import Incident
from memory.memory import Memory
from memory.recollection import Question, Tier

LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Incidents that are the same trouble, oldest first; *title* is that of the first."""

    title: str
    incidents: tuple[Incident, ...]


async def patterns_among(
    memory: Memory, incidents: Sequence[Incident], channels: frozenset[str]
) -> list[Pattern]:
    """Return the patterns of *incidents*, those with most members first; one that is alone is one of its own.

    *channels* are the private channels that may be looked into. Incidents without a date are taken last.
    """
    inside = {incident.id for incident in incidents}
    leader: dict[str, str] = {}
    members: dict[str, list[Incident]] = {}
    for incident in sorted(incidents, key=lambda i: (i.started_at or LAST, i.id)):
        known_as = await _recognised(memory, incident, channels, inside & leader.keys())
        first = leader[known_as] if known_as else incident.id
        leader[incident.id] = first
        members.setdefault(first, []).append(incident)
    found = [Pattern(group[0].title, tuple(group)) for group in members.values()]
    return sorted(found, key=lambda pattern: (-len(pattern.incidents), pattern.incidents[0].id))


async def _recognised(
    memory: Memory, incident: Incident, channels: frozenset[str], among: set[str]
) -> str | None:
    question = Question(
        text=f"{incident.title}\n{incident.symptoms}".strip(),
        workspace=incident.workspace,
        now=incident.started_at or LAST,
        services=incident.services,
        channels=channels,
        exclude=frozenset({incident.id}),
        about=incident.id,
        limit=10,
    )
    said = await memory.recall(question)
    likely = (m for m in said.matches if m.tier is Tier.SEEN_BEFORE and m.incident.id in among)
    return next((match.incident.id for match in likely), None)
