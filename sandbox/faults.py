"""Faults that a test plants: what Slack's API, its connections and its envelopes may do wrong.

A fault names a Web API method or an envelope type and how often it strikes. This file only keeps and picks them;
web_api.py and delivery.py carry them out. What happens to whole connections (closing, deafness, disconnect frames)
is done on `Sandbox.socket` directly.

>>> sandbox.faults.add(Fault(method="chat.postMessage", times=1, kind="ratelimited", retry_after=30))
>>> sandbox.faults.add(Fault(envelope="events_api", times=2, kind="drop"))
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal, get_args

WebKind = Literal[
    "error",  # {"ok": false, "error": ...} with HTTP 200
    "ratelimited",  # HTTP 429 with Retry-After
    "http_error",  # HTTP `status` with a short text body
    "html",  # HTTP `status`, an HTML page where JSON belongs
    "empty",  # HTTP 200 without a body
    "malformed",  # HTTP 200, JSON cut in the middle
    "accept_then_close",  # the call is carried out, then the connection dies without an answer
    "close",  # the connection dies before anything is done
    "delay",  # the call is carried out `seconds` late
]
SocketKind = Literal[
    "drop",  # the envelope is never written; Slack believes it was
    "duplicate",  # the envelope is written twice (same event_id, new envelope_id)
    "late",  # the envelope is written `seconds` late
    "garble",  # a frame that is no JSON is written in its place
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted fault; exactly one of `method` and `envelope` is given ("*" is any). `times` None: until cleared."""

    kind: WebKind | SocketKind
    method: str | None = None
    envelope: str | None = None
    times: int | None = 1
    channel: str | None = None
    error: str = "internal_error"
    retry_after: int | str = 1
    status: int | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if (self.method is None) == (self.envelope is None):
            raise ValueError("a fault strikes either a method or an envelope: name one of them")
        allowed = get_args(WebKind if self.method is not None else SocketKind)
        if self.kind not in allowed:
            raise ValueError(f"{self.kind!r} does not fit here; choose one of {', '.join(allowed)}")


class Faults:
    """The planted faults, oldest first; the first that fits strikes."""

    def __init__(self) -> None:
        self._planted: list[tuple[Fault, list[int | None]]] = []
        self.struck: deque[Fault] = deque(maxlen=10_000)

    def add(self, fault: Fault) -> Fault:
        """Plant *fault* behind those that are there."""
        self._planted.append((fault, [fault.times]))
        return fault

    def clear(self) -> None:
        """Take all planted faults away; `struck` stays."""
        self._planted.clear()

    @property
    def left(self) -> tuple[Fault, ...]:
        """The faults that can still strike."""
        return tuple(fault for fault, _ in self._planted)

    def for_call(self, method: str, channel: str | None) -> Fault | None:
        """Return the fault that strikes this call, and count it."""
        return self._strike("method", method, channel) if self._planted else None

    def for_envelope(self, kind: str) -> Fault | None:
        """Return the fault that strikes this envelope, and count it."""
        return self._strike("envelope", kind, None) if self._planted else None

    def _strike(self, side: Literal["method", "envelope"], name: str, channel: str | None) -> Fault | None:
        for at, (fault, left) in enumerate(self._planted):
            wanted = fault.method if side == "method" else fault.envelope
            if wanted is None or wanted not in ("*", name) or fault.channel not in (None, channel):
                continue
            if left[0] is not None:
                left[0] -= 1
                if left[0] <= 0:
                    del self._planted[at]
            self.struck.append(fault)
            return fault
        return None
