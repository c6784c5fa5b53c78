"""PagerDuty's incident cards: posted once, then edited as the incident is acknowledged and resolved.

Form: support.pagerduty.com, "Slack integration guide" (card with service, urgency, priority, assignee).
"""

import re
from dataclasses import replace

from bot.investigation.alert import Severity
from bot.senders.post import Post
from bot.senders.reading import Kind, Reading, Sender
from bot.senders.slack_text import plain
from bot.senders.standing import Strength
from bot.senders.state import standing
from bot.senders.words import Status, severity_of, status_of

_INCIDENT = re.compile(r"pagerduty\.com/incidents/([A-Za-z0-9]+)")
_NUMBER = re.compile(r"^\W*(?:[Ii]ncident\s+)?(?:\[?#(\d+)\]?)\s*[:)\]-]*\s*(.*)$")
_STATE = re.compile(
    r"^\W*(triggered|acknowledged|unacknowledged|resolved|escalated|reassigned|reopened|re-?triggered|snoozed)\b"
    r"(?=\W*(?:#\d|\||<|:|$|\[#))",
    re.IGNORECASE,
)
_QUIET = re.compile(
    r"\b(?:on[- ]call|added (?:as )?(?:a )?(?:note|responder)|status update|schedule|override|maintenance window)\b",
    re.IGNORECASE,
)


def sent(post: Post) -> bool:
    """Say whether *post* has PagerDuty's name or links to one of its incidents."""
    return "pagerduty" in post.sender or any(_INCIDENT.search(url) for url in post.urls)


def read(post: Post, shape: Reading) -> Reading | None:
    """Return the incident that the card is about; talk when it is about schedules or notes."""
    incident = next(filter(None, (_INCIDENT.search(url) for url in post.urls)), None)
    quiet, strength = _QUIET.search(post.body[:160]) is not None, standing(post).strength
    if incident is None or quiet or strength is Strength.NONE:
        told = strength >= Strength.PREFIX and not (quiet and incident is None)
        return replace(shape, kind=shape.kind if told else Kind.TALK)
    title, number = _title(post, shape.title)
    urgency = post.fields.get("urgency", "").lower()
    priority = post.fields.get("priority", "")
    lines = (post.title, *(plain(line) for line in post.lines[:2]), plain(post.text), *post.fallbacks)
    said = next(filter(None, map(_STATE.match, lines)), None)
    labels = {
        name: value
        for name, value in (("urgency", urgency), ("priority", priority), ("incident_number", number))
        if value
    }
    return replace(
        shape,
        kind=shape.kind if shape.kind is Kind.TEST else Kind.ALERT,
        title=title,
        status=_status(said.group(1)) if said else shape.status,
        state=said.group(1) if said else shape.state,
        count=None,  # what the title quotes of another tool's count is not this incident's
        severity=severity_of(priority.split(" ")[0])
        or severity_of(urgency)
        or shape.severity
        or Severity.UNKNOWN,
        service=shape.service or post.fields.get("service", ""),
        labels={**shape.labels, **labels},
        link=next(url for url in post.urls if _INCIDENT.search(url)),
        key=f"pagerduty:{incident.group(1)}",
    )


def _status(word: str) -> Status:
    return status_of(word) or Status.FIRING


def _title(post: Post, otherwise: str) -> tuple[str, str]:
    """Return title and number: both in the linked words, or the number linked and the title behind it."""
    labels = [link.label for link in post.links if _INCIDENT.search(link.url)]
    lines = [plain(line) for line in (*post.lines[:2], post.text, *post.fallbacks)]
    after = [line[line.find("#") :] for line in lines if re.search(r"#\d", line)]
    number = ""
    for text in (post.title, *labels, *after, otherwise):
        match = _NUMBER.match(text)
        number = number or (match.group(1) if match else "")
        if match and match.group(2).strip():
            return match.group(2).strip(), number
    return otherwise, number


PAGERDUTY = Sender("pagerduty", sent, read)
