"""Sentry: issue alerts (level told by an emoji) and metric alerts (`Critical: name`, `Resolved: name`).

Form: getsentry/sentry src/sentry/integrations/slack/message_builder/{issues,incidents,types}.py. Issue
alerts have no resolved post of their own; a state in the context line or an edit tells.
"""

import re
from dataclasses import replace

from bot.investigation.alert import Severity
from bot.senders.post import Post
from bot.senders.reading import Kind, Reading, Sender
from bot.senders.slack_text import plain
from bot.senders.words import Status, severity_of

_ISSUE = re.compile(r"/issues/(\d+)")
_METRIC = re.compile(r"/alerts/rules/details/([\w-]+)/?(?:\?(?:[^\s>|]*&)?alert=(\d+))?")
_METRIC_TITLE = re.compile(r"^\W*(critical|warning|resolved|firing|open)\s*:\s*(\S.*)$", re.IGNORECASE)
_TAG = re.compile(r"\b([a-z][\w.]{0,40}): `([^`\n]{1,300})`")
_LEVELS = (
    (":red_circle:", Severity.ERROR),
    (":large_yellow_circle:", Severity.WARNING),
    (":large_blue_circle:", Severity.INFO),
    (":bug:", Severity.INFO),
)
_BARS = {
    "fa4747": Severity.CRITICAL,
    "e03e2f": Severity.ERROR,
    "ffc227": Severity.WARNING,
    "2788ce": Severity.INFO,
}
_QUIET = re.compile(
    r"\b(?:weekly report|release .{0,60}(?:was|has been) deployed|assigned|commented|deploy notification)\b",
    re.IGNORECASE,
)


def sent(post: Post) -> bool:
    """Say whether *post* has Sentry's name or links into a Sentry."""
    return "sentry" in post.sender or any(
        "sentry.io/" in url and (_ISSUE.search(url) or _METRIC.search(url)) for url in post.urls
    )


def read(post: Post, shape: Reading) -> Reading | None:
    """Return the metric alert or the issue that the post links to; only the shape when it links to neither."""
    metric = next(((url, match) for url in post.urls if (match := _METRIC.search(url))), None)
    if metric:
        return _metric(post, shape, *metric)
    issue = next(((url, match) for url in post.urls if (match := _ISSUE.search(url))), None)
    if issue is None or _QUIET.search(plain(post.text[:200])):
        return replace(shape, kind=Kind.TALK) if issue or _QUIET.search(post.body[:200]) else shape
    return _issue(post, shape, *issue)


def _metric(post: Post, shape: Reading, url: str, found: re.Match[str]) -> Reading:
    heads = (plain(post.text), *post.headers, *(plain(line) for line in post.lines[:2]), *post.fallbacks)
    titled = next(filter(None, (_METRIC_TITLE.match(each) for each in heads)), None)
    word = titled.group(1) if titled else shape.state
    resolved = word.lower() == "resolved" or (not titled and shape.status is Status.RESOLVED)
    severity = None if resolved else severity_of(word)
    return replace(
        shape,
        kind=Kind.ALERT,
        title=titled.group(2).strip() if titled else shape.title,
        status=Status.RESOLVED if resolved else Status.FIRING,
        state=word,
        severity=severity or Severity.UNKNOWN,
        service=_project(post),
        link=url,
        key=f"sentry:metric:{found.group(1)}" + (f":{found.group(2)}" if found.group(2) else ""),
    )


def _issue(post: Post, shape: Reading, url: str, found: re.Match[str]) -> Reading:
    titled = (
        next((link.label for link in post.links if _ISSUE.search(link.url) and link.label), "") or post.title
    )
    state = post.fields.get("state", "").lower()
    resolved = (
        state == "resolved"
        or re.search(r"(?:issue|marked as) resolved", post.body[:400], re.IGNORECASE) is not None
    )
    tags = {name: plain(value) for line in post.lines[:12] for name, value in _TAG.findall(line)}
    labels = {name: tags[name] for name in ("environment", "release", "level") if tags.get(name)}
    labels |= {
        name: shape.labels[name] for name in ("environment", "release", "level") if shape.labels.get(name)
    }
    short = re.search(r"\bShort ID:\s*([A-Z][\w-]+)", post.body) or re.search(
        r"^([A-Z][A-Z0-9_-]*-[A-Z0-9]+)\b", post.footer
    )
    if short:
        labels["short_id"] = short.group(1)
    return replace(
        shape,
        kind=Kind.ALERT,
        title=titled or shape.title,
        status=Status.RESOLVED if resolved else Status.FIRING,
        state=state,
        severity=_level(post, labels),
        service=_project(post) or _named_in_text(post),
        labels=labels,
        link=url,
        key=f"sentry:issue:{found.group(1)}",
    )


def _level(post: Post, labels: dict[str, str]) -> Severity:
    stated = severity_of(labels.get("level", ""))
    lines = (*post.lines[:2], post.text[:200])
    signed = next((level for line in lines for sign, level in _LEVELS if sign in line[:60]), None)
    barred = next(
        (_BARS[colour.lower().lstrip("#")] for colour in post.colours if colour.lower().lstrip("#") in _BARS),
        None,
    )
    return stated or signed or barred or Severity.UNKNOWN


def _project(post: Post) -> str:
    linked = next(
        (
            plain(match.group(1))
            for line in post.lines
            if (match := re.search(r"\bProject:\s*(<[^>]+>|\S+)", line))
        ),
        "",
    )
    return linked or post.fields.get("project", "")


def _named_in_text(post: Post) -> str:
    match = re.match(r"^\[([\w.-]+)\] ", plain(post.text))
    return match.group(1) if match else ""


SENTRY = Sender("sentry", sent, read)
