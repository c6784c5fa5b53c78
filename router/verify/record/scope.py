"""How far a trouble reached: a part of it told as the whole, or the whole as a part, against cited evidence. Pure.

Silent where the claim denies or limits what it says, or tells of the part itself.
"""

import re
from collections.abc import Iterator

from router.outcomes import Finding, FindingCode
from router.verify.library import Library
from router.verify.reading.clauses import DENIED
from router.verify.statement import Statement

_WORLD = re.compile(r"\b(?:world-?wide|global(?:ly)?|everywhere)\b", re.IGNORECASE)
_ALONE = re.compile(
    r"\b(?:only|just|solely) in\b|\bin (?:the )?[\w-]+(?: [\w-]+)? (?:alone|only)\b", re.IGNORECASE
)
_WHOLLY = re.compile(
    r"\b(?:all(?! along)|every(?:thing)?|entire(?:ly)?|complete(?:ly)?|altogether|total(?:ly)?)\b",
    re.IGNORECASE,
)
_ALMOST = re.compile(r"\b(?:almost|nearly)\b", re.IGNORECASE)
_DOWN = re.compile(r"\b(?:down|fail(?:s|ed)?|unavailable|stopped|unreachable)\b", re.IGNORECASE)
_PARTLY = re.compile(
    r"\b(?:not all|only (?:one|some|a few)|intermittent|no downtime|continued (?:to )?(?:respond|work|serv)\w*)\b",
    re.IGNORECASE,
)


def scope(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the claims that reach further, or less far, than what they cite."""
    for claim in said.claims:
        if DENIED.search(claim.text):
            continue
        for item in library.cited(claim.evidence):
            if other := _narrowed(claim.text, item.text) or _made_whole(claim.text, item.text):
                told = f"“{claim.text[:120]}”: {item.id} says “{other[0]}”"
                yield Finding(FindingCode.CONTRADICTION, told, (item.id,))


def _narrowed(claim: str, text: str) -> re.Match[str] | None:
    """Return what *text* has everywhere and *claim* in one place alone."""
    return _WORLD.search(text) if _ALONE.search(claim) else None


def _made_whole(claim: str, text: str) -> re.Match[str] | None:
    """Return what *text* says of a part, or of a time, of the outage that *claim* makes one of everything."""
    whole = _WHOLLY.search(claim) and _DOWN.search(claim)
    return _PARTLY.search(text) if whole and not (_ALMOST.search(claim) or _PARTLY.search(claim)) else None
