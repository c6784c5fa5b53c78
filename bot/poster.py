"""Sends what the outbox wants shown, once, in order, and never faster than Slack bears.

The outbox says what and when; `Slack` (a Protocol, its leaf is `bot/slack_web.py`) says how. Nothing here knows
what a reply means.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.store.replies import Due, Replies

log = structlog.get_logger()

IDLE = 1.0
THE_REST = timedelta(seconds=2)  # until a picture has been drawn and uploaded
MAX_WAIT = timedelta(minutes=10)
PATIENCE = timedelta(seconds=10)  # of a database that cannot be written, before it is told


class Later(Exception):
    """Slack did not take it now; *wait* is how long it asked us to, *unsure* whether it may have taken it.

    *locked_out*: it refuses our token.
    """

    def __init__(self, why: str, wait: timedelta, *, unsure: bool = False, locked_out: bool = False) -> None:
        """Keep why, how long, and whether to look before trying again."""
        super().__init__(why)
        self.wait = wait
        self.unsure = unsure
        self.locked_out = locked_out


class Never(Exception):
    """Slack will not take it, however often it is tried: the place is gone or refuses us."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """What Slack bears: about one post a second in a channel, with short bursts, so that a thread appears at once."""

    burst: int = 4
    post_every: timedelta = timedelta(seconds=1)
    edits_a_minute: int = 40
    edit_pause: timedelta = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Sent:
    """What stands in Slack now; it is *whole*, or a part of it (a picture) is still to come."""

    ts: str
    whole: bool = True


class Slack(Protocol):
    """What the poster does. All raise `Later` or `Never`."""

    async def post(self, due: Due) -> Sent:
        """Post it."""
        ...

    async def find(self, due: Due) -> str | None:
        """Return the ts of an earlier post of the same key, looked up by its metadata."""
        ...

    async def edit(self, due: Due, ts: str) -> Sent:
        """Change what stands under *ts*."""
        ...

    async def react(self, due: Due, ts: str) -> None:
        """Put a reaction on *ts*; one that stands already is fine."""
        ...


async def untold(_due: Due, _why: str) -> None:
    """Tell nobody."""


async def unheld(_case: int, _channel: str, _thread_ts: str | None) -> None:
    """Tell nobody."""


@dataclass
class Poster:
    """The loop between the outbox and Slack. *given_up* hears of what Slack will never take.

    *held_up* hears of the threads whose news wait because the outbox cannot be written.
    *locked_out* is Slack's word for refusing our token, until it takes something again.
    """

    replies: Replies
    slack: Slack
    now: Callable[[], datetime]
    given_up: Callable[[Due, str], Awaitable[None]] = untold
    tempo: Tempo = field(default_factory=Tempo)
    held_up: Callable[[int, str, str | None], Awaitable[None]] = unheld
    locked_out: str = ""
    _failing_since: datetime | None = None
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _posted: dict[str, deque[datetime]] = field(default_factory=dict)
    _edits: deque[datetime] = field(default_factory=deque)

    def nudge(self) -> None:
        """Tell the loop that something new is wanted."""
        self._wake.set()

    async def run(self) -> None:
        """Send for ever; cancel to stop."""
        while True:
            self._wake.clear()
            try:
                sent = await self.send_due()
            except Exception:  # the database is away: what is wanted still stands there
                log.exception("poster_waits_for_the_database")
                await self._tell_held_up()
                sent = 0
            else:
                self._failing_since = None
            if not sent:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(
                        self._wake.wait(), min(IDLE, self.tempo.post_every.total_seconds())
                    )

    async def _tell_held_up(self) -> None:
        """Tell, past the outbox, where something is known and not shown; a database may be full and still be read."""
        self._failing_since = self._failing_since or self.now()
        if self.now() - self._failing_since >= PATIENCE:
            with contextlib.suppress(SQLAlchemyError):
                for place in await self.replies.unshown():
                    await self.held_up(*place)

    async def send_due(self) -> int:
        """Send what is due now; return how many rows were looked at."""
        due = await self.replies.due(self.now())
        await asyncio.gather(*(self._send_channel(rows) for rows in _by_channel(due)))
        return len(due)

    async def deliver(self, key: str) -> str | None:
        """Send one row at once and return its ts; None when Slack does not take it now."""
        due = await self.replies.take(key, self.now())
        if due is not None:
            await self._send(due)
        return await self.replies.ts_of(key)

    async def _send_channel(self, rows: list[Due]) -> None:
        for due in rows:
            await self._send(due)

    async def _send(self, due: Due) -> None:
        if not due.held(self.now()):  # those before it took long: another process may be sending it by now
            await self.replies.give_back(due)
            return
        wait = self._pause(due)
        if wait:
            await self.replies.later(due, self.now() + wait, "paced", unsure=due.unsure)
            return
        try:
            sent = await self._ask_slack(due)
        except Later as later:
            self.locked_out = str(later) if later.locked_out else self.locked_out
            wait = min(max(later.wait, timedelta(seconds=min(2**due.tries, 60))), MAX_WAIT)
            log.warning("reply_delayed", key=due.wanted.key, why=str(later), wait_s=wait.total_seconds())
            await self.replies.later(due, self.now() + wait, str(later), unsure=later.unsure)
        except Never as never:
            log.warning("reply_given_up", key=due.wanted.key, why=str(never))
            await self.replies.never(due, str(never))
            await self.given_up(due, str(never))
        else:
            self.locked_out = ""
            if sent is None:  # a reaction whose message is not posted yet
                await self.replies.later(
                    due, self.now() + self.tempo.post_every, "its message is not posted", unsure=False
                )
            elif sent.whole:
                await self.replies.shown(due, sent.ts, self.now() + self.tempo.edit_pause)
            else:
                await self.replies.shown_in_part(due, sent.ts, self.now() + THE_REST)

    async def _ask_slack(self, due: Due) -> Sent | None:
        if due.wanted.kind == "reaction":
            ts = await self._react(due)
            return None if ts is None else Sent(ts)
        ts = due.ts
        if ts is None and due.unsure:
            ts = await self.slack.find(due)
        if ts is None:
            self._posted.setdefault(due.wanted.channel, deque(maxlen=self.tempo.burst)).append(self.now())
            return await self.slack.post(due)
        self._edits.append(self.now())
        return await self.slack.edit(due, ts)

    async def _react(self, due: Due) -> str | None:
        on = due.wanted.body["on"]
        ts = await self.replies.ts_of(on) if ":" in on else on
        if ts is not None:
            await self.slack.react(due, ts)
        return ts

    def _pause(self, due: Due) -> timedelta:
        """How long this row must wait for the pace of its channel or of the workspace's edits."""
        now = self.now()
        if due.wanted.kind == "reaction":
            return timedelta()
        if due.ts is None:
            posted = self._posted.get(due.wanted.channel)
            if posted is None or len(posted) < self.tempo.burst:
                return timedelta()
            return max(timedelta(), posted[0] + self.tempo.burst * self.tempo.post_every - now)
        while self._edits and now - self._edits[0] > timedelta(minutes=1):
            self._edits.popleft()
        if due.wanted.final or len(self._edits) < self.tempo.edits_a_minute:
            return timedelta()
        return self._edits[0] + timedelta(minutes=1) - now


def _by_channel(due: list[Due]) -> list[list[Due]]:
    channels: dict[str, list[Due]] = {}
    for row in due:
        channels.setdefault(row.wanted.channel, []).append(row)
    return list(channels.values())
