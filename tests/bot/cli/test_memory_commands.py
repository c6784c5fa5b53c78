"""`import`, `recall`, `report`: the past comes in once, is recalled, and is reflected on."""

import json
from pathlib import Path

import pytest

from tests.bot.cli.terminal import Run

CAUSE = "the connection pool of the orders database was exhausted by a batch job"


@pytest.fixture
def past(tmp_path: Path) -> Path:
    records = [
        {
            "id": f"PAST-{number}",
            "date": f"2026-0{number}-03",
            "title": "Orders time out: no database connection is free",
            "services": ["orders"],
            "symptoms": "orders answers 503, PoolTimeout in its log, checkout shows errors",
            "root_cause": CAUSE,
            "resolution": "stopped the batch job and raised the pool's limit",
        }
        for number in range(1, 5)
    ]
    file = tmp_path / "past.jsonl"
    file.write_text("\n".join(map(json.dumps, [*records, {"id": "EMPTY"}])) + "\n")
    return file


def test_the_past_is_imported_once_and_recalled(run: Run, past: Path) -> None:
    dry = run("import", str(past), "--dry-run", "--json").json
    assert (dry["read"], dry["stored"]) == (5, 4)
    first = run("import", str(past), "--json").json
    assert set(first) == {"read", "stored", "unchanged", "left_out"}
    assert (first["stored"], first["unchanged"]) == (4, 0)
    assert [set(left) for left in first["left_out"]] == [{"what", "why"}]
    again = run("import", str(past), "--json").json
    assert (again["stored"], again["unchanged"]) == (0, 4)

    known = run("recall", "PoolTimeout in orders, 503 at checkout", "--json").json
    assert set(known) == {"query", "tier", "matches"}
    assert known["tier"] != "none" and known["matches"][0]["id"].startswith("PAST-")
    assert known["matches"][0]["cause"] == CAUSE


def test_what_recurs_is_reported_with_its_evidence(run: Run, past: Path) -> None:
    run("import", str(past))
    told = run("report", "--json").json
    assert set(told) == {"made_at", "incidents", "insights", "routing"}
    recurring = [each for each in told["insights"] if each["kind"] == "recurring"]
    assert recurring and recurring[0]["count"] == 4 and len(recurring[0]["evidence"]) == 4
    assert "happened 4 times on orders" in run("report").out.replace("\n", " ")


def test_little_is_not_reported_as_much(run: Run) -> None:
    told = run("report")
    assert told.code == 0 and "nothing recurs" in told.out


@pytest.mark.parametrize("content", [None, b"", b"\x00\xff\x00"])
def test_what_cannot_be_imported_is_said(run: Run, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "past.jsonl"
    if content is not None:
        file.write_bytes(content)
    told = run("import", str(file))
    assert told.code == 1 or "left out" in told.out
    assert "Traceback" not in told.err


def test_an_incident_is_corrected_and_deleted(run: Run, past: Path, tmp_path: Path) -> None:
    run("import", str(past))
    assert run("correct", "PAST-1", "--cause", "a lock was never let go", "--json").json["changed"]
    assert not run("correct", "PAST-1", "--cause", "a lock was never let go", "--json").json["changed"]
    known = run("recall", "PoolTimeout in orders, a lock was never let go", "--json").json
    assert known["matches"][0]["cause"] == "a lock was never let go"
    assert run("forget", "PAST-1", "--json").json == {"forgotten": 1, "retired": 0}
    assert run("forget", "PAST-1", "--json").json["forgotten"] == 0
    held = [file for file in (tmp_path / "data").rglob("*") if file.is_file()]
    assert not [file for file in held if b"a lock was never let go" in file.read_bytes()]
    assert run("forget", "--service", "orders", "--json").json["retired"] == 3
    assert "Name incidents" in run("forget").line
    assert "has no incident PAST-1" in run("correct", "PAST-1", "--fix", "x").line
