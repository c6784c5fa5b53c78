"""Keeps what Slack tells before Slack is told that we have it; what cannot be kept is said, and not acknowledged.

It knows the intake and who waits for it, no meaning of an event beyond whether somebody waits for an answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.alarm import Alarm
from bot.permits import Permits
from bot.store.intake import Envelope, Intake

LIMITED = (
    "Slack holds events back: there are more than 30,000 an hour. Nothing is lost: what it held back is read from "
    "the channels' history within five minutes, and is marked as seen late."
)
UNKEPT = (
    "I cannot write to my database ({}), so this is not investigated yet. It is not lost: Slack tells me again, and "
    "I read this channel as soon as I can write. Memory and what was posted before still stand. Operators: make "
    "space for the data folder, or bring the database back."
)


@dataclass(frozen=True)
class Keeping:
    """The way of an envelope into the intake. *heard* wakes the worker."""

    intake: Intake
    heard: Callable[[], None]
    now: Callable[[], datetime]
    permits: Permits
    alarm: Alarm

    async def keep(self, envelope: Envelope) -> None:
        """Commit *envelope*.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it could not be written, which was said: do not acknowledge it.
        """
        try:
            fresh = await self.intake.keep(envelope, self.now())
        except SQLAlchemyError as error:
            await self._say_unkept(envelope.body, error)
            raise
        self.alarm.over("intake")
        if fresh:
            self.heard()

    async def limited(self) -> None:
        """Tell the operators that Slack holds events back."""
        await self.alarm.tell("events", LIMITED)

    async def _say_unkept(self, event: Mapping[str, Any], error: SQLAlchemyError) -> None:
        """Say it once, under what waits for us; where nobody waits, only to the operators."""
        posted = event.get("bot_id") and event.get("subtype") in {None, "bot_message"}
        waits = posted or event.get("type") == "app_mention"
        why = str(getattr(error, "orig", None) or error).splitlines()[0][:120]
        channel = str(event.get("channel") or "")
        if waits and channel and self.permits.listens(channel):
            thread = str(event.get("thread_ts") or event.get("ts") or "") or None
            await self.alarm.tell("intake", UNKEPT.format(why), channel, thread)
        else:
            await self.alarm.tell("intake, nobody waiting", UNKEPT.format(why))
