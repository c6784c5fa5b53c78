"""How things are said in a thread: escaped, short, with units.

Everything that came from outside passes `said` before it stands in mrkdwn.
"""

import re
from datetime import datetime, timedelta
from typing import Any

Block = dict[str, Any]
USER_ID = re.compile(r"[UW][A-Z0-9]{4,20}")

QUOTED = re.compile(r"“[^”]*(?:”|$)")
SECTION_LIMIT = 2900
MINUTE = 60.0  # seconds
MARKS = str.maketrans({"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"})


def said(text: str, limit: int = 300) -> str:
    """Return foreign *text* as one harmless line of mrkdwn, cut at *limit* characters."""
    line = " ".join(text.split())
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return escaped(line).replace("`", "ˋ")  # foreign words are never set as code


def escaped(text: str) -> str:
    """Return *text* with Slack's three control characters escaped: no mention, channel or link can be made."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unquoted(text: str) -> str:
    """Return *text* without what stands in “…”: a check quotes a model's words, which may be an attacker's."""
    return QUOTED.sub("“…”", text)


def code(text: str, limit: int = 80) -> str:
    """Return foreign *text* as inline code."""
    return f"`{said(text, limit).replace('`', 'ˋ')}`" if text.strip() else "`–`"


def person(who: str) -> str:
    """Name someone: a Slack user by their id, anyone else by their name."""
    return f"<@{who}>" if USER_ID.fullmatch(who) else said(who)


def link(url: str | None, label: str) -> str:
    """Return *label* linked to *url*, or the bare label when there is nothing to link to."""
    if not url or not url.startswith(("https://", "http://")) or any(mark in url for mark in '<>|" '):
        return said(label)
    return f"<{url}|{said(label).replace('|', '¦')}>"


def seconds(value: float) -> str:
    """Say a span as engineers do: 85 ms, 2.1 s, 3 min, 1.5 h."""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 90:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    minutes = value / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def span(value: float) -> str:
    """Say a span between people: like `seconds`, but nothing under a minute is told exactly."""
    return seconds(value) if value >= MINUTE else "less than a minute"


def ended(text: str) -> str:
    """Return *text* with a full stop, unless it ends like a sentence."""
    line = text.rstrip()
    return line if not line or line[-1] in ".!?…" else f"{line}."


def age(then: datetime, now: datetime) -> str:
    """Say how long ago *then* was: today, 3 days ago, 8 months ago."""
    days = (now - then) / timedelta(days=1)
    if days < 1:
        return "today"
    for size, name in ((365.25, "year"), (30.44, "month"), (1, "day")):
        count = int(days / size)
        if count >= 1:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "today"


def percent(share: float | None) -> str:
    """Say a confidence; one that is missing is said to be missing."""
    return "confidence unknown" if share is None else f"confidence {share * 100:.0f} %"


def section(text: str) -> Block:
    """Return a section of mrkdwn, cut to what Slack takes."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": fitted(text)}}


def context(*texts: str) -> Block:
    """Return small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": fitted(text)} for text in texts[:10]]}


def fitted(text: str, limit: int = SECTION_LIMIT) -> str:
    """Cut *text* on a line border and say how much is missing."""
    if len(text) <= limit:
        return text
    lines = text.split("\n")
    kept: list[str] = []
    size = 0
    for line in lines:
        if size + len(line) > limit - 40:
            break
        kept.append(line)
        size += len(line) + 1
    if not kept:
        return text[: limit - 1] + "…"
    return "\n".join([*kept, f"… {len(lines) - len(kept)} more lines"])
