"""The whole path with a model: the real SDK over real HTTP against a scripted Messages API on loopback."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.channel_rules import ChannelRules
from bot.investigation.casefile import CaseFile
from bot.investigation.conclusion import SINGLE_SOURCE_CAP
from bot.investigation.events import ModelAttempted, ModelSelected
from sandbox.anthropic_script import Received, Say, Script, Tool, Turn, overloaded
from sandbox.anthropic_server import AnthropicServer
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of

WAIT = 40.0


def diagnosis(received: Received, **changes: object) -> Say:
    """Answer as a careful model would: cite what the prompt offers, quote nothing, invent nothing."""
    answer: dict[str, Any] = {
        "cause": "store has no connection free in its pool, so the gateway answers 503",
        "services": ["store"],
        "confidence": 0.8,
        "claims": [
            {
                "text": "store: no connection free, 6 of 6 in use",
                "evidence": [_first_id(received, "no connection free")],
            }
        ],
        "fix": "Roll back the newest release of store.",
        **changes,
    }
    return Say(json.dumps(answer))


def _first_id(received: Received, words: str) -> str:
    """Return the id of the first log evidence that holds *words*."""
    text = json.dumps(received.body["messages"]).replace("\\n", "\n")
    ids: list[str] = re.findall(r"^\[(log:\d+)\].*", text, re.MULTILINE)
    return next(found for found in ids if words in _line(text, found))


def _line(text: str, evidence: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"[{evidence}]"))


@asynccontextmanager
async def investigated(
    script: Script, folder: Path
) -> AsyncIterator[tuple[CaseFile, dict[str, Any], AnthropicServer]]:
    """Post an alert to a bot with a key and give the case, its verdict's message and what the server heard."""
    async with Sandbox() as sandbox, AnthropicServer(script) as server:
        keys = {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": server.url}
        async with bot_in(sandbox, folder, **keys) as bot:
            alert = sandbox.post_webhook(alert_post())
            verdict = await sandbox.wait_for(
                lambda: next((m for m in sandbox.thread(ALERTS, alert["ts"])[1:] if is_verdict(m)), None),
                WAIT,
                "a verdict",
            )
            yield await bot.case_at(ALERTS, alert["ts"]), verdict, server


async def test_a_model_looks_again_and_concludes(tmp_path: Path) -> None:
    def script(received: Received) -> Turn:
        if received.number == 0:
            return Say("", tools=(Tool("search_logs", {"service": "store"}),))
        return diagnosis(received)

    async with investigated(script, tmp_path) as (case, shown, server):
        verdict = case.verdict
        assert verdict is not None, case.history
        assert (verdict.outcome, verdict.mode, verdict.services[0]) == ("concluded", "model", "store")
        assert verdict.confidence == pytest.approx(SINGLE_SOURCE_CAP), "one source alone is capped"
        assert set(verdict.cites) <= case.ids
        assert case.bill is not None
        assert case.bill.usd > 0
        assert sum(used.calls for used in case.bill.models) == len(server.requests) == 2
        assert "sonnet" in text_of(shown).lower() or "claude" in text_of(shown)
        assert any(piece.seen.source == "files" for piece in case.evidence)
        untrusted_text_stands_between_data_marks(server.requests[0])


def untrusted_text_stands_between_data_marks(first: Received) -> None:
    opening = first.body["messages"][0]["content"]
    text = opening if isinstance(opening, str) else "".join(part["text"] for part in opening)
    outside = re.sub(r"<data>.*?</data>", "", text, flags=re.DOTALL)
    assert "51% of requests to gateway" in text
    assert "51% of requests to gateway" not in outside


async def test_a_channel_whose_day_is_spent_gets_the_evidence_and_the_reason(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, AnthropicServer(diagnosis) as server:
        keys = {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": server.url}
        async with bot_in(sandbox, tmp_path, **keys) as bot:
            await bot.channels.set(ALERTS, ChannelRules(dollars=Decimal("0.01")), "U0002")
            alert = sandbox.post_webhook(alert_post())
            await sandbox.wait_for(
                lambda: any(map(is_verdict, sandbox.thread(ALERTS, alert["ts"])[1:])), WAIT, "a verdict"
            )
            case = await bot.case_at(ALERTS, alert["ts"])
            assert case.verdict is not None and case.verdict.mode != "model" and case.verdict.cites
            told = "\n".join(text_of(message) for message in sandbox.thread(ALERTS, alert["ts"])[1:])
            assert "this channel's budget for today does not allow it ($0.01 of $0.01 left" in told
            assert server.requests == []


async def test_an_unfounded_answer_is_repaired_or_told_as_unverified(tmp_path: Path) -> None:
    def script(received: Received) -> Turn:
        return diagnosis(received, claims=[{"text": "redis is full", "evidence": ["log:999"]}])

    async with investigated(script, tmp_path) as (case, _, server):
        assert case.verdict is not None
        assert len(server.requests) > 1, "one repair at least"
        assert case.verdict.outcome == "inconclusive" or case.verdict.unverified
        models = [
            entry.event.selection.model for entry in case.history if isinstance(entry.event, ModelSelected)
        ]
        assert len({model for model in models if model}) > 1, "it climbed on evidence"


async def test_a_passing_fault_is_survived(tmp_path: Path) -> None:
    """Each kind of fault passes in tests/router/test_end_to_end.py; this is the whole bot around it."""

    def script(received: Received) -> Turn:
        return diagnosis(received) if received.number else overloaded()

    async with investigated(script, tmp_path) as (case, _, _):
        assert case.verdict is not None
        assert case.verdict.mode == "model"
        failed = [
            entry
            for entry in case.history
            if isinstance(entry.event, ModelAttempted) and entry.event.attempt.failure
        ]
        assert failed


async def test_the_last_turn_may_use_no_tool_and_ends(tmp_path: Path) -> None:
    def looks_for_ever(received: Received) -> Say:
        return Say("", tools=(Tool("search_logs", {"text": f"look {received.number}"}),))

    async with investigated(looks_for_ever, tmp_path) as (case, _, server):
        choices = [received.body.get("tool_choice") for received in server.requests]
    assert choices[-1] == {"type": "none"}
    assert not any(choices[:-1])
    assert len(choices) <= 8
    assert case.verdict is not None
    assert case.verdict.mode == "evidence_only"
