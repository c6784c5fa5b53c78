"""What joins a post with its repeats, its acknowledgement and its resolution: the sender's id, else host and check.

Where neither is told, the title without state words and measured values. It does not remember posts; the inbox does.
"""

import re
from urllib.parse import parse_qsl, urlsplit

from bot.senders.post import Post
from bot.senders.record import is_record
from bot.senders.titles import same_trouble

_ID_IN_PATH = re.compile(
    r"/(incidents?|alerts?|issues?|problems?|events?|cases?)/(?:[a-z]+/){0,2}#?([A-Za-z0-9][\w.-]{2,80})(?:[/?#]|$)",
    re.IGNORECASE,
)
_ASKED_IDS = (
    "incident_id", "alert_id", "incidentid", "alertid", "issue_id", "issueid", "problem_id", "pid", "incident", "alert",
    "problem",
)  # fmt: skip
_STATED_IDS = (
    "incident id", "alert id", "issue id", "problem id", "original problem id", "event id", "id",
    "incident number", "dedup key", "fingerprint",
)  # fmt: skip
_FEW = 3
_OBJECTS = (
    "pod",
    "pod name",
    "name",
    "object",
    "nodes",
)  # what one of many has, where the title is of them all
_NUMBERED = re.compile(
    r"(?:^|\s)#(\d{2,12})\b"
    r"|\b(?:incident|problem|alert|issue|ticket)\s+(?:id:?\s*)?#?([A-Z]{1,5}-?\d{2,12}|\d{2,12})\b",
    re.IGNORECASE,
)


def key_of(post: Post, source: str, title: str) -> str:
    """Return what joins a post with its repeats and its resolution: the sender's id, else title and sender."""
    who = source if source != "generic" else f"generic:{(post.bot_id or post.sender).lower()}"
    for url in post.urls:
        found = _id_in(url)
        if found:
            return f"{who}:{found}"
    host = next((post.fields[name] for name in ("host", "entity") if post.fields.get(name)), "")
    checked = post.fields.get("service") or post.fields.get("check")
    if host and checked and not is_record(post):
        return f"{who}:{host}:{checked}".lower()
    stated = next((post.fields[name] for name in _STATED_IDS if post.fields.get(name)), "")
    number = _NUMBERED.search("\n".join((post.title, *post.headers, post.text[:300])))
    if stated or number:
        return f"{who}:{stated or next(filter(None, number.groups() if number else ()))}"
    parts = (same_trouble(title) or title.lower(), *_named_by(post, title))
    return ":".join((who, *parts))


def _named_by(post: Post, title: str) -> list[str]:
    """Return which one it is, when a title only says what sort of thing ("Task failed", *Task*: load; a pod's name)."""
    words = re.findall(r"\w+", title.lower())
    kinds = [word for word in words if word in post.fields] if len(words) <= _FEW else []
    kinds += [name for name in _OBJECTS if post.fields.get(name, "").lower() not in title.lower()]
    return [post.fields[kind].lower() for kind in kinds]


def _id_in(url: str) -> str:
    """Return host and id of a link to one incident, alert or issue; nothing for dashboards and monitors."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:  # e.g. a broken IPv6 address: no id to be had
        return ""
    match = _ID_IN_PATH.search(parts.path) or _ID_IN_PATH.search("/" + parts.fragment.lstrip("/"))
    if match and re.search(r"\d", match.group(2)):
        return f"{host}:{match.group(2)}"
    asked = {name.lower(): value for name, value in parse_qsl(parts.query)}
    named = next((asked[name] for name in _ASKED_IDS if re.search(r"\d", asked.get(name, ""))), "")
    return f"{host}:{named}" if named else ""
