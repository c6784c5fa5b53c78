"""A recorded run that is played now lies wholly around now: nothing in it keeps its old date."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.lab.recordings import FOLDER
from sandbox.retiming import retimed

NOW = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)
NEAR = timedelta(days=30)  # the history of deployments reaches back some days; the recordings are years away


def moments(value: object) -> list[datetime]:
    """Every time that stands in *value*, however deep."""
    if isinstance(value, dict):
        return [at for each in value.values() for at in moments(each)]
    if isinstance(value, list):
        return [at for each in value for at in moments(each)]
    if isinstance(value, str) and value[:2] == "20" and "T" in value[:12]:
        return [datetime.fromisoformat(value)]
    return []


def rows(path: Path) -> list[dict[str, Any]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        text = lines.read()
    return (
        [json.loads(line) for line in text.splitlines() if line.strip()]
        if ".jsonl" in path.name
        else [json.loads(text)]
    )


@pytest.mark.parametrize("name", sorted(each.name for each in FOLDER.iterdir() if each.is_dir()))
def test_every_time_of_a_recording_moves(name: str, tmp_path: Path) -> None:
    retimed(FOLDER / name, tmp_path, NOW)
    told = {
        path.name: at
        for path in tmp_path.rglob("*.json*")
        for row in rows(path)
        for at in moments(row)
        if abs(at - NOW) > NEAR
    }
    assert told == {}
    assert all(
        abs(datetime.fromtimestamp(row["ts"], UTC) - NOW) < NEAR
        for row in rows(tmp_path / "metrics.jsonl.gz")
    )
