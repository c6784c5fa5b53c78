"""What a Web API method gets to see: its arguments, who calls, and the platform it acts on.

Reads arguments leniently in form (query, form body and JSON carry different types) and strictly in meaning, as Slack
does. Knows no HTTP and no single method.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.directory import Channel
from sandbox.files import Files
from sandbox.modals import Modals
from sandbox.status import Statuses
from sandbox.streams import Streams
from sandbox.tickets import Tickets
from sandbox.timing import Timing
from sandbox.wire import Clock, JsonObject, SlackError, stamp_key
from sandbox.workspace import Workspace

Caller = Literal["bot", "app", "anyone"]


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts of the sandbox that methods act on; `url` is its address without a trailing slash."""

    workspace: Workspace
    modals: Modals
    streams: Streams
    files: Files
    tickets: Tickets
    statuses: Statuses
    timing: Timing
    clock: Clock
    url: Callable[[], str]
    agent_sessions: bool = False


def missing(name: str) -> SlackError:
    """Return the error of a call without the argument *name*."""
    messages = [f"[ERROR] missing required field: {name}"]
    return SlackError("invalid_arguments", response_metadata={"messages": messages})


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method. `scopes` are those of the token."""

    platform: Platform
    args: Mapping[str, Any]
    scopes: frozenset[str]

    @property
    def workspace(self) -> Workspace:
        """The workspace that the call acts on."""
        return self.platform.workspace

    def text(self, name: str) -> str | None:
        """Return an argument as text; None when it is absent or empty."""
        value = self.args.get(name)
        if value is None or value == "":
            return None
        return value if isinstance(value, str) else str(value)

    def need(self, name: str, error: str | None = None) -> str:
        """Return an argument that must be there; SlackError(*error* or "invalid_arguments")."""
        value = self.text(name)
        if value is None:
            raise SlackError(error) if error else missing(name)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a yes or no; Slack takes true, "true", 1 and "1" for yes."""
        value = self.args.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        """Return a whole number between 1 and *most*; SlackError("invalid_limit")."""
        value = self.text(name)
        if value is None:
            return default
        if not value.isdigit() or not 1 <= int(value) <= most:
            raise SlackError("invalid_limit")
        return int(value)

    def stamp(self, name: str, error: str) -> str:
        """Return a message time stamp that must be there; SlackError(*error*) when it is no stamp."""
        try:
            return stamp_key(self.need(name))
        except SlackError as bad:
            raise SlackError(error) from bad

    def listing(self, name: str, error: str) -> list[JsonObject] | None:
        """Return an array of objects, given as JSON or as JSON text; None when absent; SlackError(*error*)."""
        value = self._parsed(name, error)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise SlackError(error)
        return value

    def mapping(self, name: str, error: str) -> JsonObject | None:
        """Return an object, given as JSON or as JSON text; None when absent; SlackError(*error*)."""
        value = self._parsed(name, error)
        if value is not None and not isinstance(value, dict):
            raise SlackError(error)
        return value

    def _parsed(self, name: str, error: str) -> Any:  # noqa: ANN401 - JSON is anything until checked
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as bad:
            raise SlackError(error) from bad

    def require_scope(self, *any_of: str) -> None:
        """Raise SlackError("missing_scope") unless the token has one of the scopes."""
        if any_of and not self.scopes.intersection(any_of):
            provided = ",".join(sorted(self.scopes))
            raise SlackError("missing_scope", needed=any_of[0], provided=provided)

    def channel(self, name: str = "channel", *, joined: bool = True) -> Channel:
        """Return the conversation that the call names; private ones that the bot is not in do not exist for it.

        Raises SlackError("channel_not_found"), or "not_in_channel" when *joined* is asked and the bot is outside.
        """
        channel = self.workspace.channel(self.need(name, "channel_not_found"))
        if self.workspace.app.bot_user not in channel.members:
            if channel.is_private or channel.user is not None:
                raise SlackError("channel_not_found")
            if joined:
                raise SlackError("not_in_channel")
        return channel


@dataclass(frozen=True, slots=True)
class Method:
    """A Web API method: what it does, the scopes of which one is needed, its rate limit tier, who may call."""

    run: Callable[[Call], JsonObject]
    scopes: tuple[str, ...] = ()
    tier: str = "tier3"
    caller: Caller = "bot"


def page(call: Call, items: list[str], default: int = 100, most: int = 1000) -> tuple[list[str], JsonObject]:
    """Cut one page out of *items* by the call's `limit` and `cursor`; return it and its response_metadata.

    A cursor is the item that the next page starts with. Raises SlackError("invalid_cursor").
    """
    limit, cursor = call.number("limit", default, most), call.text("cursor")
    start = 0
    if cursor is not None:
        if not cursor.startswith("next:") or cursor[5:] not in items:
            raise SlackError("invalid_cursor")
        start = items.index(cursor[5:])
    rest = items[start + limit :]
    return items[start : start + limit], {"next_cursor": f"next:{rest[0]}" if rest else ""}
