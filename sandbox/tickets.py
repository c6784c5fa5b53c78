"""Short-lived keys: websocket tickets, trigger ids and response urls.

Each is good for a time and a number of uses; afterwards Slack has its own word for what is wrong with it.
"""

import uuid
from dataclasses import dataclass
from typing import TypeVar

from sandbox.timing import Timing
from sandbox.wire import Clock, JsonObject, SlackError

Kept = TypeVar("Kept")


@dataclass(slots=True)
class ResponseUrl:
    """What a response url stands for: where the interaction was, by whom, on which message (None for commands)."""

    channel: str
    user: str
    message_ts: str | None
    thread_ts: str | None
    expires: float
    uses: int = 5


class Tickets:
    """Issues and takes back short-lived keys. At most 10,000 of each kind are kept; the oldest go first."""

    def __init__(self, timing: Timing, clock: Clock) -> None:
        self._timing = timing
        self._clock = clock
        self._sockets: dict[str, float] = {}
        self._triggers: dict[str, tuple[str, float]] = {}
        self._responses: dict[str, ResponseUrl] = {}

    def for_socket(self) -> str:
        """Return a ticket for one websocket connection."""
        ticket = str(uuid.uuid4())
        _keep(self._sockets, ticket, self._clock() + self._timing.ticket_life)
        return ticket

    def socket_is_good(self, ticket: str) -> bool:
        """Take a websocket ticket; say whether it was good."""
        return self._sockets.pop(ticket, 0.0) > self._clock()

    def trigger(self, user: str) -> str:
        """Return a trigger_id for what *user* just did."""
        trigger = f"{len(self._triggers) + 1}.{uuid.uuid4().hex}"
        _keep(self._triggers, trigger, (user, self._clock() + self._timing.trigger_life))
        return trigger

    def exchange(self, trigger: str) -> str:
        """Use a trigger_id up; return whose it was.

        Raises SlackError: invalid_trigger_id, exchanged_trigger_id, expired_trigger_id.
        """
        if trigger not in self._triggers:
            raise SlackError("invalid_trigger_id")
        user, expires = self._triggers[trigger]
        if expires < 0:
            raise SlackError("exchanged_trigger_id")
        if expires < self._clock():
            raise SlackError("expired_trigger_id")
        self._triggers[trigger] = (user, -1.0)
        return user

    def response_url(self, channel: str, user: str, message: JsonObject | None = None) -> str:
        """Return the key of a new response url."""
        key = uuid.uuid4().hex
        about = message or {}
        expires = self._clock() + self._timing.response_url_life
        place = ResponseUrl(channel, user, about.get("ts"), about.get("thread_ts"), expires)
        _keep(self._responses, key, place)
        return key

    def respond(self, key: str) -> ResponseUrl:
        """Use a response url once; SlackError("used_url") after five times, "expired_url" after half an hour."""
        place = self._responses.get(key)
        if place is None:
            raise SlackError("invalid_url")
        if place.expires < self._clock():
            raise SlackError("expired_url")
        if place.uses == 0:
            raise SlackError("used_url")
        place.uses -= 1
        return place


def _keep(kept: dict[str, Kept], key: str, value: Kept) -> None:
    while len(kept) >= 10_000:
        del kept[next(iter(kept))]
    kept[key] = value
