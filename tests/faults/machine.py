"""What the state machines share: the bot's stores and outbox in a process that may die, and Slack as a wall.

Slack is the smallest thing that the poster's protocol asks for; it loses answers when told to.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from bot.dossier import Dossier
from bot.poster import Later, Poster, Sent
from bot.store.cases import Cases
from bot.store.database import create_tables, engine_for
from bot.store.intake import Envelope, Intake
from bot.store.replies import Due, Replies
from bot.thread import Thread

Result = TypeVar("Result")


class Wall:
    """Slack as the poster sees it: posts by key; it may take one and lose the answer."""

    def __init__(self) -> None:
        self.posts: list[Due] = []
        self.loses_answers = 0

    @property
    def keys(self) -> list[str]:
        return [due.wanted.key for due in self.posts]

    async def post(self, due: Due) -> Sent:
        self.posts.append(due)
        ts = f"{len(self.posts)}.0"
        if self.loses_answers:
            self.loses_answers -= 1
            raise Later("the answer was lost", timedelta(seconds=1), unsure=True)
        return Sent(ts)

    async def find(self, due: Due) -> str | None:
        return f"{self.keys.index(due.wanted.key) + 1}.0" if due.wanted.key in self.keys else None

    async def edit(self, due: Due, ts: str) -> Sent:  # noqa: ARG002 — the poster's signature
        return Sent(ts)

    async def react(self, due: Due, ts: str) -> None:
        """Take it."""


class Machine(RuleBasedStateMachine):
    """One process after the other on one database; `tables` are those beside the bot's own."""

    tables: ClassVar[tuple[sa.MetaData, ...]] = ()

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(prefix="machine-")
        self.at = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
        self.wall = Wall()
        self.number = 0
        self.last: Envelope | None = None
        self.start()

    def start(self) -> None:
        """Start a process, as the only one on the database."""
        self.engine = engine_for(None, Path(self.folder.name))
        self.run(create_tables(self.engine, *self.tables))
        self.intake, self.cases = Intake(self.engine, "a"), Cases(self.engine, "a")
        self.poster = Poster(Replies(self.engine), self.wall, self.now)
        self.dossier = Dossier(self.cases, Thread(self.poster.replies, self.poster, self.now), self.now)
        self.assemble()
        self.run(self.intake.take_over())
        self.run(self.poster.replies.take_over())

    def assemble(self) -> None:
        """Make what is tried, on the stores that are open."""

    def restart(self) -> None:
        """Die, and start again."""
        self.run(self.engine.dispose())
        self.start()

    def now(self) -> datetime:
        return self.at

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run(work)

    @invariant()
    def no_reply_stands_twice(self) -> None:
        assert [key for key, times in Counter(self.wall.keys).items() if times > 1] == []

    def teardown(self) -> None:
        self.run(self.engine.dispose())
        self.loop.close()
        self.folder.cleanup()


def tried(share: int, steps: int) -> settings:
    """Return settings for a machine: a *share*th of the profile's examples, each of *steps*."""
    return settings(
        max_examples=max(1, settings().max_examples // share),
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
