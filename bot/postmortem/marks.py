"""How a post-mortem marks its words: foreign text made harmless, and what a statement rests on. Pure."""

import re

from bot.postmortem.timeline import JOURNAL

MARKS = re.compile(r"([\\`*_\[\]<>|#~])")
OPEN = "_Open: nobody has said so yet._"


def plain(text: str, limit: int = 300) -> str:
    """Return foreign *text* as one line that makes no Markdown of its own."""
    line = " ".join(text.split())
    return MARKS.sub(r"\\\1", line if len(line) <= limit else line[: limit - 1].rstrip() + "…")


def rest(what: str) -> str:
    """Return *what* a statement rests on: a link to the evidence of that id, or the journal's name."""
    return what if what == JOURNAL else f"[{what}](#{anchor(what)})"


def anchor(what: str) -> str:
    """Return the anchor of an evidence id."""
    return what.replace(":", "-")


def safe(url: str | None) -> bool:
    """Say whether *url* may stand as a link."""
    return bool(url and url.startswith(("https://", "http://")) and not any(mark in url for mark in "<>()| "))
