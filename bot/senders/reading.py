"""What one post says, before anything is known of earlier posts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.investigation.alert import Severity
from bot.senders.post import Post
from bot.senders.words import Status


class Kind(StrEnum):
    """What sort of post it is; only an alert is acted on."""

    ALERT = "alert"
    CHANGE = "change"
    TEST = "test notification"
    HEARTBEAT = "heartbeat"
    TALK = "no alert"


@dataclass(frozen=True, slots=True)
class Reading:
    """One post as its sender meant it.

    *state* is the sender's own word ("No Data", "FIRING"); *count* is how many alerts the sender says are
    firing (0 when resolved, None when it does not say); *key* is equal for posts about the same trouble. *sure* is
    False when a resolution or a silence counts only for an alert that is known.
    """

    kind: Kind
    source: str
    title: str
    status: Status = Status.FIRING
    state: str = ""
    severity: Severity = Severity.UNKNOWN
    service: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    link: str | None = None
    count: int | None = None
    key: str = ""
    description: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Sender:
    """One tool that posts alerts: how its posts are known, and how they are read.

    *read* is given what the shape alone says and returns it bettered; None when only the shape is to be had.
    """

    name: str
    sent: Callable[[Post], bool]
    read: Callable[[Post, Reading], Reading | None]
