"""What becomes of an envelope whose work failed: it is tried again later, or given up, which is said in its thread.

It knows no envelope's meaning, only where a message stands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.store.intake import Intake, Work
from bot.thread import Thread

log = structlog.get_logger()


@dataclass(frozen=True)
class Failures:
    """Where work that failed goes, in the intake or beside it."""

    intake: Intake
    thread: Thread
    now: Callable[[], datetime]

    async def take(self, work: Work, error: Exception) -> None:
        """Let *work* wait for another try, or give it up and say so."""
        log.error("intake_failed", intake=work.id, kind=work.envelope.kind, exc_info=error)
        if not await self.intake.again(work, f"{type(error).__name__}: {error}"[:500], self.now()):
            log.error("intake_given_up", intake=work.id)
            await self._tell_given_up(work)

    async def _tell_given_up(self, work: Work) -> None:
        """Say under the message that nothing will come of it: no silence."""
        body = work.envelope.body
        channel, ts = str(body.get("channel") or ""), str(body.get("thread_ts") or body.get("ts") or "")
        if channel and ts:
            text = f"I could not work on this after {work.tries + 1} tries; it is kept (intake {work.id}) and logged."
            await self.thread.post(f"intake:{work.id}:failed", channel, text, ts)
