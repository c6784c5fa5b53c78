"""A message as plain words: what is shown when Slack refuses its blocks, and what is attached when even that is cut.

Pure; it reads what the gate has judged and adds nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.gate import MOST_TEXT
from bot.gate_text import cut

ATTACHED = "\n(the whole is attached)"
NO_WORDS = frozenset(
    {"type", "action_id", "block_id", "value", "url", "style", "alt_text", "image_url", "name"}
)


def words_of(blocks: Iterable[Mapping[str, Any]]) -> str:
    """Return every word that *blocks* show, a line for each text; buttons are left out, they cannot be pressed here."""
    return "\n".join(line for block in blocks for line in _texts(block) if line.strip())


def shortened(text: str) -> str:
    """Return *text* within what a message without blocks may hold, with room to say where the rest is."""
    return cut(text, MOST_TEXT - len(ATTACHED) - 1)


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        if part.get("type") == "button":
            return
        for key, inner in part.items():
            if key not in NO_WORDS:
                yield from _texts(inner)
    elif isinstance(part, list):
        for each in part:
            yield from _texts(each)
