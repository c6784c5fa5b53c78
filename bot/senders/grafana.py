"""Grafana unified alerting: `[FIRING:2, RESOLVED:1] title`, labels and annotations as lists in the text.

Form: grafana/alerting receivers/slack and templates/default_template.go (`default.title`, `default.message`).
Legacy dashboard alerting (`[Alerting] name`, `[OK] name`) is read too. A reading is of the whole group: when
some instances fire and others are well, the group fires.
"""

import re
from dataclasses import replace

from bot.investigation.alert import Severity
from bot.senders import alertmanager
from bot.senders.post import Post
from bot.senders.reading import Kind, Reading, Sender
from bot.senders.words import Status, severity_of

_RULE = re.compile(r"/alerting/(?:grafana/)?([\w-]{2,60})/(?:view|edit)")
_FIRING_COUNT = re.compile(r"FIRING:\s*(\d+)", re.IGNORECASE)


def sent(post: Post) -> bool:
    """Say whether *post* has Grafana's name or footer, or links to one of its alert rules."""
    by_name = "grafana" in post.sender or post.footer.lower().startswith("grafana")
    return by_name or any("/alerting/grafana/" in url or "/alerting/silence/new" in url for url in post.urls)


def read(post: Post, shape: Reading) -> Reading | None:
    """Return the reading of *post*, with the rule's id as key when the title links to it."""
    base = (alertmanager.read(post, shape) or shape) if alertmanager.subject(post) else shape
    alerting = base.kind is Kind.CHANGE or (
        base.kind is Kind.TALK and post.footer.lower().startswith("grafana v")
    )
    text = f"{post.title}\n" + "\n".join((*post.headers, *post.fallbacks, post.text[:400]))
    firing = _FIRING_COUNT.search(text)
    status = Status.FIRING if firing and int(firing.group(1)) else base.status
    rule = next(filter(None, (_RULE.search(url) for url in post.urls)), None)
    parts = base.title.lower().split(" (")
    folder = base.labels.get(
        "grafana_folder"
    )  # stands in the title where Alertmanager's example has the service
    return replace(
        base,
        service="" if base.service == folder else base.service,
        kind=Kind.ALERT if alerting else base.kind,
        status=status,
        count=int(firing.group(1)) if firing else base.count,
        severity=severity_of(base.labels.get("severity", "")) or base.severity or Severity.UNKNOWN,
        key=f"grafana:{rule.group(1)}:{base.title.lower()}" if rule else f"grafana:{'('.join(parts)}",
    )


GRAFANA = Sender("grafana", sent, read)
