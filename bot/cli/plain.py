"""What commands print results with: Slack's marks turned into plain text, lines wrapped for a terminal alone."""

import re
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console

from bot.blocks.thread import Reply

LINK = re.compile(r"<(https?://[^|>]+)\|([^>]+)>")
BOLD = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
MOST_NAMED = 3
ITALIC = re.compile(r"(?<![\w_])_([^_\n]+)_(?![\w_])")


def paper() -> Console:
    """Return the console that results go to: a terminal gets lines that fit, a pipe or file each line whole."""
    return Console(soft_wrap=not sys.stdout.isatty())


def first_few(names: Sequence[str]) -> str:
    """Return the first of *names* and how many more there are: ``INC-1, INC-2, INC-3 and 4 more``."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


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
