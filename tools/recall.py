"""`recall_similar_incidents`: incidents like this one, with what was done then and whether it worked.

It asks whatever keeps incidents through `Recall`; the composition root joins the two. Facts of an observation:
id, title, score (0..1), tier, reasons, cause, services, fixes ([{action, outcome, by, record}]), resolved_by,
minutes_to_resolve (or null).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from tools.tool import Findings, Observation, Scope, Status, ToolCall


@dataclass(frozen=True, slots=True)
class TriedThen:
    """What people did in an earlier incident: *outcome* is worked, partly, did_not or unknown."""

    action: str
    outcome: str
    by: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True)
class SimilarIncident:
    """An earlier incident: *score* 0..1, *tier* seen_before or possibly_related, *reasons* in words."""

    id: str
    title: str
    score: float
    tier: str
    reasons: tuple[str, ...]
    cause: str = ""
    services: tuple[str, ...] = ()
    fixes: tuple[TriedThen, ...] = ()
    at: datetime | None = None
    resolved_by: str = ""
    minutes_to_resolve: float | None = None
    link: str | None = None


class Recall(Protocol):
    """What remembers incidents."""

    async def similar(
        self, text: str, *, service: str, limit: int, channel: str = ""
    ) -> Sequence[SimilarIncident]:
        """Return incidents like *text* that may be read in *channel*, best first, none when nothing is like it.

        Raises:
            Unavailable: memory cannot be read.
        """
        ...


class RecallSimilarIncidents(BaseModel):
    """What may be asked of `recall_similar_incidents`."""

    model_config = ConfigDict(extra="forbid")
    text: str | None = Field(
        default=None, max_length=4000, description="The symptoms in words; default: the alert."
    )
    limit: int = Field(default=5, ge=1, le=10)


class RecallTool:
    """Recalls earlier incidents."""

    name = "recall_similar_incidents"
    description = (
        "Recalls earlier incidents like this one: their cause, who fixed them, how, and whether the fix worked. "
        "Ask again in other words when the symptoms have become clearer."
    )
    arguments: type[BaseModel] = RecallSimilarIncidents

    def __init__(self, recall: Recall) -> None:
        """Ask *recall*."""
        self._recall = recall

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        """Recall once."""
        assert isinstance(arguments, RecallSimilarIncidents)
        text = arguments.text or scope.text
        found = await self._recall.similar(
            text, service=scope.service, limit=arguments.limit, channel=scope.channel
        )
        observations = tuple(_observation(each, text) for each in found)
        if not observations:
            return Findings(ToolCall(self.name), Status.NOTHING, note="nothing similar is remembered")
        best = found[0].tier.replace("_", " ")
        return Findings(
            ToolCall(self.name),
            Status.FOUND,
            observations,
            note=f"{len(found)} incident{'s' if len(found) > 1 else ''}, the best: {best}",
        )


def _observation(each: SimilarIncident, text: str) -> Observation:
    lines = [f"{each.title} [{each.tier.replace('_', ' ')}, {each.score:.2f}: {', '.join(each.reasons)}]"]
    if each.cause:
        lines.append(f"cause then: {each.cause}")
    for fix in each.fixes:
        by = f", by {fix.by}" if fix.by else ""
        record = f" ({fix.record})" if fix.record else ""
        lines.append(f"fix {fix.outcome.replace('_', ' ')}: {fix.action}{by}{record}")
    if each.resolved_by:
        took = f" in {each.minutes_to_resolve:.0f} min" if each.minutes_to_resolve is not None else ""
        lines.append(f"resolved by {each.resolved_by}{took}")
    return Observation(
        kind="recall",
        text="\n".join(lines),
        source="memory",
        at=each.at,
        service=each.services[0] if each.services else None,
        query=text[:200],
        link=each.link,
        facts={
            "id": each.id,
            "title": each.title,
            "score": each.score,
            "tier": each.tier,
            "reasons": list(each.reasons),
            "cause": each.cause,
            "services": list(each.services),
            "fixes": [
                {"action": fix.action, "outcome": fix.outcome, "by": fix.by, "record": fix.record}
                for fix in each.fixes
            ],
            "resolved_by": each.resolved_by,
            "minutes_to_resolve": each.minutes_to_resolve,
        },
    )
