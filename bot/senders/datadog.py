"""Datadog monitors: `Triggered: [P2] name`, also Re-Triggered, Renotify, Warn, No Data, Recovered.

Form: docs.datadoghq.com, "Notifications" ($ALERT_TRANSITION, priorities P1 to P5) and the Slack integration's
display options (message, tags, mute). The key is monitor and group, so two groups are two troubles.
"""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from bot.investigation.alert import Severity
from bot.senders.post import Post
from bot.senders.reading import Kind, Reading, Sender
from bot.senders.slack_text import plain
from bot.senders.words import Status, severity_of, status_of

_TRANSITION = re.compile(
    r"^\W*(?:\[P[1-5]\]\s*)?\[?\W*(re-?triggered|triggered|re-?notify|renotify|warn(?:ing)?|alert|no data|recovered)"
    r"(?:\s+on\s+\{[^}]*\})?\W*[\]:]\s*(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_PRIORITY = re.compile(r"^\[(P[1-5])\]\s*")
_MONITOR = re.compile(r"/monitors?[/#](\d+)")


def sent(post: Post) -> bool:
    """Say whether *post* has Datadog's name or footer, or links to one of its monitors."""
    by_name = "datadog" in post.sender or post.footer.lower().startswith("datadog")
    return by_name or any(
        "datadoghq." in (urlsplit(url).hostname or "") and _MONITOR.search(url) for url in post.urls
    )


def read(post: Post, shape: Reading) -> Reading | None:
    """Return the monitor's state; what has no transition (a downtime, an edited monitor) is no alert."""
    heads = (
        post.title,
        *post.headers,
        *(plain(line) for line in post.lines[:1]),
        *post.fallbacks,
        plain(post.text),
    )
    found = next(filter(None, (_TRANSITION.match(each) for each in heads if each)), None)
    if found is None:
        return shape
    before = re.search(r"\[(P[1-5])\]", post.title or found.group(0)[:80])
    title = _PRIORITY.sub("", found.group(2).strip())
    status = status_of(found.group(1)) or Status.FIRING
    priority = before.group(1) if before else ""
    warned = Severity.WARNING if found.group(1).lower().startswith("warn") else None
    labels = {**shape.labels, **({"priority": priority} if priority else {})}
    return replace(
        shape,
        kind=shape.kind if shape.kind is Kind.TEST else Kind.ALERT,
        title=title,
        status=status,
        state=found.group(1),
        severity=severity_of(priority) or warned or shape.severity,
        service=labels.get("service", "") or shape.service,
        labels={name: value for name, value in labels.items() if name not in {"notified", "monitor"}},
        key=_key(post, title),
    )


def _key(post: Post, title: str) -> str:
    for url in post.urls:
        monitor = _MONITOR.search(url)
        if monitor:
            group = parse_qs(urlsplit(url.replace("/monitors#", "/monitors/")).query).get("group", [""])[0]
            return f"datadog:monitor:{monitor.group(1)}:{group or title.lower()}"
    return f"datadog:{title.lower()}"


DATADOG = Sender("datadog", sent, read)
