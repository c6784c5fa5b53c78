"""What a post states of its trouble beside title and state: labels, service, how many fire, the rest of its words.

Only what stands in a place for it. It does not know which sender posts.
"""

import re
from collections.abc import Mapping

from bot.senders.fields import tags_in
from bot.senders.naming import TELLING_FIELDS, TITLE_FIELDS, heading_of
from bot.senders.post import Post
from bot.senders.record import cells_of, is_record
from bot.senders.slack_text import plain
from bot.senders.state import STATE_FIELDS
from bot.senders.titles import clean_title
from bot.senders.words import Status

SERVICE_NAMES = (
    "service", "service name", "service_name", "servicename", "services", "affected service", "impacted service", "app",
    "application", "app name", "application name", "app_kubernetes_io_name", "component", "deployment", "statefulset",
    "daemonset", "cronjob", "workload", "microservice", "affected services", "impacted services",
)  # fmt: skip


_ONE_NAME = re.compile(r"[A-Za-z]{2}[\w.-]+")


def labels_of(post: Post) -> dict[str, str]:
    """Return the labels a post states: its short fields and the name:value items of its tags."""
    skipped = {*STATE_FIELDS, *TITLE_FIELDS, *TELLING_FIELDS, "tags", "labels"}
    labels = {
        name: value
        for name, value in post.fields.items()
        if name not in skipped
        and len(value) <= 200
        and "\n" not in value
        and re.fullmatch(r"[^\W\d_][\w ./-]{0,40}", name)
    }
    for name in ("tags", "labels", "tag"):
        for tag, value in tags_in(post.fields.get(name, "")).items():
            labels.setdefault(tag, value)
    if post.fields.get("alertname"):
        labels["alertname"] = post.fields["alertname"]
    return labels if not post.sender else {"sender": post.sender, **labels}


def service_of(post: Post, labels: Mapping[str, str]) -> str:
    """Return the service a post names outright, by label or as service:NAME in its title; else nothing."""
    # a host's checks and parts ("component: cpu") are no services
    others = {"service", "component"} if post.fields.get("host") and not is_record(post) else set()
    others |= {"component"} if post.fields.get("device") else set()
    names = (name for name in SERVICE_NAMES if name not in others)
    named = next((value for name in names if (value := labels.get(name) or labels.get(f"{name} name"))), "")
    if not named:
        whose = next((each["whose"] for line in post.prose[:1] if (each := heading_of(line))), "")
        affected = post.fields.get("affected", "")
        named = whose or cells_of(post)[0] or (affected if _ONE_NAME.fullmatch(affected) else "")
    if not named:
        inline = re.search(r"\bservice[:=]\s?\"?([\w./-]{1,80})", f"{post.title}\n{post.body[:1_000]}")
        named = inline.group(1) if inline else ""
    return named if re.fullmatch(r"[\w][\w ./@:-]{0,79}", named) and "://" not in named else ""


def count_of(post: Post, status: Status) -> int | None:
    """Return how many alerts the post says are firing ("[FIRING:3]", "Firing: 3"), 0 when resolved and counted."""
    for text in (post.title, *post.headers, *post.fallbacks, *(plain(line) for line in post.prose[:2])):
        listed = re.search(r"^\W{0,4}(?i:firing)\W{0,3}\((\d+)\)", text)
        if listed and status is Status.FIRING:
            return int(listed.group(1))
        counted = re.search(r"\[\s*\W{0,3}(?:(?i:firing|alerting)|RESOLVED)(?!\s*-\s)(?::(\d+))?", text)
        if counted:
            if status is Status.RESOLVED:
                return 0
            return int(counted.group(1)) if counted.group(1) else None
    return None


def description_of(post: Post, title: str) -> str:
    """Return the body beside the title, at most 4,000 characters: what recall and models read."""
    rest = [line for line in post.body.split("\n") if line and clean_title(line) != title]
    return "\n".join(rest)[:4_000]
