"""Running a command of `app.py` in a test, as a person would: words in, exit code and both streams out."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli.environment import read_environment
from bot.cli.main import main


@dataclass(frozen=True)
class Told:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object that a program reads: the last line on standard output."""
        told: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return told

    @property
    def line(self) -> str:
        """The one line that says what was wrong, behind what progress left on the terminal."""
        return self.err.strip().splitlines()[-1] if self.err.strip() else ""


Run = Callable[..., Told]


def runner(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs one command with its data below *folder*, without the public examples."""

    def run(*words: str, **environment: str) -> Told:
        given = {"INCIDENTOS_DATA": str(folder / "data"), "INCIDENTOS_EXAMPLES": "no", **environment}
        capfd.readouterr()
        try:
            code = main(words, lambda: read_environment(given, folder / ".env"))
        except SystemExit as ended:  # argparse
            code = int(ended.code or 0)
        out, err = capfd.readouterr()
        return Told(code, out, err)

    return run
