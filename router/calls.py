"""What the router asks of a vendor's transport: one call in, what was heard or the fault out.

A fault is a value. No transport retries, sleeps or raises for anything that the outside may do; retrying is
the router's business. It knows no vendor.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from router.messages import Message, Offered, Reply, Usage
from router.outcomes import Effort, FailureCode


@dataclass(frozen=True, slots=True)
class Call:
    """One call to one model. *deadline_s* is total, from sending to the last byte."""

    model: str
    max_tokens: int
    messages: Sequence[Message]
    deadline_s: float
    system: str = ""
    tools: Sequence[Offered] = ()
    schema: Mapping[str, JsonValue] | None = None
    effort: Effort | None = None
    cache: bool = True
    may_look: bool = True
    stream_to: Callable[[str], None] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole reply, to its stop reason. Seconds are measured from sending."""

    reply: Reply
    usage: Usage
    latency_s: float
    ttft_s: float | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """No whole reply. *maybe_billed* is True when the vendor had begun to work on it.

    *retry_after_s* is the vendor's own word on when to come back, None when it said nothing.
    """

    code: FailureCode
    message: str
    latency_s: float
    retry_after_s: float | None = None
    maybe_billed: bool = False
    ttft_s: float | None = None


class Model(Protocol):
    """Chat models of any vendor, spoken to in our own nouns."""

    async def reply(self, call: Call) -> Heard | Fault:
        """Make one call, once. Never raises for what the outside does; cancelling it closes the connection."""
        ...
