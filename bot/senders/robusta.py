"""Robusta: Kubernetes findings as blocks, header `Prometheus Alert Firing` / `Prometheus resolved`, High to Low.

Form: robusta-dev/robusta src/robusta/integrations/slack/sender.py (`__create_finding_header`, tables as
"● Name `value`"); older releases say `firing` and `high` in backticks.
"""

import re
from dataclasses import replace

from bot.senders.post import Post
from bot.senders.reading import Kind, Reading, Sender
from bot.senders.slack_text import plain
from bot.senders.words import Status, severity_of, status_of

_LEVEL = re.compile(r"[*`](high|medium|low|info|debug|critical)[*`]", re.IGNORECASE)
_STATE = re.compile(r"\b(firing|resolved|alert firing|prometheus resolved)\b", re.IGNORECASE)
_POD = re.compile(
    r"\bpods?\s+(?:([\w.-]+)/)?([a-z0-9][\w.-]*)(?:\s+\(([\w.-]+)\))?(?:\s+in namespace\s+([\w.-]+))?",
    re.IGNORECASE,
)
_WORKLOAD = re.compile(
    r"\b(?:deployment|statefulset|daemonset|cronjob|rollout)\s+"
    r"(?!(?:failed|is|has|was|did|does|not|in|to|with|for|on|at|that|completed|running)\b)(?:([\w.-]+)/)?([a-z0-9][\w.-]*)",
    re.IGNORECASE,
)
_HASHED = re.compile(r"(?:-[a-f0-9]{3,10}(?:-[a-z0-9]{5})?|-[a-z0-9]{5}|-\d{1,3})$")


def sent(post: Post) -> bool:
    """Say whether *post* has Robusta's name or links to its platform."""
    return "robusta" in post.sender or any("robusta.dev/" in url for url in post.urls)


def read(post: Post, shape: Reading) -> Reading | None:
    """Return the finding: linked title, level word, cluster, and the workload its words name."""
    header = post.lines[0] if post.lines else post.text
    said = _STATE.search(plain(header)) or _STATE.match(post.text.strip("[ "))
    status = status_of(said.group(1).split()[-1]) if said else None
    level = _LEVEL.search(header)
    titled = next((link for link in post.links if "robusta.dev/" in link.url and link.label), None)
    title = titled.label if titled else shape.title
    words = f"{title}\n{post.body[:4_000]}"
    pod, workload = _POD.search(words), _WORKLOAD.search(words)
    told = {"cluster": post.fields.get("source", ""), "pod": pod.group(2) if pod else ""}
    labels = {**shape.labels, **{name: value for name, value in told.items() if value}}
    labels.pop("source", None)
    namespaces = [
        match.group(at) for match, at in ((pod, 4), (pod, 1), (workload, 1)) if match and match.group(at)
    ]
    labels |= {"namespace": namespaces[0]} if namespaces else {}
    return replace(
        shape,
        kind=Kind.ALERT if status and titled else shape.kind if shape.kind is not Kind.CHANGE else Kind.ALERT,
        title=title,
        status=status or shape.status or Status.FIRING,
        severity=(severity_of(level.group(1)) if level else None) or shape.severity,
        service=_service(post, pod, workload) or shape.service,
        labels=labels,
        link=titled.url if titled else shape.link,
        key=f"robusta:{labels.get('cluster', '')}:{title.lower()}",
        count=None,
    )


def _service(post: Post, pod: re.Match[str] | None, workload: re.Match[str] | None) -> str:
    contained = re.search(r"\bpods?\s+\S+\s+\(([\w.-]+)\)", post.body[:4_000], re.IGNORECASE)
    if contained:
        return contained.group(1)
    if post.fields.get("container"):
        return post.fields["container"]
    if workload:
        return workload.group(2)
    return _HASHED.sub("", pod.group(2)) if pod else ""


ROBUSTA = Sender("robusta", sent, read)
