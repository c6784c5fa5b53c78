"""Streaming messages: text and task chunks that grow one message until the stream is stopped or its life ends.

Pure state beside the workspace. A stream ends by itself after `stream_life` seconds, whatever the traffic; from
then on Slack answers `message_not_in_streaming_state`.
"""

from dataclasses import dataclass, field

from sandbox.timing import Timing
from sandbox.wire import Clock, JsonObject, SlackError

MOST_MARKDOWN = 12_000
_STATUSES = ("pending", "in_progress", "complete", "error")


@dataclass(slots=True)
class Stream:
    """What has been streamed into one message so far."""

    ends: float
    display: str
    text: str = ""
    title: str = ""
    tasks: dict[str, JsonObject] = field(default_factory=dict)
    blocks: list[JsonObject] = field(default_factory=list)

    def take(self, markdown: str | None, chunks: list[JsonObject]) -> None:
        """Add text and chunks; SlackError: msg_too_long, invalid_chunks."""
        if markdown is not None:
            chunks = [{"type": "markdown_text", "text": markdown}, *chunks]
        for chunk in chunks:
            self._add(chunk)

    def _add(self, chunk: JsonObject) -> None:
        kind = chunk.get("type")
        if kind == "markdown_text" and isinstance(chunk.get("text"), str):
            if len(chunk["text"]) > MOST_MARKDOWN:
                raise SlackError("msg_too_long")
            self.text += chunk["text"]
        elif kind == "plan_update" and isinstance(chunk.get("title"), str):
            self.title = chunk["title"]
        elif kind == "task_update" and chunk.get("id") and chunk.get("status") in _STATUSES:
            before = self.tasks.get(chunk["id"], {})
            self.tasks[chunk["id"]] = before | {key: value for key, value in chunk.items() if key != "type"}
        elif kind == "blocks" and isinstance(chunk.get("blocks"), list):
            self.blocks += chunk["blocks"]
        else:
            raise SlackError("invalid_chunks")

    def shown(self) -> list[JsonObject]:
        """Return the blocks that the message shows."""
        cards = [_card(each) for each in self.tasks.values()]
        shown: list[JsonObject] = cards
        if cards and self.display == "plan":
            shown = [{"type": "plan", "title": self.title or "Plan", "tasks": cards}]
        if self.text:
            shown = [*shown, {"type": "markdown", "text": self.text}]
        return [*shown, *self.blocks]


def _card(task: JsonObject) -> JsonObject:
    card = {
        "type": "task_card",
        "task_id": task["id"],
        "title": task.get("title", ""),
        "status": task["status"],
    }
    for name in ("details", "output"):
        if task.get(name):
            section = {"type": "rich_text_section", "elements": [{"type": "text", "text": task[name]}]}
            card[name] = {"type": "rich_text", "elements": [section]}
    return card | ({"sources": task["sources"]} if task.get("sources") else {})


class Streams:
    """The open streams by channel and stamp."""

    def __init__(self, timing: Timing, clock: Clock) -> None:
        self._timing = timing
        self._clock = clock
        self._open: dict[tuple[str, str], Stream] = {}

    def new(self, display: str) -> Stream:
        """Return a stream that is not yet bound to a message."""
        return Stream(self._clock() + self._timing.stream_life, display)

    def bind(self, channel: str, ts: str, stream: Stream) -> None:
        """Say which message *stream* grows."""
        self._open[channel, ts] = stream

    def get(self, channel: str, ts: str) -> Stream:
        """Return an open stream; SlackError("message_not_in_streaming_state")."""
        stream = self._open.get((channel, ts))
        if stream is None or stream.ends <= self._clock():
            self._open.pop((channel, ts), None)
            raise SlackError("message_not_in_streaming_state")
        return stream

    def is_open(self, channel: str, ts: str) -> bool:
        """Whether a message is being streamed into now."""
        stream = self._open.get((channel, ts))
        return stream is not None and stream.ends > self._clock()

    def end(self, channel: str, ts: str) -> None:
        """End a stream."""
        self._open.pop((channel, ts), None)
