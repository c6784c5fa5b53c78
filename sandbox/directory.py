"""Who and what a workspace holds: people, bots, channels, the installed app, incoming webhooks.

Facts only; the default workspace of the sandbox is built here. Knows no messages and no wire protocol.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.wire import JsonObject

TEAM_ID = "T0001"
TEAM_DOMAIN = "sandbox"
VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105 - Slack's legacy field; it guards nothing


@dataclass(frozen=True, slots=True)
class User:
    """A person or a bot's user account."""

    id: str
    name: str
    real_name: str
    color: str = "4bbe2e"
    bot_id: str | None = None
    is_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    tz: str = "Etc/UTC"

    @property
    def is_bot(self) -> bool:
        """Whether a bot speaks through this account."""
        return self.bot_id is not None

    def as_json(self) -> JsonObject:
        """Return the user object of `users.info`."""
        profile: JsonObject = {"real_name": self.real_name, "display_name": self.name, "team": TEAM_ID}
        if self.bot_id is not None:
            profile["bot_id"] = self.bot_id
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "name": self.name,
            "deleted": self.deleted,
            "color": self.color,
            "real_name": self.real_name,
            "tz": self.tz,
            "profile": profile,
            "is_admin": False,
            "is_bot": self.is_bot,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_stranger": self.is_stranger,
            "updated": 0,
        }


@dataclass(slots=True)
class Channel:
    """A conversation: public, private, or a direct message with the app (`user` is then the person)."""

    id: str
    name: str
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    user: str | None = None
    members: set[str] = field(default_factory=set)
    created: int = 0

    @property
    def kind(self) -> str:
        """The `channel_type` of message events: channel, group or im."""
        if self.user is not None:
            return "im"
        return "group" if self.is_private else "channel"

    def as_json(self) -> JsonObject:
        """Return the conversation object of `conversations.info`."""
        about: JsonObject = {
            "id": self.id,
            "created": self.created,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.kind == "im",
            "is_mpim": False,
            "is_private": self.is_private or self.user is not None,
            "is_archived": self.is_archived,
            "is_shared": False,
            "is_ext_shared": False,
            "context_team_id": TEAM_ID,
        }
        if self.user is not None:
            return about | {"user": self.user}
        return about | {
            "name": self.name,
            "name_normalized": self.name,
            "is_general": False,
            "num_members": len(self.members),
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A slash command that the app declares."""

    command: str
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut that the app declares; kind is "message" or "global"."""

    callback_id: str
    name: str
    kind: str = "message"


ALL_SCOPES = frozenset({
    "app_mentions:read", "assistant:write", "channels:history", "channels:join", "channels:read", "chat:write",
    "chat:write.customize", "commands", "files:write", "groups:history", "groups:read", "im:history", "im:read",
    "im:write", "reactions:read", "reactions:write", "usergroups:read", "users:read",
})  # fmt: skip
ALL_EVENTS = frozenset({
    "agent_session_stopped", "app_home_opened", "app_mention", "channel_archive", "member_joined_channel",
    "member_left_channel", "message.channels", "message.groups", "message.im", "reaction_added", "reaction_removed",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class InstalledApp:
    """The app under test, as its manifest declares it: commands, shortcuts, granted scopes, subscribed events."""

    name: str = "IncidentOS"
    id: str = "A0001"
    bot_user: str = "U0BOT"
    bot_id: str = "B0BOT"
    commands: tuple[SlashCommand, ...] = (
        SlashCommand("/incident", "Ask IncidentOS about an incident", "investigate <what is wrong>"),
    )
    shortcuts: tuple[Shortcut, ...] = (Shortcut("investigate_message", "Investigate this"),)
    scopes: frozenset[str] = ALL_SCOPES
    events: frozenset[str] = ALL_EVENTS

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> "InstalledApp":
        """Read an app manifest (already parsed from YAML or JSON) the way Slack reads it when the app is installed.

        Raises KeyError when a part that every manifest has is missing.
        """
        features, settings = manifest["features"], manifest.get("settings", {})
        return cls(
            name=features["bot_user"]["display_name"],
            commands=tuple(
                SlashCommand(each["command"], each.get("description", ""), each.get("usage_hint", ""))
                for each in features.get("slash_commands", ())
            ),
            shortcuts=tuple(
                Shortcut(each["callback_id"], each["name"], each["type"])
                for each in features.get("shortcuts", ())
            ),
            scopes=frozenset(manifest["oauth_config"]["scopes"]["bot"]),
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        )


@dataclass(frozen=True, slots=True)
class Webhook:
    """An incoming webhook: the bot that it posts as and the channel where it posts."""

    path: str
    bot_id: str
    username: str
    channel: str


def default_people(app: InstalledApp) -> dict[str, User]:
    """Return the people of the sandbox, and the app's bot user."""
    people = (
        User("U0001", "you", "Robin Tester", "7a3e9d"),
        User("U0002", "sam", "Sam Rivera", "e7392d"),
        User("U0003", "kim", "Kim Okafor", "3c989f"),
        User(app.bot_user, app.name.lower(), app.name, "2b6cb0", bot_id=app.bot_id),
    )
    return {each.id: each for each in people}


def default_channels(app: InstalledApp) -> dict[str, Channel]:
    """Return the channels of the sandbox; the bot is in #alerts and #incidents, people are in all."""
    people = {"U0001", "U0002", "U0003"}
    channels = (
        Channel("C0001", "alerts", "What the monitors say", members=people | {app.bot_user}),
        Channel("C0002", "incidents", "What we do about it", members=people | {app.bot_user}),
        Channel("C0003", "random", "Everything else", members=set(people)),
    )
    return {each.id: each for each in channels}


def default_webhooks() -> dict[str, Webhook]:
    """Return the incoming webhooks of the sandbox by path."""
    hook = Webhook("T0001/B0001/alerts", "B0001", "Alertmanager", "C0001")
    return {hook.path: hook}
