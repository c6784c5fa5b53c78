"""Uptime Kuma: `[monitor] [🔴 Down] message`, as text or as blocks with a button to the monitor.

Form: louislam/uptime-kuma server/notification-providers/slack.js and server/model/monitor.js. It has no
severities; something that is down is taken as critical. Certificate warnings come from it too.
"""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from bot.investigation.alert import Severity
from bot.senders.post import Post
from bot.senders.reading import Kind, Reading, Sender
from bot.senders.words import Status

_BEAT = re.compile(
    r"\[([^\]\n]{1,200})\]\s*\[\s*\W{0,6}(Down|Up|Pending|Maintenance)\s*\]\s*([^\n]*)", re.IGNORECASE
)
_CERTIFICATE = re.compile(
    r"\[([^\]\n]{1,200})\]\[[^\]\n]{1,400}\]\s+(\S.*certificate.*expire.*)", re.IGNORECASE
)
_MONITOR = re.compile(r"/dashboard/(\d+)")


def sent(post: Post) -> bool:
    """Say whether *post* has Kuma's name, its button or its form of line."""
    return (
        "kuma" in post.sender
        or any("kuma" in button.label.lower() for button in post.buttons)
        or _beat(post) is not None
    )


def read(post: Post, shape: Reading) -> Reading | None:
    """Return the monitor's state; a planned maintenance is no alert."""
    beat, certificate = _beat(post), _CERTIFICATE.search(f"{post.text}\n{post.body[:2_000]}")
    if beat is None and certificate is None:
        return shape
    name = beat.group(1).strip() if beat else certificate.group(1).strip() if certificate else ""
    word = beat.group(2).lower() if beat else "certificate"
    link = next((url for url in post.urls if _MONITOR.search(url)), None)
    monitor = _MONITOR.search(link or "")
    where = f"{urlsplit(link).hostname}:{monitor.group(1)}" if link and monitor else f":{name.lower()}"
    return replace(
        shape,
        kind=Kind.TALK if word == "maintenance" else shape.kind if shape.kind is Kind.TEST else Kind.ALERT,
        title=name,
        status=Status.RESOLVED if word == "up" else Status.FIRING,
        state=word,
        severity=Severity.CRITICAL if word in {"down", "up"} else Severity.WARNING,
        service=name,
        labels={},
        link=link,
        key=f"uptime-kuma:{where}" + ("" if beat else ":certificate"),
        description=beat.group(3).strip() if beat else certificate.group(2).strip() if certificate else "",
        count=None,
    )


def _beat(post: Post) -> re.Match[str] | None:
    return _BEAT.search(post.text[:4_000]) or _BEAT.search(post.body[:4_000])


UPTIME_KUMA = Sender("uptime-kuma", sent, read)
