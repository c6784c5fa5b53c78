"""What the audit keeps: every decision with all it was made from, every attempt, every outcome. No prompt text.

Of an answer only what findings quote is kept, at most a sentence each; prompts and answers are told by digest.

Each record is frozen data; rows are chained by hash, so that one that was changed or taken out shows
(`router/chain.py`). It knows no database.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import TypeAdapter

from router.decide import Question, State
from router.outcomes import Attempt, FailureCode, Finding, Selection


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision and everything that went into it: replay makes it again from these."""

    question: Question
    state: State
    selection: Selection
    asked: str  # the id that all decisions and attempts of one question share
    prompt: str = ""  # the version of its prompt, "" in records from before versions
    kind: Literal["decided"] = "decided"

    @property
    def case(self) -> str:
        """The case it belongs to."""
        return self.selection.case


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt. Its selection is that of its decision, told here once more so that the row stands alone."""

    attempt: Attempt
    asked: str
    service: str
    prompt: str = ""
    kind: Literal["tried"] = "tried"

    @property
    def case(self) -> str:
        """The case it belongs to."""
        return self.attempt.selection.case


@dataclass(frozen=True, slots=True)
class Ended:
    """How a question ended. The prompt is told by digest and size, its prefixes by digest and tokens."""

    asked: str
    case: str
    task: str
    service: str
    digest: str
    size: int
    prefixes: tuple[tuple[str, int], ...]
    attempts: int
    usd: Decimal
    unverified: tuple[Finding, ...] = ()
    failure: FailureCode | None = None
    answer_digest: str | None = None
    prompt: str = ""
    kind: Literal["ended"] = "ended"


@dataclass(frozen=True, slots=True)
class Avoided:
    """A question that code answered at $0."""

    selection: Selection
    kind: Literal["avoided"] = "avoided"

    @property
    def case(self) -> str:
        """The case it belongs to."""
        return self.selection.case


Record = Decided | Tried | Ended | Avoided

RECORD: TypeAdapter[Record] = TypeAdapter(Record)


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it was written: by which *writer*, as its which, when, and its link to the row before."""

    writer: str
    number: int
    at: datetime
    record: Record
    before: str
    hash: str


def link(before: str, writer: str, number: int, at: float, text: str) -> str:
    """Return the hash of a row whose record is *text*, chained to the hash *before* it."""
    return hashlib.sha256(f"{before}\n{writer}\n{number}\n{at!r}\n{text}".encode()).hexdigest()
