"""How far something reached: a part that a claim tells as the whole, or as another part. Pure."""

import re
from collections.abc import Iterator

from router.outcomes import Finding, FindingCode
from router.verify.library import Library
from router.verify.statement import Statement

_OUTSIDE = re.compile(r"\bnon[- ]([a-z]{4,})", re.IGNORECASE)
_LIMITS = re.compile(
    r"\b(?:no|not|never|none|without|other than|outside|except|only)\b|n['’]t\b", re.IGNORECASE
)
_EVERY = re.compile(r"\b(?:every|all|each|any)(?: of the| the)? ([a-z]{4,}?)s?\b", re.IGNORECASE)
_WORLD = re.compile(r"\b(?:world-?wide|global(?:ly)?|everywhere)\b", re.IGNORECASE)
_ALONE = re.compile(
    r"\b(?:only|just|solely) in\b|\bin (?:the )?[\w-]+(?: [\w-]+)? (?:alone|only)\b", re.IGNORECASE
)
_WHOLLY = re.compile(
    r"\b(?:all(?! along)|every|everything|entire(?:ly)?|complete(?:ly)?|altogether|total(?:ly)?|"
    r"without (?:interruption|a break))\b",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:no|not|never|none|nor|almost|nearly)\b|n['’]t\b", re.IGNORECASE)
_DOWN = re.compile(
    r"\b(?:down|fail(?:s|ed)?|unavailable|stopped|unreachable|broken|out of service)\b", re.IGNORECASE
)
_PARTLY = re.compile(
    r"\b(?:not all|only (?:one|some|a few)|intermittent|no downtime|"
    r"continued (?:to (?:respond|work|serve)|responding))\b",
    re.IGNORECASE,
)


def scope(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the claims that reach further, less far or elsewhere than what they cite."""
    for claim in said.claims:
        text = " ".join(f"{item.text} {item.service}" for item in library.cited(claim.evidence))
        held = (check(claim.text, text) for check in (_swapped, _widened, _narrowed, _made_whole))
        if other := next(filter(None, held), None):
            told = f"“{claim.text[:120]}”: {', '.join(claim.evidence)} says “{other}”"
            yield Finding(FindingCode.CONTRADICTION, told, claim.evidence)


def _swapped(claim: str, text: str) -> str | None:
    """Return what stands in *text* with "non-" only, and in *claim* without it."""
    if _LIMITS.search(claim) or _OUTSIDE.search(claim):
        return None
    for found in _OUTSIDE.finditer(text):
        plain = re.compile(rf"(?<!non-)(?<!non )\b{found[1]}", re.IGNORECASE)
        if plain.search(claim) and not plain.search(text):
            return found[0]
    return None


def _widened(claim: str, text: str) -> str | None:
    """Return the one "US region" of *text* of which *claim* makes every region."""
    for found in _EVERY.finditer(claim):
        noun = found[1].lower()
        one = re.search(rf"\b(?:in|for|of|to) (the [A-Z][\w-]* {noun})\b", text)
        many = rf"\b(?:every|all|each|any|both)\b(?: [\w-]+)? {noun}|\b{noun}s\b"
        if one and not (re.search(many, text, re.IGNORECASE) or _WORLD.search(text)):
            return one[1]
    return None


def _narrowed(claim: str, text: str) -> str | None:
    found = (
        _WORLD.search(text) if _ALONE.search(claim) and not _LIMITS.search(_ALONE.sub("", claim)) else None
    )
    return found[0] if found else None


def _made_whole(claim: str, text: str) -> str | None:
    """Return what *text* says of a part, or of a time, of the outage that *claim* makes one of everything."""
    if _DENIES.search(claim) or _PARTLY.search(claim) or not (_WHOLLY.search(claim) and _DOWN.search(claim)):
        return None
    found = _PARTLY.search(text)
    return found[0] if found else None
