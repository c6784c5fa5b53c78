"""Any post read by its shape alone: state fields, prefixes, phrases, signs, colours, fields and buttons.

This is what reads senders that nobody listed, and what every listed sender's file starts from. It says
"alert" when the evidence adds up; it does not know who sends, so a title may hold more than a person would say.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from bot.investigation.alert import Severity
from bot.senders.bystanders import bystander
from bot.senders.fields import tags_in
from bot.senders.loudness import DOWN, names_exception, severity, stated_severity
from bot.senders.naming import TITLE_FIELDS, best_title
from bot.senders.post import Post
from bot.senders.reading import Kind, Reading
from bot.senders.slack_text import links_of, plain
from bot.senders.state import STATE_FIELDS, Standing, Strength, standing
from bot.senders.titles import clean_title, same_trouble
from bot.senders.words import Status, either, sign_status

SERVICE_NAMES = (
    "service", "service name", "service_name", "servicename", "services", "affected service", "impacted service", "app",
    "application", "app name", "application name", "app_kubernetes_io_name", "component", "deployment", "statefulset",
    "daemonset", "cronjob", "workload", "container", "microservice", "affected services", "impacted services",
)  # fmt: skip
MUCH = 4  # … when it comes with nothing but words, or ends what nobody here saw begin
ENOUGH = 3  # points at which a post of an unknown sender counts as an alert

_TROUBLE = either(
    r"alerts?|alarms?|outage|down|fail(?:ed|ing|ures?|s)|errors?|exceptions?|unhealthy|unreachable",
    r"timed? ?outs?|exceed\w*|above|below|threshold|breach\w*|latency|critical|degraded|crash\w*|oom\w*|saturat\w*",
    r"exhausted|high (?:cpu|memory|load)",
    r"[45]xx|[45]\d\ds|50[0234]|disk|not responding|unavailable|stuck|lag|backlog|expir\w+|incidents?|spike|anomal\w+",
    r"full|limit|brute.?force|at least \d+ events|intrusion|unauthori[sz]ed|suspicious|malware|fault",
    r"missing|(?:0|no) (?:consumers|replicas|healthy|available)|(?:does )?not (?:exist|running)|died",
    r"violation|burn rate|back-?off|restart(?:s|ed|ing)|evicted|overload\w*|rejected|dropped|too many",
)
_ANSWERING = re.compile(
    r"^\W*(?:acknowledge|ack|resolve|silence|snooze|mute|escalate|runbook|playbook|investigate|open (?:incident|alert)"
    r"|view (?:incident|alert|monitor|problem|issue|alarm|event|check|in \w+))\b",
    re.IGNORECASE,
)
_TAKABLE = re.compile(r"alert|alarm|incident|issue|problem|event|#\d", re.IGNORECASE)
_PLACES = frozenset(
    {"host", "hostname", "node", "pod", "namespace", "cluster", "instance", "region", "environment", "env"}
)
_SIRENS = ("🚨", ":rotating_light:", ":alert:", ":siren:", "🆘", ":sos:")
_NOT_THE_ALERT = either(
    "silence", "mute", "runbook", "playbook", "snooze", "ack", "acknowledge", "escalate", "dashboard", "graph", "logs?",
    "unsubscribe", "docs?", "documentation", "configure", "settings", "panel",
)  # fmt: skip
_WATCHER = re.compile(
    r"alert|alarm|monit|(?<![a-z])log|prometheus|nagios|zabbix|icinga|pingdom|uptime|watch|incident|sentinel|pager|health|check"
    r"|probe|sensu|grafana|metric|observ|trace|status|guard|on-?call|ops|sre|noc|netdata|sentry|slo",
    re.IGNORECASE,
)
_ID_IN_PATH = re.compile(
    r"/(incidents?|alerts?|issues?|problems?|events?|cases?)/(?:[a-z]+/){0,2}#?([A-Za-z0-9][\w.-]{2,80})(?:[/?#]|$)",
    re.IGNORECASE,
)
_ASKED_IDS = (
    "incident_id", "alert_id", "incidentid", "alertid", "issue_id", "issueid", "problem_id", "pid", "incident", "alert",
    "problem",
)  # fmt: skip
_STATED_IDS = (
    "incident id", "alert id", "issue id", "problem id", "event id", "id", "incident number", "dedup key",
    "fingerprint",
)  # fmt: skip
_NUMBERED = re.compile(
    r"(?:^|\s)#(\d{2,12})\b"
    r"|\b(?:incident|problem|alert|issue|ticket)\s+(?:id:?\s*)?#?([A-Z]{1,5}-?\d{2,12}|\d{2,12})\b",
    re.IGNORECASE,
)
_WORTH = {
    Strength.TOKEN: 3,
    Strength.PREFIX: 2,
    Strength.PHRASE: 2,
    Strength.SIGN: 1,
    Strength.COLOUR: 1,
    Strength.NONE: 0,
}
_HEADLINE = re.compile(r"^\W*(?:[\w-]+ ){0,3}(?:alert|alarm|incident)\W*$", re.IGNORECASE)
_CHATTING = re.compile(
    r"(?i:\bhere(?:'s| is| are)\b|\bheads[ -]up\b|\bfyi\b)|"
    r"\b(?:I|I'm|I'll|I've|you)\b|(?i:\b(?:hi|hello|hey) (?:all|team|there|everyone|folks)\b|\bwelcome\b|\bthanks\b)"
)
_STATED_LINK = re.compile(r"^\W*(?:(?:alert|incident|issue) )?(?:link|url)\W*:", re.IGNORECASE)
_LINK_FIELDS = (
    "link",
    "alert url",
    "alert link",
    "link to alarm",
    "incident url",
    "details",
    "view",
    "source",
)


def read_shape(post: Post, *, source: str = "generic") -> Reading:
    """Return *post* by its shape; `Kind.TALK` when too little speaks for an alert."""
    found = standing(post)
    other = bystander(post, found)
    status = found.status or Status.FIRING
    title = best_title(post)
    labels = labels_of(post)
    worth = points(post, found)
    kind = other or (Kind.ALERT if worth >= (MUCH if _is_bare(post, found) else ENOUGH) else Kind.TALK)
    return Reading(
        kind=kind,
        source=source,
        title=title,
        status=status,
        state=found.word,
        severity=severity(post, found),
        service=service_of(post, labels),
        labels=labels,
        link=link_of(post, title),
        count=count_of(post, status),
        key=key_of(post, source, title),
        description=description_of(post, title),
        sure=found.strength >= Strength.PREFIX or worth >= MUCH,
    )


def _is_bare(post: Post, found: Standing) -> bool:
    """Say whether nothing but a sentence tells, of a sender that does not seem to watch anything."""
    laid_out = post.colours or post.fields or post.buttons or post.links or post.headers
    return found.strength <= Strength.PHRASE and not laid_out and not _WATCHER.search(post.sender)


def points(post: Post, found: Standing) -> int:
    """Return how much speaks for an alert: state words, severity, signs, bars, buttons, trouble words, sender."""
    heads = "\n".join((post.text[:200], *post.lines[:3], *post.headers, post.title))
    evidence = (
        (_WORTH[found.strength], True),
        (
            2,
            any(
                name in post.fields
                for name in ("severity", "alert severity", "alertname", "alert name", "alarm name")
            ),
        ),
        (2, _is_loud(post, found)),
        (2, names_exception(post)),
        (-2, _takes_something_else(heads, found)),
        (1, any(_HEADLINE.match(line) for line in heads.split("\n"))),
        (-2, found.strength < Strength.TOKEN and _CHATTING.search(heads) is not None),
        (1, any(sign in heads for sign in _SIRENS)),
        (1, found.strength > Strength.SIGN and sign_status(heads) is found.status),
        (1, any(_ANSWERING.match(button.label) for button in post.buttons)),
        (1, bool(post.colours) and found.strength > Strength.COLOUR),
        (1, _TROUBLE.search(post.body[:2_000]) is not None),
        (1, _WATCHER.search(post.sender) is not None),
        (1, bool(_PLACES & post.fields.keys())),
    )
    return sum(worth for worth, true in evidence if true)


def _takes_something_else(heads: str, found: Standing) -> bool:
    """Say whether a sentence acknowledges what is called no alert ("ann acknowledged the handoff")."""
    said = found.strength is Strength.PHRASE and found.status is Status.ACKNOWLEDGED
    return said and not _TAKABLE.search(heads)


def _is_loud(post: Post, found: Standing) -> bool:
    """Say whether a severity is told: in its place, or loosely in a post that also tells a state."""
    by_state = (
        found.strength is Strength.NONE or found.word.lower() in DOWN
    )  # "is down" counts as a state already
    loose = not by_state and severity(post, found) is not Severity.UNKNOWN
    return loose or stated_severity(post, found) is not None


def labels_of(post: Post) -> dict[str, str]:
    """Return the labels a post states: its short fields and the name:value items of its tags."""
    skipped = {*STATE_FIELDS, *TITLE_FIELDS, "tags", "labels"}
    labels = {
        name: value
        for name, value in post.fields.items()
        if name not in skipped
        and len(value) <= 200
        and "\n" not in value
        and re.fullmatch(r"[a-z][\w ./-]{0,40}", name)
    }
    for name in ("tags", "labels", "tag"):
        for tag, value in tags_in(post.fields.get(name, "")).items():
            labels.setdefault(tag, value)
    if post.fields.get("alertname"):
        labels["alertname"] = post.fields["alertname"]
    return labels if not post.sender else {"sender": post.sender, **labels}


def service_of(post: Post, labels: Mapping[str, str]) -> str:
    """Return the service a post names outright, by label or as service:NAME in its title; else nothing."""
    named = next((labels[name] for name in SERVICE_NAMES if labels.get(name)), "")
    if not named:
        inline = re.search(r"\bservice[:=]\s?([\w./-]{1,80})", f"{post.title}\n{post.body[:1_000]}")
        named = inline.group(1) if inline else ""
    return named if re.fullmatch(r"[\w][\w ./@:-]{0,79}", named) and "://" not in named else ""


def link_of(post: Post, title: str) -> str | None:
    """Return the address of the alert itself: the title's, the state line's, a stated one, a button's."""
    if post.title_link:
        return post.title_link
    lines = [
        line
        for line in post.lines or post.fallbacks
        if not _NOT_THE_ALERT.search(plain(line).split("://")[0][:30])
    ]
    body = [link for line in lines for link in links_of(line) if not _NOT_THE_ALERT.search(link.label)]
    titled = next(
        (
            link.url
            for link in body
            if link.label and title and clean_title(link.label) in {title, clean_title(title)}
        ),
        None,
    )
    stated = next(
        (
            value
            for name in _LINK_FIELDS
            if (value := post.fields.get(name, "")).startswith(("http://", "https://"))
        ),
        None,
    )
    stated = stated or next(
        (each.url for line in post.lines if _STATED_LINK.match(line) for each in links_of(line)), None
    )
    texts = (post.text, *post.fallbacks)
    behind = next(
        (each.url for text in texts for each in links_of(text) if not _NOT_THE_ALERT.search(each.label)), None
    )
    pressed = [button for button in post.buttons if button.url.startswith(("http://", "https://"))]
    chosen = [button.url for button in pressed if not _NOT_THE_ALERT.search(button.label)]
    bare = (
        re.search(r"https?://[^\s<>|\"]*[^\s<>|\".,;:)\]]", "\n".join((*texts, *post.lines)))
        if not post.links
        else None
    )
    watched = post.fields.get("url", "")  # what is watched is the last resort
    own = [link.url for link in body if link.url != watched]
    found = (titled, stated, *own, *chosen, behind, bare.group(0) if bare else None, watched)
    return next((url for url in found if url), None)


def count_of(post: Post, status: Status) -> int | None:
    """Return how many alerts the post says are firing ("[FIRING:3]", "Firing: 3"), 0 when resolved and counted."""
    for text in (post.title, *post.headers, *post.fallbacks, *(plain(line) for line in post.lines[:2])):
        counted = re.search(r"\[\s*\W{0,3}(?i:firing|resolved|alerting)(?::(\d+))?", text)
        if counted:
            if status is Status.RESOLVED:
                return 0
            return int(counted.group(1)) if counted.group(1) else None
    return None


def key_of(post: Post, source: str, title: str) -> str:
    """Return what joins a post with its repeats and its resolution: the sender's id, else title and sender."""
    who = source if source != "generic" else f"generic:{(post.bot_id or post.sender).lower()}"
    for url in post.urls:
        found = _id_in(url)
        if found:
            return f"{who}:{found}"
    host, checked = post.fields.get("host"), post.fields.get("service") or post.fields.get("check")
    if host and checked:
        return f"{who}:{host}:{checked}".lower()
    stated = next((post.fields[name] for name in _STATED_IDS if post.fields.get(name)), "")
    number = _NUMBERED.search("\n".join((post.title, *post.headers, post.text[:300])))
    if stated or number:
        return f"{who}:{stated or next(filter(None, number.groups() if number else ()))}"
    return f"{who}:{same_trouble(title) or title.lower()}"


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


def description_of(post: Post, title: str) -> str:
    """Return the body beside the title, at most 4,000 characters: what recall and models read."""
    rest = [line for line in post.body.split("\n") if line and clean_title(line) != title]
    return "\n".join(rest)[:4_000]
