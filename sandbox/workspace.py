"""The workspace: channels, people, messages, threads and reactions, with Slack's rules about what may be done.

Pure state. Everything that happens is announced to listeners as a Change (sandbox/changes.py). Knows no tokens,
no HTTP, no sockets and no limits of a single method. State is kept whole for as long as the sandbox runs, as
Slack keeps it; only logs and feeds are bounded, elsewhere.
"""

import uuid
from collections.abc import Callable

from sandbox import mrkdwn
from sandbox.changes import (
    Change,
    ChannelChanged,
    Deleted,
    Edited,
    Joined,
    Posted,
    Reacted,
    StatusSet,
    Touched,
    Unwhispered,
    Whispered,
)
from sandbox.directory import (
    TEAM_ID,
    Channel,
    InstalledApp,
    User,
    default_channels,
    default_people,
    default_webhooks,
)
from sandbox.emoji import Emoji
from sandbox.timeline import Timeline
from sandbox.wire import Clock, JsonObject, SlackError, Stamps, stamp_key

MOST_WHISPERS = 1_000


class Workspace:
    """One Slack workspace. Methods raise SlackError with Slack's own code when something may not be done."""

    def __init__(self, app: InstalledApp, clock: Clock) -> None:
        self.app = app
        self.clock = clock
        self.stamps = Stamps(clock)
        self.users: dict[str, User] = default_people(app)
        self.channels: dict[str, Channel] = default_channels(app)
        self.webhooks = default_webhooks()
        self.emoji = Emoji()
        self.bots: dict[str, str] = {each.bot_id: each.username for each in self.webhooks.values()}
        self.usergroups: dict[str, tuple[str, ...]] = {"S0001": ("U0002", "U0003")}
        self.timelines: dict[str, Timeline] = {each: Timeline() for each in self.channels}
        self.whispers: dict[tuple[str, str], JsonObject] = {}
        self._listeners: list[Callable[[Change], None]] = []

    def listen(self, listener: Callable[[Change], None]) -> None:
        """Tell *listener* of every change from now on, in order, at once."""
        self._listeners.append(listener)

    def announce(self, change: Change) -> None:
        """Tell the listeners that something happened."""
        for listener in self._listeners:
            listener(change)

    # channels

    def channel(self, channel_id: str) -> Channel:
        """Return a channel; SlackError("channel_not_found")."""
        found = self.channels.get(channel_id)
        if found is None:
            raise SlackError("channel_not_found")
        return found

    def create_channel(
        self, name: str, *, members: set[str], is_private: bool = False, topic: str = ""
    ) -> Channel:
        """Make a channel with *members*; raise SlackError("name_taken")."""
        if any(each.name == name for each in self.channels.values()):
            raise SlackError("name_taken")
        made = Channel(
            id=f"C{len(self.channels) + 1:04d}",
            name=name,
            topic=topic,
            is_private=is_private,
            members=set(members),
            created=int(self.clock()),
        )
        self._add_channel(made)
        return made

    def direct_message(self, user: str) -> Channel:
        """Return the conversation between *user* and the app, making it the first time."""
        if user not in self.users:
            raise SlackError("user_not_found")
        channel_id = f"D{user[1:]}"
        if channel_id not in self.channels:
            members = {user, self.app.bot_user}
            self._add_channel(Channel(channel_id, "", user=user, members=members, created=int(self.clock())))
        return self.channels[channel_id]

    def _add_channel(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        self.timelines[channel.id] = Timeline()
        self.announce(ChannelChanged(channel.id))

    def archive(self, channel_id: str) -> None:
        """Archive a channel."""
        self.channel(channel_id).is_archived = True
        self.announce(ChannelChanged(channel_id))

    def join(self, channel_id: str, user: str) -> None:
        """Bring *user* into a channel; nothing happens when they are there already."""
        channel = self.channel(channel_id)
        if channel.is_archived:
            raise SlackError("is_archived")
        if user not in channel.members:
            channel.members.add(user)
            self.announce(Joined(channel_id, user))
            text = f"<@{user}> has joined the channel"
            self.post(channel_id, {"subtype": "channel_join", "user": user, "text": text})

    def leave(self, channel_id: str, user: str) -> None:
        """Take *user* out of a channel."""
        members = self.channel(channel_id).members
        if user in members:
            members.discard(user)
            self.announce(Joined(channel_id, user, left=True))

    # messages

    def message(self, channel_id: str, ts: str) -> JsonObject:
        """Return a message; SlackError("message_not_found")."""
        self.channel(channel_id)
        found = self.timelines[channel_id].messages.get(stamp_key(ts))
        if found is None:
            raise SlackError("message_not_found")
        return found

    def root_of(self, channel_id: str, ts: str) -> JsonObject:
        """Return the message that starts the thread *ts*; SlackError("thread_not_found")."""
        found = self.timelines[channel_id].messages.get(stamp_key(ts))
        if found is None or found.get("thread_ts", found["ts"]) != found["ts"]:
            raise SlackError("thread_not_found")
        return found

    def post(
        self, channel_id: str, draft: JsonObject, thread_ts: str | None = None, *, broadcast: bool = False
    ) -> JsonObject:
        """Post *draft* (a message without type and ts) and return the message as stored."""
        channel = self.channel(channel_id)
        if channel.is_archived:
            raise SlackError("is_archived")
        message: JsonObject = {"type": "message", **draft, "ts": self.stamps.next(), "team": TEAM_ID}
        if thread_ts is not None:
            root = self.root_of(channel_id, thread_ts)
            message["thread_ts"] = root["ts"]
            if "user" in root:
                message["parent_user_id"] = root["user"]
            if broadcast:
                message |= {"subtype": "thread_broadcast", "root": root}
        parent = self.timelines[channel_id].add(message)
        self.announce(Posted(channel_id, message))
        if parent is not None:
            self.announce(Touched(channel_id, parent))
        return message

    def say(self, user: str, channel_id: str, text: str, thread_ts: str | None = None) -> JsonObject:
        """Post what a person typed."""
        if user not in self.channel(channel_id).members:
            raise SlackError("not_in_channel")
        stored = mrkdwn.typed(text, self.names())
        draft = {
            "user": user,
            "client_msg_id": str(uuid.uuid4()),
            "text": stored,
            "blocks": [mrkdwn.rich_text(stored, uuid.uuid4().hex[:5])],
        }
        return self.post(channel_id, draft, thread_ts)

    def names(self) -> dict[str, str]:
        """Return what may be typed for whom: `@name` and `#name` in lower case to ids."""
        people = {
            f"@{name.lower()}": user.id
            for user in self.users.values()
            for name in (user.name, user.real_name)
        }
        return people | {f"#{each.name}": each.id for each in self.channels.values() if each.name}

    def edit(self, channel_id: str, ts: str, patch: JsonObject, by: str, *, mark: bool = True) -> JsonObject:
        """Change fields of a message (None drops one); *mark* adds `edited`. Return the new version."""
        previous = self.message(channel_id, ts)
        message = {key: value for key, value in (previous | patch).items() if value is not None}
        if mark:
            message["edited"] = {"user": by, "ts": self.stamps.next()}
        self.timelines[channel_id].replace(message)
        self.announce(Edited(channel_id, message, previous))
        return message

    def delete(self, channel_id: str, ts: str) -> None:
        """Delete a message; a parent with replies becomes a tombstone, as in Slack."""
        previous = self.message(channel_id, ts)
        timeline = self.timelines[channel_id]
        if timeline.replies(previous["ts"]):
            kept = {key: previous[key] for key in _KEPT_IN_TOMBSTONE if key in previous}
            text = "This message was deleted."
            tombstone = kept | {"subtype": "tombstone", "user": "USLACKBOT", "hidden": True, "text": text}
            timeline.replace(tombstone)
            self.announce(Edited(channel_id, tombstone, previous))
            return
        parent = timeline.remove(previous["ts"])
        self.announce(Deleted(channel_id, previous))
        if parent is not None:
            self.announce(Touched(channel_id, parent))

    def whisper(
        self, channel_id: str, user: str, draft: JsonObject, thread_ts: str | None = None
    ) -> JsonObject:
        """Show an ephemeral message to *user*. The last 1,000 stay clickable; no method of Slack's can read them."""
        message: JsonObject = {"type": "message", **draft, "ts": self.stamps.next(), "ephemeral_for": user}
        if thread_ts is not None:
            message["thread_ts"] = thread_ts
        if len(self.whispers) >= MOST_WHISPERS:
            del self.whispers[next(iter(self.whispers))]
        self.whispers[channel_id, message["ts"]] = message
        self.announce(Whispered(channel_id, message))
        return message

    def rewhisper(self, channel_id: str, message: JsonObject) -> None:
        """Show an ephemeral message in a new version."""
        self.whispers[channel_id, message["ts"]] = message
        self.announce(Whispered(channel_id, message))

    def unwhisper(self, channel_id: str, ts: str) -> None:
        """Take an ephemeral message away."""
        self.announce(Unwhispered(channel_id, self.whispers.pop((channel_id, ts))))

    def seen(self, channel_id: str, ts: str) -> JsonObject:
        """Return what a person sees under *ts*: a message or an ephemeral one; SlackError("message_not_found")."""
        whispered = self.whispers.get((channel_id, ts))
        return whispered if whispered is not None else self.message(channel_id, ts)

    # reactions and status

    def react(self, user: str, channel_id: str, ts: str, name: str) -> None:
        """Add a reaction; SlackError("already_reacted")."""
        message = self.message(channel_id, ts)
        reactions = {each["name"]: each["users"] for each in message.get("reactions", ())}
        if user in reactions.get(name, ()):
            raise SlackError("already_reacted")
        reactions[name] = [*reactions.get(name, ()), user]
        self._with_reactions(channel_id, message, reactions)
        self.announce(Reacted(channel_id, self.message(channel_id, ts), user, name, added=True))

    def unreact(self, user: str, channel_id: str, ts: str, name: str) -> None:
        """Take a reaction back; SlackError("no_reaction")."""
        message = self.message(channel_id, ts)
        reactions = {each["name"]: each["users"] for each in message.get("reactions", ())}
        if user not in reactions.get(name, ()):
            raise SlackError("no_reaction")
        reactions[name] = [each for each in reactions[name] if each != user]
        self._with_reactions(channel_id, message, reactions)
        self.announce(Reacted(channel_id, self.message(channel_id, ts), user, name, added=False))

    def _with_reactions(self, channel_id: str, message: JsonObject, reactions: dict[str, list[str]]) -> None:
        listed = [
            {"name": name, "users": users, "count": len(users)} for name, users in reactions.items() if users
        ]
        kept = {key: value for key, value in message.items() if key != "reactions"}
        self.timelines[channel_id].replace(kept | ({"reactions": listed} if listed else {}))

    def set_status(self, channel_id: str, thread_ts: str, status: str) -> None:
        """Show (or with an empty text clear) the app's status under a thread."""
        self.channel(channel_id)
        self.announce(StatusSet(channel_id, thread_ts, status))


_KEPT_IN_TOMBSTONE = (
    "type", "ts", "thread_ts", "team", "reply_count", "reply_users", "reply_users_count", "latest_reply", "reactions",
)  # fmt: skip
