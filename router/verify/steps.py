"""Whether a step helped, as a claim tells it, held against how the cited evidence says that it ended. Pure.

It speaks when everything cited tells one end, and the claim the other, of a step that both name. Evidence that tells
of several ends, or a claim that hedges, settles nothing.
"""

import re
from collections.abc import Iterator, Sequence

from router.outcomes import Finding, FindingCode
from router.verify.clocks import without_times
from router.verify.fixes import REMEDY
from router.verify.library import Item, Library, stems
from router.verify.statement import Statement

_NOT = (
    r"(?:(?:did|does|do|could|would|was|were|has|have|had|is)\s?(?:not|n['’]?t)|(?:did|does|could|would)nt|"
    r"cannot|never)"
)
_IN_VAIN = re.compile(
    rf"\b{_NOT} (?:\w+ly )?(?:help|work|fix|re?solv|solv|address|chang|cur|clear|reliev|improv)\w*|"
    r"\b(?:no effect|no avail|no improvement|made no difference|in vain|without (?:success|effect)|unsuccessful\w*)\b|"
    r"\b(?:remain\w*|stay\w*|still|continu\w*|persist\w*)\b[^.;]*\b(?:despite|in spite of|even after)\b|"
    r"\b(?:persist(?:s|ed)|(?:remain|stay)(?:s|ed) (?:elevated|high|down|slow|unchanged|unhealthy|degraded))\b"
    r"[^.;]*\bafter\b",
    re.IGNORECASE,
)
_HELPED = re.compile(
    r"\b(?:(?:help|work|clear|end|repair|reliev)(?:s|ed)|(?:fix|address)(?:es|ed)|(?:re)?solve[sd]|"
    r"(?:remove|cure|restore|mitigate|settle|improve)[sd]|stop(?:s|ped) the|(?:brought|gave) relief|"
    r"put (?:\w+ ){1,3}right|did the trick|"
    r"(?:brought|brings|took|takes|got|gets) (?:[\w'’-]+ ){1,4}?(?:back|down|up|under control|to normal)|"
    r"made (?:[\w-]+ ){1,4}(?:healthy|available|disappear|go away|stop))\b",
    re.IGNORECASE,
)
_WELL = re.compile(
    r"\b(?:success\w*|succeed\w*|recover\w*|restor\w*|repaired|resolved|mitigated|fixed|healthy|available|"
    r"normal\w*|stabili[sz]\w*|subsid\w*|cleared|worked)\b",
    re.IGNORECASE,
)
_ILL = re.compile(
    r"\b(?:err\w*|fail\w*|refus\w*|reject\w*|denied|time[d]?[ -]?outs?|crash\w*|unable|unavailable|un\w+|warn\w*|"
    r"no|not|never|without|but|however|despite|only|partial\w*|first|until|still|wrong\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
_SUCCEEDED = re.compile(r"\b(?:successfully|succeeded)\b", re.IGNORECASE)
_FAILED = re.compile(
    r"\b(?:failed|fails|could not|couldn['’]t|was unable|were unable|did not succeed|never succeeded)\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:no|not|never|none|nothing|neither|nor|without|cannot|unable|fail\w*|only|hardly|barely|little|vain|despite|instead|"
    r"rather|tried|attempt\w*|meant|supposed|hoped|expected|should|would|could|might|may|whether|if|until|later|finally|"
    r"eventually|second|another|other|too|yet|still|partly|some|briefly|nobody)\b|n['’]?t\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:success\w*|succe\w+|after|before|when|but|yet|although|though|while|despite|had|no|not|never)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;:]\s|\b(?:but|while|whereas)\b", re.IGNORECASE
)  # "restarting did not help, sweeping did"
_POINTS_BACK = re.compile(
    r"\W*(?:and )?(?:that|this|it|these|those|they|which|none|neither)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+")


def steps(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims of a step that helped where it did not, or that failed where it succeeded."""
    for claim in said.claims:
        cited = library.cited(dict.fromkeys(claim.evidence))
        if item := _helped_not(claim.text, cited) or _failed_not(claim.text, cited):
            text = f"“{claim.text[:120]}”: {item.id} tells that it ended otherwise"
            yield Finding(FindingCode.CONTRADICTION, text, (item.id,))


def _helped_not(text: str, cited: Sequence[Item]) -> Item | None:
    """Return what tells of a step in vain that *text* tells to have helped, when nothing cited tells of success."""
    if (
        not _HELPED.search(text)
        or _HEDGED.search(text)
        or any(_WELL.search(_IN_VAIN.sub("", i.text)) for i in cited)
    ):
        return None
    told = frozenset(stems(_HELPED.sub("", without_times(text))))
    for item in cited:
        for step in _steps_in_vain(item):
            shared = told & frozenset(stems(f"{step} {item.service}"))
            if len(shared) > 1 or shared & REMEDY:
                return item
    return None


def _steps_in_vain(item: Item) -> Iterator[str]:
    """Yield the words of *item* on each step in vain: of its clause, and of those before that it points back to."""
    for sentence in _SENTENCE.split(without_times(item.text)):
        before = ""
        for clause in _CLAUSE.split(sentence):
            if _IN_VAIN.search(clause):
                yield f"{before} {clause}" if _POINTS_BACK.match(clause) else clause
            before = f"{before} {clause}"


def _failed_not(text: str, cited: Sequence[Item]) -> Item | None:
    """Return what tells of success where *text* tells of failure, when all that is cited does and of nothing else."""
    if not _FAILED.search(text) or _ASIDE.search(_FAILED.sub("", text)):
        return None
    if any(not _SUCCEEDED.search(item.text) or _ILL.search(item.text) for item in cited):
        return None
    told = frozenset(stems(text))
    return next((item for item in cited if len(told & item.stems) > 1), None)
