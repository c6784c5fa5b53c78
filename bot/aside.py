"""What must wait for a model, done beside the intake: alerts behind it do not wait.

The envelope stays ours by its lease, which is lengthened meanwhile, and is closed when the work is done; a process
that dies meanwhile leaves it to whoever takes it up. It knows no envelope's meaning.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.failures import Failures
from bot.store.intake import LEASE, Intake, Work

log = structlog.get_logger()


@dataclass(frozen=True)
class Aside:
    """The works of one process that are done beside the intake."""

    intake: Intake
    failures: Failures
    now: Callable[[], datetime]
    _running: dict[asyncio.Task[None], int] = field(default_factory=dict)

    def start(self, work: Work, doing: Callable[[], Awaitable[str]]) -> None:
        """Do *doing* and close *work* with the note that it returns."""
        task = asyncio.create_task(self._done(work, doing), name=f"intake:{work.id}")
        self._running[task] = work.id
        task.add_done_callback(self._running.pop)

    @property
    def rows(self) -> frozenset[int]:
        """The intake rows that are being worked on here: nobody else may take them up."""
        return frozenset(self._running.values())

    async def close(self) -> None:
        """Let go of what is not done; its envelopes are given back with the intake's."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _held(self, work: Work) -> None:
        """Lengthen the lease of *work* again and again."""
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            try:
                await self.intake.hold(work, self.now())
            except SQLAlchemyError:  # the database's trouble, which the work itself meets as well
                log.warning("intake_not_held", intake=work.id)

    async def _done(self, work: Work, doing: Callable[[], Awaitable[str]]) -> None:
        heart = asyncio.create_task(self._held(work), name=f"intake:{work.id}:held")
        try:
            await self.intake.done(work, await doing())
        except Exception as error:  # noqa: BLE001 (an edge, as in the intake itself: it is logged there)
            await self.failures.take(work, error)
        finally:
            heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await heart
