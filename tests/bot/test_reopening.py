"""A case that was closed too early: opened again by a button or a word, once, and memory does not count its fix."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.investigation.events import Degraded
from bot.office import Office
from bot.permits import Right, wish_of
from bot.write_back import KEPT_HERE, TAKEN_BACK_HERE
from bot.written_down import incident_of
from memory.incident import Outcome, Status
from memory.memory import Memory
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of

WAIT = 30.0
TABLE, AWAY = "memory_incidents", "memory_incidents_away"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Office]:
    async with bot_in(sandbox, tmp_path) as running:
        yield running


async def closed_case(sandbox: Sandbox) -> dict[str, Any]:
    """Let an alert be investigated and closed with an accepted draft; return the alert."""
    alert = sandbox.post_webhook(alert_post())
    await sandbox.wait_for(lambda: verdict_of(sandbox, alert) and True, WAIT, "the verdict")
    say(sandbox, alert, "resolved: rolled store back")
    draft = await sandbox.wait_for(lambda: said_in(sandbox, alert, "Is this right?"), WAIT, "the draft")
    await sandbox.click(ALERTS, draft["ts"], "accept_resolution", user="U0002")
    await sandbox.wait_for(lambda: said_in(sandbox, alert, "Kept in memory as INC-1"), WAIT, "memory")
    return alert


def say(sandbox: Sandbox, alert: dict[str, Any], words: str, by: str = "U0002") -> None:
    sandbox.post_as(by, ALERTS, f"@IncidentOS {words}", thread_ts=alert["ts"])


def said_in(sandbox: Sandbox, alert: dict[str, Any], words: str) -> dict[str, Any] | None:
    return next((m for m in sandbox.thread(ALERTS, alert["ts"])[1:] if words in text_of(m)), None)


def verdict_of(sandbox: Sandbox, alert: dict[str, Any]) -> dict[str, Any] | None:
    return next((m for m in sandbox.thread(ALERTS, alert["ts"])[1:] if is_verdict(m)), None)


async def test_a_word_opens_it_again_and_the_next_end_is_the_one_that_counts(
    sandbox: Sandbox, bot: Office
) -> None:
    alert = await closed_case(sandbox)
    before = len(sandbox.thread(ALERTS, alert["ts"]))
    say(sandbox, alert, "reopen, the errors are back")
    told = await sandbox.wait_for(lambda: said_in(sandbox, alert, "Reopened by"), WAIT, "the verdict's edit")
    assert "the errors are back" in text_of(told) and "Resolve" in text_of(told)
    await sandbox.wait_for(lambda: said_in(sandbox, alert, "is taken back"), WAIT, "the draft's edit")
    assert len(sandbox.thread(ALERTS, alert["ts"])) == before + 1, "edits, and no reply but the person's own"

    (row,) = await bot.cases.recent()
    open_again = await bot.dossier.read(row)
    kept = incident_of(open_again, "T0001")
    assert (kept.status, kept.root_cause, kept.resolved_at) == (Status.OPEN, "", None)
    assert [(fix.outcome, fix.why) for fix in kept.fixes] == [
        (Outcome.UNKNOWN, "reopened: the errors are back")
    ]

    say(sandbox, alert, "resolved: gave store a larger pool")
    again = await sandbox.wait_for(lambda: said_in(sandbox, alert, "Is this right?"), WAIT, "a new draft")
    await sandbox.click(ALERTS, again["ts"], "accept_resolution", user="U0002")
    await sandbox.wait_for(lambda: said_in(sandbox, alert, "Kept in memory as INC-1"), WAIT, "memory again")
    ended = incident_of(await bot.dossier.read(row), "T0001")
    assert ended.status is Status.RESOLVED
    assert [(fix.action, fix.outcome) for fix in ended.fixes] == [
        ("rolled store back", Outcome.UNKNOWN),
        ("gave store a larger pool", Outcome.WORKED),
    ]


async def test_the_button_opens_it_once_and_what_is_open_is_told_to_be(sandbox: Sandbox, bot: Office) -> None:
    alert = await closed_case(sandbox)
    verdict = said_in(sandbox, alert, "Kept in memory as INC-1")
    assert verdict is not None
    twice = [sandbox.click(ALERTS, verdict["ts"], "reopen", user="U0003") for _ in range(2)]
    await asyncio.gather(*twice)
    await sandbox.wait_for(
        lambda: said_in(sandbox, alert, "Reopened by <@U0003>"), WAIT, "the verdict's edit"
    )
    say(sandbox, alert, "please reopen this", by="U0002")

    def whispered() -> bool:
        told = [str(call.args["text"]) for call in sandbox.calls_of("chat.postEphemeral")]
        return any("INC-1 is open" in text for text in told)

    await sandbox.wait_for(whispered, WAIT, "a word to the second")
    (row,) = await bot.cases.recent()
    reopened = [e for e in (await bot.dossier.read(row)).history if e.event.type == "reopened"]
    assert [entry.event.by for entry in reopened if entry.event.type == "reopened"] == ["U0003"]


def test_to_reopen_takes_the_right_to_resolve() -> None:
    wish = wish_of("action", {"action": "reopen", "user": "U0002", "channel": ALERTS, "case": "INC-1"})
    assert wish is not None and wish.right is Right.RESOLVE


async def test_a_memory_that_is_away_is_told_by_the_sweep_when_it_is_back(
    sandbox: Sandbox, bot: Office
) -> None:
    alert = await closed_case(sandbox)
    assert bot.write_back is not None
    memory, sweep = bot.write_back.remembering.memory, bot.write_back.sweep
    assert isinstance(memory, Memory)
    await rename(bot, TABLE, AWAY)
    say(sandbox, alert, "reopen, the errors are back")
    told = await sandbox.wait_for(lambda: said_in(sandbox, alert, TAKEN_BACK_HERE), WAIT, "what is delayed")
    assert f". {TAKEN_BACK_HERE}" in text_of(told), "a sentence of its own"
    await sandbox.wait_for(lambda: said_in(sandbox, alert, "Reopened by"), WAIT, "the verdict's edit")
    await sweep()
    (row,) = await bot.cases.recent()
    assert row.state == "reopened", "not lost, and not given up"

    await rename(bot, AWAY, TABLE)
    assert await status_of(memory) is Status.RESOLVED
    await sweep()
    await sweep()
    (row,) = await bot.cases.recent()
    assert row.state == "concluded"
    assert await status_of(memory) is Status.OPEN
    history = (await bot.dossier.read(row)).history
    assert [entry.event.type for entry in history].count("reopened") == 1
    delayed = [entry.event.line for entry in history if isinstance(entry.event, Degraded)]
    assert len([line for line in delayed if line.endswith(TAKEN_BACK_HERE)]) == 1, "said once"


async def test_a_case_that_ends_anew_before_memory_knew_that_it_was_open_counts_its_last_end(
    sandbox: Sandbox, bot: Office
) -> None:
    alert = await closed_case(sandbox)
    assert bot.write_back is not None
    memory = bot.write_back.remembering.memory
    assert isinstance(memory, Memory)
    await rename(bot, TABLE, AWAY)
    say(sandbox, alert, "reopen")
    await sandbox.wait_for(lambda: said_in(sandbox, alert, TAKEN_BACK_HERE), WAIT, "what is delayed")
    say(sandbox, alert, "resolved: gave store a larger pool")
    draft = await sandbox.wait_for(lambda: said_in(sandbox, alert, "Is this right?"), WAIT, "a new draft")
    await sandbox.click(ALERTS, draft["ts"], "accept_resolution", user="U0002")
    await sandbox.wait_for(lambda: said_in(sandbox, alert, KEPT_HERE), WAIT, "what is delayed now")

    await rename(bot, AWAY, TABLE)
    await bot.write_back.sweep()
    (row,) = await bot.cases.recent()
    assert row.state == "remembered"
    kept = (await memory.records.get([row.id]))[row.id]
    assert [(fix.action, fix.outcome) for fix in kept.fixes] == [
        ("rolled store back", Outcome.UNKNOWN),
        ("gave store a larger pool", Outcome.WORKED),
    ]


async def rename(bot: Office, old: str, new: str) -> None:
    """Take memory's table away from it, or give it back: what it asks of its database fails meanwhile."""
    async with bot.cases.engine.begin() as connection:
        await connection.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))


async def status_of(memory: Memory) -> Status:
    """Return what memory itself has of the case."""
    return (await memory.records.get(["INC-1"]))["INC-1"].status
