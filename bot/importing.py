"""Importing a channel's past from Slack: first what it would bring, to the asker alone; a button then brings it.

Both run beside the intake and are told as they end. A private channel's past is imported from within it alone. Who may
is decided before, for the words and again for the button (`bot/guard.py`); what a thread tells, `bot/history` says.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.aside import Aside
from bot.blocks.importing import BUSY, HOW, NOT_SEEN, imported, offered, on_the_way, outcome, stopped
from bot.blocks.words import Block, said
from bot.history.bringing import ChannelImport, Remembered
from bot.history.channel_history import PAGE, ChannelHistory, channel_id, mended
from bot.history.span import Span, asked_for, carried, days_before
from bot.history.story import Setting
from bot.privacy import PrivacyUnknown
from bot.slack_reading import SlackAway, SlackRefuses
from bot.store.intake import Work
from memory.importing import ImportReport
from memory.memory import Memory, MemoryUnavailable

log = structlog.get_logger()

MOST_THREADS: Final = 1_000  # about 20 minutes at the pace that Slack grants; the terminal reads more
TELLS_S: Final = 120.0


class Offer(Protocol):
    """Shows a text, or blocks in its place, to one person in a channel."""

    async def __call__(self, channel: str, user: str, text: str, blocks: list[Block]) -> None:
        """Show it."""
        ...


@dataclass(frozen=True, slots=True)
class Whose:
    """The workspace of an import: its id, its address, and our own ids in it."""

    workspace: str
    home: str
    me: frozenset[str]


@dataclass(slots=True)
class _Far:
    report: ImportReport = field(default_factory=ImportReport)
    upto: str = ""


@dataclass(frozen=True, slots=True)
class _Run:
    """One run: who asked where, for which posts, and whether it only looks."""

    user: str
    place: str
    span: Span
    private: bool
    dry_run: bool
    far: _Far = field(default_factory=_Far)


@dataclass(frozen=True)
class Importing:
    """Imports of one process, one at a time. *is_private* raises `PrivacyUnknown`; *listens* as `Permits.listens`."""

    client: AsyncWebClient
    whose: Whose
    memory: Memory
    remembered: Remembered
    is_private: Callable[[str], Awaitable[bool]]
    listens: Callable[[str], bool]
    offer: Offer
    aside: Aside
    tells_s: float = TELLS_S
    most: int = MOST_THREADS
    page: int = PAGE
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    def start(self, work: Work) -> None:
        """Do beside the intake what *work* asks for: look (`text`), or import what was looked at (`value`)."""

        async def done() -> str:
            return await self._done(work)

        self.aside.start(work, done)

    async def _done(self, work: Work) -> str:
        body = work.envelope.body
        place, user = str(body["channel"]), str(body["user"])
        if self._busy.locked():
            await self.offer(place, user, BUSY, [])
            return "refused: another import runs"
        async with self._busy:
            try:
                run = await self._meant(body, work)
            except (SlackRefuses, SlackAway, PrivacyUnknown) as error:
                await self.offer(place, user, stopped(said(mended(error)), 0, dry_run=True), [])
                return f"not imported: {error}"
            if isinstance(run, str):
                await self.offer(place, user, run, [])
                return f"refused: {run[:80]}"
            return await self._through(run)

    async def _meant(self, body: Mapping[str, Any], work: Work) -> _Run | str:
        """Return the run that is meant, or what the person is told where there is none.

        Raises:
            SlackRefuses, SlackAway, PrivacyUnknown: Slack does not say which channel it is.
        """
        place = str(body["channel"])
        span = carried(str(body.get("value", "")))
        dry_run = span is None
        if span is None:
            asked = asked_for(str(body.get("text", "")))
            if asked is None:
                return HOW
            try:
                channel = await channel_id(self.client, asked[0])
            except LookupError:
                return NOT_SEEN
            span = days_before(channel, asked[1], work.received_at)
        private = await self.is_private(span.channel)
        if not self.listens(span.channel) or (private and span.channel != place):
            return NOT_SEEN  # the same for all: it tells nothing of channels that the asker may not know
        return _Run(str(body["user"]), place, span, private, dry_run)

    async def _through(self, run: _Run) -> str:
        """Run *run* and tell what came of it; return that in a few words for the journal."""
        told = asyncio.create_task(self._tell_on(run))
        try:
            report = await self._import_of(run)
        except (SlackRefuses, SlackAway, MemoryUnavailable) as error:
            kept = run.far.report.stored
            why = said(mended(error))
            await self.offer(run.place, run.user, stopped(why, kept, dry_run=run.dry_run), [])
            return f"import of {run.span.channel} stopped: {error}"
        finally:
            told.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await told
        counted = f"{report.stored} stored, {report.unchanged} unchanged, {len(report.left_out)} left out"
        log.info("imported", user=run.user, span=run.span.value(), dry_run=run.dry_run, counted=counted)
        if not run.dry_run:
            await self.offer(run.place, run.user, imported(report, run.span), [])
            return f"imported from {run.span.channel}: {counted}"
        span = run.span
        if report.read >= self.most:  # it went no further than this page: nor will the import
            span = Span(span.channel, f"{float(run.far.upto) - 1e-6:.6f}", span.latest)
        await self.offer(run.place, run.user, outcome(report, span), offered(report, span))
        return f"looked at {run.span.channel}: {counted}"

    async def _import_of(self, run: _Run) -> ImportReport:
        """Read and, unless it is a dry run, store.

        Raises:
            SlackRefuses, SlackAway, MemoryUnavailable: it was cut; the same again goes on there.
        """
        span, whose = run.span, self.whose
        setting = Setting(whose.workspace, span.channel, run.private, whose.home, whose.me)
        history = ChannelHistory(
            self.client, span.channel, page=self.page, oldest=span.oldest, latest=span.latest
        )
        most = self.most if run.dry_run else None

        def on_progress(report: ImportReport, upto: str) -> None:
            run.far.report, run.far.upto = report, upto

        importing = ChannelImport(self.memory, history, setting, self.remembered, most)
        return await importing.run(dry_run=run.dry_run, on_progress=on_progress)

    async def _tell_on(self, run: _Run) -> None:
        while True:
            await asyncio.sleep(self.tells_s)
            if run.far.upto:
                line = on_the_way(run.far.report.read, run.far.upto)
                await self.offer(run.place, run.user, line, [])
