"""Shortening a prompt that is too long: the oldest tool results first, then the longest text. Pure.

What is left out is said in its place, so that no model takes a cut for the whole.
"""

from collections.abc import Sequence
from dataclasses import replace

from router.messages import Message, Part, Text, ToolResult

_LEFT_OUT = "[{:,} characters left out here: the prompt was too long]"
_KEEP = 400


def trimmed(messages: Sequence[Message], share: float = 0.5) -> tuple[Message, ...]:
    """Return *messages* with about *share* of their characters of text and tool results left out."""
    parts = [(m, p, part) for m, message in enumerate(messages) for p, part in enumerate(message.parts)]
    total = sum(len(_text(part)) for _, _, part in parts)
    to_cut = int(total * share)
    # Tool results oldest first, and the last message's only after all else; then texts, the longest first.
    results = [item for item in parts if isinstance(item[2], ToolResult)]
    texts = sorted((i for i in parts if isinstance(i[2], Text)), key=lambda i: len(_text(i[2])), reverse=True)
    made = [list(message.parts) for message in messages]
    for m, p, part in (*results, *texts):
        if to_cut <= 0:
            break
        shorter = _shorter(part, to_cut)
        to_cut -= len(_text(part)) - len(_text(shorter))
        made[m][p] = shorter
    return tuple(replace(message, parts=tuple(parts)) for message, parts in zip(messages, made, strict=True))


def _text(part: Part) -> str:
    return part.text if isinstance(part, Text | ToolResult) else ""


def _shorter(part: Part, to_cut: int) -> Part:
    """Return *part* with its middle left out: up to *to_cut* characters, its ends kept."""
    text = _text(part)
    cut = min(to_cut, len(text) - 2 * _KEEP)
    if cut <= len(_LEFT_OUT) or not isinstance(part, Text | ToolResult):
        return part
    head = (len(text) - cut) // 2
    return replace(part, text=f"{text[:head]}\n{_LEFT_OUT.format(cut)}\n{text[head + cut :]}")
