"""How a number is said: as it is, roughly, or as a bound, by the words around it. Pure; it knows no numbers."""

import re
from enum import StrEnum


class Hedge(StrEnum):
    """How a number is said: as it is, roughly, or as a bound."""

    EXACT = "exact"
    ABOUT = "about"
    OVER = "over"
    UNDER = "under"
    NEARLY = "nearly"


_OVER = re.compile(
    r"(?:\b(?:more|longer|higher|greater|later) than|over|at least|above|exceed\w*|in excess of|beyond|"
    r"upwards? of|north of|(?<!the )past|passed|\btopp\w+|a good|good|just over|(?<![-=])>=?)\s*(?:the |an? )?$",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"(?:\b(?:less|fewer|lower|shorter|sooner|earlier) than|under|below|within|at most|"
    r"up to|(?:never|not) (?:quite )?reach\w*|"
    r"more (?:often|frequently) than (?:once )?every|<=?)\s*(?:the |an? )?$",
    re.IGNORECASE,
)
_NEARLY = re.compile(
    r"(?:just under|just short of|shy of|almost|nearly|nearing|approaching|not quite|not even)"
    r"\s*(?:the |an? )?$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:about|around|roughly|some|(?:close|nigh) (?:to|on)|getting on for|barely|hardly|scarcely|"
    r"approximately|approx\.?|circa|\bca?\.|near|~|≈|like)\s*(?:the |an? |minus )?$",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:no|none|nothing|neither|nobody|without|not (?:one|a single))\b[^.,:;]*(?<!\bin)(?<!\bfor)(?<!\bafter)\s$|"
    r"(?:\b(?:never|not)|n['’]t)\s(?:\w+\s)?$",
    re.IGNORECASE,
)
_TURNED = {Hedge.OVER: Hedge.UNDER, Hedge.UNDER: Hedge.OVER}
_AFTER = re.compile(
    r"^(?:([ -]?(?:odd|ish|something)\b|(?: [a-z]+){0,4} (?:or so|give or take|thereabouts|roughly)\b)|"
    r"(?: [a-z]+){0,3} (?:(at least|at a minimum|or more|and more|and counting)|at most|or less|or fewer)\b)"
)


def hedge(before: str, after: str = "", plain: Hedge = Hedge.EXACT) -> Hedge:
    """Return how a number is said between *before* and *after*; *plain* when they say nothing of it."""
    if found := _AFTER.match(after):
        return Hedge.ABOUT if found[1] else Hedge.OVER if found[2] else Hedge.UNDER
    for pattern, kind in (
        (_ABOUT, Hedge.ABOUT),
        (_NEARLY, Hedge.NEARLY),
        (_OVER, Hedge.OVER),
        (_UNDER, Hedge.UNDER),
    ):
        if found := pattern.search(before):
            return _TURNED.get(kind, kind) if _NOT.search(before[: found.start()]) else kind
    return plain
