"""Many texts redacted at one look: what holds no secret together holds none apart.

A look costs the same for a word as for a page, and each of its hundred patterns gives the interpreter away once: text
by text, an event loop beside threads that compute waits for it a thousand times. It knows no rule.
"""

from collections.abc import Callable, Sequence
from typing import Final

APART: Final = "\n\x00\n"  # a place where a text may as well begin or end, and that nobody writes
MOST: Final = 100_000  # characters at one look


def redacted_together(texts: Sequence[str], redact: Callable[[str], str]) -> list[str]:
    """Return each of *texts* as *redact* would; only where a look finds something is every text looked at alone."""
    different = list(dict.fromkeys(texts))
    safe = dict(zip(different, _looked_at(different, redact), strict=True))
    return [safe[text] for text in texts]


def _looked_at(texts: Sequence[str], redact: Callable[[str], str]) -> list[str]:
    if len(texts) <= 1:
        return [redact(text) for text in texts]
    if sum(map(len, texts)) <= MOST and redact(whole := APART.join(texts)) == whole:
        return list(texts)
    half = len(texts) // 2
    return [*_looked_at(texts[:half], redact), *_looked_at(texts[half:], redact)]
