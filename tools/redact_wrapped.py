"""Secrets inside base64: a decoded text that holds one is taken out whole, as the base64 that it was.

What is no text when decoded (a hash, an id, a picture) stays. It does not know what a secret is: it only unwraps.
"""

import base64
import binascii
from bisect import bisect_right
from typing import Final

from tools.redact_lines import compiled

SHORTEST: Final = 24  # characters of base64 that could hold a name and a secret
LONGEST: Final = 16_000
_HEAD: Final = 16  # characters that are decoded first: most runs are no text
# Three printable characters make four that cannot be any: most hashes and ids end here.
_THREE: Final = "[I-Za-f][C-HS-Xi-nyz0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
_RUN = compiled(rf"(?:^|[^A-Za-z0-9+/_-])((?:{_THREE}){{2}}[A-Za-z0-9+/_-]{{{SHORTEST - 8},}}={{0,2}})")
_APART: Final = b"\n\x00\n"
_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_TEXT: Final = frozenset([9, 10, 13, *range(32, 127)])


class Unwrapped:
    """What stands in the base64 of a text, as one text; `original` maps a place in it back to the whole base64."""

    def __init__(self, data: bytes) -> None:
        self._here: list[int] = []
        self._there: list[tuple[int, int]] = []
        pieces, length = [], 0
        for match in _RUN.finditer(data):
            shown = _decoded(match.group(1))
            if shown:
                self._here.append(length)
                self._there.append(match.span(1))
                pieces.append(shown)
                length += len(shown) + len(_APART)
        self.data = _APART.join(pieces)

    def original(self, start: int) -> tuple[int, int]:
        """Return the span of the base64 that holds the place *start*."""
        return self._there[bisect_right(self._here, start) - 1]


def _decoded(run: bytes) -> bytes:
    """Return the text that *run* stands for, empty when it is none."""
    standard = run[:LONGEST].rstrip(b"=").translate(_TO_STANDARD)
    head = _bytes_of(standard[:_HEAD])
    if not head or not _TEXT.issuperset(head):
        return b""
    whole = _bytes_of(standard)
    return whole if _TEXT.issuperset(whole) else b""


def _bytes_of(standard: bytes) -> bytes:
    try:
        return base64.b64decode(standard + b"=" * (-len(standard) % 4))
    except (binascii.Error, ValueError):
        return b""
