"""Amazon CloudWatch alarms: by the common notify-slack Lambda, and by AWS Chatbot (Amazon Q in chat).

Form: terraform-aws-modules/terraform-aws-notify-slack functions/notify_slack.py (its fallback says
"triggered" even for OK, so the state field counts), and the AWS Chatbot title
`CloudWatch Alarm | name | region | Account: id`. INSUFFICIENT_DATA counts as firing: nobody is watching then.
"""

import re
from dataclasses import replace
from urllib.parse import parse_qs, unquote_plus, urlsplit

from bot.senders.loudness import field_severity
from bot.senders.post import Post
from bot.senders.reading import Kind, Reading, Sender
from bot.senders.slack_text import plain
from bot.senders.standing import field_of
from bot.senders.words import Status, colour_status, sign_status, status_of

_REGION = re.compile(r"\b([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d)\b")
_CHATBOT = re.compile(r"CloudWatch\s+Alarm\s*\|", re.IGNORECASE)
_MAIL = re.compile(r"\b(ALARM|OK|INSUFFICIENT_DATA):\s*[\"“]([^\"”\n]+)[\"”]\s+in\s+(.+)")
_ACCOUNT = re.compile(r"\bAccount:?\s*(\d{12})\b")


def sent(post: Post) -> bool:
    """Say whether *post* tells of a CloudWatch alarm."""
    by_field = "alarm name" in post.fields and (
        "current state" in post.fields or "cloudwatch" in post.body[:2_000].lower()
    )
    heads = (
        post.title,
        *post.headers,
        *(plain(line) for line in post.lines[:3]),
        *post.fallbacks,
        post.text[:400],
    )
    return by_field or _signed(post) or any(_CHATBOT.search(each) or _MAIL.search(each) for each in heads)


def _signed(post: Post) -> bool:
    """Say whether the author's line says what it is (aws-to-slack), and the title only its name."""
    return "cloudwatch alarm" in post.footer.lower() and bool(post.title)


def read(post: Post, shape: Reading) -> Reading | None:
    """Return the alarm with its region; severity only when the post names one, for AWS has none."""
    heads = [
        post.title,
        *post.headers,
        *(plain(line) for line in post.lines[:3]),
        *(plain(each) for each in (*post.fallbacks, post.text)),
    ]
    name, region, said = _alarm(post, heads)
    if not name:
        return shape
    status = said or _state(post) or shape.status
    account = _ACCOUNT.search("\n".join((*heads, post.body[:2_000])))
    link = next((url for url in post.urls if "console.aws" in url), None) or _stated_link(post) or shape.link
    region = region or _region_of(link or "") or post.fields.get("region", "")
    labels = {
        name: value
        for name, value in (("region", region), ("account", account.group(1) if account else ""))
        if value
    }
    return replace(
        shape,
        kind=shape.kind if shape.kind is Kind.TEST else Kind.ALERT,
        title=name,
        status=status,
        severity=field_severity(post),
        state=field_of(post, ("current state", "state", "new state")) or status.value,
        service=shape.labels.get("servicename", ""),
        labels=labels,
        link=link,
        key=":".join(filter(None, ("cloudwatch", labels.get("account", ""), region, name))),
        count=None,
    )


def _alarm(post: Post, heads: list[str]) -> tuple[str, str, Status | None]:
    """Return alarm, region and state word: from fields, from a mail-like subject, or from a Chatbot title."""
    if post.fields.get("alarm name"):
        return post.fields["alarm name"], "", None
    if _signed(post):
        return post.title, "", None
    for line in heads:
        mail = _MAIL.search(line)
        if mail:
            region = _REGION.search(mail.group(3))
            return mail.group(2), region.group(1) if region else "", status_of(mail.group(1))
    for line in heads:
        if _CHATBOT.search(line):
            return _chatbot(line, post)
    return "", "", None


def _chatbot(line: str, post: Post) -> tuple[str, str, Status | None]:
    segments = [each.strip(" *:") for each in line.split("|")]
    region = next((match.group(1) for each in segments if (match := _REGION.fullmatch(each))), "")
    kept = [
        each
        for each in segments
        if each
        and not _REGION.fullmatch(each)
        and not _ACCOUNT.search(each)
        and "cloudwatch alarm" not in each.lower()
    ]
    named = [
        each for each in kept if not status_of(each) and not each.startswith(":") and re.search(r"\w", each)
    ]
    said = next(filter(None, map(status_of, kept)), None)
    below = [plain(each) for each in post.lines if not _CHATBOT.search(each)]
    return next(iter(named), next(iter(below), "")), region, said


def _state(post: Post) -> Status | None:
    stated = status_of(field_of(post, ("current state", "new state", "alarm state", "state")))
    text = f"{post.title}\n{post.text}\n" + "\n".join(post.lines[:2])
    coloured = next(filter(None, map(colour_status, post.colours)), None)
    return stated or sign_status(text) or coloured


def _stated_link(post: Post) -> str | None:
    value = post.fields.get("link to alarm", "")
    return value if value.startswith("https://") else None


def _region_of(link: str) -> str:
    named = parse_qs(urlsplit(link).query).get("region", [""])[0]
    found = _REGION.search(named) or _REGION.search(unquote_plus(link))
    return found.group(1) if found else ""


CLOUDWATCH = Sender("cloudwatch", sent, read)
