"""Opsgenie: `New alert: #tinyId` with the message beside it, then one post for each thing a person does to it.

Form: an Opsgenie payload as public test suites of receivers hold it, and the wording of Opsgenie's chat
apps ("X acknowledged alert #id"). Follow-ups hold no priority or tags: the inbox remembers the first post's.
"""

import re
from dataclasses import replace

from bot.investigation.alert import Severity
from bot.senders.post import Post
from bot.senders.reading import Kind, Reading, Sender
from bot.senders.slack_text import links_of, plain
from bot.senders.words import Status, severity_of

_TINY_ID = re.compile(r"#(\d+)")
_BEHIND = re.compile(r"#\d+\]?\s*[:)\]-]\s*(\S.*)$")
_DONE = re.compile(r"\b(?:closed|resolved|auto-?closed)\b", re.IGNORECASE)
_TAKEN = re.compile(r"\b(?:acknowledged|acked|snoozed|took ownership|assigned)\b", re.IGNORECASE)
_QUIET = re.compile(
    r"\b(?:added (?:a )?(?:note|tag|responder|details)|un-?acknowledged|removed|executed|updated|on[- ]call)\b",
    re.IGNORECASE,
)


def sent(post: Post) -> bool:
    """Say whether *post* has Opsgenie's name or links to one of its alerts."""
    return "opsgenie" in post.sender or any("opsgenie.com" in url or "opsg.in" in url for url in post.urls)


def read(post: Post, shape: Reading) -> Reading | None:
    """Return the alert that the post is about; None when it names none."""
    wording = f"{post.title}\n" + "\n".join(plain(line) for line in (*post.lines[:2], *post.fallbacks[:1]))
    number = _TINY_ID.search(wording)
    if number is None:
        return shape
    first = plain(post.lines[0] if post.lines else post.text).split('"')[0]
    deed = first if _BEHIND.search(post.title) else post.title or first  # "#9: Disk full" tells no deed
    status = (
        Status.RESOLVED
        if _DONE.search(deed)
        else Status.ACKNOWLEDGED
        if _TAKEN.search(deed)
        else Status.FIRING
    )
    quiet = _QUIET.search(deed) is not None
    priority = post.fields.get("priority", "")
    tags = post.fields.get("tags", "").replace(" ", "")
    labels = {name: value for name, value in (("priority", priority), ("tags", tags)) if value}
    return replace(
        shape,
        kind=Kind.TALK if quiet else shape.kind if shape.kind is Kind.TEST else Kind.ALERT,
        title=_message(post) or shape.title,
        status=status,
        severity=severity_of(priority[:2]) or Severity.UNKNOWN,
        service=post.fields.get("service", ""),
        labels=labels,
        link=post.title_link or next((url for url in post.urls if "opsg" in url), None),
        key=f"opsgenie:{number.group(1)}",
        count=None,
    )


def _message(post: Post) -> str:
    """Return what the alert says: quoted beside the number, or behind it, or the line under the title."""
    titled = _BEHIND.search(post.title)
    if titled:
        return titled.group(1).strip()
    for line in post.lines[:3]:
        words = plain(line)
        quoted = re.search(r'["“](.+)["”]', words)
        if quoted:
            return quoted.group(1).strip()
        behind = re.search(r"#\d+\]?\s*[:)\]-]?\s*(\S.*)$", words)
        if behind:
            return behind.group(1).strip()
    if post.title and _TINY_ID.search(post.title) and post.lines:
        return plain(post.lines[0])
    return next(
        (
            link.label
            for line in post.lines
            for link in links_of(line)
            if link.label and "#" not in link.label
        ),
        "",
    )


OPSGENIE = Sender("opsgenie", sent, read)
