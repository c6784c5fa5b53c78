"""How a case ends and how an end is taken back: people's words, and nobody else's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

FixOutcome = Literal["worked", "partly", "did_not", "not_same"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """How it ended, in people's words; *minutes* is the time from the first sign to the end."""

    root_cause: str
    fix: str
    worked: FixOutcome
    services: tuple[str, ...]
    resolved_at: datetime
    by: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Reopened:
    """A person took the end back: the case was closed too early. *why* is theirs and may be empty."""

    by: str
    why: str = ""
    type: Literal["reopened"] = "reopened"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An end that does not stand any more, and who said so."""

    resolution: Resolution
    by: str
    why: str
