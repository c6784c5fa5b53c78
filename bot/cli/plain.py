"""A thread as plain text for the terminal: Slack's marks are turned into what a terminal shows."""

import re
from collections.abc import Iterable

from bot.blocks.thread import Reply

LINK = re.compile(r"<(https?://[^|>]+)\|([^>]+)>")
BOLD = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
ITALIC = re.compile(r"(?<![\w_])_([^_\n]+)_(?![\w_])")


def plain_thread(replies: Iterable[Reply]) -> str:
    """Return the replies as text, one paragraph each."""
    return "\n\n".join(plain_reply(reply) for reply in replies)


def plain_reply(reply: Reply) -> str:
    """Return one reply as text."""
    lines: list[str] = []
    for block in reply.blocks:
        if text := (block.get("text") or {}).get("text"):
            lines.append(plain(text))
        if block.get("type") == "context":
            lines += [plain(part["text"]) for part in block["elements"]]
    return "\n".join(lines)


def plain(text: str) -> str:
    """Return mrkdwn as plain text."""
    text = LINK.sub(r"\2 (\1)", text)
    text = ITALIC.sub(r"\1", BOLD.sub(r"\1", text))
    return text.replace("`", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
