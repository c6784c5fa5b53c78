"""Whether a step helped, as a claim tells it, held against cited evidence that has it in vain. Pure.

Silent when a claim hedges or denies, when anything cited tells of success, and of steps that claim and evidence do not
both name.
"""

import re
from collections.abc import Iterator, Sequence

from router.outcomes import Finding, FindingCode
from router.verify.library import Item, Library, stems
from router.verify.reading.clauses import CLAUSE, DENIED, SENTENCE
from router.verify.reading.clocks import without_times
from router.verify.record.attempts import IN_VAIN, REMEDY
from router.verify.statement import Statement

_HELPED = re.compile(
    r"\b(?:(?:help|work|clear)(?:s|ed)|(?:fix|address)(?:es|ed)|(?:re)?solve[sd]|"
    r"(?:remove|cure|restore|mitigate|improve)[sd]|"
    r"(?:brought|brings|took|takes|got|gets) (?:[\w'’-]+ ){1,4}?(?:back|down|up|under control|to normal))\b",
    re.IGNORECASE,
)
_WELL = re.compile(
    r"\b(?:success\w*|succeed\w*|recover\w*|restor\w*|repaired|resolved|mitigated|fixed|healthy|normal\w*)\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:unable|fail\w*|only|hardly|barely|little|vain|despite|instead|rather|tried|attempt\w*|meant|supposed|hoped|"
    r"expected|should|would|could|might|may|whether|if|until|later|finally|eventually|second|another|other|too|yet|"
    r"still|partly|some|briefly)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(r"\W*(?:and )?(?:that|this|it|these|those|they|which)\b", re.IGNORECASE)


def steps(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims of a step that helped where what they cite tells that it did not."""
    for claim in said.claims:
        if item := _in_vain(claim.text, library.cited(dict.fromkeys(claim.evidence))):
            text = f"“{claim.text[:120]}”: {item.id} tells that it did not help"
            yield Finding(FindingCode.CONTRADICTION, text, (item.id,))


def _in_vain(text: str, cited: Sequence[Item]) -> Item | None:
    """Return what tells of a step in vain that *text* tells to have helped."""
    if not _HELPED.search(text) or _HEDGED.search(text) or DENIED.search(text):
        return None
    if any(_WELL.search(IN_VAIN.sub("", item.text)) for item in cited):
        return None
    told = frozenset(stems(_HELPED.sub("", without_times(text))))
    for item in cited:
        for step in _steps_in_vain(item.text):
            shared = told & frozenset(stems(f"{step} {item.service}"))
            if len(shared) > 1 or shared & REMEDY:
                return item
    return None


def _steps_in_vain(text: str) -> Iterator[str]:
    """Yield the words on each step in vain: of its clause, and of those before that it points back to."""
    for sentence in SENTENCE.split(without_times(text)):
        before = ""
        for clause in CLAUSE.split(sentence):
            if IN_VAIN.search(clause):
                yield f"{before} {clause}" if _POINTS_BACK.match(clause) else clause
            before = f"{before} {clause}"
