"""Secrets in tables: what stands below the heading `password`, in any row and between any signs.

It does not judge names itself: `redact_worth` does.
"""

import re
from collections.abc import Generator, Iterator
from typing import Final

from tools.redact_lines import compiled
from tools.redact_values import is_placeholder
from tools.redact_worth import Worth, kind_of, worth_of

Span = tuple[int, int, str]
MOST_ROWS: Final = 200  # rows below a heading
LEAST: Final = 4  # characters of a value in a column that is headed so

_HEADING = compiled(
    r"(?im)^[ \t|\"']*(?:[\w .-]{1,30}[\"']?[ ]*[,;\t|][ \t\"']*){0,24}"
    r"(?:\w{0,12}(?:password|passwd|pwd|secret|api_?key|token)|pass)"
    r"[\"']?(?:[ ]*[,;\t|][ \t\"']*[\w .-]{1,30}[\"']?){0,24}[ \t|\r]*$"
)
_SEPARATOR = re.compile(r"[,;\t|]")


def tabled_spans(data: bytes, text: str) -> Iterator[Span]:
    """Yield the values whose names stand over them; *text* is *data* read as Latin-1."""
    done = -1
    for match in _HEADING.finditer(data) if b"\n" in data else ():
        if match.start() >= done and _SEPARATOR.search(match.group(0).decode("latin-1").strip(" |\r\t")):
            done = yield from _column(text, match.start(), match.end())


def _column(text: str, start: int, end: int) -> Generator[Span, None, int]:
    """Yield the secrets below a heading, and return where its table ends."""
    heading = text[start:end]
    separator = max(",;\t|", key=heading.count)
    names = [name.strip(" \t\r\"'").lower() for name in heading.split(separator)]
    columns = [
        at for at, name in enumerate(names) if worth_of(name) is Worth.SURELY or name in {"secret", "token"}
    ]
    at = end + 1
    for _ in range(MOST_ROWS):
        stop = text.find("\n", at, at + 4_000)
        row = text[at : stop if stop >= 0 else at + 4_000]
        cells = row.split(separator)
        if len(cells) != len(names):
            break
        for column in columns:
            value = cells[column].strip(" \t\r\"'")
            if len(value) >= LEAST and not is_placeholder(value) and not value.isalpha():
                place = at + sum(len(cell) + 1 for cell in cells[:column]) + cells[column].index(value)
                yield place, place + len(value), kind_of(names[column])
        at += len(row) + 1
    return at
