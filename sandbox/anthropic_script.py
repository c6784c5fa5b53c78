"""What a scripted Messages API answers, turn by turn: replies, refusals and every way an answer can go wrong.

Plain values; `sandbox/anthropic_server.py` puts them on the wire. They know nothing of routing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it arrived: JSON *body*, lower-cased *headers*, and its number, from 0."""

    number: int
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def model(self) -> str:
        """The model that was asked."""
        return str(self.body.get("model", ""))

    @property
    def tool_results(self) -> tuple[str, ...]:
        """The ids of the tool results in the last message, in order."""
        messages = self.body.get("messages") or [{}]
        content = messages[-1].get("content", ())
        return tuple(b["tool_use_id"] for b in content if isinstance(b, dict) and b["type"] == "tool_result")


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool call in a reply. *raw* goes on the wire instead of the arguments, for arguments that are no JSON."""

    name: str
    input: Any = field(default_factory=dict)
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """An ordinary reply. Usage counts that are None are worked out: by size, and from the prefix cache.

    *delay_s* is waited before the first byte, *pause_s* between the pieces of a stream. *stop_reason* None is
    "tool_use" when there are tools, else "end_turn".
    """

    text: str = ""
    tools: tuple[Tool, ...] = ()
    thinking: str = ""
    stop_reason: str | None = None
    output_tokens: int | None = None
    input_tokens: int | None = None
    cache_write_1h: int = 0
    delay_s: float = 0.0
    pause_s: float = 0.0
    piece: int = 40


@dataclass(frozen=True, slots=True)
class Refuse:
    """An HTTP error with the API's body; *headers* such as Retry-After."""

    status: int
    type: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Html:
    """A captive portal: HTML with status 200."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Takes the request and says nothing, or pings for ever when *ping_s* is set."""

    ping_s: float | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A reply whose stream breaks off after *events* events: rudely (the connection is reset) or politely.

    With *in_json* the last event's JSON itself ends in the middle.
    """

    reply: Say
    events: int = 4
    rudely: bool = True
    in_json: bool = False


@dataclass(frozen=True, slots=True)
class ErrorInside:
    """A stream that begins well and then carries an error event, after *events* events."""

    reply: Say
    type: str = "overloaded_error"
    message: str = "Overloaded"
    events: int = 3


@dataclass(frozen=True, slots=True)
class Reset:
    """Closes the connection before a byte."""


Turn = Say | Refuse | Html | Hang | Cut | ErrorInside | Reset
Script = Callable[[Received], Turn]


def rate_limited(after: str = "1") -> Refuse:
    """Return a 429 with this Retry-After."""
    said = "This request would exceed your organization's rate limit"
    return Refuse(429, "rate_limit_error", said, {"retry-after": after})


def overloaded() -> Refuse:
    """Return a 529."""
    return Refuse(529, "overloaded_error", "Overloaded")


def too_long() -> Refuse:
    """Return the 400 for a prompt past the context."""
    said = "prompt is too long: 1203444 tokens > 1000000 maximum"
    return Refuse(400, "invalid_request_error", said)


def in_turn(*turns: Turn) -> Script:
    """Return a script that gives *turns* one after another; past its end every request is an honest 500."""

    def script(received: Received) -> Turn:
        if received.number < len(turns):
            return turns[received.number]
        return Refuse(500, "api_error", f"the script has only {len(turns)} turns")

    return script
