"""Whatever a person can get wrong ends in one line that says what to do, and not with exit code 0."""

import socket
from pathlib import Path

import pytest

from tests.bot.cli.terminal import Run

EVERY = [
    ("investigate", "checkout answers 502"),
    ("recall", "pool exhausted"),
    ("cost",),
    ("audit",),
    ("replay",),
    ("reindex",),
    ("forget-examples",),
    ("sandbox", "--list"),
    ("serve",),
    ("doctor",),
]
BOOKS = [words for words in EVERY if words[0] not in {"sandbox", "serve", "doctor"}]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_a_malformed_env_file_is_told_with_its_line(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / ".env").write_text("INCIDENTOS_AT_ONCE=2\nthis is no setting = \n= nothing\n")
    told = run(*words)
    assert told.code == 1
    assert "line 2" in told.line and ".env.example" in told.line
    assert "Traceback" not in told.err


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_a_setting_that_cannot_be_meant_is_named(run: Run, words: tuple[str, ...]) -> None:
    told = run(*words, INCIDENTOS_AT_ONCE="many")
    assert told.code == 1
    assert told.line.startswith("INCIDENTOS_AT_ONCE:")


@pytest.mark.parametrize("words", [("cost",), ("doctor",)], ids=" ".join)
@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/n", "hunter2", "postgresql://u:hunter2@h:port/n"])
def test_an_address_that_is_no_postgresql_is_told_without_its_password(
    run: Run, words: tuple[str, ...], url: str
) -> None:
    told = run(*words, DATABASE_URL=url)
    assert told.code == 1
    assert told.line.startswith("DATABASE_URL") and "postgresql://" in told.line
    assert "hunter2" not in told.out + told.err and "Traceback" not in told.err


@pytest.mark.parametrize("words", BOOKS, ids=" ".join)
def test_malformed_routes_are_refused_with_file_and_line(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text("version = 1\n[tiers.t0\n")
    told = run(*words, INCIDENTOS_ROUTES=str(routes))
    assert told.code == 1
    assert told.line.startswith(f"{routes}:2:")


@pytest.mark.parametrize("words", BOOKS, ids=" ".join)
def test_a_corrupt_database_is_left_as_it_is(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    data = tmp_path / "data"
    data.mkdir()
    file = data / "incidentos.db"
    file.write_bytes(b"this is no database at all" * 400)
    told = run(*words)
    assert told.code == 1
    assert "cannot be used" in told.line and "Restore a backup" in told.line
    assert file.read_bytes() == b"this is no database at all" * 400
    assert "Traceback" not in told.err


@pytest.mark.parametrize("words", BOOKS, ids=" ".join)
def test_a_data_folder_that_cannot_be_written_is_named(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    told = run(*words, INCIDENTOS_DATA=str(tmp_path / "taken"))
    assert told.code == 1
    assert "Set INCIDENTOS_DATA" in told.line


def test_serving_without_tokens_says_where_they_come_from(run: Run) -> None:
    told = run("serve")
    assert told.code == 1
    assert "SLACK_BOT_TOKEN" in told.line and "make run" in told.line


def test_serving_is_what_happens_without_a_command(run: Run) -> None:
    assert run().line == run("serve").line


def test_a_token_of_the_wrong_kind_is_refused_without_being_shown(run: Run) -> None:
    told = run("serve", SLACK_BOT_TOKEN="xapp-secret-thing", SLACK_APP_TOKEN="xapp-1")
    assert told.code == 1
    assert "must begin with xoxb-" in told.line
    assert "secret-thing" not in told.err + told.out


def test_a_secret_file_that_cannot_be_read_is_named(run: Run, tmp_path: Path) -> None:
    told = run("cost", ANTHROPIC_API_KEY_FILE=str(tmp_path / "none"))
    assert told.code == 1
    assert "ANTHROPIC_API_KEY_FILE" in told.line


def test_an_unknown_scenario_is_told_with_those_there_are(run: Run) -> None:
    told = run("sandbox", "--play", "the-moon-is-gone", "--json")
    assert told.code == 1
    assert "the-moon-is-gone" in told.line and "pool-dry" in told.line
    assert told.out == ""


def test_a_port_in_use_is_told_with_the_way_out(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = run("sandbox", "--port", str(taken.getsockname()[1]))
    assert told.code == 1
    assert "already in use" in told.line and "--port" in told.line


def test_telemetry_that_cannot_be_read_is_named(run: Run, tmp_path: Path) -> None:
    told = run("investigate", "checkout answers 502", "--telemetry", str(tmp_path / "none"))
    assert told.code == 1
    assert str(tmp_path / "none") in told.line


@pytest.mark.parametrize(
    "content", ["", "no json", "[]", '{"starts_at": "2026-01-01"}', '{"title": "a", "starts_at": "soon"}']
)
def test_a_case_without_a_readable_alert_is_refused(run: Run, tmp_path: Path, content: str) -> None:
    case = tmp_path / "case"
    case.mkdir()
    if content:
        (case / "alert.json").write_text(content)
    told = run("investigate", "--case", str(case), "--json")
    assert told.code == 1
    assert "alert.json" in told.line
    assert told.out == ""


@pytest.mark.parametrize(
    "words",
    [
        ("cost", "--days", "0"),
        ("cost", "--days", "a"),
        ("audit", "--limit", "0"),
        ("audit", "--case", "INC-999"),
        ("replay", "--policy", "/no/such/routes.toml"),
        ("recall",),
        ("investigate", "--nonsense"),
        ("completion", "tcsh"),
    ],
    ids=" ".join,
)
def test_bad_arguments_end_in_one_line(run: Run, words: tuple[str, ...]) -> None:
    told = run(*words)
    assert told.code in {1, 2}
    assert told.line and "Traceback" not in told.err
    assert told.out == ""
