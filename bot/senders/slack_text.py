"""Slack's mrkdwn as plain words: links, mentions, dates, escapes and emphasis taken off.

Pure and linear in the text. It does not know which post the text came from, and it resolves no user or
channel id: those are dropped, because nobody is called by an alert's text.
"""

import html
import re
from dataclasses import dataclass

_ANGLED = re.compile(r"<([^<>\n]{1,3000})>")
_FENCE = re.compile(r"```|`([^`\n]+)`")  # a lone one is a quotation mark of the text
_BOLD = re.compile(r"(?<![\w*])\*{1,2}(?=\S)([^*\n]{1,1000}?)(?<=\S)\*{1,2}(?![\w*])")
_ITALIC = re.compile(r"(?<![\w_])_(?=\S)([^_\n]{1,1000}?)(?<=\S)_(?![\w_])")
_STRIKE = re.compile(r"(?<![\w~])~(?=\S)([^~\n]{1,1000}?)(?<=\S)~(?![\w~])")
_SPACES = re.compile(r"[ \t\u00a0]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stood in the text; *label* is empty for a bare one."""

    url: str
    label: str


def links_of(mrkdwn: str) -> list[Link]:
    """Return the web links of *mrkdwn* in order, bare or labelled, with escapes undone."""
    found = []
    for match in _ANGLED.finditer(mrkdwn):
        target, _, label = match.group(1).partition("|")
        if target.startswith(("http://", "https://")):
            found.append(Link(html.unescape(target), plain(label)))
    return found


def plain(mrkdwn: str) -> str:
    """Return *mrkdwn* as words: labels instead of links, no emphasis, no mentions, escapes undone."""
    text = _ANGLED.sub(_shown, mrkdwn)
    for emphasis in (_BOLD, _ITALIC, _STRIKE):
        text = emphasis.sub(r"\1", text)
    text = _INVISIBLE.sub("", html.unescape(_FENCE.sub(_inside, text)))
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n")).strip()


def unescaped(text: str) -> str:
    """Return *text* with Slack's three escapes undone and its markup left as it is."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _inside(match: re.Match[str]) -> str:
    return match.group(1) or ""


def _shown(match: re.Match[str]) -> str:
    inside = match.group(1)
    target, bar, label = inside.partition("|")
    if target.startswith("!date^"):
        return label
    if target.startswith(("@", "#", "!")):
        return label if bar and target.startswith("#") else ""
    if target.startswith(("http://", "https://", "mailto:", "tel:")):
        return label if label.strip() else target.removeprefix("mailto:").removeprefix("tel:")
    return match.group(0)
