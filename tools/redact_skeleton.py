"""A text without what hides a secret in it: colour codes, invisible characters, percent and JSON escapes.

The skeleton is what the rules read a second time; every place in it is mapped back to the original, so that
the hidden parts are taken out with the secret. Lines that a shell wraps with a backslash are joined too.
"""

from bisect import bisect_right

from tools.redact_lines import compiled

HIDING = compiled(
    r"((?:\x1b\[[0-9;?]*[A-Za-z]"  # colours and cursor moves
    r"|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xc2\xad|\xcd\x8f|\xe1\xa0\x8e"  # zero width, bidi
    r"|\xf3\xa0[\x80-\x81][\x80-\xbf]|\\\r?\n[ \t]*"  # tag characters; a wrapped line
    r"|[\"'][ \t]*\+[ \t]*(?:\r?\n[ \t]*)?[\"'])+)"  # a text that a program joins
    r"|((?:%[2-6][0-9A-Fa-f]|%7[0-9A-Ea-e])+)"
    r"|((?:\\u00[2-6][0-9A-Fa-f]|\\u007[0-9A-Ea-e])+)"
    r"|(&(?:amp|quot|apos|lt|gt|#\d{2,3}|#x[2-7][0-9A-Fa-f]);)",
    groups=False,
)
_ENTITIES = {b"&amp;": b"&", b"&quot;": b'"', b"&apos;": b"'", b"&lt;": b"<", b"&gt;": b">"}


class Skeleton:
    """The bytes of a text with its hiding places undone; `original` maps its spans back."""

    def __init__(self, data: bytes) -> None:
        pieces: list[bytes] = []
        self._runs: list[tuple[int, int, int]] = [(0, 0, 1)]  # here, there, bytes there for one byte here
        last = length = 0
        for match in HIDING.finditer(data):
            start, end = match.span()
            shown, width = _shown(data[start:end])
            pieces += [data[last:start], shown]
            length += start - last
            self._runs.append((length, start, width))
            length += len(shown)
            self._runs.append((length, end, 1))
            last = end
        pieces.append(data[last:])
        self.data = b"".join(pieces)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where the skeleton's *start* and *end* (after it) stand in the original text."""
        first, _ = self._back(start)
        last, width = self._back(end - 1)
        return first, last + width

    def _back(self, place: int) -> tuple[int, int]:
        here, there, width = self._runs[bisect_right(self._runs, place, key=lambda run: run[0]) - 1]
        return there + (place - here) * width, width


def _shown(hidden: bytes) -> tuple[bytes, int]:
    """Return what *hidden* stands for, and how many of its bytes make one."""
    if hidden[:1] == b"%":
        return bytes.fromhex(hidden.replace(b"%", b"").decode()), 3
    if hidden[:2] == b"\\u":
        return bytes.fromhex(hidden.replace(b"\\u00", b"").decode()), 6
    if hidden[:1] == b"&":
        number = hidden[2:-1]
        value = int(number[1:], 16) if number[:1] == b"x" else int(number) if number.isdigit() else 0
        return _ENTITIES.get(hidden) or (bytes([value]) if 32 <= value < 127 else b"?"), len(hidden)
    return b"", 1
