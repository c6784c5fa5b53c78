"""The folder that a run's telemetry grows in: logs, metrics, traces, deployments, alerts, in the form of a case.

First the `baseline` folder grows (normal operation), then, after `begin_case`, the case's own. Logs, metrics,
deployments and alerts are only ever added to; the dependency map and the trace summary are replaced whole. Who
produces the rows is not known here.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from sandbox.lab.spans import Spans

Row = Mapping[str, Any]


class TelemetryFolder:
    """One case folder while it grows."""

    def __init__(self, folder: Path) -> None:
        """Make *folder* with its baseline; it must be empty or absent. FileExistsError otherwise."""
        if folder.exists() and any(folder.iterdir()):
            raise FileExistsError(f"{folder} is not empty: give a folder of its own to each recording")
        self.folder = folder
        self._here = folder / "baseline"
        self._here.mkdir(parents=True, exist_ok=True)
        self._open: dict[str, IO[str]] = {}
        self._spans = Spans()

    def begin_case(self) -> None:
        """Close the baseline: what comes now belongs to the case."""
        self.summarise()
        self.close()
        self._here = self.folder
        self._spans = Spans()

    def heard(self, row: Row) -> None:
        """Take one line of a process: a span or a log line."""
        if "span" in row:
            self._spans.add(row)
        else:
            self._add("logs.jsonl", row)

    def measured(self, row: Row) -> None:
        """Take one wide metric row."""
        self._add("metrics.jsonl", row)

    def deployed(self, rows: Iterable[Row]) -> None:
        """Take deployments, oldest first."""
        for row in rows:
            self._add("deploys.jsonl", row)

    def alerted(self, row: Row) -> None:
        """Take an alert that fires or is over; the first that fires is the case's `alert.json`."""
        self._add("alerts.jsonl", row)
        first = self.folder / "alert.json"
        if not first.exists():
            replace(first, json.dumps(row, indent=1, ensure_ascii=False) + "\n")

    def describe(self, case: Row) -> None:
        """Write `case.json`."""
        replace(self.folder / "case.json", json.dumps(case, indent=1, ensure_ascii=False) + "\n")

    def summarise(self) -> None:
        """Write the dependency map and the trace summary as they are now."""
        replace(self._here / "service_dependencies.json", json.dumps(self._spans.calls(), indent=1) + "\n")
        lines = "".join(json.dumps(row) + "\n" for row in self._spans.operations())
        replace(self._here / "trace_summary.jsonl", lines)

    def close(self) -> None:
        """Close what is open."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _add(self, name: str, row: Row) -> None:
        file = self._open.get(name)
        if file is None:
            # line buffered: a reader sees whole lines while we write
            file = self._open[name] = (self._here / name).open("a", buffering=1, encoding="utf-8")
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def replace(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new, never half."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
