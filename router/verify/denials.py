"""What the cited evidence denies, told as so: "no data was lost" against "some data was lost". Pure.

The burden is high: one piece is cited, it has the verb once and denies it, and the claim has the same form of it, of
the same things, with no word that denies, hedges or hinders.
"""

import re
from collections.abc import Iterator

from router.outcomes import Finding, FindingCode
from router.verify.library import Item, Library, stems
from router.verify.statement import Statement

_VERB = r"\w+(?:ed|wn|st|et|ade|ent|ken|ft|en)"  # lost, set, made, sent, taken, left, seen
_NO = re.compile(
    r"\b(?:no|none of the) (?P<things>(?:[\w-]+ ){1,4}?)(?:was|were|is|are|(?:has|have|had) been) "
    rf"(?P<verb>{_VERB})\b|"
    r"\b(?P<subject>(?:[\w-]+ ){1,4})(?:(?:was|were|is|are) (?:not|never)|(?:was|were|is|are)n['’]t) "
    rf"(?P<passive>{_VERB})\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:no|not|none|nothing|nobody|never|neither|nor|without|cannot|unable|fail\w*|stop\w*|refus\w*|forb\w+|block\w*|"
    r"prevent\w*|den(?:y|ied|ies)|only|hardly|barely|little|few|zero|0|lack\w*|miss\w*|un\w+|until|later|before|after|once|"
    r"should|would|could|might|may|must|whether|if|to be|being|been)\b|n['’]?t\b",
    re.IGNORECASE,
)


def denials(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims that tell as so what the one piece that they cite denies."""
    for claim in said.claims:
        cited = library.cited(dict.fromkeys(claim.evidence))
        if len(cited) == 1 and not _HEDGED.search(claim.text) and (denied := _denied(claim.text, cited[0])):
            text = f"“{claim.text[:120]}”: {cited[0].id} says “{denied}”"
            yield Finding(FindingCode.CONTRADICTION, text, claim.evidence)


def _denied(text: str, item: Item) -> str:
    """Return the words of *item* that deny what *text* tells of all the same things."""
    for found in _NO.finditer(item.text):
        verb = (found["verb"] or found["passive"]).lower()
        things = frozenset(stems(found["things"] or found["subject"]))
        same = re.search(rf"\b(?:was|were|is|are|got) (?:\w+ly )?{re.escape(verb)}\b", text, re.IGNORECASE)
        once = len(re.findall(rf"\b{re.escape(verb)}\b", item.text, re.IGNORECASE)) == 1
        if same and once and things and things <= frozenset(stems(text[: same.start()])):
            return found[0]
    return ""
