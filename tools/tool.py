"""The shape that all eight tools share: a name, a schema, one read, and what came of it.

A tool that cannot see says so as data (`Status.UNAVAILABLE`), never by an exception and never by an empty
"nothing found". A tool knows neither Slack, nor a model, nor a case: evidence ids are given by the case file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel, JsonValue

from tools.progress import Progress
from tools.telemetry import Window

Kind = Literal["recall", "log", "metric", "deploy", "diff", "runbook", "alert", "dependency"]

# what a service may be called in a call: a name, never a piece of somebody's query language
PLAIN_NAME = r"^[^\"'`{}\\=~|;<>$\r\n]*$"


class Status(StrEnum):
    """What a look at something came to."""

    FOUND = "found"
    NOTHING = "nothing"  # looked, and there was nothing
    UNAVAILABLE = "unavailable"  # could not look: no source, down, timed out
    REFUSED = "refused"  # the call itself was not one we make: unknown tool, bad arguments, not a read


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A wish to look at something; *id* is the model's own id for the call, empty when code asks."""

    name: str
    arguments: Mapping[str, JsonValue] = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing seen, in words that stand alone, redacted and cut to size.

    *facts* are the same thing as numbers and names, for code that ranks: their keys are documented by the
    tool that makes them. *query* is what a person would run to see it again, *link* where.
    """

    kind: Kind
    text: str
    source: str
    at: datetime | None = None
    service: str | None = None
    query: str = ""
    link: str | None = None
    facts: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Findings:
    """What one call came to. *note* is one line for people: what was searched, cut or unreachable.

    *problems* are the sources that could not be read although others could, *remarks* what should be known of the
    answers (a window that was widened, a clock that differs): whole phrases, which the note holds as well.
    """

    call: ToolCall
    status: Status
    observations: tuple[Observation, ...] = ()
    note: str = ""
    took_s: float = 0.0
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What every look is about: the span of time, the onset, the alert, and how much may come back.

    *service* and *text* are the alert's, possibly empty. *channel* is where what is found will be read: what memory
    keeps of other private channels stays away from it. *progress* is where a look tells how far it has come.
    """

    window: Window
    onset: datetime
    service: str = ""
    text: str = ""
    channel: str = ""
    max_bytes: int = 6_000
    timeout: timedelta = timedelta(seconds=10)
    progress: Progress = field(default_factory=Progress, compare=False)

    def anew(self) -> "Scope":
        """Return the same for another look, which has a progress of its own."""
        return replace(self, progress=Progress())


class Tool(Protocol):
    """One read-only look at the outside."""

    @property
    def name(self) -> str:
        """The name that models and people call it by."""
        ...

    @property
    def description(self) -> str:
        """What it answers, for a model that must choose; one to three sentences."""
        ...

    @property
    def arguments(self) -> type[BaseModel]:
        """The strict model of its arguments (`extra="forbid"`); its JSON schema is offered to models."""
        ...

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        """Look once. Raises `Unavailable` when the source cannot be read."""
        ...


class Unavailable(Exception):
    """A source could not be read; the message is one honest line ("Loki: 503 Service Unavailable")."""
