import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import mrkdwn
from sandbox.server import Sandbox
from tests.sandbox.alertmanager import alertmanager, needs_alertmanager, put_alert
from tests.sandbox.joined import Joined

Json = dict[str, Any]


async def sent(sandbox: Sandbox, body: str | Json, path: str = "T0001/B0001/alerts") -> tuple[int, str]:
    data = body if isinstance(body, str) else json.dumps(body)
    url = f"{sandbox.url}/services/{path}"
    async with aiohttp.ClientSession() as session, session.post(url, data=data) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"text": "hello"}, (200, "ok")),
        ({"attachments": [{"fallback": "x"}]}, (200, "ok")),
        ({"text": ""}, (400, "no_text")),
        ({"blocks": [{"type": "shout"}]}, (400, "invalid_blocks")),
        ({"blocks": "x"}, (400, "invalid_blocks_format")),
        ({"attachments": ["x"]}, (400, "invalid_attachments")),
        ({"attachments": [{"text": "x"}] * 101}, (400, "too_many_attachments")),
        ("{no json", (400, "invalid_payload")),
        ("[]", (400, "invalid_payload")),
    ],
)
async def test_a_webhook_answers_in_plain_text(
    sandbox: Sandbox, body: str | Json, answer: tuple[int, str]
) -> None:
    assert await sent(sandbox, body) == answer


async def test_webhooks_of_nobody_and_of_an_archived_channel(sandbox: Sandbox) -> None:
    assert await sent(sandbox, {"text": "x"}, "T9/B9/none") == (404, "no_service")
    sandbox.workspace.archive("C0001")
    assert await sent(sandbox, {"text": "x"}) == (410, "is_archived")


async def test_an_old_form_post_is_read(sandbox: Sandbox) -> None:
    form = {"payload": json.dumps({"text": "from a form"})}
    async with aiohttp.ClientSession() as session, session.post(sandbox.webhook_url, data=form) as answer:
        assert await answer.text() == "ok"
    assert sandbox.messages("C0001")[0]["text"] == "from a form"


@needs_alertmanager
async def test_a_real_alertmanager_posts_firing_and_resolved(
    sandbox: Sandbox, bot: Joined, tmp_path: Path
) -> None:
    alert: Json = {"labels": {"alertname": "PoolExhausted", "service": "checkout", "severity": "critical"}}
    async with alertmanager(sandbox.webhook_url, tmp_path) as address:
        await put_alert(address, alert)
        await sandbox.wait_for(lambda: bot.heard, timeout=20)
        await put_alert(address, alert | {"endsAt": "2020-01-01T00:00:00Z"})
        await sandbox.wait_for(lambda: len(bot.heard) == 2, timeout=20)
    firing, resolved = (event["attachments"][0] for event in bot.events)
    assert firing["title"].startswith("[FIRING:1] PoolExhausted")
    assert (firing["color"], resolved["color"]) == ("a30200", "2eb886")
    assert resolved["title"].startswith("[RESOLVED] PoolExhausted")
    assert {event["subtype"] for event in bot.events} == {"bot_message"}


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("already &amp; &lt;fine&gt;", "already &amp; &lt;fine&gt;"),
        ("see https://x.example/a?b=1&c=2.", "see <https://x.example/a?b=1&amp;c=2>."),
        ("(http://x.example)", "(<http://x.example>)"),
        (
            "<https://x.example|here> <!here> <@U0001> <#C0001>",
            "<https://x.example|here> <!here> <@U0001> <#C0001>",
        ),
        ("<script>", "&lt;script&gt;"),
        ("", ""),
    ],
)
def test_texts_are_stored_as_slack_stores_them(given_text: str, stored: str) -> None:
    assert mrkdwn.received(given_text) == stored


@given(st.text(alphabet="ab <>&|@#!/:.ht", max_size=60))
def test_storing_a_stored_text_changes_nothing(text: str) -> None:
    once = mrkdwn.received(text)
    assert mrkdwn.received(once) == once


def test_what_people_type_becomes_mentions() -> None:
    ids = {"@incidentos": "U0BOT", "@sam rivera": "U0002", "@sam": "U0002", "#alerts": "C0001"}
    typed = mrkdwn.typed("@IncidentOS ask @Sam Rivera in #alerts, not me@sam.example", ids)
    assert typed == "<@U0BOT> ask <@U0002> in <#C0001|alerts>, not me@sam.example"


def test_colours_lose_their_hash_and_their_names() -> None:
    assert [mrkdwn.color(each) for each in ("good", "warning", "danger", "#36A64F")] == [
        "2eb886", "daa038", "a30200", "36a64f",
    ]  # fmt: skip


def test_what_people_write_is_rich_text_too() -> None:
    block = mrkdwn.rich_text(
        "hi <@U0BOT> :fire: see <https://x.example|it> &amp; <!here> <#C0001|alerts>", "b"
    )
    kinds = [each["type"] for each in block["elements"][0]["elements"]]
    assert kinds == ["text", "user", "text", "emoji", "text", "link", "text", "broadcast", "text", "channel"]
    assert block["elements"][0]["elements"][6]["text"] == " & "
