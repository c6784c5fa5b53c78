"""Telemetry from a folder: the form in which the lab records, live or afterwards, and public cases are kept.

`FileTelemetry` has one part for each Protocol of tools/sources.py: `logs`, `metrics`, `deploys`, `alerts`,
`dependencies`. Normal operation to compare with comes from the *baseline* folder (given, or named in the
case's case.json, relative to the case); where that lacks a part, the case's own rows before the onset serve.
The onset is the one given, else the alert's when it lies in the window, else the window's start. It writes
nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tools.lane import in_lane
from tools.providers.folder import Folder
from tools.providers.jsonl import FileLimits
from tools.telemetry import Call, Deployment, FiringAlert, LogLine, Series, Span, Window
from tools.tool import Unavailable


class FileTelemetry:
    """Logs, metrics, deployments, alerts and dependencies of one folder."""

    def __init__(
        self,
        folder: Path,
        baseline: Path | None = None,
        *,
        onset: datetime | None = None,
        limits: FileLimits | None = None,
    ) -> None:
        """Read from *folder*; nothing is opened before it is asked for (see `check`)."""
        files = CaseFiles(folder, baseline, onset, limits)
        self._files = files
        self.logs = FileLogs(files)
        self.metrics = FileMetrics(files)
        self.deploys = FileDeploys(files)
        self.alerts = FileAlerts(files)
        self.dependencies = FileDependencies(files)

    def check(self) -> None:
        """Raise `Unavailable` with one clear line when the folder cannot be read at all."""
        self._files.here.check()

    def caveats(self) -> tuple[str, ...]:
        """Return what was skipped or cut in the files read so far, one line each."""
        return self._files.caveats()


class CaseFiles:
    """A case's folder beside its baseline folder, and the onset that divides the case's own rows."""

    def __init__(
        self, folder: Path, baseline: Path | None, onset: datetime | None, limits: FileLimits | None
    ) -> None:
        """Keep the places; the baseline's is looked up when first needed."""
        self.here = Folder(folder, limits)
        self._limits = limits
        self._onset = onset
        self._normal = Folder(baseline, limits) if baseline else None

    async def normal(self) -> Folder | None:
        """Return the baseline folder, or None when the case has none."""
        if self._normal is None:
            named = (await asyncio.to_thread(self.here.case)).get("baseline")
            if isinstance(named, str) and named:
                self._normal = Folder(self.here.path / named, self._limits)
        return self._normal

    async def onset(self, window: Window) -> datetime:
        """Return when trouble began, as well as the folder knows it."""
        if self._onset is not None:
            return self._onset
        if self.here.alerts.exists():
            starts = [alert.since for alert in await self.here.alerts.load() if alert.since in window]
            return min(starts, default=window.start)
        return window.start

    def caveats(self) -> tuple[str, ...]:
        """Return the caveats of both folders."""
        return self.here.caveats() + (self._normal.caveats() if self._normal else ())

    def link(self, name: str) -> str | None:
        """Return where the part called *name* lies, as a file address."""
        for path in (self.here.path / name, self.here.path / f"{name}.gz"):
            if path.is_file():
                return path.resolve().as_uri()
        return None


class _Facet:
    name = "files"

    def __init__(self, files: CaseFiles) -> None:
        self._files = files


class FileLogs(_Facet):
    """The log lines of a folder (a LogSource)."""

    async def lines(
        self, window: Window, *, service: str | None = None, contains: str | None = None, limit: int = 200_000
    ) -> Sequence[LogLine]:
        """Return lines in *window*, oldest first; beyond *limit* the newest. *contains* ignores case."""
        wanted = contains.casefold() if contains else None
        kept = await self._files.here.logs.load()

        def chosen() -> list[LogLine]:
            return [
                line
                for line in kept
                if line.at in window
                and (service is None or line.service == service)
                and (wanted is None or wanted in line.text.casefold())
            ]

        return (await in_lane(chosen))[-limit:]

    async def baseline(self, window: Window) -> Sequence[LogLine]:
        """Return lines of the baseline folder, else those of the case before the onset."""
        normal = await self._files.normal()
        if normal and normal.logs.exists():
            return await normal.logs.load()
        onset = await self._files.onset(window)
        kept = await self._files.here.logs.load()
        return await in_lane(lambda: [line for line in kept if line.at < onset])

    def link(self, window: Window, service: str | None = None) -> str | None:  # noqa: ARG002
        """Return the address of the log file."""
        return self._files.link("logs.jsonl")


class FileMetrics(_Facet):
    """The metrics of a folder (a MetricSource)."""

    async def series(
        self, window: Window, *, service: str | None = None, metric: str | None = None
    ) -> Sequence[Series]:
        """Return the series in *window*; *service* exactly, *metric* as a part of the name in any case."""
        wanted = metric.casefold() if metric else None
        start, end = window.start.timestamp(), window.end.timestamp()
        within = [
            replace(each, points=tuple(point for point in each.points if start <= point[0] <= end))
            for each in await self._files.here.metrics.load()
            if (service is None or each.service == service)
            and (wanted is None or wanted in each.metric.casefold())
        ]
        return [each for each in within if each.points]

    async def baseline(self, window: Window) -> Sequence[Series]:
        """Return the series of the baseline folder, else those of the case before the onset."""
        normal = await self._files.normal()
        if normal and normal.metrics.exists():
            return await normal.metrics.load()
        onset = (await self._files.onset(window)).timestamp()
        before = [
            replace(each, points=tuple(point for point in each.points if point[0] < onset))
            for each in await self._files.here.metrics.load()
        ]
        return [each for each in before if each.points]

    def link(self, window: Window, service: str | None = None, metric: str | None = None) -> str | None:  # noqa: ARG002
        """Return the address of the metrics file."""
        return self._files.link("metrics.jsonl")

    def query(self, service: str | None, metric: str | None) -> str:
        """Return a jq line that shows the same rows."""
        chosen = f'select(.service=="{service}") | ' if service else ""
        shown = f'{{ts, service, "{metric}"}}' if metric else "."
        return f"jq -c '{chosen}{shown}' metrics.jsonl"


class FileDeploys(_Facet):
    """The deployments of a folder (a DeploySource), with their diffs: they are at hand."""

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return the deployments in *window*, newest first; of *service*, or with no service told."""
        return [
            each
            for each in await self._files.here.deploys.load()
            if each.at in window and (service is None or each.service in {service, ""})
        ]

    async def diff(self, sha: str) -> Deployment | None:
        """Return the newest deployment whose sha begins with *sha*."""
        wanted = sha.strip().lower()
        found = (
            each for each in await self._files.here.deploys.load() if each.sha.lower().startswith(wanted)
        )
        return next(found, None) if wanted else None


class FileAlerts(_Facet):
    """The alerts of a folder (an AlertSource): alert.json and alerts.jsonl, without those resolved."""

    async def firing(self) -> Sequence[FiringAlert]:
        """Return what fires at the end of the recording."""
        return await self._files.here.alerts.load()


class FileDependencies(_Facet):
    """Who calls whom in a folder (a DependencySource)."""

    async def calls(self, window: Window) -> Sequence[Call]:  # noqa: ARG002 — the file is one window's summary
        """Return the measured calls; without a file, the baseline's map stripped of its measurements."""
        if self._files.here.calls.exists():
            return await self._files.here.calls.load()
        normal = await self._files.normal()
        if normal and normal.calls.exists():
            return [Call(each.caller, each.callee) for each in await normal.calls.load()]
        raise Unavailable(f"files: {self._files.here.path.name} has no service_dependencies.json")

    async def baseline_calls(self, window: Window) -> Sequence[Call]:  # noqa: ARG002
        """Return the baseline's calls, none without a baseline: a summary cannot be cut at the onset."""
        normal = await self._files.normal()
        return await normal.calls.load() if normal and normal.calls.exists() else ()

    async def spans(self, window: Window) -> Sequence[Span]:  # noqa: ARG002
        """Return the operations of the trace summary."""
        return await self._files.here.spans.load()

    async def baseline_spans(self, window: Window) -> Sequence[Span]:  # noqa: ARG002
        """Return the operations of the baseline's trace summary, none without one."""
        normal = await self._files.normal()
        return await normal.spans.load() if normal and normal.spans.exists() else ()
