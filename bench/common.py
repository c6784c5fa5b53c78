"""What every bench shares: its data folder, a table for people, one JSON object as the last line.

It knows nothing of what is measured.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


def data_folder(root: Path, name: str) -> Path:
    """Return *root*/*name* when it is there, else *root* itself: benches take either.

    Raises:
        SystemExit: *root* is not a readable folder; the message says what was expected.
    """
    if not root.is_dir():
        sys.exit(f"No data folder at {root}. Give --data a folder that holds {name}/ or is one.")
    inner = root / name
    return inner if inner.is_dir() else root


def arguments(description: str, *, data: bool = True) -> argparse.ArgumentParser:
    """Return a parser with the options that every bench has."""
    parser = argparse.ArgumentParser(description=description)
    if data:
        parser.add_argument("--data", type=Path, required=True, help="folder with the data to measure on")
    return parser


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON-lines file, in order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print one table to standard error, so that standard output ends with the JSON line."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    Console(stderr=True).print(table)


def print_result(result: Mapping[str, object]) -> None:
    """Print the one JSON object that programs read, as the last line of standard output."""
    print(json.dumps(result, default=str), flush=True)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
