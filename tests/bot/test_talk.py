"""Talking in a case's thread, end to end: questions are answered with evidence, steering is heard, stop stops."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.office import Office
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of, whole_answer

WAIT = 30.0


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Office]:
    async with bot_in(sandbox, tmp_path, INCIDENTOS_POSTMORTEMS=str(tmp_path / "postmortems")) as running:
        yield running


@pytest.fixture
async def thread(sandbox: Sandbox, bot: Office) -> str:
    """The root of a thread with a verdict."""
    alert = sandbox.post_webhook(alert_post())
    await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, alert["ts"])[1:])), WAIT)
    return str(alert["ts"])


async def answer_to(sandbox: Sandbox, thread: str, words: str, user: str = "U0002") -> dict[str, Any]:
    """Say *words* to the bot in *thread* and return its answer, as it stands when it is whole."""
    said = sandbox.post_as(user, ALERTS, f"@IncidentOS {words}", thread_ts=thread)

    def answered() -> dict[str, Any] | None:
        later = [m for m in sandbox.thread(ALERTS, thread)[1:] if m["ts"] > said["ts"] and m.get("bot_id")]
        return next((m for m in later if whole_answer(m)), None)

    found: dict[str, Any] = await sandbox.wait_for(answered, WAIT, f"an answer to {words}")
    return found


async def test_questions_are_answered_from_the_evidence_without_a_model(
    sandbox: Sandbox, bot: Office, thread: str
) -> None:
    await whoever_joins_gets_three_lines(sandbox, thread)
    await what_changed_is_looked_up_and_cited(sandbox, bot, thread)
    await a_service_is_checked_by_its_name(sandbox, thread)
    await memory_is_asked_again(sandbox, thread)
    await why_says_that_no_model_was_asked(sandbox, thread)


async def whoever_joins_gets_three_lines(sandbox: Sandbox, thread: str) -> None:
    first = await answer_to(sandbox, thread, "catch me up")
    told = text_of(first)
    assert "What: [FIRING:1] HighErrorRate" in told or "What: HighErrorRate" in told
    assert "Likely cause" in told and "store" in told
    assert "Done:" in told
    second = await answer_to(sandbox, thread, "catch me up", user="U0003")
    assert first["ts"] != second["ts"]
    assert len([m for m in sandbox.thread(ALERTS, thread)[1:] if m.get("bot_id")]) == 6


async def what_changed_is_looked_up_and_cited(sandbox: Sandbox, bot: Office, thread: str) -> None:
    before = len((await bot.case_at(ALERTS, thread)).evidence)
    told = text_of(await answer_to(sandbox, thread, "what changed in the last hour?"))
    assert "In the last 60 min" in told
    assert "abc1234def56" in told and "`deploy:" in told
    assert "data_retrieval → code, no model" in told
    case = await bot.case_at(ALERTS, thread)
    assert len(case.evidence) > before


async def a_service_is_checked_by_its_name(sandbox: Sandbox, thread: str) -> None:
    told = text_of(await answer_to(sandbox, thread, "check the users service too"))
    assert "users" in told and ("What I see on users" in told or "Nothing stands out on users" in told)


async def memory_is_asked_again(sandbox: Sandbox, thread: str) -> None:
    told = text_of(await answer_to(sandbox, thread, "have we seen this before?"))
    assert "memory_recall → code, no model" in told
    assert "Memory knows" in told


async def why_says_that_no_model_was_asked(sandbox: Sandbox, thread: str) -> None:
    told = text_of(await answer_to(sandbox, thread, "why do you think it is the store?"))
    assert "Not asked: no API key is set" in told
    assert "store" in told and "`log:" in told


async def test_steering_after_the_verdict_is_recorded_and_respected(
    sandbox: Sandbox, bot: Office, thread: str
) -> None:
    told = text_of(await answer_to(sandbox, thread, "it is not the store"))
    assert "Noted" in told and "store ruled out" in told
    again = text_of(await answer_to(sandbox, thread, "catch me up"))
    assert "it is not the store" in again and "<@U0002>" in again


async def test_a_postmortem_is_drafted_and_kept_when_the_case_is_closed(
    sandbox: Sandbox, bot: Office, thread: str, tmp_path: Path
) -> None:
    told = await answer_to(sandbox, thread, "draft a postmortem")
    assert told["blocks"][0]["type"] == "markdown"
    assert "## Timeline" in text_of(told)
    case = await bot.case_at(ALERTS, thread)
    file = tmp_path / "postmortems" / f"{case.id}.md"
    assert "· open, a draft ·" in file.read_text(encoding="utf-8")
    assert f"Kept as {case.id}.md" in text_of(told)
    (attached,) = [each for each in sandbox.files.by_id.values() if each.name.endswith(".md")]
    assert attached.content == file.read_bytes()
    assert any(m.get("files") for m in sandbox.thread(ALERTS, thread)[1:]), "it stands in the thread"

    verdict = next(m for m in sandbox.thread(ALERTS, thread)[1:] if is_verdict(m))
    await sandbox.click(ALERTS, verdict["ts"], "Resolve")
    view = await sandbox.wait_for(sandbox.view, WAIT)
    filled = {
        "root_cause": {"value": {"value": "a release of store kept its *connections*"}},
        "fix": {"value": {"value": "rolled store back"}},
    }
    await sandbox.submit_view(view["id"], filled)
    await sandbox.wait_for(lambda: "resolved, written up" in file.read_text(encoding="utf-8"), WAIT)
    text = file.read_text(encoding="utf-8")
    assert "a release of store kept its \\*connections\\*" in text
    assert "[deploy:1](#deploy-1)" in text and 'id="deploy-1"' in text
