"""Putting a streamed Anthropic reply together, event by event.

It imports no SDK: events are the wire's own JSON, read by their `type`, which costs less than the SDK's models of
them. A stream that ends before its `message_stop` is not a reply. It knows nothing of connections and errors.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from router.messages import Part, Reply, Text, Thinking, ToolUse, Usage
from router.wire_json import Cut, read_json


@dataclass(slots=True)
class Listening:
    """What was heard of one reply so far. *model* is the one that was asked."""

    model: str
    stream_to: Callable[[str], None] | None = None
    begun: bool = False
    whole: bool = False
    usage: Usage = field(default_factory=Usage)
    stop_reason: str | None = None
    _parts: list[Part] = field(default_factory=list)
    _kind: str = ""
    _open: dict[str, Any] = field(default_factory=dict)
    _pieces: list[str] = field(default_factory=list)

    def hear(self, event: Mapping[str, Any]) -> bool:
        """Take in one event; say whether it carried the first or a further piece of the answer.

        Raises:
            Cut: a tool's arguments are no JSON, though the stream went on.
            KeyError, TypeError, AttributeError: the event has another shape than the API's.
        """
        match event["type"]:
            case "content_block_delta":
                return self._delta(event["delta"])
            case "message_start":
                self.begun = True
                self.usage = usage_from(event["message"]["usage"])
            case "content_block_start":
                self._start(event["content_block"])
            case "content_block_stop":
                self._stop()
            case "message_delta":
                self.stop_reason = event["delta"].get("stop_reason") or self.stop_reason
                self.usage = _finally(self.usage, event["usage"])
            case "message_stop":
                self.whole = self.begun  # without its beginning nobody knows what the prompt cost
            case _:
                pass  # pings, and events of a newer API: they carry nothing that we asked for
        return False

    def reply(self) -> Reply:
        """Return the whole reply."""
        return Reply(tuple(self._parts), self.stop_reason or "", self.model)

    def _start(self, block: Mapping[str, Any]) -> None:
        self._kind = block["type"]
        self._pieces = []
        self._open = {}
        match self._kind:
            case "tool_use":
                call_id, name = _word(block["id"]), _word(block["name"])
                self._open = {"id": call_id, "name": name, "input": block.get("input") or {}}
            case "text" if block["text"]:
                self._pieces.append(block["text"])
            case "redacted_thinking":
                self._open = {"type": "redacted_thinking", "data": block["data"]}
            case "thinking":
                self._open = {
                    "type": "thinking",
                    "thinking": block["thinking"],
                    "signature": block.get("signature") or "",
                }
            case _:
                pass  # an empty text, or a block of a newer API

    def _delta(self, delta: Mapping[str, Any]) -> bool:
        match delta["type"]:
            case "text_delta":
                self._pieces.append(delta["text"])
                if self.stream_to is not None:
                    self.stream_to(delta["text"])
            case "input_json_delta":
                self._pieces.append(delta["partial_json"])
            case "thinking_delta":
                self._open["thinking"] += delta["thinking"]
            case "signature_delta":
                self._open["signature"] = delta["signature"]
            case _:
                return False
        return True

    def _stop(self) -> None:
        if self._kind == "text":
            self._parts.append(Text("".join(self._pieces)))
        elif self._kind == "tool_use":
            self._parts.append(ToolUse(self._open["id"], self._open["name"], self._arguments()))
        elif self._kind in {"thinking", "redacted_thinking"}:
            self._parts.append(Thinking(self.model, self._open))

    def _arguments(self) -> dict[str, Any]:
        """Return the arguments of a tool call: an object, or the odd value under "_" for the tool to refuse."""
        text = "".join(self._pieces)
        try:
            said = read_json(text) if text else self._open["input"]
        except Cut as broken:
            raise Cut(f"the arguments of {self._open['name']} are no whole JSON: {broken}") from broken
        return said if isinstance(said, dict) else {"_": said}


def usage_from(said: Mapping[str, Any]) -> Usage:
    """Return the vendor's usage by billing class; writes without a split are five-minute writes."""
    split = said.get("cache_creation")
    written = _count(said.get("cache_creation_input_tokens"))
    return Usage(
        input=_count(said["input_tokens"]),
        output=_count(said.get("output_tokens")),
        cache_write_5m=_count(split.get("ephemeral_5m_input_tokens")) if split else written,
        cache_write_1h=_count(split.get("ephemeral_1h_input_tokens")) if split else 0,
        cache_read=_count(said.get("cache_read_input_tokens")),
    )


def _finally(begun: Usage, said: Mapping[str, Any]) -> Usage:
    """Return the usage at the end: its counts are cumulative, and may leave out what the start said."""
    writes = said.get("cache_creation_input_tokens")
    grown = max(0, _count(writes) - begun.cache_write_5m - begun.cache_write_1h)
    fresh, read = said.get("input_tokens"), said.get("cache_read_input_tokens")
    return Usage(
        input=begun.input if fresh is None else _count(fresh),
        output=_count(said.get("output_tokens")),
        cache_write_5m=begun.cache_write_5m + grown,
        cache_write_1h=begun.cache_write_1h,
        cache_read=begun.cache_read if read is None else _count(read),
    )


def _count(said: object) -> int:
    """Return a count of tokens, 0 where none is said: money is reckoned from it, so nothing else passes."""
    if said is None:
        return 0
    if not isinstance(said, int) or said < 0:
        raise TypeError(f"a count of tokens is {said!r}")
    return said


def _word(said: object) -> str:
    """Return a name of the vendor's, which goes back to it and into the journal."""
    if not isinstance(said, str):
        raise TypeError(f"a name is {said!r}")
    return said
