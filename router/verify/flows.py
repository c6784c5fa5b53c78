"""Who calls whom and what goes where, held against the "A -> B" and "from A to B" of the cited evidence. Pure.

A claim turns a flow round when it names both ends once and a word of calling or moving leads from the second to the
first. Answers and what was undone go the other way by right, and are left alone.
"""

import re
from collections.abc import Iterator

from router.outcomes import Finding, FindingCode
from router.verify.library import Item, Library
from router.verify.statement import Statement

_NAME = r"[A-Za-z][\w.@-]*\w"
_FLOW = re.compile(
    rf"`?(?<![\w.-])({_NAME})`? ?(?:->|→|=>) ?`?({_NAME})|\bfrom (?:the )?`?({_NAME})`? (?:in)?to (?:the )?`?({_NAME})"
)
_CALLS = re.compile(
    r"\b(?:calls?|called|calling|requests?|quer(?:y|ies|ied)|asks?|waits?|waiting|traffic|connects?|connections?|sends?|sent|"
    r"talks?|invok\w+|transfer\w*|data|flow\w*|pour\w*|rout\w+|forward\w*|depends?|mov\w+|cop(?:y|ies|ied)|switch\w*|went)\b|"
    r"\bfrom\b|->|→",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(?:answer\w*|respon\w+|repl(?:y|ies|ied)|return\w*|back|revert\w*|undo\w*|undone|not|never|no|instead|rather)\b|n['’]t\b",
    re.IGNORECASE,
)
_ONWARD = re.compile(
    r"(?:\b(?:to|into|towards|for|on|call(?:s|ed|ing)?|asks?|quer(?:y|ies|ied)|invoke[sd]?)|->|→)(?: the)? [`\"“]?$",
    re.IGNORECASE,
)
_BACKWARD = re.compile(r"\b(?:by|from)(?: the)? [`\"“]?$", re.IGNORECASE)


def flows(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims that turn round what calls what, or what went where."""
    every = {flow for item in library.items for flow in _told(item)}
    for claim in said.claims:
        for item in library.cited(claim.evidence):
            for one, other in _told(item):
                if (other, one) not in every and leads(claim.text, other, one):
                    text = f"“{claim.text[:120]}”: {item.id} says {one} -> {other}"
                    yield Finding(FindingCode.CONTRADICTION, text, (item.id,))


def _told(item: Item) -> Iterator[tuple[str, str]]:
    for found in _FLOW.finditer(item.text):
        one, other = found[1] or found[3], found[2] or found[4]
        if one.lower() != other.lower():
            yield one.lower(), other.lower()


def leads(text: str, source: str, target: str) -> bool:
    """Say whether *text* tells of a call or a move from *source* to *target*."""
    there = [
        [*re.finditer(rf"(?<![\w.-]){re.escape(one)}(?![\w-]|\.\w)", text, re.IGNORECASE)]
        for one in (source, target)
    ]
    if [len(found) for found in there] != [1, 1] or _BACK.search(text):
        return False
    (first,), (second,) = there
    forward = first.start() < second.start()
    a, b = (first, second) if forward else (second, first)
    between = text[a.end() : b.start()]
    if re.search(r"[,;:.] ", between) or not _CALLS.search(text[max(0, a.start() - 12) : b.start()]):
        return False
    return (_ONWARD if forward else _BACKWARD).search(between) is not None
