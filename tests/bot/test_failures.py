"""Work that fails, in the intake or beside it: tried again, and given up only with a word in its thread."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.aside import Aside
from bot.failures import Failures
from bot.poster import Poster
from bot.store.intake import MAX_TRIES, MOST_PAUSE, Envelope, Intake, Work
from bot.store.replies import Replies
from bot.thread import Thread
from tests.conftest import Clock
from tests.faults.machine import Wall


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
async def aside(engine: AsyncEngine, clock: Clock, wall: Wall) -> AsyncIterator[Aside]:
    intake, replies = Intake(engine, "a"), Replies(engine)
    thread = Thread(replies, Poster(replies, wall, clock), clock)
    running = Aside(intake, Failures(intake, thread, clock), clock)
    yield running
    await running.close()


async def broken() -> str:
    msg = "the label is none"
    raise ValueError(msg)


async def fails_beside(aside: Aside, work: Work) -> None:
    before = asyncio.all_tasks()
    aside.start(work, broken)
    await asyncio.gather(*(asyncio.all_tasks() - before))


async def tried_to_the_end(aside: Aside, clock: Clock, body: dict[str, str]) -> int:
    """Return how often it was tried."""
    await aside.intake.keep(Envelope("T1", "E1", "event", body), clock())
    times = 0
    while taken := await aside.intake.take_many(clock(), 1):
        await fails_beside(aside, taken[0])
        clock.pass_(seconds=MOST_PAUSE.total_seconds() + 1)
        times += 1
    return times


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"channel": "C1", "ts": "7.0"}, "7.0"),
        ({"channel": "C1", "ts": "8.0", "thread_ts": "7.0"}, "7.0"),
    ],
)
async def test_what_is_given_up_beside_the_intake_is_told_once_in_its_thread(
    aside: Aside, clock: Clock, wall: Wall, body: dict[str, str], at: str
) -> None:
    assert await tried_to_the_end(aside, clock, body) == MAX_TRIES
    (told,) = wall.posts
    assert (told.wanted.channel, told.wanted.thread_ts) == ("C1", at)
    assert f"could not work on this after {MAX_TRIES} tries" in told.wanted.body["text"]


async def test_what_fails_and_may_be_tried_again_is_not_told(aside: Aside, clock: Clock, wall: Wall) -> None:
    await aside.intake.keep(Envelope("T1", "E1", "event", {"channel": "C1", "ts": "7.0"}), clock())
    (work,) = await aside.intake.take_many(clock(), 1)
    await fails_beside(aside, work)
    assert wall.posts == []
    assert await aside.intake.waiting() == 1


async def test_what_stands_under_no_message_is_kept_and_told_nowhere(
    aside: Aside, clock: Clock, wall: Wall
) -> None:
    assert await tried_to_the_end(aside, clock, {"channel": "C1", "user": "U1"}) == MAX_TRIES
    assert wall.posts == []
