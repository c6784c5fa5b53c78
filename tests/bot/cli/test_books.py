"""`cost`, `audit`, `replay`, `reindex`, `forget-examples`: shapes that docs/cli.md promises, after a real case."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.bot.cli.terminal import Run
from tests.bot.office import write_case


@pytest.fixture
def investigated(run: Run, tmp_path: Path) -> str:
    """One investigation without a key; the case's id."""
    write_case(tmp_path / "telemetry", datetime.now(UTC))
    told = run("investigate", "gateway answers 503", "--telemetry", str(tmp_path / "telemetry"), "--json")
    assert told.code == 0, told.err
    return str(told.json["case"])


def test_audit_replay_and_cost_tell_the_same_case(run: Run, investigated: str) -> None:
    audit = run("audit", "--json").json
    assert set(audit) == {"case", "chain", "missing", "steps", "recorded"}
    assert audit["chain"] is None
    assert {step["case"] for step in audit["steps"]} == {investigated}
    assert [step["at"] for step in audit["steps"]] == sorted((s["at"] for s in audit["steps"]), reverse=True)
    assert any("no API key" in step["line"] for step in audit["steps"])
    assert len(run("audit", "--limit", "1", "--json").json["steps"]) == 1
    assert run("audit", "--case", investigated, "--json").json["recorded"] == audit["recorded"]

    replay = run("replay", "--json").json
    assert set(replay) == {"decisions", "identical", "different", "unknown_policy", "chain"}
    assert replay["decisions"] == replay["identical"] == 1

    spent = run("cost", "--json").json
    assert {"usd", "calls", "avoided", "all_strong_usd", "strong_model", "by_task", "by_model"} <= set(spent)
    assert (spent["usd"], spent["calls"], spent["avoided"]) == ("0", 0, 2)


def test_another_policy_is_compared(run: Run, investigated: str, tmp_path: Path) -> None:
    routes = (Path(__file__).resolve().parents[3] / "router" / "routes.toml").read_text(encoding="utf-8")
    dear = tmp_path / "dear.toml"
    dear.write_text(
        routes.replace('start = "t2"', 'start = "t3"')
        .replace('start = "t1"', 'start = "t3"')
        .replace('ceiling = "t2"', 'ceiling = "t3"')
        .replace('ceiling = "t1"', 'ceiling = "t3"')
    )
    told = run("replay", "--policy", str(dear), "--json").json
    assert (told["decisions"], told["higher"]) == (1, 1)
    assert float(told["est_usd_now"]) >= float(told["est_usd_was"])
    shown = run("replay", "--policy", str(dear)).out
    assert "1 of 1 decisions change" in shown and "(higher tier)" in shown and investigated in shown


def test_a_case_that_nobody_knows_is_not_replayed(run: Run, investigated: str) -> None:
    told = run("replay", "--case", "INC-404")
    assert told.code == 1 and "No decision is recorded for INC-404" in told.line
    assert run("replay", "--policy", "/nowhere.toml").line.endswith(
        "cannot be read (No such file or directory)."
    )


def done(tmp_path: Path, statement: str, **values: str) -> None:
    """Do to the database what a person with a shell may do."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'data' / 'incidentos.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text(statement), values)
    engine.dispose()


def tampered(tmp_path: Path, was: str, now: str) -> None:
    done(tmp_path, "UPDATE router_audit SET record = replace(record, :was, :now)", was=was, now=now)


@pytest.mark.parametrize("command", ["audit", "replay", "cost"])
def test_a_record_that_was_changed_is_found(
    run: Run, investigated: str, tmp_path: Path, command: str
) -> None:
    tampered(tmp_path, '"tier":"t', '"tier":"tt')
    told = run(command)
    assert told.code == 1
    assert "chain is broken" in told.out


@pytest.mark.parametrize("command", ["audit", "replay", "cost"])
def test_newest_records_that_were_taken_out_are_missed(
    run: Run, investigated: str, tmp_path: Path, command: str
) -> None:
    assert run(command).code == 0
    done(tmp_path, "DELETE FROM router_audit WHERE number = (SELECT MAX(number) FROM router_audit)")
    told = run(command)
    assert told.code == 1
    assert "The chain is broken: 1 record is missing from number 4 of " in told.out
    assert ("figures below tell what is left" in told.out) == (command == "cost")
    again = run(command, "--json")
    assert again.code == 1 and "1 record is missing" in again.json["chain"]


@pytest.mark.parametrize("command", ["audit", "replay", "cost"])
def test_a_record_that_cannot_be_read_is_one_line(
    run: Run, investigated: str, tmp_path: Path, command: str
) -> None:
    tampered(tmp_path, '"failure":"no_key"', '"failure":"no_kex"')
    tampered(tmp_path, '"tier":', '"tear":')
    told = run(command)
    assert told.code == 1
    assert "cannot be read" in told.line and "Traceback" not in told.err


def test_reindex_and_forgetting_count_what_they_did(run: Run) -> None:
    assert run("forget-examples", "--json").json["forgotten"] >= 0
    assert run("forget-examples", "--json").json == {"forgotten": 0}
    told = run("reindex", "--json").json
    assert told["waiting"] == 0 and told["indexed"] == 0


@pytest.mark.parametrize("words", [("cost",), ("audit",), ("replay",)], ids=" ".join)
def test_people_get_sentences(run: Run, investigated: str, words: tuple[str, ...]) -> None:
    told = run(*words)
    assert told.code == 0
    assert "{" not in told.out and told.out.strip()
