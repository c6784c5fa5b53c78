"""Whether there is a reading at all: one that is cited is not lacking, and a tool's error shows none. Pure."""

import re
from collections.abc import Iterator, Sequence

from router.outcomes import Finding, FindingCode
from router.verify.library import Item, Library, squashed, stems
from router.verify.statement import Statement

_NO_DATA = re.compile(
    r"\b(?:no|not any|without(?: any)?) ((?:[a-z]+ )?)"
    r"(?:data|metrics?|figures?|measurements?|samples?|series|readings?|values?) (?:for|of|on|about|from) (?:the )?"
    r"([a-z][\w.-]*)(?![^.,;:]*\b(?:exceed\w*|above|below|over|under|reach\w*|f[ae]ll\w*|dropp?\w*|rises?|rose|goes|went|"
    r"\w+er than|more|less)\b)",  # "no sample of its latency exceeds 0.09 s" denies none
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:no|not|nothing|none|never|without|cannot|could|unable|unknown|fail\w*|errors?|missing|unavailable|lack\w*|"
    r"empty|refus\w*|den(?:y|ied|ies)|reject\w*|invalid|code|absent)\b|n['’]?t\b",
    re.IGNORECASE,
)
_TOOL_FAILED = re.compile(r"\bfailed with (?:return|exit) code [1-9]", re.IGNORECASE)
_SHOWS = re.compile(r"\b(?:show(?:s|ed)|reads?|report(?:s|ed)|gives?|gave)\b", re.IGNORECASE)


def available(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims that deny a reading that they cite, or read one from the error of a tool."""
    for claim in said.claims:
        cited = library.cited(claim.evidence)
        if item := _denied(claim.text, cited) or _made_up(claim.text, cited):
            told = f"“{claim.text[:120]}”: {item.id} says “{item.text[:120]}”"
            yield Finding(FindingCode.CONTRADICTION, told, (item.id,))


def _denied(text: str, cited: Sequence[Item]) -> Item | None:
    """Return the readings of a service among *cited*, when *text* says that there are none."""
    for found in _NO_DATA.finditer(text):
        what, flat = frozenset(stems(found[1])), squashed(found[2])
        for item in cited:
            has = item.kind == "metric" and squashed(item.service) == flat and item.quantities
            if has and what <= item.stems and not _NONE.search(item.text):
                return item
    return None


def _made_up(text: str, cited: Sequence[Item]) -> Item | None:
    """Return the error of a tool from which *text* reads what the tool would have shown."""
    if not cited or not _SHOWS.search(text) or _NONE.search(text):
        return None
    return cited[0] if all(_TOOL_FAILED.search(item.text) for item in cited) else None
