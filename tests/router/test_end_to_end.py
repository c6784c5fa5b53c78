"""The whole path: router, real SDK, real HTTP, the scripted Messages API."""

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass

import pytest
from pydantic import JsonValue

from router.anthropic_model import AnthropicModel
from router.messages import Message, Task, Text, ToolResult
from router.outcomes import Answered, Attempted, Failed, Selected, Status
from sandbox.anthropic_script import (
    Cut,
    ErrorInside,
    Hang,
    Html,
    Received,
    Say,
    Tool,
    Turn,
    in_turn,
    overloaded,
    rate_limited,
)
from sandbox.anthropic_server import AnthropicServer
from tests.router.conftest import Opened
from tests.router.test_router import CHECKED, INVENTED, diagnosis
from tests.router.world import ask, events, policy, shape


@dataclass(frozen=True)
class Look:
    name: str = "search_logs"
    description: str = "Search the logs of a service."

    @property
    def schema(self) -> Mapping[str, JsonValue]:
        return {"type": "object", "properties": {"service": {"type": "string"}}, "required": ["service"]}


async def test_look_then_answer_with_a_warm_cache(open_router: Opened) -> None:
    evidence = "checkout log line with the pool exhausted\n" * 200
    turns = in_turn(
        Say("I look.", thinking="hm", tools=(Tool("search_logs", {"service": "checkout"}),)), Say(diagnosis())
    )
    async with AnthropicServer(turns) as server:
        router = await open_router(AnthropicModel("key", server.url))
        heard: list[str] = []
        opening = Message("user", (Text(evidence),))
        first = await events(
            router, ask(**CHECKED, messages=(opening,), tools=(Look(),), stream_to=heard.append)
        )
        assert isinstance(first[-1], Answered)
        wish = first[-1].answer.reply
        looked = Message("user", (ToolResult(wish.tool_uses[0].id, "20 of 20 connections in use"),))
        turn = (opening, Message("assistant", wish.parts), looked)
        second = await events(router, ask(**CHECKED, messages=turn, tools=(Look(),)))
    assert shape(second) == ["selected t2", "attempted kept", "answered"]
    assert heard == ["I look."]
    assert isinstance(second[0], Selected)
    assert isinstance(second[1], Attempted)
    usage = second[1].attempt.usage
    assert usage.cache_read > 2000
    assert second[0].selection.warm_tokens > 2000
    made = await router.summary("case-1")
    assert made.calls == 2
    assert made.cached_share is not None
    assert made.cached_share > 0.4
    assert made.usd > 0


async def test_repair_and_climb_over_the_wire(open_router: Opened) -> None:
    async with AnthropicServer(in_turn(Say(INVENTED), Say(INVENTED), Say(diagnosis()))) as server:
        told = await events(await open_router(AnthropicModel("key", server.url)), ask(**CHECKED))
    assert shape(told)[-1] == "answered"
    assert [request.model for request in server.requests] == [
        "claude-sonnet-5-5", "claude-sonnet-5-5", "claude-opus-5-5",
    ]  # fmt: skip
    for request in server.requests:
        assert request.body["output_config"]["format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    "turn",
    [
        overloaded(), rate_limited("0"), Cut(Say("a long answer " * 30), 5), Cut(Say("long " * 30), 5, rudely=False),
        Cut(Say("a long answer " * 30), 5, rudely=False, in_json=True), ErrorInside(Say("a long answer " * 30)), Html(),
        Say(tools=(Tool("search_logs", raw='{"serv'),)),
    ],
    ids=lambda turn: type(turn).__name__,
)  # fmt: skip
async def test_one_fault_is_survived(open_router: Opened, turn: Turn) -> None:
    async with AnthropicServer(in_turn(turn, Say(diagnosis()))) as server:
        told = await events(await open_router(AnthropicModel("key", server.url)), ask(**CHECKED))
    assert shape(told)[-1] == "answered"
    assert isinstance(told[-1], Answered)
    assert told[-1].answer.reply.text == diagnosis()
    assert len(server.requests) == 2


@pytest.mark.timeout(30)  # without the deadline it would never end
async def test_no_answer_ever_ends_within_the_deadline(open_router: Opened) -> None:
    rules = policy(("deadline_s = 150\ncall_s = 75", "deadline_s = 2\ncall_s = 1"))
    async with AnthropicServer(lambda _: Hang(ping_s=0.05)) as server:
        router = await open_router(AnthropicModel("key", server.url), rules)
        router.clock = router.health.clock = time.monotonic
        router.sleep = asyncio.sleep
        told = await events(router, ask(**CHECKED))
    assert isinstance(told[-1], Failed)
    assert told[-1].failure.code == "timeout"
    assert all(a.status is Status.UNKNOWN for a in told[-1].failure.attempts)


async def test_a_wrong_key_is_said_once(open_router: Opened) -> None:
    async with AnthropicServer(in_turn(), models=()) as server:
        told = await events(await open_router(AnthropicModel("key", server.url)), ask(**CHECKED))
    assert isinstance(told[-1], Failed)
    assert told[-1].failure.code == "model_gone"
    assert "routes.toml" in told[-1].failure.message


async def test_a_caller_that_goes_away_leaves_the_money_aside(open_router: Opened) -> None:
    asked = asyncio.Event()

    def never(_: Received) -> Turn:
        asked.set()
        return Hang()

    async with AnthropicServer(never) as server:
        router = await open_router(AnthropicModel("key", server.url))

        async def listen() -> None:
            async with aclosing(router.ask(ask(**CHECKED))) as told:
                async for _ in told:
                    pass

        listening = asyncio.create_task(listen())
        await asked.wait()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        spent = await router.budget.spent("case-1")
        rows = await router.audit.rows(kinds=("tried",))
    assert spent.case > 0
    assert rows[0].record.kind == "tried"
    assert rows[0].record.attempt.failure == "abandoned"


async def test_the_server_refuses_what_claude_refuses(open_router: Opened) -> None:
    """The stub must not be kinder than the API: what we send is checked by its documented rules."""
    async with AnthropicServer(lambda _: Say(json.dumps({"label": "a"}))) as server:
        router = await open_router(AnthropicModel("key", server.url))
        schema = {
            "type": "object",
            "properties": {"label": {"type": "string", "maxLength": 9}},
            "required": ["label"],
        }
        told = await events(router, ask(task=Task.SIMPLE_CLASSIFICATION, schema=schema))
    assert shape(told)[-1] == "answered"
    sent = server.requests[0].body
    assert not {"temperature", "top_p", "top_k", "tool_choice", "thinking"} & set(sent)
    assert sent["messages"][-1]["role"] == "user"
