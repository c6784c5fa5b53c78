"""What an incident is: what was seen, why, what was tried, and whether it worked.

Pure values. They know no storage, no vectors, no Slack and no clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

EVERYWHERE = "*"
"""The workspace of incidents that everyone may see: the public examples of the starting memory."""

Source = Literal["slack", "import", "example"]


class Status(StrEnum):
    """Where an incident stands; only open and resolved ones are recalled unless asked otherwise."""

    OPEN = "open"
    RESOLVED = "resolved"
    RETIRED = "retired"  # its service or version is gone
    SUPERSEDED = "superseded"  # another record tells it better
    FALSE_ALARM = "false_alarm"


class Outcome(StrEnum):
    """What a fix came to."""

    WORKED = "worked"
    PARTLY = "partly"
    DID_NOT = "did_not"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing that was tried, in the words of who tried it.

    *outcome* is what was said when the incident was written down; later votes are in the feedback log and are
    folded in when the incident is read back. *why* says why it did not work, when known.
    """

    id: str
    action: str
    outcome: Outcome = Outcome.UNKNOWN
    by: str = ""
    at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as we remember it. Times are aware datetimes; text fields may be empty.

    *id* is unique over all workspaces. *symptoms* is what was seen, in the words of the alert or the reporter;
    *root_cause* is what was found; *report* is the whole write-up when there is one (it may repeat the
    others). *channel* is where it was handled; with *private* only those who may see that channel recall it.
    *invalid_at* is when it stopped being true of the world, for example because the service was rebuilt.
    """

    id: str
    workspace: str
    title: str
    symptoms: str = ""
    root_cause: str = ""
    report: str = ""
    services: tuple[str, ...] = ()
    version: str = ""
    fixes: tuple[Fix, ...] = ()
    severity: str = ""
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str = ""
    signatures: tuple[str, ...] = ()
    status: Status = Status.RESOLVED
    channel: str = ""
    private: bool = False
    valid_from: datetime | None = None
    invalid_at: datetime | None = None
    source: Source = "slack"
    link: str | None = None

    @property
    def time_to_resolve(self) -> timedelta | None:
        """From the first sign to the resolution, when both are known and in order."""
        if self.started_at is None or self.resolved_at is None or self.resolved_at < self.started_at:
            return None
        return self.resolved_at - self.started_at

    @property
    def last_seen_at(self) -> datetime | None:
        """The moment that age is counted from."""
        return self.resolved_at or self.started_at


@dataclass(frozen=True, slots=True)
class Feedback:
    """Someone's verdict on a fix of an incident. The same person's later verdict replaces the earlier one.

    An *outcome* of None takes the verdict back. *at* decides what is later, so that verdicts may arrive in any
    order and any number of times.
    """

    incident_id: str
    fix_id: str
    user: str
    outcome: Outcome | None
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class NotTheSame:
    """Someone said that *incident_id*, recalled for *about*, is a different problem.

    *about* is the id of the case or incident it was recalled for; *score* the relevance it had, for
    calibration. *taken_back* undoes it.
    """

    incident_id: str
    about: str
    user: str
    at: datetime
    score: float | None = None
    taken_back: bool = False
