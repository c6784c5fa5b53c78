"""What must wait for a model, done beside the intake: alerts behind it do not wait.

The envelope stays ours by its lease and is closed when the work is done; a process that dies meanwhile leaves it to
whoever takes it up. It knows no envelope's meaning.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.store.intake import Intake, Work

log = structlog.get_logger()


@dataclass(frozen=True)
class Aside:
    """The works of one process that are done beside the intake."""

    intake: Intake
    now: Callable[[], datetime]
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, work: Work, doing: Callable[[], Awaitable[str]]) -> None:
        """Do *doing* and close *work* with the note that it returns."""
        task = asyncio.create_task(self._done(work, doing), name=f"intake:{work.id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Let go of what is not done; its envelopes are given back with the intake's."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _done(self, work: Work, doing: Callable[[], Awaitable[str]]) -> None:
        try:
            await self.intake.done(work, await doing())
        except Exception as error:  # as in the intake itself: it is tried again after a pause
            log.exception("intake_failed", intake=work.id, kind=work.envelope.kind)
            why = f"{type(error).__name__}: {error}"[:500]
            if not await self.intake.again(work, why, self.now()):
                log.error("intake_given_up", intake=work.id)  # noqa: TRY400 (told above, with its traceback)
