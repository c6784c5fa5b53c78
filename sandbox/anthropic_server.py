"""A scripted Messages API on loopback: the real SDK over real HTTP, with any fault that a script asks for.

It records every request and refuses what Claude 5.x refuses. It is no model: its words come from the script.

    async with AnthropicServer(in_turn(Say("hello"))) as server:
        client = AsyncAnthropic(api_key="test", base_url=server.url)
"""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox.anthropic_cache import Counted, PrefixCache
from sandbox.anthropic_rules import MODELS, refusal
from sandbox.anthropic_script import (
    Cut,
    ErrorInside,
    Hang,
    Html,
    Received,
    Refuse,
    Reset,
    Say,
    Script,
    Tool,
    Turn,
)

_HTML = "<!doctype html><title>Sign in to the network</title><p>Please accept the terms."


@dataclass(slots=True)
class AnthropicServer:
    """Serves `POST /v1/messages` and `/v1/messages/count_tokens`; *script* gives each request its turn.

    With *keep* every request is kept in *requests*; else they are counted only.
    """

    script: Script
    models: tuple[str, ...] = MODELS
    port: int = 0
    keep: bool = True
    requests: list[Received] = field(default_factory=list)
    url: str = ""
    _cache: PrefixCache = field(default_factory=lambda: PrefixCache(time.monotonic))
    _runner: web.AppRunner | None = None
    _received: int = 0

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/v1/messages", self._messages)
        app.router.add_post("/v1/messages/count_tokens", self._count)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _count(self, request: web.Request) -> web.Response:
        counted = PrefixCache(time.monotonic).count(await request.json())
        return web.json_response({"input_tokens": counted.fresh + counted.written})

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        headers = {name.lower(): value for name, value in request.headers.items()}
        refused = refusal(headers, body, self.models)
        received = Received(self._received, request.path, headers, body)
        self._received += 1
        if self.keep:
            self.requests.append(received)
        turn: Turn = refused or self.script(received)
        match turn:
            case Refuse():
                return _error(turn)
            case Html():
                return web.Response(text=_HTML, content_type="text/html")
            case Reset():
                return _reset(request)
            case Hang(ping_s):
                return await _hang(request, ping_s)
            case Say() | Cut() | ErrorInside():
                return await self._say(request, turn, body)

    async def _say(
        self, request: web.Request, turn: Say | Cut | ErrorInside, body: dict[str, Any]
    ) -> web.StreamResponse:
        say = turn if isinstance(turn, Say) else turn.reply
        if say.delay_s:
            await asyncio.sleep(say.delay_s)
        message = _message(say, self._cache.count(body), str(body["model"]), self._received)
        if not body.get("stream"):
            return _whole(request, turn, message)
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        *parts, last = _wire(turn, say, message)
        rudely = isinstance(turn, Cut) and turn.rudely
        if not parts and not rudely:  # in one write: what is read of it at a time is then no matter of luck
            at_once = web.Response(body=last, headers=headers)
            at_once.enable_chunked_encoding()
            return at_once
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        for part in parts:
            await response.write(part)
            await asyncio.sleep(say.pause_s)
        await response.write(last)
        if rudely:
            return _reset(request, response)
        await response.write_eof()
        return response


def _error(turn: Refuse) -> web.Response:
    said = {
        "type": "error",
        "error": {"type": turn.type, "message": turn.message},
        "request_id": "req_scripted",
    }
    return web.json_response(said, status=turn.status, headers=dict(turn.headers))


def _reset(request: web.Request, response: web.StreamResponse | None = None) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return response or web.Response()


async def _hang(request: web.Request, ping_s: float | None) -> web.StreamResponse:
    """Say nothing, or ping, until the client goes away (which cancels this handler)."""
    if ping_s is None:
        await asyncio.Event().wait()
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    while True:
        await response.write(_event("ping", {"type": "ping"}))
        await asyncio.sleep(ping_s or 0.0)


def _message(say: Say, counted: Counted, model: str, number: int) -> dict[str, Any]:
    """Return the whole message as the API would give it without streaming."""
    blocks: list[dict[str, Any]] = []
    if say.thinking:
        blocks.append({"type": "thinking", "thinking": say.thinking, "signature": f"sig-{model}"})
    if say.text:
        blocks.append({"type": "text", "text": say.text})
    for index, tool in enumerate(say.tools):
        call_id = f"toolu_{number:03d}{index}"
        blocks.append({"type": "tool_use", "id": call_id, "name": tool.name, "input": tool.input})
    wrote = sum(len(json.dumps(block)) for block in blocks)
    written = max(0, counted.written - say.cache_write_1h)
    return {
        "id": f"msg_{number:05d}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": blocks,
        "stop_reason": say.stop_reason or ("tool_use" if say.tools else "end_turn"),
        "stop_sequence": None,
        "usage": {
            "input_tokens": counted.fresh if say.input_tokens is None else say.input_tokens,
            "output_tokens": max(1, wrote // 4) if say.output_tokens is None else say.output_tokens,
            "cache_creation_input_tokens": written + say.cache_write_1h,
            "cache_read_input_tokens": counted.read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": written,
                "ephemeral_1h_input_tokens": say.cache_write_1h,
            },
        },
    }


def _whole(
    request: web.Request, turn: Say | Cut | ErrorInside, message: dict[str, Any]
) -> web.StreamResponse:
    match turn:
        case Say():
            return web.json_response(message)
        case ErrorInside(_, kind, said):
            return _error(Refuse(529, kind, said))
        case Cut(_, _, rudely):
            if rudely:
                return _reset(request)
            text = json.dumps(message)
            return web.Response(text=text[: len(text) // 2], content_type="application/json")


def _wire(turn: Say | Cut | ErrorInside, say: Say, message: dict[str, Any]) -> Iterator[bytes]:
    """Yield the bytes of the stream, cut or spoilt as the turn asks, in the parts between its pauses."""
    ready = b""
    for number, (name, data) in enumerate(_events(say, message)):
        if isinstance(turn, ErrorInside) and number == turn.events:
            ready += _event("error", {"type": "error", "error": {"type": turn.type, "message": turn.message}})
            break
        if isinstance(turn, Cut) and number == turn.events:
            if turn.in_json:
                text = json.dumps(data)
                ready += f"event: {name}\ndata: {text[: len(text) // 2]}\n\n".encode()
            break
        ready += _event(name, data)
        if say.pause_s and name == "content_block_delta":
            yield ready
            ready = b""
    yield ready


def _events(say: Say, message: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    usage = message["usage"]
    begun = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    yield "message_start", {"type": "message_start", "message": begun}
    tools = iter(say.tools)
    for index, block in enumerate(message["content"]):
        tool = next(tools) if block["type"] == "tool_use" else None
        yield from _block(index, block, tool, say.piece)
    ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield "message_delta", {"type": "message_delta", "delta": ended, "usage": usage}
    yield "message_stop", {"type": "message_stop"}


def _block(
    index: int, block: dict[str, Any], tool: Tool | None, piece: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield one content block: its start, its pieces, its stop."""
    if tool is not None:
        start: dict[str, Any] = {**block, "input": {}}
        text = json.dumps(block["input"]) if tool.raw is None else tool.raw
        pieces = [{"type": "input_json_delta", "partial_json": part} for part in _pieces(text, piece)]
    elif block["type"] == "thinking":
        start = {"type": "thinking", "thinking": "", "signature": ""}
        pieces = [{"type": "thinking_delta", "thinking": part} for part in _pieces(block["thinking"], piece)]
        pieces.append({"type": "signature_delta", "signature": block["signature"]})
    else:
        start = {"type": "text", "text": ""}
        pieces = [{"type": "text_delta", "text": part} for part in _pieces(block["text"], piece)]
    yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": start}
    for delta in pieces:
        yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}
    yield "content_block_stop", {"type": "content_block_stop", "index": index}


def _pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
