"""What follows the end of a case: the outcome goes to memory and into the post-mortem, and what is too old goes away.

A failure delays it and loses nothing: the case stays "resolved" until it is remembered, and every sweep tries again. It
knows no Slack beyond the link of a thread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.alarm import Alarm
from bot.blocks.words import ended
from bot.dossier import Dossier
from bot.forgetting import Forgetting
from bot.identity import permalink
from bot.postmortem.folder import PostmortemFolder
from bot.privacy import PrivacyUnknown
from bot.remembering import Remembering
from bot.store.cases import CaseRow, Cases
from bot.troubles import tell_once
from memory.memory import MemoryUnavailable

log = structlog.get_logger()

TAKEN_BACK_HERE = "Memory is told that this case is open again as soon as that is back; tried every 30 s."
KEPT_HERE = "The outcome is kept with the case and is remembered as soon as that is back; tried every 30 s."


@dataclass(frozen=True)
class WriteBack:
    """Keeps memory in step with the cases. *address* is the workspace's; *keep* how long incidents are kept."""

    cases: Cases
    dossier: Dossier
    remembering: Remembering
    postmortems: PostmortemFolder
    forgetting: Forgetting
    address: str
    keep: timedelta | None
    now: Callable[[], datetime]
    alarm: Alarm

    async def remember(self, row: CaseRow) -> None:
        """Write the outcome of a resolved case to memory; what fails now is told, and done by the next sweep."""
        case = await self.dossier.read(row)
        if case.remembered is not None:
            await self.cases.set_state(row.number, "remembered", self.now())
            return
        try:
            kept = await self.remembering.remember(case, self._link(row))
        except (MemoryUnavailable, PrivacyUnknown) as away:
            await tell_once(self.dossier, row, "memory", f"{ended(str(away))} {KEPT_HERE}")
            return
        closed = await self.dossier.end(row, [kept], "remembered")
        if closed is not None:  # else another replica was faster, and has written the same
            await self.postmortems.keep(closed)

    async def take_back(self, row: CaseRow) -> None:
        """Let memory know that an outcome does not stand any more; what fails now is done by the next sweep."""
        case = await self.dossier.read(row)
        try:
            await self.remembering.take_back(case, self._link(row))
        except (MemoryUnavailable, PrivacyUnknown) as away:
            await tell_once(self.dossier, row, "memory", f"{ended(str(away))} {TAKEN_BACK_HERE}")
            return
        await self.postmortems.keep(case)
        await self.cases.set_state(row.number, "concluded", self.now())

    def _link(self, row: CaseRow) -> str | None:
        return permalink(self.address, row.place.channel, row.place.thread_ts)

    async def sweep(self) -> None:
        """Do what an earlier failure or a dead process left undone."""
        for row in await self.cases.in_state("reopened"):
            await self.take_back(row)
        for row in await self.cases.in_state("resolved"):
            await self.remember(row)
        if mended := await self.remembering.catch_up():
            await self.alarm.tell("index", mended)

    async def expire(self) -> None:
        """Forget what is older than the policy keeps."""
        if self.keep is not None:
            await self.forgetting.expire(self.remembering.workspace, self.keep, self.now())

    async def keep_apart(self) -> None:
        """Hide the incidents of channels that have become private since."""
        try:
            await self.remembering.keep_apart()
        except (MemoryUnavailable, PrivacyUnknown) as away:
            log.warning("privacy_not_checked", why=str(away))
