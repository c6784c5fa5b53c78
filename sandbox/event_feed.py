"""Turns what happened in the workspace into the events that Slack sends to the app.

Pure: Change in, event bodies out; the outer event_callback wrapping is here too. An event reaches the app only
when the bot can see the conversation and the app has subscribed, as in Slack. Knows no sockets and no retries.
"""

import itertools
from collections.abc import Iterator

from sandbox.changes import Change, ChannelChanged, Deleted, Edited, HomeOpened, Joined, Posted, Reacted
from sandbox.directory import TEAM_ID, VERIFICATION_TOKEN, Channel
from sandbox.wire import JsonObject
from sandbox.workspace import Workspace

_MESSAGE_EVENT = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
_NOT_IN_EVENTS = frozenset({"metadata", "ephemeral_for", "reply_users_count", "streaming"})


class EventFeed:
    """Builds event callbacks for one installed app."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._app = workspace.app
        self._numbers = itertools.count(1)

    def callbacks(self, change: Change) -> list[JsonObject]:
        """Return the event_callback bodies that *change* sends to the app; often none."""
        return [self.wrap(event) for wanted, event in self._events(change) if wanted in self._app.events]

    def wrap(self, event: JsonObject) -> JsonObject:
        """Return the event_callback body around *event*, with a new event_id."""
        number = next(self._numbers)
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": TEAM_ID,
            "context_team_id": TEAM_ID,
            "context_enterprise_id": None,
            "api_app_id": self._app.id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{number:010d}",
            "event_time": int(self._workspace.clock()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM_ID,
                    "user_id": self._app.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{number}",
        }

    def _events(self, change: Change) -> Iterator[tuple[str, JsonObject]]:
        if isinstance(change, HomeOpened):
            yield "app_home_opened", self._home_opened(change)
            return
        if not isinstance(change, Posted | Edited | Deleted | Reacted | Joined | ChannelChanged):
            return
        channel = self._workspace.channels[change.channel]
        if isinstance(change, Joined):
            yield from self._joined(change, channel)
        elif self._app.bot_user not in channel.members:
            return
        elif isinstance(change, Posted):
            yield from self._posted(change, channel)
        elif isinstance(change, Edited | Deleted):
            yield _MESSAGE_EVENT[channel.kind], self._changed(change, channel)
        elif isinstance(change, Reacted):
            yield "reaction_added" if change.added else "reaction_removed", self._reacted(change)
        elif channel.is_archived:
            yield (
                "channel_archive",
                {"type": "channel_archive", "channel": channel.id, "event_ts": self._stamp()},
            )

    def _stamp(self) -> str:
        return self._workspace.stamps.next()

    def _posted(self, change: Posted, channel: Channel) -> Iterator[tuple[str, JsonObject]]:
        where = {"channel": channel.id, "event_ts": change.message["ts"]}
        body = _public(change.message) | where
        yield _MESSAGE_EVENT[channel.kind], body | {"channel_type": channel.kind}
        mention = f"<@{self._app.bot_user}>"
        mentioned = mention in change.message.get("text", "") and channel.kind != "im"
        if mentioned and change.message.get("user") != self._app.bot_user and "subtype" not in change.message:
            yield "app_mention", body | {"type": "app_mention"}

    def _changed(self, change: Edited | Deleted, channel: Channel) -> JsonObject:
        stamp = self._stamp()
        event: JsonObject = {
            "type": "message",
            "hidden": True,
            "channel": channel.id,
            "channel_type": channel.kind,
            "previous_message": _public(change.previous),
            "ts": stamp,
            "event_ts": stamp,
        }
        if isinstance(change, Edited):
            return event | {"subtype": "message_changed", "message": _public(change.message)}
        return event | {"subtype": "message_deleted", "deleted_ts": change.previous["ts"]}

    def _reacted(self, change: Reacted) -> JsonObject:
        event: JsonObject = {
            "type": "reaction_added" if change.added else "reaction_removed",
            "user": change.user,
            "reaction": change.name,
            "item": {"type": "message", "channel": change.channel, "ts": change.message["ts"]},
            "event_ts": self._stamp(),
        }
        if "user" in change.message:
            event["item_user"] = change.message["user"]
        return event

    def _joined(self, change: Joined, channel: Channel) -> Iterator[tuple[str, JsonObject]]:
        if self._app.bot_user not in channel.members and change.user != self._app.bot_user:
            return
        kind = "member_left_channel" if change.left else "member_joined_channel"
        event = {
            "type": kind,
            "user": change.user,
            "channel": channel.id,
            "channel_type": "G" if channel.is_private else "C",
            "team": TEAM_ID,
            "event_ts": self._stamp(),
        }
        yield kind, event

    def _home_opened(self, change: HomeOpened) -> JsonObject:
        event: JsonObject = {
            "type": "app_home_opened",
            "user": change.user,
            "channel": change.channel,
            "tab": change.tab,
            "event_ts": self._stamp(),
        }
        return event | ({"view": change.view} if change.view is not None else {})


def _public(message: JsonObject) -> JsonObject:
    return {key: value for key, value in message.items() if key not in _NOT_IN_EVENTS}
