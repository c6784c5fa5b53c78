"""Insights kept with what they rest on, and known to be stale when that has changed.

Made per workspace and per set of private channels, so that a private incident never feeds what everyone reads.
It decides nothing about what is worth saying; memory/reflection.py does.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from memory import tables as t
from memory.incident import Incident
from memory.memory import DERIVED_NOTES, Memory
from memory.patterns import patterns_among
from memory.privacy import may_show
from memory.recollection import Question
from memory.reflection import Insight, Kind, reflect
from memory.verdicts import standing


@dataclass(frozen=True, slots=True)
class Reflection:
    """What was found, when, and whether something it rests on has changed or come since.

    *links* lead to where the incidents that it rests on were told, of those that have such a place.
    """

    made_at: datetime
    insights: tuple[Insight, ...]
    stale: bool = False
    links: Mapping[str, str] = field(default_factory=dict)


async def reflect_now(
    memory: Memory, workspace: str, now: datetime, channels: frozenset[str] = frozenset()
) -> Reflection:
    """Reflect on all incidents that may be shown to *workspace* and *channels*, and keep what was found."""
    incidents = await _visible(memory, workspace, now, channels)
    patterns = await patterns_among(memory, incidents, channels)
    votes = standing(await memory.records.verdicts([incident.id for incident in incidents]))
    insights = tuple(reflect(patterns, votes))
    made = Reflection(now, insights, links=_links(insights, incidents))
    kept = {
        "made_at": now.isoformat(),
        "basis": await _basis(memory, incidents),
        "insights": [asdict(insight) for insight in made.insights],
    }
    await memory.records.note(_name(workspace, channels), kept)
    return made


async def last_reflection(
    memory: Memory, workspace: str, now: datetime, channels: frozenset[str] = frozenset()
) -> Reflection | None:
    """Return what was found last, marked stale when incidents or verdicts have changed since.

    An insight whose evidence was deleted is no longer told at all.
    """
    kept = await memory.records.setting(_name(workspace, channels))
    if kept is None:
        return None
    incidents = await _visible(memory, workspace, now, channels)
    there = {incident.id for incident in incidents}
    insights = tuple(insight for one in kept["insights"] if there >= set((insight := _insight(one)).evidence))
    stale = kept["basis"] != await _basis(memory, incidents)
    made_at = datetime.fromisoformat(kept["made_at"])
    return Reflection(made_at, insights, stale, _links(insights, incidents))


async def _visible(memory: Memory, workspace: str, now: datetime, channels: frozenset[str]) -> list[Incident]:
    question = Question("", workspace, now, channels=channels)
    ours = await memory.records.select(t.incidents.c.workspace == workspace)
    return [incident for incident in ours if may_show(incident, question)]


def _links(insights: Sequence[Insight], incidents: Sequence[Incident]) -> Mapping[str, str]:
    cited = {id_ for insight in insights for id_ in insight.evidence}
    return {incident.id: incident.link for incident in incidents if incident.link and incident.id in cited}


async def _basis(memory: Memory, incidents: list[Incident]) -> str:
    """Return a mark of everything that the insights rest on."""
    verdicts = await memory.records.verdicts([incident.id for incident in incidents])
    told = [repr(sorted(incidents, key=lambda i: i.id)), repr(sorted(verdicts, key=lambda v: (v.at, v.user)))]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _insight(kept: Mapping[str, object]) -> Insight:
    made = Insight(**kept)  # type: ignore[arg-type]
    return replace(made, kind=Kind(made.kind), evidence=tuple(made.evidence))


def _name(workspace: str, channels: frozenset[str]) -> str:
    return f"{DERIVED_NOTES}{workspace}:{','.join(sorted(channels))}"
