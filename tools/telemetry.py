"""What telemetry is, in our own nouns: log lines, metric points, deployments, calls, alerts.

Every provider speaks these; nothing here knows a vendor, a file format or a case.
Times are aware datetimes in UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """A closed span of time."""

    start: datetime
    end: datetime

    def widened(self, by: timedelta) -> "Window":
        """Return the same window with *by* more on both sides."""
        return Window(self.start - by, self.end + by)

    def newest(self, length: timedelta) -> "Window":
        """Return the last *length* of the window, or all of it when it is shorter."""
        return Window(max(self.start, self.end - length), self.end)

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at <= self.end


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a service wrote."""

    at: datetime
    service: str
    text: str
    level: str = ""
    pod: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of one service over time; *points* are (Unix seconds, value), oldest first."""

    service: str
    metric: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that a deployment touched."""

    path: str
    added: int
    deleted: int


@dataclass(frozen=True, slots=True)
class Deployment:
    """A change that reached production: a release, a rollout, a configuration or flag change."""

    sha: str
    at: datetime
    title: str
    service: str = ""
    author: str = ""
    files: tuple[ChangedFile, ...] = ()
    diff: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One service calling another, as measured over a window; latencies in seconds, None when unknown."""

    caller: str
    callee: str
    count: int | None = None
    client_p90_s: float | None = None
    server_p90_s: float | None = None
    network_p90_s: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """One operation of one service, summarised over a window; latencies in seconds, *errors* of its *count* failed."""

    service: str
    operation: str
    count: int
    p50_s: float
    p95_s: float
    max_s: float
    errors: int = 0


@dataclass(frozen=True, slots=True)
class FiringAlert:
    """An alert that fires at the moment, as its source knows it; *runbook* is the link that it carries."""

    name: str
    service: str
    severity: str
    since: datetime
    summary: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    link: str | None = None
    runbook: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a service and who is on call for it, each with the source that says so; empty when unknown."""

    service: str
    team: str = ""
    team_source: str = ""
    on_call: str = ""
    on_call_source: str = ""


@dataclass(frozen=True, slots=True)
class Runbook:
    """Steps that people wrote for a kind of trouble; *alerts* are the alert names it says it serves."""

    id: str
    title: str
    text: str
    alerts: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    link: str | None = None
