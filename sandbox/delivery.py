"""Envelopes to the app: sending, acks, timeouts and retries with Slack's timetable.

Events are retried (same event_id, new envelope) at once, after one and after five minutes; commands and
interactions are asked once and wait for their answer. An ack counts on whichever connection it arrives.
Not known: how Slack orders retries of a burst; here each event keeps its own timetable.
"""

import asyncio
import json
import uuid
from collections import deque
from dataclasses import dataclass, field

import structlog

from sandbox.connections import Connections
from sandbox.faults import Faults
from sandbox.pulse import Pulse
from sandbox.timing import Timing
from sandbox.wire import Clock, JsonObject

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Envelope:
    """One envelope: what was sent, on which attempt and connection, and whether it was acked."""

    kind: str
    payload: JsonObject
    answerable: bool = False
    attempt: int = 0
    reason: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    connection: int | None = None
    sent_at: float | None = None
    acked_at: float | None = None
    answer: JsonObject | None = None

    @property
    def event_id(self) -> str | None:
        """The id of the event inside; None for commands and interactions."""
        return self.payload.get("event_id")

    def frame(self) -> str:
        """Return the text that goes over the wire."""
        body: JsonObject = {
            "envelope_id": self.id,
            "payload": self.payload,
            "type": self.kind,
            "accepts_response_payload": self.answerable,
        }
        if self.kind == "events_api":
            body |= {"retry_attempt": self.attempt, "retry_reason": self.reason}
        return json.dumps(body)


class Delivery:
    """Sends envelopes and keeps the log of them (`envelopes`, the last 20,000; `lost`: events given up)."""

    def __init__(
        self, connections: Connections, faults: Faults, timing: Timing, clock: Clock, pulse: Pulse
    ) -> None:
        self.timing = timing
        self.envelopes: deque[Envelope] = deque(maxlen=20_000)
        self.lost: deque[JsonObject] = deque(maxlen=20_000)
        self._connections = connections
        self._faults = faults
        self._clock = clock
        self._pulse = pulse
        self._waiting: dict[str, Envelope] = {}
        self._asked: dict[str, asyncio.Future[None]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    @property
    def unsettled(self) -> int:
        """How many envelopes wait for an ack or for their next attempt."""
        return len(self._waiting) + len(self._timers.keys() - self._waiting.keys())

    def event(self, callback: JsonObject) -> None:
        """Send an event_callback body, with retries."""
        self._attempt(Envelope("events_api", callback))

    async def ask(self, kind: str, payload: JsonObject, *, answerable: bool) -> Envelope:
        """Send a command or interaction and wait for its ack, at most `ack_timeout`; `acked_at` tells."""
        envelope = Envelope(kind, payload, answerable)
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked[envelope.id] = answered
        try:
            if self._send(envelope):
                async with asyncio.timeout(self.timing.ack_timeout):
                    await answered
        except TimeoutError:
            log.info("interaction_not_acked", kind=kind)
        finally:
            del self._asked[envelope.id]
            self._waiting.pop(envelope.id, None)
        return envelope

    def heard(self, frame: str) -> None:
        """Take what the app said on a connection: an ack, or something that is none."""
        try:
            said = json.loads(frame)
        except ValueError:
            log.warning("unreadable_frame_from_app", size=len(frame))
            return
        envelope = self._waiting.pop(said.get("envelope_id", ""), None) if isinstance(said, dict) else None
        if envelope is None:
            return
        envelope.acked_at = self._clock()
        envelope.answer = said.get("payload") if envelope.answerable else None
        timer = self._timers.pop(envelope.id, None)
        if timer is not None:
            timer.cancel()
        asked = self._asked.get(envelope.id)
        if asked is not None and not asked.done():
            asked.set_result(None)
        self._pulse.beat()

    def stop(self) -> None:
        """Forget every timer."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _attempt(self, envelope: Envelope) -> None:
        if not self._send(envelope):
            self._failed(envelope, "connection_failed")
        elif self.timing.ack_timeout is not None:
            self._later(self.timing.ack_timeout, envelope)

    def _later(self, delay: float, envelope: Envelope) -> None:
        loop = asyncio.get_running_loop()
        self._timers[envelope.id] = loop.call_later(delay, self._due, envelope)

    def _due(self, envelope: Envelope) -> None:
        del self._timers[envelope.id]
        if self._waiting.pop(envelope.id, None) is not None:
            self._failed(envelope, "timeout")
        else:
            self._attempt(envelope)

    def _failed(self, envelope: Envelope, reason: str) -> None:
        if envelope.attempt >= len(self.timing.retry_delays):
            self.lost.append(envelope.payload)
            log.warning("event_lost", event_id=envelope.event_id, attempts=envelope.attempt + 1)
        else:
            again = Envelope(envelope.kind, envelope.payload, attempt=envelope.attempt + 1, reason=reason)
            self._later(self.timing.retry_delays[envelope.attempt], again)
        self._pulse.beat()

    def _send(self, envelope: Envelope) -> bool:
        connection = self._connections.next()
        if connection is None:
            return False
        envelope.sent_at, envelope.connection = self._clock(), connection.number
        self.envelopes.append(envelope)
        self._waiting[envelope.id] = envelope
        fault = self._faults.for_envelope(envelope.kind)
        if fault is None:
            connection.send(envelope.frame())
        elif fault.kind == "garble":
            connection.send(envelope.frame()[:-20])
        elif fault.kind == "late":
            asyncio.get_running_loop().call_later(fault.seconds, connection.send, envelope.frame())
        elif fault.kind == "duplicate":
            connection.send(envelope.frame())
            connection.send(Envelope(envelope.kind, envelope.payload, envelope.answerable).frame())
        self._pulse.beat()
        return True
