"""Copies a recorded run so that it happens now: every time in it is moved by the same span.

It knows the folder form (logs, metrics, deploys, alert, case) and nothing of what was recorded.
"""

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def retimed(recording: Path, into: Path, now: datetime) -> Row:
    """Copy *recording* to *into* with its onset moved to *now*; return the moved alert."""
    alert: Row = json.loads((recording / "alert.json").read_text(encoding="utf-8"))
    by = now - datetime.fromisoformat(alert["starts_at"])
    for path in sorted(recording.rglob("*")):
        target = into / path.relative_to(recording)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif path.name in {"answer.json", "command.txt"}:
            continue  # what really happened is not telemetry: the bot must not find it
        elif move := _MOVES.get(path.name.removesuffix(".gz")):
            _rewrite(path, target, move, by)
        else:
            shutil.copyfile(path, target)
    alert["starts_at"] = now.isoformat()
    return alert


def _rewrite(path: Path, target: Path, move: Callable[[Row, timedelta], None], by: timedelta) -> None:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(target, "wt", encoding="utf-8") as out:
        for row in _rows(path):
            move(row, by)
            out.write(json.dumps(row) + "\n")


def _rows(path: Path) -> Iterator[Row]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        if ".jsonl" in path.name:
            yield from (json.loads(line) for line in lines if line.strip())
        else:
            yield json.load(lines)


def _move_text(*names: str) -> Callable[[Row, timedelta], None]:
    def move(row: Row, by: timedelta) -> None:
        for name in names:
            if isinstance(row.get(name), str):
                row[name] = (datetime.fromisoformat(row[name]) + by).isoformat()

    return move


def _move_metric(row: Row, by: timedelta) -> None:
    row["ts"] += by.total_seconds()


def _move_case(row: Row, by: timedelta) -> None:
    _move_text("detected_at", "onset")(row, by)
    if isinstance(row.get("window"), list):
        row["window"] = [(datetime.fromisoformat(moment) + by).isoformat() for moment in row["window"]]


_MOVES: dict[str, Callable[[Row, timedelta], None]] = {
    "logs.jsonl": _move_text("ts"),
    "metrics.jsonl": _move_metric,
    "deploys.jsonl": _move_text("deployed_at"),
    "alert.json": _move_text("starts_at"),
    "alerts.jsonl": _move_text("starts_at", "ends_at"),
    "case.json": _move_case,
}
