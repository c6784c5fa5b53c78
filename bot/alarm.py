"""Says what is wrong with the bot itself, past the database: for when that cannot be written, or no case is concerned.

A line goes under the message that it is about, and to the operators' channel where one is set; the same trouble is
told once an hour. It needs no SQL and keeps nothing: after a restart it may be told once more.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.poster import Later, Never, Slack
from bot.store.replies import Due, Wanted

log = structlog.get_logger()

AGAIN_AFTER = timedelta(hours=1)


@dataclass
class Alarm:
    """The bot's own troubles. *operators* is their channel's id, or empty."""

    slack: Slack
    operators: str
    now: Callable[[], datetime]
    _told: dict[str, datetime] = field(default_factory=dict)

    async def tell(self, what: str, line: str, channel: str = "", thread_ts: str | None = None) -> None:
        """Say *line* about *what*, unless it was said within the hour; one that Slack does not take is only logged."""
        now = self.now()
        told = self._told.get(what)
        if told is not None and now - told < AGAIN_AFTER:
            return
        self._told[what] = now
        log.error("alarm", what=what, line=line)
        places = [(channel, thread_ts)] if channel else []
        if self.operators and self.operators != channel:
            places.append((self.operators, None))
        for where, thread in places:
            await self._post(f"alarm:{what}:{now:%Y-%m-%dT%H:%M}:{where}", line, where, thread)

    def over(self, what: str) -> None:
        """Note that *what* is over: the next time is told at once."""
        self._told.pop(what, None)

    async def _post(self, key: str, line: str, channel: str, thread_ts: str | None) -> None:
        body = {
            "text": line,
            "mentions": [],
            "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": f"⚠️ {line}"[:2900]}}],
        }
        try:
            await self.slack.post(Due(Wanted(key, "alarm", channel, thread_ts, body), None, 0, unsure=False))
        except (Later, Never) as refused:
            log.warning("alarm_not_posted", channel=channel, why=str(refused))
