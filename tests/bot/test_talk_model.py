"""Talking with a model behind it, over real HTTP against a scripted Messages API: looks, cites, remembers, stops."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.investigation.events import QuestionAnswered, QuestionLooked
from bot.office import Office
from sandbox.anthropic_script import Hang, Received, Refuse, Say, Script, Tool, Turn
from sandbox.anthropic_server import AnthropicServer
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of, whole_answer

WAIT = 40.0


def words_of(received: Received) -> str:
    return json.dumps(received.body["messages"]).replace("\\n", "\n").replace('\\"', '"')


def answer(received: Received, cause: str) -> Say:
    """Answer with the first log evidence that the prompt offers."""
    cited = re.findall(r"^\[(log:\d+)\].*no connection free", words_of(received), re.MULTILINE)[0]
    told = {
        "cause": cause,
        "services": ["store"],
        "confidence": 0.8,
        "claims": [{"text": "store: no connection free", "evidence": [cited]}],
        "fix": None,
    }
    return Say(json.dumps(told))


@asynccontextmanager
async def thread_of(
    script: Script, folder: Path
) -> AsyncIterator[tuple[Sandbox, Office, AnthropicServer, str]]:
    """Give a thread that has its verdict."""
    async with Sandbox() as sandbox, AnthropicServer(script) as server:
        keys = {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": server.url}
        async with bot_in(sandbox, folder, **keys) as bot:
            root = str(sandbox.post_webhook(alert_post())["ts"])
            await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, root)[1:])), WAIT)
            yield sandbox, bot, server, root


async def told(sandbox: Sandbox, root: str, words: str) -> dict[str, Any]:
    said = sandbox.post_as("U0002", ALERTS, f"@IncidentOS {words}", thread_ts=root)

    def answered() -> dict[str, Any] | None:
        later = [m for m in sandbox.thread(ALERTS, root)[1:] if m["ts"] > said["ts"] and m.get("bot_id")]
        return next((m for m in later if whole_answer(m)), None)

    found: dict[str, Any] = await sandbox.wait_for(answered, WAIT)
    return found


def is_question(received: Received) -> bool:
    return "answer one question" in json.dumps(received.body["system"])


async def test_a_question_is_looked_into_answered_and_remembered(tmp_path: Path) -> None:
    def script(received: Received) -> Turn:
        if not is_question(received):
            return answer(received, "store has no connection free in its pool")
        if "why is it slow" in words_of(received) and len(received.body["messages"]) == 1:
            return Say("", tools=(Tool("search_logs", {"service": "store"}),))
        return answer(received, "store waits for a connection")

    async with thread_of(script, tmp_path) as (sandbox, bot, server, root):
        shown = text_of(await told(sandbox, root, "why is it slow?"))
        assert "store waits for a connection" in shown and "`log:" in shown
        assert "[MODEL_SELECTION] complex_reasoning → sonnet" in shown
        begun, ended = sandbox.calls_of("chat.startStream"), sandbox.calls_of("chat.stopStream")
        assert len(begun) == len(ended) <= 1, "streamed when it took a while, and never left open"
        case = await bot.case_at(ALERTS, root)
        kinds = [type(entry.event) for entry in case.history]
        assert QuestionLooked in kinds
        assert next(e.event.mode for e in case.history if isinstance(e.event, QuestionAnswered)) == "model"

        await told(sandbox, root, "why only since ten?")
        last = words_of(server.requests[-1])
        assert "you answered" in last and "store waits for a connection" in last
        assert (
            "why only since ten?"
            not in re.sub(r".*The question", "", last, flags=re.DOTALL)[:0] + last.split("The question")[0]
        )


async def test_a_refused_key_leaves_code_to_answer_and_says_so(tmp_path: Path) -> None:
    def script(received: Received) -> Turn:
        if is_question(received):
            return Refuse(401, "authentication_error", "invalid x-api-key")
        return answer(received, "store has no connection free")

    async with thread_of(script, tmp_path) as (sandbox, _, _, root):
        shown = text_of(await told(sandbox, root, "why store?"))
        assert "store" in shown and "`log:" in shown
        assert "ANTHROPIC_API_KEY" in shown


async def test_the_stop_button_ends_a_model_that_thinks(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, AnthropicServer(lambda _: Hang(ping_s=0.2)) as server:
        keys = {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": server.url}
        async with bot_in(sandbox, tmp_path, **keys) as bot:
            root = str(sandbox.post_webhook(alert_post())["ts"])

            def thinking() -> dict[str, Any] | None:
                return next((m for m in sandbox.thread(ALERTS, root)[1:] if '"stop"' in text_of(m)), None)

            reply = await sandbox.wait_for(thinking, WAIT)
            await sandbox.click(ALERTS, reply["ts"], "Stop", user="U0003")
            await sandbox.wait_for(
                lambda: "stopped by <@U0003>" in text_of(sandbox.message(ALERTS, reply["ts"])), WAIT
            )
            assert '"stop"' not in text_of(sandbox.message(ALERTS, reply["ts"]))
            case = await bot.case_at(ALERTS, root)
            assert case.stopped_by == "U0003" and case.verdict is None
