"""Prometheus Alertmanager: default and custom templates, webhook or bot token, grouped, truncated, edited.

The default title holds label values only: `[FIRING:n] group values (other values)`. Names, annotations and
pods are absent there; asking the Alertmanager's API for them is the investigation's work.
Form: prometheus/alertmanager template/default.tmpl (`__subject`) and notify/slack/slack.go.
"""

import re
from dataclasses import replace
from urllib.parse import unquote

from bot.investigation.alert import Severity
from bot.senders.bystanders import bystander
from bot.senders.post import Post
from bot.senders.reading import Kind, Reading, Sender
from bot.senders.slack_text import links_of, plain
from bot.senders.state import standing
from bot.senders.titles import without_signs
from bot.senders.words import Status, severity_of

SUBJECT = re.compile(
    r"\[\s*\W{0,3}(firing|resolved)\s*(?::\s*(\d+))?(?!\s*-\s)[^\]\n]{0,40}\]\s*(\S[^\n]*)?", re.IGNORECASE
)
_RECEIVER = re.compile(r"#/alerts\?(?:[^\s>|]*&)?receiver=([^&\s>|]+)")
_PLAIN_WORDS = frozenset({"low", "high", "page", "error", "major", "minor", "medium", "notice", "debug"})
_OTHERS = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)?\s*(?:…|\.\.\.)?\s*$")


def sent(post: Post) -> bool:
    """Say whether *post* has the title, the link or the name of an Alertmanager."""
    if "alertmanager" in post.sender or "prometheus" in post.sender or _receiver(post):
        return True
    found = subject(
        post
    )  # a count, or the form at the start of a title, is Alertmanager's (Grafana was asked before)
    return found is not None and (
        found.group(2) is not None
        or (found.group(1).isupper() and post.title.startswith(found.group(0)[:12]))
    )


def read(post: Post, shape: Reading) -> Reading | None:
    """Return the reading of a post with a subject; None for a custom template that has none."""
    found = subject(post)
    if found is None:
        return (
            None
            if shape.kind is Kind.TALK and not shape.title
            else replace(shape, kind=_sure(post, shape), link=shape.link or _link(post))
        )
    state, counted, rest = found.group(1), found.group(2), plain(found.group(3) or "")
    status = Status.RESOLVED if state.lower() == "resolved" else Status.FIRING
    title = without_signs(_without_link(rest)).strip() or shape.title
    whole = _whole(post, title)
    told = not post.title or SUBJECT.search(post.title)  # a title of another form counts nothing
    alertname = shape.labels.get("alertname") or (title.split() or [""])[0]
    return replace(
        shape,
        kind=shape.kind if shape.kind in {Kind.TEST, Kind.HEARTBEAT} else Kind.ALERT,
        title=title,
        status=status,
        state=state,
        count=int(counted)
        if counted and status is Status.FIRING
        else 0
        if told and status is Status.RESOLVED
        else None,
        severity=_severity(post, shape, whole),
        service=shape.service or _third_group_value(title),
        labels={**shape.labels, "alertname": alertname},
        link=post.title_link or _link(post) or shape.link,
        key=f"{shape.source}:{_receiver(post)}:{whole.lower()}",
    )


def _sure(post: Post, shape: Reading) -> Kind:
    """Take whatever Alertmanager's template made for an alert; it always posts an attachment, people's words do not."""
    attached = bool(post.title or post.colours) and bystander(post, standing(post)) is not Kind.TALK
    return Kind.ALERT if attached and shape.kind in {Kind.TALK, Kind.CHANGE} else shape.kind


def subject(post: Post) -> re.Match[str] | None:
    """Return the `[FIRING:n] title` that *post* holds, from its title, first lines or fallback."""
    first = [
        post.title,
        *post.headers,
        *(link.label for line in post.lines[:2] for link in links_of(line)),
        *(plain(line) for line in post.lines[:2]),
        *post.fallbacks,
        plain(post.text),
    ]
    return next(filter(None, (SUBJECT.search(each[:4_000]) for each in first)), None)


def _whole(post: Post, title: str) -> str:
    """Return the title uncut: Alertmanager cuts titles at 1,024 characters, the fallback keeps them whole."""
    if not title.endswith(("…", "...")):
        return title
    stem = title.rstrip("….")
    longer = (
        _without_link(plain(match.group(3) or ""))
        for each in post.fallbacks
        if (match := SUBJECT.search(each))
    )
    return next((each for each in longer if each.startswith(stem)), title)


def _without_link(text: str) -> str:
    return re.split(r"\s+\|\s+(?=<?https?://)", text, maxsplit=1)[0].strip()


def _severity(post: Post, shape: Reading, whole: str) -> Severity:
    """Return the loudest place: a label, the values in parentheses, a marked word in the text."""
    labelled = severity_of(shape.labels.get("severity", "")) or severity_of(post.fields.get("severity", ""))
    others = _OTHERS.search(whole)
    values = (
        others.group(1).split()
        if others
        else [word for word in whole.split()[1:] if word not in _PLAIN_WORDS]
    )
    in_title = next(filter(None, (severity_of(value) for value in reversed(values))), None)
    marked = re.search(
        r"`(critical|error|warning|info|page|high|low)`", "\n".join(post.lines[:40]), re.IGNORECASE
    )
    in_text = severity_of(marked.group(1)) if marked else None
    return labelled or in_title or in_text or shape.severity


def _third_group_value(title: str) -> str:
    """Return the service of a title grouped as Alertmanager's own example is: alertname, cluster, service."""
    grouped = title.split("(", maxsplit=1)[0].split()
    return (
        grouped[2]
        if len(grouped) == 3 and "(" in title and re.fullmatch(r"[a-zA-Z][\w.-]*", grouped[2])
        else ""
    )


def _receiver(post: Post) -> str:
    for text in (*post.urls, *post.fallbacks):
        match = _RECEIVER.search(text)
        if match:
            return unquote(match.group(1))
    return ""


def _link(post: Post) -> str | None:
    for text in (*post.urls, *post.fallbacks):
        match = re.search(r"https?://[^\s<>|]*#/alerts\?[^\s<>|]*", text)
        if match:
            return match.group(0)
    return None


ALERTMANAGER = Sender("alertmanager", sent, read)
