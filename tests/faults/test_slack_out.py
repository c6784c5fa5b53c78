"""Slack takes our posts late, twice, half, or not at all: rows O01 to O08 and S15, on the outbox and on a whole bot."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.door import door
from bot.office import Office
from bot.poster import Poster
from bot.slack_files import SlackFiles
from bot.slack_web import SlackWeb
from bot.store.database import create_tables, engine_for
from bot.store.replies import Replies, Wanted
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.office import alert_post, text_of
from tests.conftest import Clock
from tests.faults.conftest import WAIT, verdict_under
from tests.faults.invariants import posted_keys
from tools.redact import redact

CHANNEL = "C0001"


@pytest.fixture
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsyncEngine]:
    opened = engine_for(None, tmp_path_factory.mktemp("db"))
    await create_tables(opened)
    yield opened
    await opened.dispose()


@pytest.fixture
def poster(engine: AsyncEngine, sandbox: Sandbox, clock: Clock) -> Poster:
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    return Poster(Replies(engine), SlackWeb(client, door(frozenset(), redact)), clock)


def wanted(text: str, key: str = "INC-1:recall", channel: str = CHANNEL) -> Wanted:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text[:2900]}}
    return Wanted(key, "recall", channel, None, {"text": text, "blocks": [section]})


def shown(sandbox: Sandbox, channel: str = CHANNEL) -> list[str]:
    return [str(each["text"]) for each in sandbox.messages(channel) if each.get("bot_id") == "B0BOT"]


async def until_shown(poster: Poster, sandbox: Sandbox, clock: Clock, count: int = 1) -> float:
    """Let time pass until *count* replies stand; return how many seconds that took."""
    for step in range(200):
        await poster.send_due()
        if len(shown(sandbox)) >= count:
            return step * 5.0
        clock.pass_(seconds=5)
    raise AssertionError(f"only {len(shown(sandbox))} of {count} after 1000 s")


async def test_o01_a_rate_limit_delays_one_channel_only(
    poster: Poster, sandbox: Sandbox, clock: Clock
) -> None:
    limit = Fault(method="chat.postMessage", channel=CHANNEL, kind="ratelimited", retry_after=30)
    sandbox.faults.add(limit)
    await poster.replies.want([wanted("here"), wanted("there", "INC-2:recall", "C0002")], clock())
    await poster.send_due()
    assert (shown(sandbox), shown(sandbox, "C0002")) == ([], ["there"])
    assert await until_shown(poster, sandbox, clock) >= 30


@pytest.mark.parametrize("said", [3600, "soon", -1])
async def test_o02_any_retry_after_is_bounded(
    poster: Poster, sandbox: Sandbox, clock: Clock, said: int | str
) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", kind="ratelimited", retry_after=said))
    await poster.replies.want([wanted("late")], clock())
    assert await until_shown(poster, sandbox, clock) <= 605


async def test_o03_a_post_whose_answer_was_lost_stands_once(sandbox: Sandbox, bot: Office) -> None:
    for _ in range(3):
        sandbox.faults.add(Fault(method="chat.postMessage", times=1, kind="accept_then_close"))
    await verdict_under(sandbox, sandbox.post_webhook(alert_post())["ts"])
    assert set(posted_keys(sandbox).values()) == {1}


@pytest.mark.parametrize("kind", ["html", "http_error", "empty", "malformed", "close"])
async def test_o04_what_is_no_answer_is_tried_again(
    poster: Poster, sandbox: Sandbox, clock: Clock, kind: str
) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", times=2, kind=kind))  # type: ignore[arg-type]
    await poster.replies.want([wanted("at last")], clock())
    await until_shown(poster, sandbox, clock)
    assert shown(sandbox) == ["at last"]


@pytest.mark.parametrize("error", ["msg_too_long", "msg_blocks_too_long", "invalid_blocks"])
async def test_o05_what_slack_finds_too_long_comes_as_words(
    poster: Poster, sandbox: Sandbox, clock: Clock, error: str
) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", times=1, kind="error", error=error))
    await poster.replies.want([wanted("the pool ran dry " * 100)], clock())
    await until_shown(poster, sandbox, clock)
    (text,) = shown(sandbox)
    assert text == ("the pool ran dry " * 100).rstrip() or text.startswith("the pool ran dry the pool")
    assert "more" not in text, "all of it"


async def test_o05_an_answer_that_no_message_holds_is_attached_whole(
    engine: AsyncEngine, sandbox: Sandbox, clock: Clock
) -> None:
    """Sixty thousand characters in eighty blocks: our own limits first, then words, then a file; never silence."""
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    files = SlackFiles(client, redact)
    slack = SlackWeb(client, door(frozenset(), redact), None, files.attach)
    poster = Poster(Replies(engine), slack, clock)
    root = str(sandbox.post_as("U0002", CHANNEL, "what happened?")["ts"])
    line = "line {} of a long answer: the pool of store ran dry, and the gateway answered 503 to everybody. "
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": line.format(n) * 8}} for n in range(80)]
    long = Wanted(
        "INC-1:answer:1", "answer:1", CHANNEL, root, {"text": "Answer", "blocks": blocks}, final=True
    )
    await poster.replies.want([long], clock())
    await poster.send_due()
    (reply,) = [m for m in sandbox.thread(CHANNEL, root)[1:] if "files" not in m]
    assert len(reply["blocks"]) <= 50
    assert "more parts" in text_of(reply), "cut by our own limits, and the count is told"
    refusal = Fault(method="chat.update", times=1, kind="error", error="msg_blocks_too_long")
    sandbox.faults.add(refusal)
    more = replace(long, body={"text": "Answer", "blocks": blocks[1:]})
    await poster.replies.want([more], clock())
    clock.pass_(seconds=5)
    await poster.send_due()
    (reply,) = [m for m in sandbox.thread(CHANNEL, root)[1:] if "files" not in m]
    assert reply["text"].startswith("line 1 of a long answer")
    assert "more lines" in reply["text"]
    assert reply["text"].endswith("(the whole is attached)")
    uploads = sandbox.calls_of("files.getUploadURLExternal")
    assert {upload.args["filename"] for upload in uploads} == {"INC-1-answer-1.txt"}
    assert len(uploads) == 2, "once for each state"
    assert all(int(upload.args["length"]) > 50_000 for upload in uploads), "the whole of it"


async def test_o06_hostile_text_calls_nobody(poster: Poster, sandbox: Sandbox, clock: Clock) -> None:
    await poster.replies.want([wanted("<!channel> <@U0002> <http://evil.example|runbook>")], clock())
    await until_shown(poster, sandbox, clock)
    message = str(sandbox.messages(CHANNEL)[-1])
    assert "<!channel>" not in message
    assert "<@U0002>" not in message
    assert "evil.example|" not in message


async def test_o07_no_secret_goes_out(poster: Poster, sandbox: Sandbox, clock: Clock) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    await poster.replies.want([wanted(f"token {secret} seen")], clock())
    await until_shown(poster, sandbox, clock)
    assert secret not in str(sandbox.messages(CHANNEL))


async def test_o08_a_backlog_shows_the_end_and_not_the_way(
    poster: Poster, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", kind="http_error", times=None))
    for step in range(50):
        await poster.replies.want([wanted(f"step {step}")], clock())
        await poster.send_due()
        clock.pass_(seconds=30)
    sandbox.faults.clear()
    await until_shown(poster, sandbox, clock)
    assert shown(sandbox) == ["step 49"]


@pytest.mark.parametrize("error", ["token_revoked", "invalid_auth", "missing_scope"])
async def test_s15_a_refused_token_throws_nothing_away(
    poster: Poster, sandbox: Sandbox, clock: Clock, error: str
) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", kind="error", error=error, times=None))
    await poster.replies.want([wanted("kept")], clock())
    for _ in range(10):
        await poster.send_due()
        clock.pass_(seconds=61)
    assert shown(sandbox) == []
    assert poster.locked_out == error
    sandbox.faults.clear()
    assert await until_shown(poster, sandbox, clock) <= 65
    assert not poster.locked_out


async def test_s15_a_refused_token_is_red_and_the_intake_goes_on(sandbox: Sandbox, bot: Office) -> None:
    sandbox.tokens.revoked.add(sandbox.bot_token)
    sandbox.post_webhook(alert_post())
    await sandbox.wait_for(lambda: bot.poster.locked_out, WAIT, "the refusal")
    told = await bot.condition()
    assert (told.ready, told.slack) == (False, "token_revoked")
    assert len(await bot.cases.recent()) == 1
