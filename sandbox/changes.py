"""Everything that can happen in a workspace, as facts in the past tense.

The workspace announces them; the event feed turns them into Slack events, the browser feed into page updates.
Messages in them are snapshots: the workspace replaces messages and never changes one in place.
"""

from dataclasses import dataclass

from sandbox.wire import JsonObject


@dataclass(frozen=True, slots=True)
class Posted:
    """A message was posted, top level or in a thread."""

    channel: str
    message: JsonObject


@dataclass(frozen=True, slots=True)
class Edited:
    """A message was edited, or became a tombstone."""

    channel: str
    message: JsonObject
    previous: JsonObject


@dataclass(frozen=True, slots=True)
class Touched:
    """A message shows something new without being edited: its reply count moved."""

    channel: str
    message: JsonObject


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message is gone."""

    channel: str
    previous: JsonObject


@dataclass(frozen=True, slots=True)
class Reacted:
    """Someone added a reaction, or took one back."""

    channel: str
    message: JsonObject
    user: str
    name: str
    added: bool


@dataclass(frozen=True, slots=True)
class Whispered:
    """An ephemeral message was shown to one person."""

    channel: str
    message: JsonObject


@dataclass(frozen=True, slots=True)
class Unwhispered:
    """An ephemeral message is gone."""

    channel: str
    message: JsonObject


@dataclass(frozen=True, slots=True)
class Joined:
    """Someone came into a channel (`left` False) or went out of it."""

    channel: str
    user: str
    left: bool = False


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """A channel was made or archived."""

    channel: str


@dataclass(frozen=True, slots=True)
class StatusSet:
    """The app says what it is doing in a thread; an empty status clears it."""

    channel: str
    thread_ts: str
    status: str


@dataclass(frozen=True, slots=True)
class ViewOpened:
    """A modal was opened or pushed for a person."""

    user: str
    view: JsonObject


@dataclass(frozen=True, slots=True)
class ViewUpdated:
    """An open modal has new content."""

    user: str
    view: JsonObject


@dataclass(frozen=True, slots=True)
class ViewClosed:
    """A modal is gone."""

    user: str
    view_id: str


@dataclass(frozen=True, slots=True)
class HomePublished:
    """The app published a person's App Home."""

    user: str
    view: JsonObject


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """A person looked at the App Home; `tab` is home or messages."""

    user: str
    channel: str
    tab: str
    view: JsonObject | None


Change = (
    Posted
    | Edited
    | Touched
    | Deleted
    | Reacted
    | Whispered
    | Unwhispered
    | Joined
    | ChannelChanged
    | StatusSet
    | ViewOpened
    | ViewUpdated
    | ViewClosed
    | HomePublished
    | HomeOpened
)
