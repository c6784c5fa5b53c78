"""The main job, end to end: an alert, a verdict, a fix that worked, a memory, and the next incident like it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bench.postgres import emptied
from bot.office import Office
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of

WAIT = 30.0
# what stands in SQL is held to both in test_store.py and its like
on_each_database = pytest.mark.parametrize("bot", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def bot(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Office]:
    url = ""
    if getattr(request, "param", "sqlite") == "postgresql":
        url = await emptied(request.getfixturevalue("postgres"))
    async with bot_in(sandbox, tmp_path, DATABASE_URL=url) as running:
        yield running


async def verdict_under(sandbox: Sandbox, ts: str) -> dict[str, Any]:
    return await sandbox.wait_for(
        lambda: next((reply for reply in sandbox.thread(ALERTS, ts)[1:] if is_verdict(reply)), None),
        WAIT,
        "a verdict",
    )


@on_each_database
async def test_an_alert_is_investigated_resolved_and_remembered(sandbox: Sandbox, bot: Office) -> None:
    alert = sandbox.post_webhook(alert_post())
    verdict = await verdict_under(sandbox, alert["ts"])
    thread = sandbox.thread(ALERTS, alert["ts"])[1:]
    assert [next(iter(reply["text"].split())) for reply in thread[:3]] == ["Recall", "Evidence", "Reasoning"]
    assert len(thread) == 4
    assert "[MODEL_SELECTION]" in text_of(thread[2])
    assert "store" in text_of(verdict)

    await sandbox.wait_for(
        lambda: (
            {r["name"] for r in sandbox.message(ALERTS, verdict["ts"]).get("reactions", ())}
            >= {"white_check_mark", "x"}
        ),
        WAIT,
    )
    sandbox.react(ALERTS, verdict["ts"], "white_check_mark")
    await sandbox.wait_for(lambda: "✅ worked" in text_of(sandbox.message(ALERTS, verdict["ts"])), WAIT)

    await sandbox.click(ALERTS, verdict["ts"], "Resolve")
    view = await sandbox.wait_for(sandbox.view, WAIT)
    bad = {"root_cause": {"value": {"value": " "}}, "minutes": {"value": {"value": "soon"}}}
    refused = await sandbox.submit_view(view["id"], bad)
    assert {"root_cause", "minutes"} <= set(refused.errors or ()), "it says what is missing"
    filled = {
        "root_cause": {"value": {"value": "a release of store kept its database connections"}},
        "fix": {"value": {"value": "rolled store back to the release before"}},
    }
    done = await sandbox.submit_view(view["id"], filled)
    assert done.acked and not done.errors
    await sandbox.wait_for(lambda: "Kept in memory" in text_of(sandbox.message(ALERTS, verdict["ts"])), WAIT)
    recalled = await sandbox.command("/incident", "recall HighErrorRate gateway", channel="C0002")
    assert "rolled store back" in str(recalled.answer), "what a public channel learned, another one may know"

    sandbox.post_webhook(alert_post("[RESOLVED] HighErrorRate gateway (shop critical)", "good"))
    again = sandbox.post_webhook(
        alert_post(
            "[FIRING:1] Gateway5xx shop: store requests time out waiting for a database connection (critical)"
        )
    )
    await verdict_under(sandbox, again["ts"])
    case = await bot.case_at(ALERTS, again["ts"])
    assert case.precedents is not None
    found = case.precedents.found[0]
    assert found.cause == "a release of store kept its database connections"
    assert found.resolved_by == sandbox.me
    assert found.outcome == "worked"


async def test_whoever_asks_gets_a_thread_once(sandbox: Sandbox, bot: Office) -> None:
    """By a command, which opens a thread of its own, by a mention in a thread, and by a message's shortcut."""
    await sandbox.command("/incident", "investigate gateway answers 503 <!channel>", channel=ALERTS)
    head = await sandbox.wait_for(
        lambda: next((m for m in sandbox.messages(ALERTS) if m.get("bot_id") == "B0BOT"), None), WAIT
    )
    assert "&lt;!channel&gt;" in head["text"]
    await verdict_under(sandbox, head["ts"])

    mentioned = sandbox.post_as("U0002", ALERTS, "the shop feels slow today")
    sandbox.post_as("U0002", ALERTS, "@IncidentOS investigate", thread_ts=mentioned["ts"])
    await verdict_under(sandbox, mentioned["ts"])

    message = sandbox.post_as("U0002", ALERTS, "customers cannot pay since ten")
    await sandbox.shortcut("investigate_message", channel=ALERTS, ts=message["ts"])
    await verdict_under(sandbox, message["ts"])
    await sandbox.settled()
    assert len(await bot.cases.recent()) == 3


@on_each_database
async def test_words_draft_the_end_and_accepting_it_closes_the_case(sandbox: Sandbox, bot: Office) -> None:
    alert = sandbox.post_webhook(alert_post())
    await verdict_under(sandbox, alert["ts"])
    sandbox.post_as("U0002", ALERTS, "@IncidentOS resolved: rolled store back", thread_ts=alert["ts"])

    def draft() -> dict[str, Any] | None:
        return next(
            (m for m in sandbox.thread(ALERTS, alert["ts"]) if "Closing this case" in text_of(m)), None
        )

    shown = await sandbox.wait_for(draft, WAIT)
    assert "rolled store back" in text_of(shown)
    await sandbox.click(ALERTS, shown["ts"], "Accept", user="U0003")
    await sandbox.wait_for(lambda: "*Resolved.*" in text_of(sandbox.message(ALERTS, shown["ts"])), WAIT)
    case = await bot.case_at(ALERTS, alert["ts"])
    assert case.resolution is not None
    assert (case.resolution.fix, case.resolution.by) == ("rolled store back", "U0003")


async def test_a_repeat_joins_its_case_and_a_flag_on_the_alert_drafts_the_end(
    sandbox: Sandbox, bot: Office
) -> None:
    first = sandbox.post_webhook(alert_post())
    verdict = await verdict_under(sandbox, first["ts"])
    again = sandbox.post_webhook(alert_post())
    await sandbox.wait_for(lambda: "Repeated once" in text_of(sandbox.message(ALERTS, verdict["ts"])), WAIT)
    assert sandbox.thread(ALERTS, again["ts"])[1:] == []

    sandbox.react(ALERTS, first["ts"], "checkered_flag", user="U0002")
    shown = await sandbox.wait_for(
        lambda: next(
            (m for m in sandbox.thread(ALERTS, first["ts"]) if "Closing this case" in text_of(m)), None
        ),
        WAIT,
        "a draft",
    )
    assert "Accept" in text_of(shown) or "Edit" in text_of(shown)
