"""The telemetry of whatever was fired last: the sandbox's bot looks here, through the product's own file provider.

Every scenario puts its folder below one root, named by when its trouble began; a look is answered by the newest
folder that had begun by the end of the window asked for.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools.providers.files import FileTelemetry
from tools.telemetry import Call, Deployment, FiringAlert, LogLine, Series, Span, Window
from tools.tool import Unavailable

STAMP = "%Y%m%dT%H%M%S"


async def nothing() -> None:
    """Do nothing."""


class Fired:
    """The folders of what was fired, newest last."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.before: Callable[[], Awaitable[None]] = nothing
        self._open: dict[Path, FileTelemetry] = {}

    async def begin(self, name: str, began: datetime) -> Path:
        """Return a new folder for a scenario whose trouble began at *began*; `before` is done first."""
        await self.before()
        folder = self.root / f"{began.astimezone(UTC).strftime(STAMP)}-{name}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def at(self, moment: datetime | None = None) -> FileTelemetry:
        """Return the telemetry of the newest scenario that had begun by *moment*.

        Raises:
            Unavailable: nothing was fired by then.
        """
        last = moment.astimezone(UTC).strftime(STAMP) if moment else "9"
        found = [path for path in sorted(self.root.glob("*-*")) if path.name[:15] <= last]
        if not found:
            raise Unavailable("sandbox: no scenario has been fired yet, so there is no telemetry")
        return self._open.setdefault(found[-1], FileTelemetry(found[-1]))


class _Part:
    name = "lab"

    def __init__(self, fired: Fired) -> None:
        self._fired = fired


class FiredLogs(_Part):
    """Log lines of the newest scenario (a LogSource)."""

    async def lines(
        self, window: Window, *, service: str | None = None, contains: str | None = None, limit: int = 200_000
    ) -> Sequence[LogLine]:
        """Return lines in *window*."""
        return await self._fired.at(window.end).logs.lines(
            window, service=service, contains=contains, limit=limit
        )

    async def baseline(self, window: Window) -> Sequence[LogLine]:
        """Return lines of normal operation."""
        return await self._fired.at(window.end).logs.baseline(window)

    def link(self, window: Window, service: str | None = None) -> str | None:
        """Return the address of the file."""
        return self._fired.at(window.end).logs.link(window, service)


class FiredMetrics(_Part):
    """Metrics of the newest scenario (a MetricSource)."""

    async def series(
        self, window: Window, *, service: str | None = None, metric: str | None = None
    ) -> Sequence[Series]:
        """Return series in *window*."""
        return await self._fired.at(window.end).metrics.series(window, service=service, metric=metric)

    async def baseline(self, window: Window) -> Sequence[Series]:
        """Return series of normal operation."""
        return await self._fired.at(window.end).metrics.baseline(window)

    def link(self, window: Window, service: str | None = None, metric: str | None = None) -> str | None:
        """Return the address of the file."""
        return self._fired.at(window.end).metrics.link(window, service, metric)

    def query(self, service: str | None, metric: str | None) -> str:
        """Return the query that a person would run."""
        return self._fired.at().metrics.query(service, metric)


class FiredDeploys(_Part):
    """Deployments of the newest scenario (a DeploySource)."""

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return deployments in *window*."""
        return await self._fired.at(window.end).deploys.deployments(window, service=service)

    async def diff(self, sha: str) -> Deployment | None:
        """Return one deployment with its diff."""
        return await self._fired.at().deploys.diff(sha)


class FiredAlerts(_Part):
    """Firing alerts of the newest scenario (an AlertSource)."""

    async def firing(self) -> Sequence[FiringAlert]:
        """Return what fires."""
        return await self._fired.at().alerts.firing()


class FiredDependencies(_Part):
    """Who calls whom in the newest scenario (a DependencySource)."""

    async def calls(self, window: Window) -> Sequence[Call]:
        """Return calls in *window*."""
        return await self._fired.at(window.end).dependencies.calls(window)

    async def baseline_calls(self, window: Window) -> Sequence[Call]:
        """Return calls of normal operation."""
        return await self._fired.at(window.end).dependencies.baseline_calls(window)

    async def spans(self, window: Window) -> Sequence[Span]:
        """Return operations in *window*."""
        return await self._fired.at(window.end).dependencies.spans(window)

    async def baseline_spans(self, window: Window) -> Sequence[Span]:
        """Return operations of normal operation."""
        return await self._fired.at(window.end).dependencies.baseline_spans(window)
