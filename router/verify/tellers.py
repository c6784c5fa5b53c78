"""Who told of it: people or a watch, and the log of which service, held against the cited evidence. Pure.

People who complain and a watch that pages are told apart by plain words. It speaks when all that is cited names only
the other one; evidence that names both, or neither, settles nothing.
"""

import re
from collections.abc import Iterator, Sequence

from router.outcomes import Finding, FindingCode
from router.verify.library import Item, Library, squashed
from router.verify.statement import Statement

_PEOPLE = r"(?:(?:end[- ])?users?|customers?|developers?|visitors?|shoppers?|subscribers?|tenants?)"
_WATCH = (
    r"(?:monitoring|monitors?|alarms?|alerts?|alerting|pingdom|pagerduty|pagers?|watchdogs?|alertmanager|"
    r"synthetic (?:checks?|probes?)|uptime (?:checks?|robot)|health ?checks?)"
)
_TELL = (
    r"(?:(?:to )?(?:report|notic|complain|rais|flag|spott?|inform|warn|detect)(?:e|s|es|ed|ing)?|(?:to )?tells?|told|"
    r"alert(?:s|ed) us|paged|caught)"
)
_WORDS = r"(?:(?! by\b)[ ,]+[\w’'-]+){0,7}?"


def _anyone(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _tells(who: str) -> re.Pattern[str]:
    return _anyone(
        rf"\b{who}\b{_WORDS} {_TELL}\b",
        rf"\b(?:report|notic|rais|flag|spot|detect|caught)\w*(?: \w+)? by (?:\w+ ){{0,3}}?{who}\b",
        rf"\b{who}(?:['’]s?)? (?:reports?|complaints?|tickets?)\b",
    )


_PEOPLE_TELL, _WATCH_TELLS = _tells(_PEOPLE), _tells(_WATCH)
_WATCH_TOLD = _anyone(
    r"\b(?:pingdom|pagerduty|alertmanager)\b",
    r"\b(?:monitoring (?:alert|alarm|detect)|automated (?:alert|alarm|warning|monitor)|alarm (?:fired|went))\w*",
)
_HAS_PEOPLE = _anyone(rf"\b{_PEOPLE}\b")
_HAS_PEOPLE_OR_WORD = _anyone(
    _HAS_PEOPLE.pattern, r"\b(?:support|tickets?|complain\w*|callers?|someone|somebody|reported|slack)\b|#\w"
)
_HAS_WATCH = _anyone(rf"\b{_WATCH}\b", r"\bautomat\w+|\bpaged\b|\bfir(?:ed|ing)\b")
_ALERTED_US = _anyone(r"\balert(?:s|ed) us\b")
_BUT_NOT = _anyone(r",? ?\b(?:and not|not|rather than|instead of) (?:by |the |any |a |an )*[\w-]+,?")
_DENIED = _anyone(r"\b(?:no|not|none|nobody|never|neither|nor|without|before|until)\b|n['’]t\b")
_LOGGED = r"(?:itself )?(?:logged|logs|wrote|writes|printed|prints|threw|throws|complained|complains)\b"


def tellers(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims that put a report, or a line of a log, to another than the evidence does."""
    services = {item.service for item in library.items if item.service}
    for claim in said.claims:
        cited = library.cited(dict.fromkeys(claim.evidence))
        if cited and (why := _other_kind(claim.text, cited) or _other_log(claim.text, cited, services)):
            yield Finding(FindingCode.CONTRADICTION, f"“{claim.text[:120]}”: {why}", claim.evidence)


def _other_kind(text: str, cited: Sequence[Item]) -> str:
    """Say that all of *cited* names people where *text* has a watch tell, or the other way round."""
    own = _BUT_NOT.sub("", text)  # "an alarm, not the users, told"
    told = " ".join(f"{item.text} {item.service}" for item in cited)
    if _DENIED.search(own):
        return ""
    if _PEOPLE_TELL.search(own) and not _HAS_WATCH.search(own):
        watched = _WATCH_TOLD.search(told) and not _HAS_PEOPLE_OR_WORD.search(told)
        return f"{cited[0].id} names a watch and no people" if watched else ""
    if _WATCH_TELLS.search(own) and not _HAS_PEOPLE.search(own):
        heard = _PEOPLE_TELL.search(told) and not _HAS_WATCH.search(_ALERTED_US.sub("", told))
        return f"{cited[0].id} names people and no watch" if heard else ""
    return ""


def _other_log(text: str, cited: Sequence[Item], services: set[str]) -> str:
    """Say that what *text* has one service log is a line of another that does not speak of it."""
    if any(item.kind != "log" for item in cited):
        return ""
    for one in services:
        name = rf"(?<![\w.-]){re.escape(one)}(?![\w-])"
        logs = _anyone(
            rf"{name} {_LOGGED}", rf"\blogs? of (?:the )?{name}", rf"{name}['’]s? (?:own )?logs?\b"
        )
        theirs = any(squashed(one) in i.squashed or squashed(i.service) in squashed(one) for i in cited)
        if logs.search(text) and not theirs:
            return f"{cited[0].id} is of {cited[0].service}"
    return ""
