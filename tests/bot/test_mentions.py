"""What a person says to us in a channel or thread: what opens a case, what ends one, and what is only told."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.mentions import told_fix
from bot.office import Office
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of

WAIT = 30.0


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Office]:
    async with bot_in(sandbox, tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("ok, all good, close this", ""),
        ("rolled back the release, all green, closing", "rolled back the release"),
        ("resolved", ""),
        ("it was the disk. cleaned /var. done.", "it was the disk, cleaned /var"),
    ],
)
def test_only_what_fixed_it_is_taken_from_a_last_word(text: str, fix: str) -> None:
    assert told_fix(text) == fix


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("restart the api pods", "I only read"),
        ("help", "Ask me what is wrong"),
        ("anything open right now?", "No case"),
    ],
)
async def test_what_is_no_question_opens_no_case(
    sandbox: Sandbox, bot: Office, words: str, told: str
) -> None:
    sandbox.post_as("U0002", ALERTS, f"@IncidentOS {words}")

    def whispered() -> bool:
        return any(told in str(call.args["text"]) for call in sandbox.calls_of("chat.postEphemeral"))

    await sandbox.wait_for(whispered, WAIT, "a word to the speaker")
    assert await bot.cases.recent() == []


async def test_last_words_draft_the_end_and_a_stop_stops(sandbox: Sandbox, bot: Office) -> None:
    alert = sandbox.post_webhook(alert_post())
    await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, alert["ts"])[1:])), WAIT)
    sandbox.post_as(
        "U0002", ALERTS, "@IncidentOS rolled back store, all green, closing", thread_ts=alert["ts"]
    )

    def drafted() -> dict[str, Any] | None:
        found = [m for m in sandbox.thread(ALERTS, alert["ts"])[1:] if "Closing this case" in text_of(m)]
        return found[0] if found else None

    draft = await sandbox.wait_for(drafted, WAIT, "the draft of the end")
    assert "Fix: rolled back store" in text_of(draft)
