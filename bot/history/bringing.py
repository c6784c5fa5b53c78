"""A channel's past into memory: resumable, and the same again changes nothing.

How far it came is kept in SQL after each page, so that a run that was cut goes on there. A dry run reads the same and
stores nothing, not even that. It decides nothing about threads; `bot/history/story.py` does.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from bot.history.channel_history import ChannelHistory, Page
from bot.history.story import Message, Setting, incident_of
from bot.store.cases import Cases, Place
from memory.import_record import LeftOut
from memory.importing import Bringing, ImportReport
from memory.incident import Incident
from memory.memory import Memory

Remembered = Callable[[str, str], Awaitable[str]]
"""Given a channel and a thread's ts: the case of ours that memory has of it, or nothing."""
Progress = Callable[[ImportReport, str], None]


@dataclass(frozen=True)
class ChannelImport:
    """The import of one channel; *most* threads are read, rounded up to the page."""

    memory: Memory
    history: ChannelHistory
    setting: Setting
    remembered: Remembered
    most: int | None = None

    async def begun(self) -> str:
        """Return the ts where an earlier run was cut, or nothing."""
        return str(await self.memory.records.setting(self._note) or "")

    async def run(self, *, dry_run: bool, on_progress: Progress) -> ImportReport:
        """Read the channel, from where an earlier run was cut, and remember what it tells.

        Raises:
            SlackRefuses, SlackAway: Slack stopped answering; what was stored stays, and the next run goes on there.
            MemoryUnavailable: the database cannot be written; the same holds.
        """
        bringing, alone = Bringing(self.memory, dry_run=dry_run), 0
        async for page in self.history.pages(await self.begun()):
            alone += page.alone
            await self._take(bringing, page)
            await bringing.keep()
            if not dry_run:
                await self.memory.records.note(self._note, page.upto)
            on_progress(bringing.report, page.upto)
            if self.most is not None and bringing.report.read >= self.most:
                break
        if not dry_run:
            await self.memory.records.forget_notes(self._note)
        if not alone:
            return bringing.report
        left = LeftOut(f"{alone} post{'s' if alone > 1 else ''}", "without a thread below", alone)
        return replace(bringing.report, left_out=(*bringing.report.left_out, left))

    async def _take(self, bringing: Bringing, page: Page) -> None:
        for thread in page.threads:
            await bringing.take(await self._read(thread))

    async def _read(self, thread: Sequence[Message]) -> Incident | LeftOut:
        ts = str(thread[0]["ts"])
        if case := await self.remembered(self.setting.channel, ts):
            return LeftOut(f"thread {ts}", f"is {case}, which memory has from its own resolution")
        return incident_of(thread, self.setting)

    @property
    def _note(self) -> str:
        ends = (self.history.oldest, self.history.latest)
        bounds = (
            f":{'-'.join(ends)}" if any(ends) else ""
        )  # a part of the channel is another run than all of it
        return f"slack_import:{self.setting.workspace}:{self.setting.channel}{bounds}"


def remembered_by(cases: Cases) -> Remembered:
    """Return how to find the case in *cases* whose own resolution memory has."""

    async def remembered(channel: str, ts: str) -> str:
        row = await cases.at(Place(channel, ts))
        return row.id if row is not None and row.state == "remembered" else ""

    return remembered
