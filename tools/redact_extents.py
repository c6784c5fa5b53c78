"""Where a value begins and ends: inside its quotes, however escaped or marked as a literal, else up to a sign.

It does not know whether the value is a secret.
"""

import re

QUOTES = frozenset("\"'`")
LINE = re.compile(r"(?a)\s")
# what stands before the last of the quotes that open a text: b'…', N'…', @"…", <<"…">>, ['…'], """…""", "'…'"
_LITERAL = re.compile(r"(?a)(?:[bBrRuUfNL@$]{1,2}|<<|\[|\"\"|''|\"(?='[^'\"])|'(?=\"[^'\"]))(?=[\"'])")
MOST_NESTED = 16
MOST_VALUE = 4_000  # characters; longer ones are cut, and their rest is found by no name


class Values:
    """Finds where values end; remembers the last end, for hostile text has thousands of names in one value."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ended: dict[re.Pattern[str], tuple[int, int]] = {}
        self._names_within = 0
        self.last_end = -1

    def at(self, start: int, stop: re.Pattern[str]) -> tuple[int, int]:
        """Return where the value stands: inside its quotes, else up to *stop*."""
        text = self._text
        literal = _LITERAL.match(text, start)
        opening = start = literal.end() if literal else start
        while opening < len(text) and text[opening] == "\\" and opening - start < 8:
            opening += 1
        if opening < len(text) and text[opening] in QUOTES:
            closing = _closing(text, opening + 1, text[start : opening + 1])
            if closing > opening:
                return opening + 1, closing
            start = opening + 1  # cut off before its closing quote
        end = self._end(start, stop)
        if stop is LINE:
            while end > start and text[end - 1] in "\"',;":
                end -= 1
        return start, end

    def is_nested(self, start: int) -> bool:
        """Say whether more than `MOST_NESTED` names have been seen within the last value."""
        self._names_within = self._names_within + 1 if start < self.last_end else 0
        return self._names_within > MOST_NESTED

    def _end(self, start: int, stop: re.Pattern[str]) -> int:
        searched, end = self._ended.get(stop, (0, -1))
        if not searched <= start <= end:
            found = stop.search(self._text, start, start + MOST_VALUE)
            end = found.start() if found else min(len(self._text), start + MOST_VALUE)
            self._ended[stop] = (start, end)
        self.last_end = max(self.last_end, end)
        return end


def _closing(text: str, at: int, quote: str) -> int:
    """Return where *quote* closes on the same line, at most 4,000 characters on; -1 when it does not."""
    limit, place = min(len(text), at + MOST_VALUE), at
    while True:
        place = text.find(quote, place, limit)
        if place < 0 or "\n" in text[at:place]:
            return -1
        if len(quote) > 1 or text[place - 1] != "\\":
            return place
        place += 1
