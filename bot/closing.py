"""The end of a case, as people ask for it: drafted, accepted, submitted, or the investigation stopped. Once.

Two people may close one case within a second: the first one's words are kept, the second is told who was first. It
knows no Slack payload but the modal's fields.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.dossier import Dossier
from bot.guard import Whisper
from bot.investigation.ending import Reopened, Resolution
from bot.investigation.events import Event, ResolutionDrafted, Resolved, Stopped
from bot.resolution import draft_for, read_modal
from bot.store.cases import CaseRow, Cases

OPEN_STILL = "{case} is open: there is no end to take back."
ALREADY = "{case} was resolved by <@{by}> already. What they wrote is kept; yours was not written over it."


@dataclass(frozen=True)
class Closing:
    """Where cases end. *stop* ends an investigation that runs, *resolved* lets memory keep the outcome.

    *reopened* lets memory take it back. *whisper* shows a text to one person in a channel.
    """

    cases: Cases
    dossier: Dossier
    stop: Callable[[int], Awaitable[None]]
    resolved: Callable[[CaseRow], Awaitable[None]]
    reopened: Callable[[CaseRow], Awaitable[None]]
    whisper: Whisper
    now: Callable[[], datetime]

    async def draft(self, row: CaseRow, user: str, said: str) -> str:
        """Draft the end from what is known; *said* are the person's own words."""
        case = await self.dossier.read(row)
        if case.resolution is not None:
            return await self._too_late(row, user)
        await self.dossier.record(row, [ResolutionDrafted(draft_for(case, self.now(), user, said))])
        return f"drafted the end of {row.id}"

    async def accept(self, row: CaseRow, user: str) -> str:
        """Close with the draft as it stands."""
        case = await self.dossier.read(row)
        if case.reopened_by or case.draft is None or not case.draft.root_cause or not case.draft.fix:
            return "ignored: the draft lacks a cause or a fix"
        return await self._close(row, replace(case.draft, by=user))

    async def submitted(self, row: CaseRow | None, body: Mapping[str, Any]) -> str:
        """Close with what a person wrote into the modal."""
        resolution = read_modal(body["view"], str(body["user"]), self.now())
        if row is None or isinstance(resolution, dict):
            return "ignored: submission without a case"
        return await self._close(row, resolution)

    async def stopped(self, row: CaseRow, user: str) -> str:
        """End the investigation, not the case."""
        case = await self.dossier.read(row)
        if case.finished:
            return f"{row.id} has ended already"
        await self.dossier.record(row, [Stopped(user)])
        await self.cases.set_state(row.number, "concluded", self.now())
        await self.stop(row.number)
        return f"stopped {row.id}"

    async def reopen(self, row: CaseRow, user: str, why: str) -> str:
        """Take the end of a case back; *why* are the person's own words. Twice changes nothing."""
        if await self.dossier.reopen(row, Reopened(user, why)) is None:
            case = await self.dossier.read(row)
            if case.reopened_by != user:
                await self.whisper(row.place.channel, user, OPEN_STILL.format(case=row.id), [])
            return f"{row.id} is open already"
        await self.reopened(row)
        return f"reopened {row.id}"

    async def _close(self, row: CaseRow, resolution: Resolution) -> str:
        events: list[Event] = [Resolved(resolution)]
        if not (await self.dossier.read(row)).finished:
            events.insert(0, Stopped(resolution.by))
        if await self.dossier.end(row, events) is None:
            return await self._too_late(row, resolution.by)
        await self.stop(row.number)
        await self.resolved(row)
        return f"resolved {row.id}"

    async def _too_late(self, row: CaseRow, user: str) -> str:
        """Tell the second who was first; Slack's redelivery of one press tells nobody anything."""
        case = await self.dossier.read(row)
        by = case.resolution.by if case.resolution else ""
        if by and by != user:
            await self.whisper(row.place.channel, user, ALREADY.format(case=row.id, by=by), [by])
        return f"{row.id} is resolved already, by {by or 'somebody'}"
