"""One call of one tool of an MCP server: connect, check the tool, call it, take what it says within bounds.

A server is not trusted: the tool must be one that the operator listed, must be marked read-only by the server, and
must be the very tool that the operator looked at (its description and schemas are pinned by their hash, so that a
server cannot swap them later). Over HTTP nothing leaves but the handshake, the listing and calls of listed tools,
held at the transport. The server may ask us for nothing. It knows no kind of telemetry.
"""

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2
import structlog
from pydantic import JsonValue

from tools.readonly_http import gated
from tools.reads import Endpoint, NotARead, Read
from tools.tool import Unavailable
from tools.wording import short

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import Tool

log = structlog.get_logger(__name__)
READS = (Read("POST", ""), Read("GET", ""))
_METHODS = frozenset(
    {
        "initialize",
        "ping",
        "server/discover",
        "tools/list",
        "notifications/initialized",
        "notifications/cancelled",
    }
)
_PAGES = 20
_PIN = 16  # hexadecimal digits


@dataclass(frozen=True, slots=True)
class McpPlace:
    """Where a server is: a *command* that is started for each look, or an *endpoint* that speaks streamable HTTP."""

    name: str
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    endpoint: Endpoint | None = None
    timeout_s: float = 8.0
    max_bytes: int = 2_000_000


class McpGate(httpx2.AsyncBaseTransport):
    """Lets through what a session needs and calls of the *listed* tools; bounds what comes back."""

    def __init__(self, outside: httpx2.AsyncBaseTransport, listed: frozenset[str], max_bytes: int) -> None:
        """Guard *outside*."""
        self._outside = outside
        self._listed = listed
        self._max_bytes = max_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a named message on; raise `NotARead` for anything else."""
        if request.method == "POST":
            _check(await request.aread(), self._listed)
        answer = await self._outside.handle_async_request(request)
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        answer.stream = _Bounded(answer.stream, self._max_bytes)
        return answer

    async def aclose(self) -> None:
        """Close the way out."""
        await self._outside.aclose()


class _Bounded(httpx2.AsyncByteStream):
    """A body that breaks off when it is too long."""

    def __init__(self, body: httpx2.AsyncByteStream, most: int) -> None:
        self._body = body
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for piece in self._body:
            taken += len(piece)
            if taken > self._most:
                raise httpx2.ReadError("the answer is too large")
            yield piece

    async def aclose(self) -> None:
        await self._body.aclose()


class McpServer:
    """A server whose listed tools can be called, one session a call."""

    def __init__(
        self, place: McpPlace, pins: Mapping[str, str], *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to call the tools of *pins* (tool → pin); nothing is started or sent yet."""
        self.name = place.name
        self._place = place
        self._pins = dict(pins)
        self._transport = transport

    async def call(self, tool: str, arguments: Mapping[str, JsonValue]) -> JsonValue:
        """Return what *tool* says: its structured answer, or its text.

        Raises:
            Unavailable: the server cannot be reached, the tool may not be called, or it failed; one line says why.
        """
        try:
            async with asyncio.timeout(self._place.timeout_s), self._connected() as client:
                _may_be_called(self.name, await _found(client, tool), tool, self._pins.get(tool, ""))
                answer = await client.call_tool(tool, dict(arguments))
        except TimeoutError:
            raise Unavailable(f"{self.name}: no answer within {self._place.timeout_s:g} s") from None
        except Exception as problem:  # noqa: BLE001 — whatever a foreign server does is evidence, and logged
            raise self._told(problem) from None
        texts = [each.text for each in answer.content if each.type == "text"]
        if answer.is_error:
            raise Unavailable(f"{self.name}: {tool} failed: {short(' '.join(texts), 160)}")
        if answer.structured_content is None and not texts:
            return ""
        told: JsonValue = answer.structured_content
        if isinstance(told, dict) and list(told) == ["result"]:  # the SDK's wrapping of what is no object
            told = told["result"]
        return "\n".join(texts)[: self._place.max_bytes] if told is None else told

    @asynccontextmanager
    async def _connected(self) -> "AsyncIterator[Client]":
        from mcp import Client, StdioServerParameters  # noqa: PLC0415 — half a second to load
        from mcp.client.stdio import stdio_client  # noqa: PLC0415 — same
        from mcp.client.streamable_http import streamable_http_client  # noqa: PLC0415 — same

        place, wait = self._place, self._place.timeout_s
        if place.endpoint is None:
            program, *rest = place.command
            server = StdioServerParameters(command=program, args=rest, env=dict(place.environment))
            with open(os.devnull, "w", encoding="utf-8") as silent:  # noqa: ASYNC230, PTH123 — opens at once
                async with Client(stdio_client(server, errlog=silent), read_timeout_seconds=wait) as client:
                    yield client
            return
        listed = frozenset(self._pins)
        way = gated(
            self.name, place.endpoint, READS, transport=self._transport,
            behind=lambda outside: McpGate(outside, listed, place.max_bytes),
        )  # fmt: skip
        async with way:
            streams = streamable_http_client(
                place.endpoint.url,
                http_client=way,
                terminate_on_close=False,
                max_sse_event_size=place.max_bytes,
            )
            async with Client(streams, read_timeout_seconds=wait) as client:
                yield client

    def _told(self, problem: Exception) -> Unavailable:
        """Return the first thing in *problem* that says something; sessions wrap failures in groups."""
        leaves = list(_leaves(problem))
        own = next((each for each in leaves if isinstance(each, Unavailable)), None)
        if own is not None:
            return own
        expected = all(
            isinstance(each, httpx2.TransportError | OSError) or type(each).__module__.startswith("mcp.")
            for each in leaves
        )
        log.warning("mcp_session_failed", server=self.name, exc_info=None if expected else problem)
        return Unavailable(f"{self.name}: not available ({type(leaves[0]).__name__})")


def pin_of(tool: "Tool") -> str:
    """Return the pin of a tool: the beginning of a hash over all that it says about itself."""
    said = tool.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"meta", "icons"})
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:_PIN]


async def _found(client: "Client", name: str) -> "Tool | None":
    cursor: str | None = None
    for _ in range(_PAGES):
        listing = await client.list_tools(cursor=cursor)
        found = next((each for each in listing.tools if each.name == name), None)
        cursor = listing.next_cursor
        if found is not None or not cursor:
            return found
    return None


def _may_be_called(server: str, found: "Tool | None", name: str, pin: str) -> None:
    if found is None:
        raise Unavailable(f"{server}: it has no tool {name}")
    marks = found.annotations
    if marks is None or marks.read_only_hint is not True or marks.destructive_hint is True:
        raise Unavailable(f"{server}: {name} is not marked read-only by the server, so it is not called")
    own = pin_of(found)
    if not pin:
        raise Unavailable(
            f'{server}: {name} is not pinned: look at what it says it does, then write pin = "{own}"'
        )
    if pin != own:
        raise Unavailable(
            f"{server}: {name} is no longer the tool that was pinned (now {own}), so it is not called: look at it again"
        )


def _check(body: bytes, listed: frozenset[str]) -> None:
    """Raise `NotARead` unless *body* is one JSON-RPC message that a session of ours may send."""
    try:
        message: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise NotARead("what was about to leave is no JSON-RPC message") from None
    parts: Sequence[Any] = message if isinstance(message, list) else [message]
    for part in parts:
        method = part.get("method") if isinstance(part, dict) else None
        if (
            method == "tools/call"
            and isinstance(part.get("params"), dict)
            and part["params"].get("name") in listed
        ):
            continue
        answers = (
            isinstance(part, dict) and method is None and "id" in part
        )  # a refusal of what a server asks of us
        if method not in _METHODS and not answers:
            raise NotARead(f"{method} is not a named message")


def _leaves(problem: BaseException) -> Iterator[BaseException]:
    if isinstance(problem, BaseExceptionGroup):
        for each in problem.exceptions:
            yield from _leaves(each)
    else:
        yield problem
