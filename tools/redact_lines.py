"""Reading a text by patterns in linear time: all of it, or only the lines that hold a match.

Most lines of a log hold nothing that a rule is about, so a cheap pattern picks the few that the costly ones read. It
does not know what a secret is.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import re2

_T = TypeVar("_T")
_APART = b"\n\x00\n"  # between lines that are no neighbours: nothing reaches over it


class TooMuch(Exception):
    """A text holds more of what is costly to judge than any log would."""


def few(found: Iterable[_T], most: int) -> Iterator[_T]:
    """Yield what was *found*, and raise `TooMuch` when it is more than *most*."""
    for number, each in enumerate(found):
        if number >= most:
            raise TooMuch
        yield each


def compiled(pattern: str, memory: int = 8 << 20, *, groups: bool = True) -> Any:  # noqa: ANN401 - re2 ships no types
    """Return *pattern* compiled by RE2 over single bytes; linear in the text, whatever the text.

    *memory* bounds in bytes what RE2 keeps of its automaton; a large pattern is four times slower with too little.
    """
    options = re2.Options()
    options.max_mem = memory
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.never_capture = not groups
    return re2.compile(pattern.encode("latin-1"), options)


class Extract:
    """The lines of a text that hold a match of a pattern, as one text; `original` maps its spans back.

    Reading them together costs a hundredth of reading each by itself.
    """

    def __init__(self, pattern: Any, data: bytes) -> None:  # noqa: ANN401 - re2 ships no types
        self._here: list[int] = []
        self._there: list[int] = []
        self.matches = 0
        pieces, length = [], 0
        for start, end in self._lines_with(pattern, data):
            self._here.append(length)
            self._there.append(start)
            pieces.append(data[start:end])
            length += end - start + len(_APART)
        self.data = _APART.join(pieces)

    def _lines_with(self, pattern: Any, data: bytes) -> Iterator[tuple[int, int]]:  # noqa: ANN401 - re2 ships no types
        """Yield where the lines of *data* begin and end that hold a match of *pattern*, neighbours joined."""
        begin, end = 0, -1
        for match in pattern.finditer(data):
            self.matches += 1
            start, stop = match.span()
            if end >= 0 and start > end + 1:
                yield begin, end
                end = -1
            if end < 0:
                begin = data.rfind(b"\n", 0, start) + 1
            if stop > end:
                found = data.find(b"\n", stop)
                end = found if found >= 0 else len(data)
        if end >= 0:
            yield begin, end

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where the extract's *start* and *end* (after it) stand in the whole text."""
        at = bisect_right(self._here, start) - 1
        moved = self._there[at] - self._here[at]
        last = bisect_right(self._here, end - 1) - 1
        return start + moved, end + self._there[last] - self._here[last]
