"""What the bot hears in Slack: a closed union of facts, each with where it was said.

Whoever handles it matches on the type. Nothing here has been acted on, and no text here is trusted.
"""

from dataclasses import dataclass

from bot.investigation.alert import Alert


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: *ts* is its own (after an edit: the original's), *thread_ts* its thread's or empty."""

    channel: str
    ts: str
    thread_ts: str = ""

    @property
    def thread(self) -> str:
        """The ts to answer under: the thread's, or the message's own when it starts one."""
        return self.thread_ts or self.ts


@dataclass(frozen=True, slots=True)
class AlertOpened:
    """Trouble that was not open before. *count* is how many alerts the sender says fire, None when unsaid."""

    alert: Alert
    place: Place
    count: int | None = None


@dataclass(frozen=True, slots=True)
class AlertRepeated:
    """An open alert told again; *came_back* when the same words return after it had been resolved (a flap)."""

    alert: Alert
    place: Place
    count: int | None = None
    came_back: bool = False


@dataclass(frozen=True, slots=True)
class AlertChanged:
    """An open alert whose words, severity or count are now others, by a new post or by an edit."""

    alert: Alert
    place: Place
    count: int | None = None


@dataclass(frozen=True, slots=True)
class AlertAcknowledged:
    """Somebody took it in the sender's own tool; it still burns."""

    alert: Alert
    place: Place
    count: int | None = None


@dataclass(frozen=True, slots=True)
class AlertResolved:
    """The sender says it is over; whether it was opened before our time is not known here."""

    alert: Alert
    place: Place
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeNoticed:
    """A deploy, release or other change was told: no alert, but evidence for the next one.

    *took_effect* when something went out by it; a build or a pull request alone changes nothing that runs.
    """

    source: str
    title: str
    link: str | None
    place: Place
    service: str = ""
    version: str = ""
    author: str = ""
    took_effect: bool = False


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A person spoke to the bot: by @mention, or in its direct messages. *text* is without the mention."""

    text: str
    user: str
    place: Place


@dataclass(frozen=True, slots=True)
class ThreadSaid:
    """A person wrote in a thread without calling the bot; whether the thread is a case's is not known here."""

    text: str
    user: str
    place: Place


@dataclass(frozen=True, slots=True)
class PostDeleted:
    """A message is gone; if it headed a case's thread, there is nowhere left to answer."""

    place: Place


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to act on, and why, for the journal: "heartbeat", "own post", "a person talking"."""

    reason: str


HeardAlert = AlertOpened | AlertRepeated | AlertChanged | AlertAcknowledged | AlertResolved
Heard = HeardAlert | ChangeNoticed | Mentioned | ThreadSaid | PostDeleted | Ignored
