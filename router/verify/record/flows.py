"""Who calls whom, and what goes where, held against the "A -> B" and "from A to B" of the cited evidence. Pure.

Silent unless a claim names both ends once and in one clause, the second before the first, with a word of calling or
moving between them; answers and what is undone go back by right.
"""

import re
from collections.abc import Iterator

from router.outcomes import Finding, FindingCode
from router.verify.library import Item, Library
from router.verify.reading.clauses import CLAUSE, DENIED
from router.verify.statement import Statement

_NAME = r"`?([A-Za-z][\w.@-]*\w)`?"
_FLOW = re.compile(rf"(?<![\w.-]){_NAME} ?-> ?{_NAME}|\bfrom (?:the )?{_NAME} (?:in)?to (?:the )?{_NAME}")
_GOES = re.compile(
    r"\b(?:call|request|quer|wait|traffic|connect|sen[dt]|data|mov|cop|went|from)\w*|->", re.IGNORECASE
)
_BACK = re.compile(r"\b(?:answer|respon|repl(?:y|ie)|return|back|revert|undo)\w*", re.IGNORECASE)
_ONWARD = re.compile(r"(?:\b(?:to|into|on|for|call(?:s|ed|ing)?)|->)(?: the)? `?$", re.IGNORECASE)
_BACKWARD = re.compile(r"\b(?:by|from)(?: the)? `?$", re.IGNORECASE)


def flows(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims that turn round what calls what, or what went where."""
    every = {flow for item in library.items for flow in _told(item)}
    for claim in said.claims:
        for item in library.cited(claim.evidence):
            for one, other in _told(item):
                if (other, one) not in every and _leads(claim.text, other, one):
                    text = f"“{claim.text[:120]}”: {item.id} says {one} -> {other}"
                    yield Finding(FindingCode.CONTRADICTION, text, (item.id,))


def _told(item: Item) -> Iterator[tuple[str, str]]:
    for found in _FLOW.finditer(item.text):
        one, other = found[1] or found[3], found[2] or found[4]
        if one.lower() != other.lower():
            yield one.lower(), other.lower()


def _leads(text: str, source: str, target: str) -> bool:
    """Say whether *text* tells of a call or a move from *source* to *target*."""
    there = [
        [*re.finditer(rf"(?<![\w.-]){re.escape(one)}(?![\w-]|\.\w)", text, re.IGNORECASE)]
        for one in (source, target)
    ]
    if [len(found) for found in there] != [1, 1] or _BACK.search(text) or DENIED.search(text):
        return False
    (first,), (second,) = there
    a, b = sorted((first, second), key=lambda found: found.start())
    between = text[a.end() : b.start()]
    if CLAUSE.search(between) or not _GOES.search(text[max(0, a.start() - 12) : b.start()]):
        return False
    return (_ONWARD if a is first else _BACKWARD).search(between) is not None
