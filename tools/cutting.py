"""Cut what was seen to a size in bytes, at ends of lines, so that a little of everything survives.

It knows nothing of what the text means; tools put what matters first.
"""

from collections.abc import Sequence
from dataclasses import replace

from tools.tool import Observation

LEAST = 160  # bytes below which a cut text says nothing any more
_MARK = "\n[… cut]"


def fitted(observations: Sequence[Observation], max_bytes: int) -> tuple[tuple[Observation, ...], int]:
    """Return observations whose texts together fit *max_bytes*, and how many were left out for it.

    Short ones stay whole; long ones share what is left; the last ones go when a share would be too small.
    """
    kept = list(observations)
    while len(kept) > 1 and _level([size(each.text) for each in kept], max_bytes) < LEAST:
        if sum(size(each.text) for each in kept) <= max_bytes:
            break
        kept.pop()
    level = _level([size(each.text) for each in kept], max_bytes)
    whole = tuple(replace(each, text=cut(each.text, level)) for each in kept)
    return whole, len(observations) - len(kept)


def cut(text: str, max_bytes: int) -> str:
    """Return *text* within *max_bytes* of UTF-8, cut at the end of a line where there is one, and marked."""
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= max_bytes:
        return text
    room = max(0, max_bytes - len(_MARK.encode()))
    head = encoded[:room].decode("utf-8", "ignore")
    line_end = head.rfind("\n")
    if line_end >= len(head) // 2:
        head = head[:line_end]
    return head + _MARK if room else ""


def size(text: str) -> int:
    """Return the bytes of *text* in UTF-8."""
    return len(text.encode("utf-8", "replace"))


def _level(sizes: Sequence[int], total: int) -> int:
    """Return the size to which the long ones must be cut so that all fit *total*."""
    left = total
    for position, each in enumerate(sorted(sizes)):
        share = left // (len(sizes) - position)
        if each > share:
            return share
        left -= each
    return max(sizes, default=0)
