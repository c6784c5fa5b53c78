"""One telemetry folder on disk: its files found, read once in a thread, and kept until they change.

It knows the names of the files and not what callers make of them. Each part may be plain (`logs.jsonl`),
gzipped (`logs.jsonl.gz`), or both (a rotated file and the one being written): both are read then.
A part that is not there at all is `Unavailable`, so that "not looked" never reads as "nothing found".
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar, cast

from tools.foreign_json import read_json
from tools.lane import in_lane
from tools.progress import progress
from tools.providers import file_rows
from tools.providers.jsonl import FileLimits, Tally, rows
from tools.telemetry import Deployment, FiringAlert, LogLine, Series
from tools.tool import Unavailable

R = TypeVar("R")
T = TypeVar("T")
_JSON_BYTES = 64_000_000
_Stamp = tuple[tuple[str, int, int], ...]


class Folder:
    """The parts of one folder, each parsed at most once for every change on disk."""

    def __init__(self, path: Path, limits: FileLimits | None = None) -> None:
        """Take *path* as it is; nothing is read before it is asked for."""
        bounds = limits or FileLimits()
        self.path = path
        self.logs = Part(path, file_rows.log_line, _in_order, bounds, "logs.jsonl")
        self.metrics = Part(path, file_rows.metric_values, _series, bounds, "metrics.jsonl")
        self.deploys = Part(path, file_rows.deployment, _newest_first, bounds, "deploys.jsonl")
        self.alerts = Part(path, file_rows.alert, _firing, bounds, "alerts.jsonl", "alert.json")
        self.spans = Part(path, file_rows.span, list, bounds, "trace_summary.jsonl")
        self.calls = Part(path, file_rows.call, list, bounds, "", "service_dependencies.json")

    def check(self) -> None:
        """Raise `Unavailable` with one clear line when the folder cannot be read."""
        try:
            if not self.path.is_dir():
                raise Unavailable(f"telemetry folder {self.path} is not a folder that exists")
            next(self.path.iterdir(), None)
        except OSError as problem:
            raise Unavailable(f"telemetry folder {self.path} cannot be read: {problem.strerror}") from problem

    def case(self) -> dict[str, object]:
        """Return case.json as an object, empty when there is none that can be read."""
        try:
            return next(_json_rows(Tally(self.path / "case.json")), {})
        except OSError:
            return {}

    def caveats(self) -> tuple[str, ...]:
        """Return what was skipped or cut in the files read so far, one line each."""
        return (
            *self.logs.caveats,
            *self.metrics.caveats,
            *self.deploys.caveats,
            *self.alerts.caveats,
            *self.spans.caveats,
            *self.calls.caveats,
        )


@dataclass(slots=True)
class Part(Generic[R, T]):
    """One kind of rows in a folder: a JSON-lines file (*name*), or one JSON document (*single*), or both.

    *read* understands one row (None when it cannot be meant), *gather* makes of all rows what is kept.
    """

    folder: Path
    read: Callable[[dict[str, object]], R | None]
    gather: Callable[[Iterable[R]], list[T]]
    limits: FileLimits
    name: str
    single: str = ""
    caveats: tuple[str, ...] = ()
    _kept: list[T] = field(default_factory=list)
    _stamp: _Stamp | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def exists(self) -> bool:
        """Say whether the folder has this part."""
        return bool(self._paths())

    async def load(self) -> Sequence[T]:
        """Return the rows, parsed in a thread when the files have changed since the last time.

        Raises:
            Unavailable: the part is not there, or nothing of it can be read.
        """
        async with self._lock:
            try:
                kept = await in_lane(self._load)
            except OSError as problem:
                why = problem.strerror or str(problem)
                raise Unavailable(f"files: {self.folder / self._label()} cannot be read: {why}") from problem
        if self.caveats and not kept:  # nothing could be read is not nothing there
            raise Unavailable(f"files: {'; '.join(self.caveats)}")
        for caveat in self.caveats:
            progress().note(f"files: {caveat}")
        return kept

    def _load(self) -> Sequence[T]:
        paths = self._paths()
        if not paths:
            raise Unavailable(f"files: {self.folder.name or self.folder} has no {self._label()}")
        stamp = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
        if stamp != self._stamp:
            tallies = [Tally(path) for path in paths]
            self._kept = self.gather(self._understood(tallies))
            self.caveats = tuple(line for tally in tallies for line in tally.caveats())
            self._stamp = stamp
        return self._kept

    def _understood(self, tallies: Sequence[Tally]) -> Iterator[R]:
        for tally in tallies:
            document = tally.path.suffix == ".json"
            for row in _json_rows(tally) if document else rows(tally.path, self.limits, tally):
                value = self.read(row)
                if value is None:
                    tally.skipped += 1
                else:
                    yield value

    def _paths(self) -> list[Path]:
        names = [f"{self.name}.gz", self.name] if self.name else []
        names += [self.single] if self.single else []
        try:
            return [path for path in (self.folder / name for name in names) if path.is_file()]
        except OSError as problem:
            raise Unavailable(f"files: {self.folder} cannot be read: {problem.strerror}") from problem

    def _label(self) -> str:
        return self.name or self.single


def _json_rows(tally: Tally) -> Iterator[dict[str, object]]:
    """Yield the objects of one JSON document: itself, or those of its list."""
    try:
        with tally.path.open("rb") as stream:
            value = read_json(stream.read(_JSON_BYTES))
    except ValueError:
        tally.broken = "not JSON"
        return
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield cast("dict[str, object]", each)
        else:
            tally.skipped += 1


def _in_order(lines: Iterable[LogLine]) -> list[LogLine]:
    return sorted(lines, key=lambda line: line.at)


def _newest_first(deployments: Iterable[Deployment]) -> list[Deployment]:
    return sorted(deployments, key=lambda each: each.at, reverse=True)


def _series(wide: Iterable[tuple[float, str, dict[str, float]]]) -> list[Series]:
    points: dict[tuple[str, str], dict[float, float]] = {}
    for at, service, values in wide:
        for metric, value in values.items():
            points.setdefault((service, metric), {})[at] = value
    return [
        Series(service, metric, tuple(sorted(values.items()))) for (service, metric), values in points.items()
    ]


def _firing(told: Iterable[tuple[FiringAlert, bool]]) -> list[FiringAlert]:
    firing: dict[tuple[str, str], FiringAlert] = {}
    for alert, resolved in told:
        if resolved:
            firing.pop((alert.name, alert.service), None)
        else:
            firing[alert.name, alert.service] = alert
    return list(firing.values())
