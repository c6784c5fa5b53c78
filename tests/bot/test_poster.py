"""The outbox and the poster, against the sandbox's Slack with its faults."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.investigation.alert import Alert
from bot.poster import Poster, Sent, Tempo
from bot.slack_web import SlackWeb
from bot.store.cases import Cases, Place
from bot.store.database import create_tables, engine_for
from bot.store.replies import Due, Replies, Wanted
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.conftest import Clock
from tests.faults.machine import Wall

CHANNEL = "C0001"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def poster(engine: AsyncEngine, sandbox: Sandbox, clock: Clock) -> Poster:
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    return Poster(Replies(engine), SlackWeb(client, lambda body: body), clock)


class SlowWall(Wall):
    """A Slack that takes half a minute for a post; *meanwhile* is what another process does."""

    def __init__(self, clock: Clock, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self._clock = clock
        self._meanwhile = meanwhile

    async def post(self, due: Due) -> Sent:
        self._clock.pass_(seconds=30)
        await self._meanwhile()
        return await super().post(due)


def wanted(text: str, key: str = "INC-1:recall", *, final: bool = False, thread: str | None = None) -> Wanted:
    return Wanted(key, "recall", CHANNEL, thread, {"text": text, "blocks": []}, final=final)


def texts(sandbox: Sandbox) -> list[str]:
    return [message["text"] for message in sandbox.messages(CHANNEL) if message.get("bot_id") == "B0BOT"]


async def test_a_reply_is_posted_once_and_then_edited(poster: Poster, sandbox: Sandbox, clock: Clock) -> None:
    await poster.replies.want([wanted("one")], clock())
    await poster.send_due()
    await poster.replies.want([wanted("two")], clock())
    await poster.send_due()
    assert texts(sandbox) == ["one"], "an edit waits for its pause"
    clock.pass_(seconds=3.1)
    await poster.send_due()
    assert texts(sandbox) == ["two"]


async def test_a_final_state_waits_for_no_pause(poster: Poster, sandbox: Sandbox, clock: Clock) -> None:
    await poster.replies.want([wanted("one")], clock())
    await poster.send_due()
    await poster.replies.want([wanted("verdict", final=True)], clock())
    await poster.send_due()
    assert texts(sandbox) == ["verdict"]


async def test_what_is_shown_already_costs_no_call(poster: Poster, sandbox: Sandbox, clock: Clock) -> None:
    await poster.replies.want([wanted("one")], clock())
    await poster.send_due()
    clock.pass_(seconds=10)
    before = len(sandbox.calls)
    await poster.replies.want([wanted("one")], clock())
    await poster.send_due()
    assert len(sandbox.calls) == before


async def test_a_post_that_slack_took_before_the_line_died_is_not_repeated(
    poster: Poster, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", times=1, kind="accept_then_close"))
    await poster.replies.want([wanted("one")], clock())
    await poster.send_due()
    clock.pass_(seconds=60)
    await poster.send_due()
    assert texts(sandbox) == ["one"]
    assert await poster.replies.ts_of("INC-1:recall")


@pytest.mark.parametrize("asked", [30, 3600])
async def test_slack_is_asked_again_when_it_says_so(
    poster: Poster, sandbox: Sandbox, clock: Clock, asked: int
) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", times=1, kind="ratelimited", retry_after=asked))
    await poster.replies.want([wanted("one")], clock())
    await poster.send_due()
    clock.pass_(seconds=20)
    await poster.send_due()
    assert texts(sandbox) == []
    clock.pass_(seconds=600)
    await poster.send_due()
    assert texts(sandbox) == ["one"]


async def test_a_gone_channel_is_given_up(poster: Poster, sandbox: Sandbox, clock: Clock) -> None:
    await poster.replies.want([Wanted("k", "recall", "C9999", None, {"text": "x", "blocks": []})], clock())
    await poster.send_due()
    clock.pass_(hours=1)
    assert await poster.send_due() == 0


async def test_a_backlog_shows_only_the_newest_state(poster: Poster, sandbox: Sandbox, clock: Clock) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", times=3, kind="error", error="internal_error"))
    for number in range(50):
        await poster.replies.want([wanted(f"step {number}")], clock())
    for _ in range(6):
        await poster.send_due()
        clock.pass_(minutes=2)
    assert texts(sandbox) == ["step 49"]


async def test_a_reaction_waits_for_the_reply_it_stands_on(
    poster: Poster, sandbox: Sandbox, clock: Clock
) -> None:
    react = Wanted(
        "INC-1:v:x", "reaction:x", CHANNEL, None, {"name": "x", "on": "INC-1:verdict"}, kind="reaction"
    )
    await poster.replies.want([react], clock())
    await poster.send_due()
    await poster.replies.want([wanted("verdict", "INC-1:verdict")], clock())
    await poster.send_due()
    clock.pass_(seconds=5)
    await poster.send_due()
    message = next(m for m in sandbox.messages(CHANNEL) if m.get("bot_id") == "B0BOT")
    assert [reaction["name"] for reaction in message["reactions"]] == ["x"]


async def test_what_another_process_may_be_sending_by_now_is_left_to_it(
    engine: AsyncEngine, clock: Clock
) -> None:
    """A slow Slack, or a process that stood still, must not make two of us post one reply."""
    heir = Poster(Replies(engine), Wall(), clock)
    ours = Poster(Replies(engine), SlowWall(clock, heir.send_due), clock)
    await ours.replies.want([wanted(key, key) for key in ("a", "b", "c", "d")], clock())
    for _ in range(4):
        await ours.send_due()
    slack = [*ours.slack.posts, *heir.slack.posts]  # type: ignore[attr-defined]
    assert sorted(due.wanted.key for due in slack) == ["a", "b", "c", "d"]


async def test_a_reply_that_is_just_being_sent_is_not_sent_beside(poster: Poster, clock: Clock) -> None:
    await poster.replies.want([wanted("one")], clock())
    (due,) = await poster.replies.due(clock())
    assert await poster.deliver(due.wanted.key) is None
    await poster.replies.give_back(due)
    assert await poster.deliver(due.wanted.key) is not None


async def test_a_full_disk_is_told_where_something_waits_to_be_shown(tmp_path: Path, clock: Clock) -> None:
    """The investigation may have been written before: only the outbox knows that the thread lacks it."""
    engine = engine_for(None, tmp_path)
    await create_tables(engine)
    row, _ = await Cases(engine, "a").open(Alert("m", "x", clock()), Place(CHANNEL, "1.0"), clock())
    told: list[tuple[int, str, str | None]] = []

    async def held_up(*place: Any) -> None:  # noqa: ANN401 (a place, as it comes)
        told.append(place)
        running.cancel()

    def passing() -> datetime:
        clock.pass_(seconds=6)
        return clock()

    tempo = Tempo(post_every=timedelta())
    poster = Poster(Replies(engine), Wall(), passing, tempo=tempo, held_up=held_up)
    verdict = Wanted("INC-1:verdict", "verdict", CHANNEL, "1.0", {"text": "x", "blocks": []}, row.number)
    await poster.replies.want([verdict], clock())
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE UPDATE ON replies BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    running = asyncio.create_task(poster.run())
    with pytest.raises(asyncio.CancelledError):
        await running
    assert told == [(row.number, CHANNEL, "1.0")]
    await engine.dispose()
