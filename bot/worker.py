"""The loops behind the desk: take what was heard, take cases, investigate them, hold their leases, drain.

Everything it does is taken from SQL by a lease, so that a dead worker's load is another one's. It knows no Slack
payload and no investigation step.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from bot.dossier import Dossier
from bot.investigation.events import ModelAttempted, ModelSelected
from bot.investigation.investigator import Investigator
from bot.store.cases import LEASE, CaseRow, Cases
from bot.store.intake import Intake, Work

log = structlog.get_logger()

IDLE = 1.0
Handle = Callable[[Work], Awaitable[str]]


@dataclass
class Worker:
    """One process's share of the work. *at_once* bounds how many cases are investigated together."""

    intake: Intake
    cases: Cases
    dossier: Dossier
    investigator: Investigator
    now: Callable[[], datetime]
    at_once: int = 4
    running: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _heard: asyncio.Event = field(default_factory=asyncio.Event)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)
    _draining: bool = False

    def heard(self) -> None:
        """Tell that there is something in the intake."""
        self._heard.set()

    def opened(self) -> None:
        """Tell that there is a case to be investigated."""
        self._opened.set()

    def stop(self, number: int) -> None:
        """Stop working on a case now; what its journal says decides what follows."""
        if task := self.running.get(number):
            task.cancel()

    async def run(self, handle: Handle) -> None:
        """Work for ever, each envelope through *handle*; cancel to stop."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(handle))
            group.create_task(self._investigate_all())

    async def drain(self, grace_s: float = 10.0) -> None:
        """Take nothing new, give running cases *grace_s* to end, then let them go to whoever comes next."""
        self._draining = True
        if self.running:
            await asyncio.wait(self.running.values(), timeout=grace_s)
        for task in list(self.running.values()):
            task.cancel()
        await asyncio.gather(*self.running.values(), return_exceptions=True)
        await self.cases.release()

    async def _listen(self, handle: Handle) -> None:
        while not self._draining:
            self._heard.clear()
            work = await self.intake.take(self.now())
            if work is None:
                await _wait(self._heard)
                continue
            await self._do(work, handle)

    async def _do(self, work: Work, handle: Handle) -> None:
        try:
            note = await handle(work)
        except Exception as error:  # one unreadable envelope must not stop the intake
            log.exception("intake_failed", intake=work.id, kind=work.envelope.kind)
            if not await self.intake.again(work, f"{type(error).__name__}: {error}"[:500]):
                log.error("intake_given_up", intake=work.id)  # noqa: TRY400 (told above, with its traceback)
        else:
            await self.intake.done(work, note)

    async def _investigate_all(self) -> None:
        while not self._draining:
            self._opened.clear()
            row = await self.cases.claim(self.now()) if len(self.running) < self.at_once else None
            if row is None:
                await _wait(self._opened)
                continue
            task = asyncio.create_task(self._investigate(row), name=row.id)
            self.running[row.number] = task
            task.add_done_callback(partial(self._ended, row.number))

    def _ended(self, number: int, _task: asyncio.Task[None]) -> None:
        self.running.pop(number, None)
        self._opened.set()

    async def _investigate(self, row: CaseRow) -> None:
        structlog.contextvars.bind_contextvars(case=row.id)
        try:
            async with self._held(row):
                await self._to_its_end(row)
        except Exception:  # the lease runs out and the case is taken up again from its journal
            log.exception("investigation_interrupted", case=row.id)

    async def _to_its_end(self, row: CaseRow) -> None:
        case = await self.dossier.read(row)
        await self.dossier.thread.show(row, case)
        while not case.finished:
            async with aclosing(self.investigator.investigate(case)) as events:
                async for event in events:
                    expected = len(case.history) + 1
                    case = await self.dossier.record(row, [event])
                    if len(case.history) != expected and not isinstance(
                        event, ModelSelected | ModelAttempted
                    ):
                        break  # a person wrote as well: take the next step from the case as it stands now
        await self.cases.set_state(row.number, "concluded", self.now())

    @asynccontextmanager
    async def _held(self, row: CaseRow) -> AsyncIterator[None]:
        """Lengthen the lease while the block runs; stop the block when the lease is lost."""
        working = asyncio.current_task()

        async def beat() -> None:
            while True:
                await asyncio.sleep(LEASE.total_seconds() / 3)
                if not await self.cases.hold(row.number, self.now()):
                    log.warning("lease_lost", case=row.id)
                    if working is not None:
                        working.cancel()

        heart = asyncio.create_task(beat())
        try:
            yield
        finally:
            heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await heart


async def _wait(event: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), IDLE)
