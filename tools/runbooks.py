"""`find_runbook`: the runbook that people wrote for this alert, or an honest none.

Facts of an observation: id, title, fit (0..1), why, alerts, services, steps (what it says to do, one text).
"""

import asyncio
import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from tools.asking import ask_all, deadline_of
from tools.lane import in_lane
from tools.runbook_links import AlertLinks
from tools.runbook_search import Found, RunbookIndex
from tools.sources import AlertSource, LinkedRunbooks, RunbookSource
from tools.telemetry import Runbook
from tools.tool import Findings, Observation, Scope, Status, ToolCall

SHOWN = 3
MAX_STEPS = 600
_TO_DO = re.compile(
    r"^#+ *(what to do|steps?|remediation|mitigation|resolution|how to fix( it)?|actions?)\b.*$",
    re.IGNORECASE | re.MULTILINE,
)


class FindRunbook(BaseModel):
    """What may be asked of `find_runbook`."""

    model_config = ConfigDict(extra="forbid")
    text: str | None = Field(
        default=None,
        max_length=4000,
        description="The alert's name or the symptoms in words; default: the alert.",
    )


class RunbookTool:
    """Finds the runbook for an alert among all sources."""

    name = "find_runbook"
    description = (
        "Finds the team's runbook for the alert or for symptoms given in words: what it means, what to check first, "
        "what to do. Says so when none fits."
    )
    arguments: type[BaseModel] = FindRunbook

    def __init__(
        self,
        sources: Sequence[RunbookSource],
        pages: Sequence[LinkedRunbooks] = (),
        alerts: Sequence[AlertSource] = (),
    ) -> None:
        """Ask all of *sources*; the index is kept until what they hold changes.

        Links of the alert's own text and of *alerts* that fire for it are read where *pages* may.
        """
        self._sources = tuple(sources)
        self._links = AlertLinks(pages, alerts)
        self._indexed: tuple[Runbook, ...] = ()
        self._index = RunbookIndex(())

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        """Find what fits, best first."""
        assert isinstance(arguments, FindRunbook)
        by = deadline_of(scope)
        linked, (answers, problems) = await asyncio.gather(
            self._links.read(scope, by),
            ask_all(self._sources, lambda source: source.runbooks(), what="runbooks", by=by),
        )
        problems = (*linked.problems, *problems)
        origin = {each.id: source.name for source, found in answers for each in found}
        runbooks = tuple({each.id: each for _, found in answers for each in found}.values())
        if runbooks != self._indexed:
            self._index, self._indexed = await in_lane(RunbookIndex, runbooks), runbooks
        asked = arguments.text or scope.text
        found = await in_lane(self._index.search, asked, service=scope.service, limit=SHOWN)
        fitting = [*linked.found, *(each for each in found if each.fits)][:SHOWN]
        call = ToolCall(self.name)
        if not fitting:
            closest = f"; the closest is “{found[0].runbook.title}”" if found else ""
            note = "; ".join([f"none of {len(runbooks)} runbooks fits{closest}", *problems])
            return Findings(call, Status.NOTHING, note=note, problems=problems)
        observations = tuple(
            _observation(each, origin.get(each.runbook.id) or linked.source) for each in fitting
        )
        note = "; ".join([f"{len(fitting)} of {len(runbooks)} runbooks", *problems])
        return Findings(call, Status.FOUND, observations, note, problems=problems)


def _observation(found: Found, source: str) -> Observation:
    runbook = found.runbook
    return Observation(
        kind="runbook",
        text=f"{runbook.title} ({found.why})\n{runbook.text.strip()}",
        source=source,
        query=found.why,
        link=runbook.link,
        facts={
            "id": runbook.id,
            "title": runbook.title,
            "fit": round(found.fit, 3),
            "why": found.why,
            "alerts": list(runbook.alerts),
            "services": list(runbook.services),
            "steps": _steps(runbook.text),
        },
    )


def _steps(text: str) -> str:
    """Return the section that says what to do, its lines joined; empty when there is no such heading."""
    found = _TO_DO.search(text)
    if found is None:
        return ""
    section = text[found.end() :].partition("\n#")[0]
    return " ".join(line.strip() for line in section.splitlines() if line.strip())[:MAX_STEPS]
