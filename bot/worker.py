"""The loops behind the desk: take what was heard, take cases, investigate them, hold their leases, drain.

Everything it does is taken from SQL by a lease, so that a dead worker's load is another one's. It knows no Slack
payload and no investigation step.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bot.aftermath import wait_for_model
from bot.alarm import Alarm
from bot.dossier import Dossier
from bot.failures import Failures
from bot.investigation.events import Concluded, Degraded, ModelAttempted, ModelSelected
from bot.investigation.investigator import Investigator
from bot.investigation.verdict import Verdict
from bot.investigation.waiting import ask_again_at
from bot.store.cases import LEASE, CaseRow, Cases
from bot.store.held import LeaseLost
from bot.store.intake import Intake, Work
from bot.store.timers import Timers

log = structlog.get_logger()

IDLE = 1.0
MOST_AT_ONCE = 100  # envelopes taken together
STORM = 20  # so many at once is a storm: then they are taken in bigger, rarer bites
BREATH = 0.25
MOST_INTERRUPTIONS = 5
STOP_S = 5.0
THE_ROWS_OWN = (DataError, IntegrityError)
"""What a database says of one row alone. Anything else is the database's own trouble, and waits until that is over."""
UNWRITTEN = (
    "I cannot write to my database, so {} stands still. What is above stands; it goes on by itself within two "
    "minutes of the database being back."
)


class Handling(Protocol):
    """The desk, as the worker gives it what was heard."""

    async def handle(self, work: Work) -> str | None:
        """Do it; return what came of it, or None when `settle` will close it."""
        ...

    async def settle(self) -> None:
        """Write down what was counted."""
        ...

    def forget(self) -> None:
        """Drop what was counted and cannot be written."""
        ...

    def beside(self) -> Collection[int]:
        """Return the intake rows that are worked on beside the intake."""
        ...


@dataclass
class Worker:
    """One process's share of the work. *at_once* bounds how many cases are investigated together."""

    intake: Intake
    failures: Failures
    cases: Cases
    dossier: Dossier
    investigator: Investigator
    now: Callable[[], datetime]
    alarm: Alarm
    at_once: int = 4
    timers: Timers | None = None  # without them no busy model is waited for
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

    async def stop(self, number: int) -> None:
        """Stop working on a case, and return once nothing more comes of it; its journal decides what follows."""
        if task := self.running.get(number):
            task.cancel()
            await asyncio.wait({task}, timeout=STOP_S)

    async def run(self, desk: Handling) -> None:
        """Work for ever, each envelope through *desk*; cancel to stop."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(desk))
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
        await self.intake.release()

    async def _listen(self, desk: Handling) -> None:
        while not self._draining:
            self._heard.clear()
            try:
                works = await self.intake.take_many(self.now(), MOST_AT_ONCE)
                await self._do_all(works, desk)
            except Exception:  # the database is away or full: nothing is lost, it is all in Slack or SQL
                log.exception("intake_waits_for_the_database")
                desk.forget()
                await self._give_back(desk.beside())
                works = []
            if not works:
                await _wait(self._heard)
            elif len(works) >= STORM:
                await asyncio.sleep(BREATH)

    async def _give_back(self, but: Collection[int]) -> None:
        """Let what was taken wait again, for the next look and not for the end of our own lease."""
        try:
            await self.intake.release(but)
        except SQLAlchemyError:
            log.warning("intake_keeps_its_lease", why="the database is still away")

    async def _do_all(self, works: Sequence[Work], desk: Handling) -> None:
        closed: list[tuple[Work, str]] = []
        for work in works:
            try:
                note = await desk.handle(work)
            except SQLAlchemyError as problem:
                if not isinstance(problem, THE_ROWS_OWN):
                    raise
                await self.failures.take(work, problem)
            except Exception as error:  # noqa: BLE001 (an edge: one unreadable envelope must not stop the intake; logged there)
                await self.failures.take(work, error)
            else:
                if note is not None:
                    closed.append((work, note))
        await desk.settle()
        if closed:
            await self.intake.done_many(closed)

    async def _investigate_all(self) -> None:
        while not self._draining:
            self._opened.clear()
            row = await self._claim() if len(self.running) < self.at_once else None
            if row is None:
                await _wait(self._opened)
                continue
            task = asyncio.create_task(self._investigate(row), name=row.id)
            self.running[row.number] = task
            task.add_done_callback(partial(self._ended, row.number))

    async def _claim(self) -> CaseRow | None:
        try:
            return await self.cases.claim(self.now())
        except SQLAlchemyError:
            log.exception("cases_wait_for_the_database")
            return None

    def _ended(self, number: int, _task: asyncio.Task[None]) -> None:
        self.running.pop(number, None)
        self._opened.set()

    async def _investigate(self, row: CaseRow) -> None:
        structlog.contextvars.bind_contextvars(case=row.id)
        try:
            async with self._held(row):
                await self._to_its_end(row)
        except LeaseLost:  # we stood still too long, or people ended it: what is done now is another one's
            log.warning("lease_lost", case=row.id)
        except Exception as error:  # the case is taken up again from its journal, when its lease runs out
            log.exception("investigation_interrupted", case=row.id)
            await self._interrupted(row, error)

    async def _interrupted(self, row: CaseRow, error: Exception) -> None:
        """Tell it in the thread; a case that is interrupted again and again is given up, not tried for ever."""
        kind = type(error).__name__
        try:
            case = await self.dossier.read(row)
            before = (entry.event for entry in case.history if isinstance(entry.event, Degraded))
            times = 1 + sum(told.what == "investigation" for told in before)
            if times >= MOST_INTERRUPTIONS:
                why = (
                    f"The investigation failed {times} times ({kind}) and is given up; what is above stands."
                )
                await self.dossier.record(
                    row, [Concluded(Verdict("gave_up", "evidence_only", None, why=why))]
                )
                await self.cases.set_state(row.number, "concluded", self.now())
                return
            line = (
                f"The investigation was interrupted ({kind}; {times} of {MOST_INTERRUPTIONS}). "
                "What is above stands; it goes on within a minute."
            )
            await self.dossier.record(row, [Degraded("investigation", line)])
        except SQLAlchemyError:
            log.exception("interruption_not_journalled", case=row.id)
            await self.alarm.tell(row.id, UNWRITTEN.format(row.id), row.place.channel, row.place.thread_ts)

    async def _to_its_end(self, row: CaseRow) -> None:
        case = await self.dossier.read(row)
        await self.dossier.thread.show(row, case)
        while not case.finished:
            async with aclosing(self.investigator.investigate(case)) as events:
                async for event in events:
                    expected = len(case.history) + 1
                    case = await self.dossier.record(row, [event], held=True)
                    if len(case.history) != expected and not isinstance(
                        event, ModelSelected | ModelAttempted | Degraded
                    ):
                        break  # a person wrote as well: take the next step from the case as it stands now
        if self.timers is not None and (due := ask_again_at(case, self.now())):
            await self.timers.set(wait_for_model(row, due))
        await self.cases.set_state(row.number, "concluded", self.now(), held=True)

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
