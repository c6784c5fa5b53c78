"""What a person in a case's thread wants: which service, how far back, and what kind of answer. Pure.

The kind is `bot/requests.py`'s reading, refined by what only a thread has: steering, and "what changed". What
nobody can place is a question about why, answered from the evidence. Every want is a look or a fold.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.requests import Ask, Asked, understand


class About(StrEnum):
    """What a question calls for."""

    CATCH_UP = "catch_up"  # three lines for whoever joins
    POSTMORTEM = "postmortem"
    RECALL = "recall"  # have we seen this?
    CHANGED = "changed"  # what changed in the last hour?
    CHECK = "check"  # check the cart service too
    STEER = "steer"  # it is not the database
    SETTINGS = "settings"  # what it cost, how it is set, what it may not do
    WHY = "why"  # everything else that is asked


@dataclass(frozen=True, slots=True)
class Want:
    """One want. *services* are those named, as the telemetry names them; *span* how far back to look."""

    about: About
    services: tuple[str, ...] = ()
    span: timedelta = timedelta(hours=1)


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


_CHANGED = _any(
    r"\bwhat('s| has| have| is| was| got)?\s+(been\s+)?(changed|new|different|deployed|released|shipped|rolled out)\b",
    r"\bany(thing)? (\w+ )?(chang|deploy|release|rollout)",
    r"\b(recent|latest|last) (deploy|change|release|commit)",
    r"\bwho (deployed|released|pushed|shipped)\b",
    r"\b(list|show)\b.{0,20}\b(deploy|change|release)",
)
_STEER = _any(
    r"\b(it|this|that)('s| is)? (was |definitely |really |probably )?(not|n't)\b",
    r"\b(it|this|that) (isn'?t|wasn'?t)\b",
    r"\brule(d)? out\b",
    r"\bignore\b",
    r"\bnot (the|a|our) \w+",
    r"\b(is|are) (fine|ok|okay|healthy|unrelated|innocent|a red herring)\b",
    r"\b(focus|concentrate) on\b",
    r"\b(i|we) (think|believe|suspect|restarted|rolled|reverted|scaled|disabled|know)\b",
)
_CHECK = re.compile(
    r"^\W*((please|pls|can you|could you|also|now|and)\s+)*(check|look at|look into|inspect)\b", re.IGNORECASE
)
_ASKS = _any(
    r"\?\s*$",
    r"^\W*(why|what|who|when|where|which|how|is|are|was|were|did|does|do|can|could|should)\b",
)
_SPAN = _any(
    r"\b(?:last|past)\s+(?:(\d{1,4})\s*)?(min(?:ute)?s?|h(?:our)?s?|d(?:ay)?s?|w(?:eek)?s?)\b",
    r"\b(today|yesterday)\b",
)
_CALLED_SERVICE = re.compile(r"\b([a-z0-9][a-z0-9._-]*) (?:service|pods?|deployment|app)\b")
_BY_LABEL = {
    Ask.MEMORY_RECALL: About.RECALL,
    Ask.INCIDENT_SUMMARY: About.CATCH_UP,
    Ask.POSTMORTEM: About.POSTMORTEM,
    Ask.DATA_RETRIEVAL: About.CHECK,
    Ask.COMPLEX_REASONING: About.WHY,
    Ask.SIMPLE_CLASSIFICATION: About.WHY,
    Ask.FEEDBACK: About.STEER,
    Ask.ADMINISTRATION: About.SETTINGS,
    Ask.NOT_FOR_US: About.SETTINGS,
    Ask.RESOLVE: About.STEER,
}
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_COMMON = frozenset(
    "the and for service services api app server svc ts prod db why what check not new".split()
)
LONGEST = timedelta(days=30)


def want_of(text: str, services: Collection[str], asked: Asked | None = None) -> Want:
    """Return what *text* wants; *services* are the names that this case's evidence knows, *asked* how it was read."""
    text = text[:2000]
    named = services_in(text, services)
    about = _about(text, asked or understand(text, in_thread=True))
    if about is About.WHY and named and _CHECK.search(text):
        about = About.CHECK
    return Want(about, named, span_in(text))


def _about(text: str, asked: Asked) -> About:
    asks = bool(_ASKS.search(text))
    about = _BY_LABEL[asked.label]
    if about is About.SETTINGS and not asked.sure:
        about = About.WHY if asks else About.STEER
    if about in {About.CHECK, About.WHY} and _CHANGED.search(text):
        return About.CHANGED
    if not asks and about in {About.CHECK, About.WHY, About.RECALL} and _STEER.search(text):
        return About.STEER
    return about


def services_in(text: str, services: Collection[str]) -> tuple[str, ...]:
    """Return the *services* that *text* names, also by a part of a compound name ("cart" for ts-cart-service)."""
    words = re.findall(r"[a-z0-9][a-z0-9._-]*[a-z0-9]|[a-z0-9]", text.lower())
    exact = [name for name in services if name.lower() in words]
    if exact:
        return tuple(sorted(exact))
    plain = {word for word in words if len(word) > 2} - _COMMON
    parts = {name: set(re.split(r"[^a-z0-9]+", name.lower())) - _COMMON for name in services}
    meant = tuple(sorted(name for name, of_it in parts.items() if of_it & plain))
    return meant or tuple(name for name in _CALLED_SERVICE.findall(text.lower()) if name not in _COMMON)[:1]


def span_in(text: str) -> timedelta:
    """Return how far back *text* asks to look; an hour when it does not say."""
    found = _SPAN.search(text)
    if not found:
        return timedelta(hours=1)
    if day := found.group(3):
        return timedelta(days=1 if day.lower() == "today" else 2)
    return max(
        timedelta(minutes=1), min(LONGEST, int(found.group(1) or 1) * _UNITS[found.group(2)[0].lower()])
    )
