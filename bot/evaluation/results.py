"""What an evaluation has so far, one JSON object a line, so that it goes on where it stopped.

A line cut by a kill is left out and its case run again. It scores nothing.
"""

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.evaluation.score import Result, Truth

NAME = "results.jsonl"
_RESULT = TypeAdapter(Result)


class NoCases(Exception):
    """A folder of cases cannot be read; the message says what was expected."""


def read_results(folder: Path) -> list[Result]:
    """Return the results kept in *folder*, in the order in which they were had."""
    path = folder / NAME
    if not path.is_file():
        return []
    found = []
    for line in path.read_bytes().split(b"\n"):  # a kill may cut within a letter, so as bytes
        try:
            found.append(_RESULT.validate_json(line))
        except ValidationError:
            continue
    return found


def keep(folder: Path, result: Result) -> None:
    """Append *result*, on a line of its own even when the line before was cut."""
    path = folder / NAME
    whole = not path.is_file() or path.stat().st_size == 0 or path.read_bytes()[-1:] == b"\n"
    with path.open("ab") as file:
        file.write((b"" if whole else b"\n") + _RESULT.dump_json(result) + b"\n")


def truths_in(folder: Path) -> tuple[list[Truth], list[str]]:
    """Return what is known of each case folder in *folder*, by name, and the named cases that are not there.

    Raises:
        NoCases: there is no readable answers.jsonl, or none of its cases is there.
    """
    path = folder / "answers.jsonl"
    try:
        told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        names = {str(one["id"]): (folder / str(one["id"]) / "alert.json").is_file() for one in told}
        found = [_truth(folder, one) for one in told if names[str(one["id"])]]
    except OSError as failed:
        raise NoCases(
            f"{path} cannot be read ({failed.strerror}). Beside its case folders a folder of cases holds answers.jsonl."
        ) from failed
    except (ValueError, KeyError, TypeError) as odd:
        raise NoCases(f'{path} holds a line that is no {{"id", "services", "deploys"}} ({odd}).') from odd
    if not found:
        raise NoCases(f"{folder} holds none of the cases that its answers.jsonl names.")
    return sorted(found, key=lambda truth: truth.case), sorted(name for name in names if not names[name])


def _truth(folder: Path, told: dict[str, object]) -> Truth:
    name = str(told["id"])
    services, deploys = told.get("services") or (), told.get("deploys") or ()
    if not isinstance(services, list | tuple) or not isinstance(deploys, list | tuple):
        msg = f"{name}: services and deploys are lists"
        raise TypeError(msg)
    has_deploys = any((folder / name).glob("deploys.jsonl*"))
    return Truth(name, str(told.get("set", "")), tuple(services), tuple(deploys), has_deploys)
