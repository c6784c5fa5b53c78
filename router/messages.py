"""What is said to models and what they say back, in nouns of our own: tasks, messages, replies, usage.

It knows no vendor, no price and no policy; what became of a question stands in `router/outcomes.py`.
All of it is plain frozen data that pydantic's `TypeAdapter` reads and writes, since the journal stores it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import JsonValue


class Task(StrEnum):
    """What a question is for. The call site knows it and says so; nobody guesses it from the text."""

    MEMORY_RECALL = "memory_recall"
    SIMPLE_CLASSIFICATION = "simple_classification"
    DATA_RETRIEVAL = "data_retrieval"
    INCIDENT_SUMMARY = "incident_summary"
    COMPLEX_REASONING = "complex_reasoning"
    POSTMORTEM = "postmortem"


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    text: str
    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Thinking:
    """A model's own thinking, sealed: to be handed back untouched, and only to the *model* that made it.

    *sealed* is the vendor's block as JSON. Pass it along in the assistant message; the transport leaves it
    out when the next model is another one.
    """

    model: str
    sealed: Mapping[str, JsonValue]
    type: Literal["thinking"] = "thinking"


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A model's wish to use a tool; *id* is the model's own and comes back in the `ToolResult`."""

    id: str
    name: str
    input: Mapping[str, JsonValue]
    type: Literal["tool_use"] = "tool_use"


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool came back with, for the `ToolUse` of the same *id*."""

    id: str
    text: str
    is_error: bool = False
    type: Literal["tool_result"] = "tool_result"


Part = Text | Thinking | ToolUse | ToolResult


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. An assistant's turn is handed back with the parts of its `Reply`, untouched."""

    role: Literal["user", "assistant"]
    parts: tuple[Part, ...]


class Offered(Protocol):
    """A tool as a model sees it; *schema* is the JSON schema of its arguments (an object)."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def description(self) -> str: ...  # noqa: D102
    @property
    def schema(self) -> Mapping[str, JsonValue]: ...  # noqa: D102


class Ground(Protocol):
    """A piece of evidence that claims may cite by *id*; *time* is when what it tells happened (aware)."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def service(self) -> str | None: ...  # noqa: D102
    @property
    def time(self) -> datetime | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, by the class they are billed as. *input* excludes cache writes and reads."""

    input: int = 0
    output: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0

    @property
    def prompt(self) -> int:
        """All tokens of the prompt, cached or not: what a price edge looks at."""
        return self.input + self.cache_write_5m + self.cache_write_1h + self.cache_read

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_write_5m + other.cache_write_5m,
            self.cache_write_1h + other.cache_write_1h,
            self.cache_read + other.cache_read,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said. *stop_reason* is the vendor's word ("end_turn", "tool_use", "max_tokens", …)."""

    parts: tuple[Part, ...]
    stop_reason: str
    model: str

    @property
    def text(self) -> str:
        """The words of the reply, without thinking and tool calls; possibly empty."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def tool_uses(self) -> tuple[ToolUse, ...]:
        """The tools it wants used, in order; the caller runs them and asks again."""
        return tuple(part for part in self.parts if isinstance(part, ToolUse))


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to the router.

    *case* names the investigation it is for (budgets, audit and footer go by it), *channel* whose day pays for it
    ("" = nobody's). *schema* is the JSON schema
    that the answer must have, None for free text. *severity* and *service* are the alert's ("" = unknown).
    *grounds* and *onset* are what the answer is held against. *settled* names the service that code found guilty
    on evidence of several kinds ("" = the evidence settles nothing): a policy may then begin lower, and an answer from
    below the task's own start that names another one is not kept. Without *may_look* the tools stay listed and may not
    be used: the last turn. *optional* work is dropped first when money
    runs short. *stream_to* hears pieces of text as they arrive; what it heard is void when the attempt fails.
    """

    task: Task
    case: str
    messages: tuple[Message, ...]
    system: str = ""
    tools: Sequence[Offered] = ()
    schema: Mapping[str, JsonValue] | None = None
    severity: str = ""
    service: str = ""
    grounds: Sequence[Ground] = ()
    onset: datetime | None = None
    settled: str = ""
    may_look: bool = True
    optional: bool = False
    channel: str = ""
    stream_to: Callable[[str], None] | None = field(default=None, compare=False)
