"""How things stand by a post, and the places where posts say it first: titles, headers, the first lines, fields."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from bot.senders.post import Post
from bot.senders.slack_text import plain
from bot.senders.words import OF_RUNS, OF_WORK, Status

_ANY_STATUS = ("status", "result", "state")
_WATCHER = re.compile(
    r"alert|alarm|monit|(?<![a-z])log|prometheus|nagios|zabbix|icinga|pingdom|uptime|watch|incident|sentinel|pager|health|check"
    r"|probe|detect|sensu|grafana|metric|observ|trace|status|guard|on-?call|(?<![a-z])ops|devops|sysops|sre|noc|netdata|sentry|slo",
    re.IGNORECASE,
)
_SUMMING_UP = re.compile(r"digest|report|summar|daily|weekly|\bstats\b", re.IGNORECASE)
_COUNT_LINE = re.compile(
    r"\W*[\w ]{2,30}:\W*\d[\d.,]*\s?(?:%|s|sec|min|minutes|h|hours)?(?: \([^()]{0,40}\))?\W*"
)


class Strength(IntEnum):
    """How surely a place in the post speaks of an alert's state."""

    NONE = 0
    COLOUR = 1
    SIGN = 2
    PHRASE = 3
    PREFIX = 4
    TOKEN = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand by a post's shape, in whose words, and how surely."""

    status: Status | None
    word: str
    strength: Strength


def head_lines(post: Post) -> list[str]:
    """Return the lines where tools put the state: titles, the first lines of the body, the fallback."""
    top = [plain(line) for line in (*post.prose[:3], *post.text.split("\n")[:2])]
    top = [line for line in top if not _COUNT_LINE.fullmatch(line)]
    raw = [post.title, *post.headers, *top, *(plain(each.split("\n")[0]) for each in post.fallbacks)]
    name = re.escape(post.sender)
    first = re.escape(re.split(r"[\W_]", post.sender)[0])
    own = re.compile(rf"^\W*(?:{name}(?: alert| alarm)?:|\[(?:{name}|{first})\])\s*", re.IGNORECASE)
    unsigned = [own.sub("", line) for line in raw] if post.sender else []
    return [line[:400] for line in dict.fromkeys([*raw, *unsigned]) if line.strip()]


def field_of(post: Post, names: Iterable[str]) -> str:
    """Return the first field of *post* that has one of *names*, or nothing."""
    return next((post.fields[name] for name in names if post.fields.get(name)), "")


def watches(sender: str) -> bool:
    """Say whether a sender is called like something that watches, pages or guards, and not like one that sums up."""
    return _WATCHER.search(sender) is not None and not _SUMMING_UP.search(sender)


def is_any_card(post: Post, found: Standing) -> bool:
    """Say whether the state is one that tickets, projects and builds have ("Status: Failed"), and nobody watches."""
    bare = any(found.word in post.fields.get(name, "") for name in _ANY_STATUS)
    if "severity" in post.fields:
        return False
    common = found.word.lower() in OF_RUNS | OF_WORK
    return found.strength is Strength.TOKEN and bare and common and not watches(post.sender)
