"""A case that is taken back is gone everywhere: the files are searched for its words, and so is Slack."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.office import Office
from bot.store.erasing import FORGOTTEN, without
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, bot_in, is_verdict, text_of

WAIT = 30.0
WORDS = (b"quokkaseverity", b"the quokka ate every connection", b"moved the quokka to another zoo")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


async def case_in(sandbox: Sandbox, text: str) -> tuple[str, dict[str, Any]]:
    root = str(sandbox.post_as("U0002", ALERTS, f"@IncidentOS investigate {text}")["ts"])
    shown = await sandbox.wait_for(
        lambda: next((each for each in sandbox.thread(ALERTS, root)[1:] if is_verdict(each)), None), WAIT
    )
    return root, shown


async def resolved(sandbox: Sandbox, shown: dict[str, Any]) -> None:
    await sandbox.click(ALERTS, shown["ts"], "Resolve", user="U0002")
    view = await sandbox.wait_for(lambda: sandbox.view("U0002"), WAIT)
    words = {
        "root_cause": {"value": {"value": WORDS[1].decode()}},
        "fix": {"value": {"value": WORDS[2].decode()}},
    }
    await sandbox.submit_view(view["id"], words)
    await sandbox.wait_for(lambda: "Kept in memory" in text_of(sandbox.message(ALERTS, shown["ts"])), WAIT)


async def gone(bot: Office, number: int) -> None:
    async with asyncio.timeout(WAIT):
        while await bot.cases.by_number(number) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def files_with(folder: Path, words: bytes) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "telemetry" not in path.parts and words in path.read_bytes()
    ]


async def two_cases(sandbox: Sandbox) -> tuple[str, str, dict[str, Any]]:
    """Let a case be resolved, and another one recall it; return both roots and the second's verdict."""
    first, shown = await case_in(sandbox, "gateway answers 503 quokkaseverity")
    await resolved(sandbox, shown)
    second, again = await case_in(sandbox, "gateway answers 503 once more")
    assert WORDS[2].decode() in str([text_of(each) for each in sandbox.thread(ALERTS, second)])
    return first, second, again


def documents(sandbox: Sandbox) -> list[str]:
    return [each.name for each in sandbox.files.by_id.values() if each.name.endswith(".md")]


async def test_a_case_that_is_told_to_be_forgotten_is_gone_from_every_file(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with bot_in(sandbox, tmp_path) as bot:
        first, shown = await case_in(sandbox, "gateway answers 503 quokkaseverity")
        await resolved(sandbox, shown)
        assert all(files_with(tmp_path, words) for words in WORDS)
        sandbox.post_as("U0002", ALERTS, "@IncidentOS forget", thread_ts=first)
        await gone(bot, 1)
        await sandbox.settled()
        assert not [each for each in sandbox.thread(ALERTS, first) if is_verdict(each)]
    assert {words: files_with(tmp_path, words) for words in WORDS} == {words: [] for words in WORDS}


async def test_a_thread_that_is_deleted_is_gone_from_every_file(sandbox: Sandbox, tmp_path: Path) -> None:
    async with bot_in(sandbox, tmp_path, INCIDENTOS_POSTMORTEMS=str(tmp_path / "post")) as bot:
        first, second, _ = await two_cases(sandbox)
        assert (tmp_path / "post" / "INC-1.md").exists()
        assert all(files_with(tmp_path, words) for words in WORDS)
        sandbox.post_as("U0002", ALERTS, "@IncidentOS draft the post-mortem", thread_ts=first)
        await sandbox.wait_for(lambda: documents(sandbox) or None, WAIT)
        await sandbox.settled()
        sandbox.delete_message(ALERTS, first)
        await gone(bot, 1)
        await sandbox.wait_for(
            lambda: WORDS[2].decode() not in str([text_of(each) for each in sandbox.thread(ALERTS, second)]),
            WAIT,
        )
        await sandbox.settled()
        assert not [each for each in sandbox.thread(ALERTS, first) if is_verdict(each)]
        said = await sandbox.command("/incident", "recall gateway answers 503", user="U0002")
        assert "quokka" not in str(said.answer)
        assert not documents(sandbox)
        assert (await bot.cases.by_number(2)) is not None, "the other case stays"
    left = {words: files_with(tmp_path, words) for words in WORDS}
    assert left == {words: [] for words in WORDS}


async def test_what_is_older_than_the_policy_goes_and_the_rest_stays(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with bot_in(sandbox, tmp_path) as bot:
        _, shown = await case_in(sandbox, "gateway answers 503 quokkaseverity")
        await resolved(sandbox, shown)
        now = datetime.now(UTC)
        assert await bot.forgetting.expire("T0001", timedelta(days=30), now) == 0
        assert await bot.forgetting.expire("T0001", timedelta(days=30), now + timedelta(days=31)) == 1
        assert await bot.cases.by_number(1) is None
    assert not files_with(tmp_path, WORDS[1])


def test_copies_lose_the_words_and_keep_their_shape() -> None:
    told = {
        "precedents": {"found": [{"id": "INC-1", "title": "a", "cause": "b", "fixes": [{"action": "c"}]}]},
        "cause": "as in INC-1: the pool was far too small",
        "fix": {"text": "c", "source": "precedent", "reference": "INC-1"},
        "other": {"id": "INC-11", "title": "stays"},
    }
    assert without(told, "INC-1", ["the pool was far too small"]) == {
        "precedents": {"found": [{"id": "INC-1", "title": FORGOTTEN, "cause": FORGOTTEN, "fixes": []}]},
        "cause": f"as in INC-1: {FORGOTTEN}",
        "fix": {"text": FORGOTTEN, "source": "precedent", "reference": "INC-1"},
        "other": {"id": "INC-11", "title": "stays"},
    }
