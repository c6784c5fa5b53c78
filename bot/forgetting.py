"""Forgets a case everywhere: memory and what was derived from it, the database, its post-mortem, our posts in Slack.

It runs when the message is deleted under which the case stands, when an allowed person says "forget", and from the
terminal. What cannot be undone here is told in docs/memory.md: people's own messages in Slack are theirs.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.dossier import Dossier
from bot.investigation.events import QuestionAnswered
from bot.postmortem.folder import PostmortemFolder
from bot.store.cases import CaseRow
from bot.store.erasing import Erasing
from memory.forgetting import expire
from memory.incident import Incident
from memory.memory import Memory

log = structlog.get_logger()

Unpost = Callable[[str, str], Awaitable[None]]
"""Takes one of our own messages (channel, ts) out of Slack."""


class TakesBack(Protocol):
    """What deletes a file of ours from Slack."""

    async def take_back(self, file: str) -> None:
        """Delete *file*, which need not exist any more."""
        ...


@dataclass(frozen=True)
class Forgetting:
    """Takes cases back. Without *dossier* nobody has their files open (the terminal)."""

    memory: Memory
    erasing: Erasing
    postmortems: PostmortemFolder
    unpost: Unpost | None = None
    files: TakesBack | None = None
    dossier: Dossier | None = None

    async def forget(self, row: CaseRow) -> str:
        """Forget a case; doing so again changes nothing.

        Raises:
            MemoryUnavailable: the database cannot be written; nothing was forgotten.
        """
        told = await self._forget(row)
        await self.erasing.clean()
        return told

    async def expire(self, workspace: str, keep: timedelta, now: datetime) -> int:
        """Forget the cases and the incidents that ended longer than *keep* ago; return how many there were.

        Raises:
            MemoryUnavailable: the database cannot be written; the rest is forgotten the next time.
        """
        old = await self.erasing.older_than(now - keep)
        for row in old:
            await self._forget(row)
        gone = await expire(self.memory, workspace, keep, now)
        if old or gone:
            await self.erasing.clean()
        return len(old) + len(gone)

    async def _forget(self, row: CaseRow) -> str:
        files = await self._files_of(row)
        known = (await self.memory.records.get([row.id])).get(row.id)
        await self.memory.withdraw(row.id)
        erased = await self.erasing.erase(row, words_of_it(known) if known else ())
        await self.postmortems.drop(row.id)
        await self._show_anew(row, erased.others)
        for channel, ts in erased.posts:
            if self.unpost is not None:
                await self.unpost(channel, ts)
        for file in files:
            if self.files is not None:
                await self.files.take_back(file)
        log.info("case_forgotten", case=row.id, posts=len(erased.posts), copies=len(erased.others))
        return f"forgot {row.id}"

    async def _files_of(self, row: CaseRow) -> list[str]:
        """Return the files that we put into the case's thread."""
        if self.dossier is None:
            return []
        history = (await self.dossier.read(row)).history
        return [
            each.event.file
            for each in history
            if isinstance(each.event, QuestionAnswered) and each.event.file
        ]

    async def _show_anew(self, row: CaseRow, others: tuple[int, ...]) -> None:
        """Draw the threads again that had recalled the case."""
        if self.dossier is None:
            return
        for number in (row.number, *others):
            self.dossier.close(number)
        for number in others:
            other = await self.dossier.cases.by_number(number)
            if other is not None:
                await self.dossier.thread.show(other, await self.dossier.read(other))


def words_of_it(incident: Incident) -> tuple[str, ...]:
    """Return what people wrote about *incident* that copies of it repeat."""
    fixes = [text for fix in incident.fixes for text in (fix.action, fix.why)]
    return (incident.root_cause, *fixes)
