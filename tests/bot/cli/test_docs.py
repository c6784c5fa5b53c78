"""Every command in every document is one that runs, and docs/cli.md tells the shapes that are printed."""

import re
import shlex
import subprocess
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.completion import words_of
from bot.cli.main import COMMANDS, parser_of_all
from tests.bot.cli.slack_thread import sandbox_aside
from tests.bot.cli.terminal import Run
from tests.bot.office import ALERTS, write_case

HOME = Path(__file__).resolve().parents[3]
DOCS = [
    HOME / "README.md",
    HOME / "CONTRIBUTING.md",
    HOME / "SECURITY.md",
    *sorted((HOME / "docs").glob("*.md")),
]
BLOCK = re.compile(r"```(?:sh|bash|console)\n(.*?)```", re.DOTALL)
APP = ".venv/bin/python app.py "
CLI = (HOME / "docs" / "cli.md").read_text(encoding="utf-8")
STAY = {"serve"}  # runs until told to stop; so does `sandbox` without --list or --play
PAST = (
    '{"id": "P-1", "title": "pool exhausted", "symptoms": "no connection is free in orders, 503 at checkout"}'
)


def told() -> list[tuple[str, str]]:
    """Every line of every shell block, with the document it stands in."""
    found = []
    for doc in DOCS:
        if doc.exists():
            for block in BLOCK.findall(doc.read_text(encoding="utf-8")):
                joined = block.replace("\\\n", " ")
                found += [(doc.name, line.strip()) for line in joined.splitlines() if line.strip()]
    return found


COMMAND_LINES = sorted({line.removeprefix(APP) for _, line in told() if line.startswith(APP)})


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_a_command_in_a_document_runs(run: Run, tmp_path: Path, line: str) -> None:
    write_case(tmp_path / "case", datetime.now(UTC))
    (tmp_path / "case" / "alert.json").write_text('{"title": "gateway answers 503"}')
    (tmp_path / "past.jsonl").write_text(PAST)
    write_case(tmp_path / "cases" / "pool", datetime.now(UTC))
    (tmp_path / "cases" / "pool" / "alert.json").write_text('{"title": "gateway answers 503"}')
    (tmp_path / "cases" / "answers.jsonl").write_text('{"id": "pool", "services": ["store"], "deploys": []}')
    places = {
        "CASES": str(tmp_path / "cases"),
        "DIR": str(tmp_path / "case"),
        "FILE": str(tmp_path / "past.jsonl"),
        "NAME": "pool-dry",
        "ID": "P-1",
        "slack:CHANNEL": f"slack:{ALERTS}",
    }
    words = [places.get(word, word) for word in shlex.split(line, comments=True)]
    parser_of_all().parse_args(words)
    stays = words[0] in STAY or (words[0] == "sandbox" and not {"--list", "--play"} & set(words))
    if not stays and "--play" not in words:  # playing is tried in tests/sandbox and tests/bot
        if "ID" in line:
            run("import", str(tmp_path / "past.jsonl"))
        with ExitStack() as stack:
            aside = "slack:CHANNEL" in line
            slack = stack.enter_context(sandbox_aside(lambda _sandbox: None)) if aside else {}
            done = run(*words, **slack)
        assert done.code == 0, done.err


def test_every_make_target_in_a_document_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (HOME / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {line.split()[1] for _, line in told() if line.startswith("make ")}
    assert named and named <= targets


def test_every_command_has_its_section() -> None:
    assert {f"## {name}" for name in COMMANDS} == set(re.findall(r"^## .*$", CLI, re.MULTILINE))


def test_every_option_that_is_told_exists() -> None:
    known = words_of(parser_of_all())
    for name in COMMANDS:
        said = set(re.findall(r"(?<![\w-])--[a-z-]+", section(name)))
        assert said <= {*known[name], "--json", "--help"}, name


def section(name: str) -> str:
    return CLI.split(f"\n## {name}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    "words",
    [("sandbox", "--list"), ("recall", "x"), ("cost",), ("audit",), ("replay",), ("report",), ("reindex",),
     ("forget-examples",), ("completion", "zsh"), ("replay", "--policy", str(HOME / "router" / "routes.toml")),
     ("investigate", "gateway answers 503"),
     ("eval", "--cases", str(HOME / "sandbox" / "lab" / "recordings"), "--limit", "1")],
    ids=" ".join,
)  # fmt: skip
def test_the_shape_that_is_printed_is_the_shape_that_is_told(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words, "--json")
    assert done.code == 0, done.err
    said = set(re.findall(r'"(\w+)"', section(words[0])))
    assert said >= set(done.json)
    for value in done.json.values():
        rows = value if isinstance(value, list) else [value]
        for row in rows:
            if isinstance(row, dict):
                assert said >= set(row), set(row) - said


def test_completion_knows_every_command() -> None:
    assert set(words_of(parser_of_all())) == set(COMMANDS)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [(".venv/bin/python app.py inv", "investigate"), ("app.py investigate --c", "--case"),
     ("app.py rep", "replay report")],
)  # fmt: skip
def test_bash_completes_what_is_typed(run: Run, typed: str, offered: str) -> None:
    words = typed.split()
    asked = "_incidentos_python" if words[0] != "app.py" else "_incidentos"
    there = f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}"
    script = f'{run("completion", "bash").out}\n{there}; {asked}; echo "${{COMPREPLY[@]}}"'
    told = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == offered and not told.stderr
