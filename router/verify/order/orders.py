"""Which of two things a sentence tells as the earlier one: "X before Y", "only after Y", "X first, then Y". Pure.

It knows no evidence. A sentence that denies or wonders tells no order, nor does one that gives it in another way.
"""

import re

from router.verify.library import stems
from router.verify.reading.words import SMALL

_DETERMINED = (
    r"(?= (?:the|an?|its?|their|our|this|that|[A-Z\W])[\w ]+\b)"  # "followed the page", not "at noon"
)
_BEFORE = r"before|ahead of|prior to|(?:earlier|sooner) than|preced(?:ed|es|ing)"
_AFTER = (
    rf"after|later than|following|only once|follow(?:ed|s){_DETERMINED}"
    r"(?! an? (?:\w+ ){0,2}(?:minute|hour|second|day)|by)"
)
_IT = r"(?:it|that|this|them|those|these|which)"
_THAT = rf"{_IT}(?! (?!(?:the|an?|its?|their|our|all|most)\b)\w)"  # and not "after that apply"
_LATER = rf"(?:later|afterwards?|thereafter|followed|next|after {_THAT})"
_END = r"(?=[,;:()]|\s[—–-]\s|\.\s|\.?$|\s(?:and|but|while|so|by)\s)"
_THEN = (
    r"(?:[,;]\s*(?:and |but )?(?:only )?then\b|\sand (?:only )?then\b|"
    r",? and only (?:later|afterwards|after that)\b)"
)
_WHEN = r"(?:when|by the time(?: that)?)"


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ALREADY = _pattern(
    rf"(?:{_WHEN} (?P<later>[^,;]+), (?P<earlier>.*\balready\b.*)|"
    rf"(?P<first>.*\balready\b.*?) {_WHEN} (?P<second>[^,;]+))"
)
_HEADED = _pattern(
    rf"(?P<head>[^,;]{{0,40}}?)\b(?P<word>{_BEFORE}|{_AFTER}) (?P<one>[^,;]+), "
    rf"(?P<other>(?!.*\b(?:{_BEFORE}|after)\b)[^;]+)"
)
_PASSIVE = _pattern(
    r"(?P<one>[^;]+?),? (?:(?:was|were|is|are|and|being) )?(?P<word>followed|preceded) (?:\w+ ){0,4}?by (?P<other>.+)"
)
_BETWEEN = _pattern(
    rf"(?P<one>(?:[^;:()]|(?<=\d):(?=\d))+?)[,]?\s\b(?P<word>{_BEFORE}|{_AFTER})\b (?!{_THAT})"
    rf"(?P<other>.+?){_END}"
)
_IN_TURN = (
    _pattern(
        rf"(?P<one>.*\bfirst\b[^,;]*)(?:[,;]|\s(?:and|then)\b)\s*(?P<other>.*\b(?:{_LATER}|then|second$)\b.*)"
    ),
    _pattern(rf"(?P<one>[^;]+?){_THEN}\s*(?P<other>.+)"),
    _pattern(rf"(?P<one>[^;]+?)(?:,? (?:and|with)|[,;]) (?P<other>[^,;]+?\b{_LATER}.*)"),
)
_DENIED = _pattern(
    r"\b(?:no|not|never|neither|nor|without|instead|rather|cannot|until|unless|whether)\b|n['’]t\b"
)
_PART = re.compile(r",? (?:and|but|so|while) |, ")
_FIRST_OF_TWO = _pattern(rf"(?:{_BEFORE}|preceded)")
_SAID_OF_ANY = frozenset(
    stems(
        "second minute hour day week quarter half third good exactly first earlier later time come came follow "
        f"precede {' '.join(SMALL)}"
    )
)


def telling(words: str) -> frozenset[str]:
    """Return the stems of *words* that tell what happened, and not how long or in which turn."""
    return frozenset(stems(words)) - _SAID_OF_ANY


def order(text: str) -> tuple[str, str] | None:
    """Return what came earlier and what came later as *text* tells it, None when it tells no order."""
    text = text.rstrip(". ")
    if _DENIED.search(text):
        return None
    return _by_connective(text) or next(
        ((found["one"], found["other"]) for one in _IN_TURN if (found := one.fullmatch(text))), None
    )


def _by_connective(text: str) -> tuple[str, str] | None:
    if found := _ALREADY.fullmatch(text):
        return found["earlier"] or found["first"], found["later"] or found["second"]
    if (found := _HEADED.fullmatch(text)) and not telling(found["head"]):
        return _turned(found["other"], found["one"], found["word"])
    if found := _PASSIVE.fullmatch(text):
        turned = found["word"].lower() == "preceded"
        return (found["other"], found["one"]) if turned else (found["one"], found["other"])
    if found := _BETWEEN.match(text):
        parts = [part for part in _PART.split(found["one"]) if telling(part)]
        return _turned(parts[-1] if parts else found["one"], found["other"], found["word"])
    return None


def _turned(one: str, other: str, word: str) -> tuple[str, str]:
    return (one, other) if _FIRST_OF_TWO.fullmatch(word) else (other, one)
