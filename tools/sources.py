"""What the tools ask of the outside: one small Protocol a kind of telemetry, answered by provider leaf files.

Every method only reads. All raise `tools.tool.Unavailable` when the source cannot be read, and return an
empty sequence when it could be read and had nothing. Each provider bounds what it returns.
"""

from collections.abc import Sequence
from typing import Protocol

from tools.telemetry import Call, Deployment, FiringAlert, LogLine, Owner, Runbook, Series, Span, Window


class LogSource(Protocol):
    """Where log lines are read."""

    @property
    def name(self) -> str:
        """The source as people know it ("files", "loki")."""
        ...

    async def lines(
        self, window: Window, *, service: str | None = None, contains: str | None = None, limit: int = 200_000
    ) -> Sequence[LogLine]:
        """Return lines in *window*, oldest first, at most *limit*."""
        ...

    async def baseline(self, window: Window) -> Sequence[LogLine]:
        """Return lines of normal operation to compare *window* with, possibly none."""
        ...

    def link(self, window: Window, service: str | None = None) -> str | None:
        """Return where a person sees the same in the source's own page."""
        ...


class MetricSource(Protocol):
    """Where metrics are read."""

    @property
    def name(self) -> str:
        """The source as people know it ("files", "prometheus")."""
        ...

    async def series(
        self, window: Window, *, service: str | None = None, metric: str | None = None
    ) -> Sequence[Series]:
        """Return the series in *window*: of one *service* or *metric* (substring), or all that may matter."""
        ...

    async def baseline(self, window: Window) -> Sequence[Series]:
        """Return series of normal operation to compare *window* with, possibly none."""
        ...

    def link(self, window: Window, service: str | None = None, metric: str | None = None) -> str | None:
        """Return where a person sees the same in the source's own page."""
        ...

    def query(self, service: str | None, metric: str | None) -> str:
        """Return the query that a person would run to see the same."""
        ...


class DeploySource(Protocol):
    """Where deployments are read."""

    @property
    def name(self) -> str:
        """The source as people know it ("files", "git", "github")."""
        ...

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return the deployments in *window*, newest first, without their diffs where those are dear."""
        ...

    async def diff(self, sha: str) -> Deployment | None:
        """Return the deployment *sha* (a prefix will do) with its diff, or None when there is none."""
        ...


class AlertSource(Protocol):
    """Where firing alerts are read."""

    @property
    def name(self) -> str:
        """The source as people know it ("alertmanager")."""
        ...

    async def firing(self) -> Sequence[FiringAlert]:
        """Return what fires now."""
        ...


class DependencySource(Protocol):
    """Where it is known who calls whom."""

    @property
    def name(self) -> str:
        """The source as people know it ("files", "jaeger", "services.yaml")."""
        ...

    async def calls(self, window: Window) -> Sequence[Call]:
        """Return the calls between services, measured in *window* where the source measures."""
        ...

    async def baseline_calls(self, window: Window) -> Sequence[Call]:
        """Return the calls in normal operation, possibly none."""
        ...

    async def spans(self, window: Window) -> Sequence[Span]:
        """Return operations by service in *window*, possibly none."""
        ...

    async def baseline_spans(self, window: Window) -> Sequence[Span]:
        """Return operations in normal operation, possibly none."""
        ...


class LinkedRunbooks(Protocol):
    """Where runbooks are read that alerts link to."""

    @property
    def name(self) -> str:
        """The source as people know it ("runbook pages")."""
        ...

    def mine(self, link: str) -> bool:
        """Say whether *link* may be read here."""
        ...

    async def page(self, link: str) -> Runbook:
        """Return the page behind *link*, which must be `mine`."""
        ...


class OwnerSource(Protocol):
    """Where it is known who owns a service, or who is on call for it."""

    @property
    def name(self) -> str:
        """The source as people know it ("backstage", "pagerduty")."""
        ...

    async def owners(self) -> Sequence[Owner]:
        """Return what is known of each service."""
        ...


class RunbookSource(Protocol):
    """Where runbooks are read."""

    @property
    def name(self) -> str:
        """The source as people know it ("runbooks")."""
        ...

    async def runbooks(self) -> Sequence[Runbook]:
        """Return all runbooks."""
        ...
