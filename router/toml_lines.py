"""Where in a TOML file a value stands: the line of a path such as ("tasks", "postmortem", "start").

`tomllib` gives values without positions; people need the line. It knows nothing of what the file is about,
and falls back to the nearest line it does know (a table's header) inside multi-line and inline values.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)([^\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"))*)\s*="
)
_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+)")


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the 1-based line where *path* is set in *text*, or that of its nearest known ancestor."""
    lines = dict(_lines(text))
    for length in range(len(path), 0, -1):
        if found := lines.get(tuple(path[:length])):
            return found
    return 1


def syntax_line(error: tomllib.TOMLDecodeError) -> int:
    """Return the line that a syntax error names, 1 when it names none."""
    found = re.search(r"at line (\d+)", str(error))
    return int(found.group(1)) if found else 1


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    counts: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            name = _words(header.group(2))
            if header.group(1) == "[[":
                counts[name] = counts.get(name, -1) + 1
                if not counts[name]:
                    yield name, number  # the list itself begins where its first table does
                name = (*name, counts[name])
            table = name
            yield table, number
        elif key := _KEY.match(line):
            yield (*table, *_words(key.group(1))), number


def _words(dotted: str) -> Path:
    return tuple(next(part for part in found if part) for found in _WORD.findall(dotted))
