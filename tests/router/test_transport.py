"""The real SDK over real HTTP: every fault of the outside is a typed value within its deadline."""

import json

import httpx2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from router.anthropic_model import AnthropicModel
from router.calls import Call, Fault, Heard
from router.messages import Message, Text, Thinking, ToolResult, ToolUse, Usage
from router.outcomes import FailureCode
from sandbox.anthropic_script import (
    Cut,
    ErrorInside,
    Hang,
    Html,
    Refuse,
    Reset,
    Say,
    Tool,
    Turn,
    in_turn,
    overloaded,
    rate_limited,
    too_long,
)
from sandbox.anthropic_server import AnthropicServer

ASKED = (Message("user", (Text("why is checkout slow?"),)),)


def call(**changes: object) -> Call:
    given: dict[str, object] = {
        "model": "claude-sonnet-5-5",
        "max_tokens": 256,
        "messages": ASKED,
        "deadline_s": 5.0,
        "system": "You are careful.",
        "effort": "medium",
    }
    return Call(**(given | changes))  # type: ignore[arg-type]


async def ask(turn: Turn, key: str = "test-key", **changes: object) -> tuple[Heard | Fault, AnthropicServer]:
    async with AnthropicServer(in_turn(turn)) as server:
        model = AnthropicModel(key, server.url)
        heard = await model.reply(call(**changes))
        await model.aclose()
        return heard, server


async def test_a_reply_is_heard_whole_with_its_usage() -> None:
    pieces: list[str] = []
    say = Say(
        text="because of the pool " * 20,
        thinking="hm",
        tools=(Tool("search_logs", {"service": "checkout", "n": [1, None]}),),
    )
    heard, server = await ask(say, stream_to=pieces.append)
    assert isinstance(heard, Heard)
    assert heard.reply.text == say.text == "".join(pieces)
    assert heard.reply.tool_uses == (
        ToolUse("toolu_0010", "search_logs", {"service": "checkout", "n": [1, None]}),
    )
    assert heard.reply.stop_reason == "tool_use"
    assert heard.ttft_s is not None
    assert 0 < heard.ttft_s <= heard.latency_s
    assert heard.usage.input > 0
    assert heard.usage.output > 0
    body = server.requests[0].body
    assert body["output_config"] == {"effort": "medium"}
    assert body["system"][-1]["cache_control"] == {"type": "ephemeral"}
    assert "temperature" not in body


async def test_usage_tells_every_class_of_tokens_apart() -> None:
    long = "a line of a long log\n" * 400
    async with AnthropicServer(in_turn(Say("a", cache_write_1h=100), Say("b"))) as server:
        model = AnthropicModel("test-key", server.url)
        first = await model.reply(call(system=long))
        again = await model.reply(call(system=long))
    assert isinstance(first, Heard)
    assert isinstance(again, Heard)
    assert first.usage.cache_write_1h == 100
    assert first.usage.cache_write_5m > 2000
    assert first.usage.cache_read == 0
    assert again.usage == Usage(
        again.usage.input, again.usage.output, cache_read=first.usage.prompt - first.usage.input
    )


async def test_thinking_goes_back_only_to_the_model_that_thought_it() -> None:
    heard, _ = await ask(Say("yes", thinking="let me see", tools=(Tool("look"),)))
    assert isinstance(heard, Heard)
    assert isinstance(heard.reply.parts[0], Thinking)
    messages = (
        *ASKED,
        Message("assistant", heard.reply.parts),
        Message("user", (ToolResult(heard.reply.tool_uses[0].id, "nothing"),)),
    )
    _, same = await ask(Say("ok"), messages=messages)
    _, other = await ask(Say("ok"), messages=messages, model="claude-opus-5-5")
    assert same.requests[0].body["messages"][1]["content"][0]["type"] == "thinking"
    assert same.requests[0].body["messages"][1]["content"][0]["signature"] == "sig-claude-sonnet-5-5"
    assert other.requests[0].body["messages"][1]["content"][0]["type"] == "text"


async def test_a_schema_is_sent_in_the_form_that_the_api_takes() -> None:
    schema = {
        "type": "object",
        "properties": {"confidence": {"type": "number", "minimum": 0, "maximum": 1}},
        "required": ["confidence"],
    }
    heard, server = await ask(Say('{"confidence": 0.5}'), schema=schema)
    assert isinstance(heard, Heard)
    sent = server.requests[0].body["output_config"]["format"]["schema"]
    assert sent["additionalProperties"] is False
    assert sent["properties"]["confidence"] == {"type": "number"}


@pytest.mark.parametrize(
    ("turn", "code", "billed"),
    [
        (Refuse(400, "invalid_request_error", "max_tokens: too many"), FailureCode.BAD_REQUEST, False),
        (too_long(), FailureCode.TOO_LONG, False),
        (Refuse(413, "request_too_large", "too large"), FailureCode.TOO_LONG, False),
        (
            Refuse(400, "invalid_request_error", "Your credit balance is too low"),
            FailureCode.KEY_REFUSED,
            False,
        ),
        (Refuse(401, "authentication_error", "invalid x-api-key"), FailureCode.KEY_REFUSED, False),
        (Refuse(403, "permission_error", "no"), FailureCode.KEY_REFUSED, False),
        (Refuse(404, "not_found_error", "model: x"), FailureCode.MODEL_GONE, False),
        (rate_limited("171"), FailureCode.RATE_LIMITED, False),
        (overloaded(), FailureCode.OVERLOADED, False),
        (Refuse(500, "api_error", "Internal server error"), FailureCode.SERVER_ERROR, False),
        (Html(), FailureCode.NOT_THE_API, True),
        (Reset(), FailureCode.CONNECTION, False),
        (Cut(Say("a long answer " * 20), events=5), FailureCode.STREAM_CUT, True),
        (Cut(Say("a long answer " * 20), events=5, rudely=False), FailureCode.STREAM_CUT, True),
        (Cut(Say("a long answer " * 20), 5, rudely=False, in_json=True), FailureCode.JSON_CUT, True),
        (Say(tools=(Tool("look", raw='{"service": "che'),)), FailureCode.JSON_CUT, True),
        (ErrorInside(Say("a long answer " * 20)), FailureCode.OVERLOADED, True),
        (ErrorInside(Say("a long answer " * 20), type="api_error"), FailureCode.SERVER_ERROR, True),
        (ErrorInside(Say("x"), type="a_new_kind_of_error"), FailureCode.SERVER_ERROR, True),
    ],
    ids=str,
)
async def test_faults_are_values(turn: Turn, code: FailureCode, billed: bool) -> None:
    fault, _ = await ask(turn)
    assert isinstance(fault, Fault)
    assert fault.code is code
    assert fault.maybe_billed is billed
    assert fault.message


@pytest.mark.parametrize("turn", [Hang(), Hang(ping_s=0.02), Say("x" * 400, pause_s=0.2)])
@pytest.mark.timeout(30)  # the longest of these turns would take 80 s
async def test_the_deadline_is_total(turn: Turn) -> None:
    fault, _ = await ask(turn, deadline_s=0.5)
    assert isinstance(fault, Fault)
    assert fault.code is FailureCode.TIMEOUT


@pytest.mark.parametrize(
    ("said", "read"),
    [("171", 171.0), ("0", 0.0), ("soon", None), ("-1", None), ("inf", None), ("9" * 17, 86_400.0)],
)
@pytest.mark.timeout(60)  # sleeping as told would take 171 s
async def test_retry_after_is_read_and_never_slept(said: str, read: float | None) -> None:
    fault, server = await ask(rate_limited(said))
    assert isinstance(fault, Fault)
    assert fault.retry_after_s == read
    assert len(server.requests) == 1


async def test_nobody_listens() -> None:
    model = AnthropicModel("test-key", "http://127.0.0.1:9")
    fault = await model.reply(call())
    assert isinstance(fault, Fault)
    assert fault.code is FailureCode.CONNECTION
    assert "127.0.0.1:9" in fault.message


async def test_lone_surrogates_do_not_stop_a_call() -> None:
    messages = (
        Message("user", (Text("odd \ud800 text"),)),
        Message("assistant", (ToolUse("t1", "look", {"q": "\ud800"}),)),
        Message("user", (ToolResult("t1", "\udfff"),)),
    )
    heard, _ = await ask(Say("fine"), messages=messages)
    assert isinstance(heard, Heard)


def test_the_key_is_not_shown() -> None:
    assert "sk-secret" not in repr(AnthropicModel("sk-secret"))


GLYPH = "Größe 🔥"
SPOKEN: tuple[tuple[str, dict[str, object]], ...] = (
    ("message_start", {"message": {"usage": {"input_tokens": 9}}}),
    ("content_block_start", {"content_block": {"type": "text", "text": ""}}),
    ("content_block_delta", {"delta": {"type": "text_delta", "text": GLYPH}}),
    ("content_block_stop", {}),
    ("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}),
    ("message_stop", {}),
)
STREAM = "".join(
    f"event: {kind}\ndata: {json.dumps({'type': kind, **said}, ensure_ascii=False)}\n\n"
    for kind, said in SPOKEN
).encode()


async def answered(
    body: bytes, status: int = 200, kind: str = "text/event-stream", **headers: str
) -> Heard | Fault:
    """One call to something that answers with just these bytes."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, content=body, headers={"content-type": kind, **headers})

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    model = AnthropicModel("test-key", http_client=client)
    heard = await model.reply(call())
    await model.aclose()
    return heard


async def test_a_stream_that_ends_at_any_byte_is_a_fault() -> None:
    """A proxy ends it in good order, wherever it stood: between events, in JSON, within a letter."""
    whole = await answered(STREAM)
    assert isinstance(whole, Heard)
    assert whole.reply.text == GLYPH
    letters = range(STREAM.index("ö".encode()) - 1, STREAM.index("🔥".encode()) + 5)
    for end in {*range(0, len(STREAM), 23), *letters, len(STREAM) - 1}:
        fault = await answered(STREAM[:end])
        assert isinstance(fault, Fault), STREAM[:end]
        assert fault.code in {FailureCode.STREAM_CUT, FailureCode.JSON_CUT}


DAMAGED = [
    (b'"text": "Gr', b'"text": "\xff\xfe', FailureCode.STREAM_CUT),
    (b'"input_tokens": 9', b'"input_tokens": "9"', FailureCode.NOT_THE_API),
    (b'"input_tokens": 9', b'"input_tokens": -9', FailureCode.NOT_THE_API),
    (b'"output_tokens": 5', b'"output_tokens": 0.5', FailureCode.NOT_THE_API),
    (b'"input_tokens": 9', b'"input_tokens": ' + b"9" * 5000, FailureCode.JSON_CUT),
    (b'"input_tokens": 9', b'"input_tokens": NaN', FailureCode.JSON_CUT),
    (b'"input_tokens": 9', b'"input_tokens": ' + b"[" * 100_000, FailureCode.JSON_CUT),
    (STREAM[: STREAM.index(b"event: content")], b"", FailureCode.STREAM_CUT),
]


@pytest.mark.parametrize(("was", "now", "code"), DAMAGED, ids=[str(n) for n in range(len(DAMAGED))])
async def test_a_damaged_stream_is_a_fault(was: bytes, now: bytes, code: FailureCode) -> None:
    assert was in STREAM
    fault = await answered(STREAM.replace(was, now, 1))
    assert isinstance(fault, Fault)
    assert fault.code is code


@pytest.mark.parametrize("raw", ['{"n": NaN}', '{"n": %s}' % ("9" * 5000), "[" * 100_000])
async def test_arguments_that_no_journal_can_hold_are_a_fault(raw: str) -> None:
    fault, _ = await ask(Say(tools=(Tool("look", raw=raw),)))
    assert isinstance(fault, Fault)
    assert fault.code is FailureCode.JSON_CUT


async def test_half_a_character_is_left_out_of_what_was_heard() -> None:
    heard, _ = await ask(Say("so \ud83d", tools=(Tool("look", raw='{"q": "\\ud83d"}'),)))
    assert isinstance(heard, Heard)
    assert heard.reply.text == "so ?"
    assert heard.reply.tool_uses[0].input == {"q": "?"}


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (302, "text/html", FailureCode.NOT_THE_API),
        (307, "", FailureCode.NOT_THE_API),
        (403, "text/html; charset=utf-8", FailureCode.NOT_THE_API),
        (407, "text/plain", FailureCode.NOT_THE_API),
        (403, "application/json", FailureCode.KEY_REFUSED),
        (429, "text/html", FailureCode.RATE_LIMITED),
        (502, "text/html", FailureCode.SERVER_ERROR),
    ],
)
async def test_a_proxy_is_not_taken_for_the_api(status: int, kind: str, code: FailureCode) -> None:
    fault = await answered(b"<h1>Sign in</h1>", status, kind, location="http://elsewhere.test/")
    assert isinstance(fault, Fault)
    assert fault.code is code


async def test_prompt_and_key_follow_no_redirect() -> None:
    async with AnthropicServer(in_turn(Say("got it"))) as elsewhere:
        away = web.Application()

        async def redirect(_: web.Request) -> web.Response:
            return web.Response(status=307, headers={"location": f"{elsewhere.url}/v1/messages"})

        away.router.add_post("/v1/messages", redirect)
        async with TestServer(away) as server:
            model = AnthropicModel("test-key", str(server.make_url("")))
            fault = await model.reply(call())
            await model.aclose()
    assert isinstance(fault, Fault)
    assert fault.code is FailureCode.NOT_THE_API
    assert elsewhere.requests == []
