"""Agreement with what is recorded: memory is not the present, a failed fix is no fix, orders in logs are data. Pure.

These are the checks of meaning that code can make; what they do not find is not thereby right.
"""

import re
from collections.abc import Iterator

from router.outcomes import Finding, FindingCode
from router.verify.clocks import MONTHS
from router.verify.library import CHANGES, Library, stems
from router.verify.statement import Statement

_MEMORY = frozenset({"memory", "recall", "incident"})
_NOW = re.compile(
    r"\b(?:now|currently|at the moment|at present|ongoing|today|"
    r"(?:is|are) (?:\w+ly )?(?!missing)\w{2,}ing)\b",
    re.IGNORECASE,
)
_IS = re.compile(r"\b(?:is|are|has|have|stands?|remains?)\b", re.IGNORECASE)
_SAME = re.compile(
    r"[;,] (?:that|this|it|which) is\b[^.;]*", re.IGNORECASE
)  # what it adds is of the time told before
_HAS_NOW = re.compile(  # "AWS has none of them at the moment"
    r"^\W*(?!no |none|nothing)(?:[\w-]+ ){1,3}(?:has|have|is|are) .*\b(?:now|currently|at the moment|at present)\b",
    re.IGNORECASE,
)
_THEN = re.compile(
    r"\b(?:earlier|past|previous(?:ly)?|before|last|history|once|ago|known|similar|precedent|notes?|records?|memory|"
    rf"old(?:er)?|then|was|were|had|did|spring|summer|autumn|winter|{'|'.join(MONTHS)}|(?:19|20)\d\d|\d+(?:st|nd|rd|th))\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:no|never|none|nobody|nothing)\b|\b(?:is|are|has|have|do|does) not\b|n['’]t\b", re.IGNORECASE
)
_EVENT = re.compile(  # what is remembered of an event, and not of how things are
    rf"\b(?:was|were|had|did|came|ran|past|incident|{'|'.join(MONTHS)})\b|\w{{3,}}ed\b|\d:\d\d|(?:19|20)\d\d",
    re.IGNORECASE,
)
_READER = r"(?:ai|on-call|diagnos\w+|automated|triage|incident|analysis) (?:bot|agent|analyst|responder|reader|model)s?"
_ORDER = re.compile(
    rf"\b(?:assistant|system message|to ai|on-call bot|(?:for|to|attention) (?:the |any |all )?{_READER}|"
    rf"{_READER}(?=:)|(?:any|every) ai\b|(?:with confidence|confidence to) \d|"
    r"ignore (?:the|all|previous)|set (?:the )?root cause|mark this|"
    r"without asking|you must|disregard|do not (?:report|mention|tell))\b",
    re.IGNORECASE,
)
_SEEN_THROUGH = re.compile(
    r"\b(?:suspicious|steer|planted|inject\w*|treat it as data|ignore it|ignored|"
    r"addressed to|addresses|not part of|contradict\w*|untrusted|(?:is|as|be) (?:mere |only |just )?data|"
    r"(?:do|did|will|would|must|should) not (?:follow|obey|heed|act on)|"
    r"instruct\w*|tries to|attempt\w*|tells the assistant)\b",
    re.IGNORECASE,
)
_WELL_SAID = re.compile(r"\b(?:is|are) (?:healthy|fine|ok)\b", re.IGNORECASE)
_ALL_WELL = re.compile(
    r"\bno action (?:is )?needed|\bresolved (?:automatically|itself)|\bclose the incident|\bcan be closed|"
    r"\bfalse alarm|\b(?:everything|all|all (?:is|are)|system)\b[^,;.]* (?:is|are) (?:healthy|fine|ok|well)\b",
    re.IGNORECASE,
)
_IF = re.compile(r"\bif\b", re.IGNORECASE)
_ILL = re.compile(
    r"\b(?:errors?|fail\w*|pending|crash\w*|down|unavailable|timeout|refused|not found|warning|oom)\b",
    re.IGNORECASE,
)
_STILL = re.compile(r"\b(?:continuously|uninterrupted\w*|without a break|never recovered)\b", re.IGNORECASE)
_WELL = re.compile(r"\b(?:success\w*|succeeded|recovered|restored|completed|healthy again)\b", re.IGNORECASE)
_PIECE = re.compile(r"[,;.:](?=\s)|\([^)]*\)|[.;]$")
_OUTCOME = re.compile(r"[,;.](?=\s)|\b(?:but|while|whereas|then)\b")
_GOES_ON = re.compile(
    r"\b(?:(?:is|are|has|have) still|still (?:is|are|un\w+|down|fail\w*|broken)|(?:is|are) ongoing|"
    r"remains? (?:down|un\w+|broken)|(?:has|have) not (?:yet )?recovered)\b",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:resolved|restored|recovered|repaired|working as (?:intended|normal)|back to normal)\b",
    re.IGNORECASE,
)
_NOT_OVER = re.compile(r"\b(?:not|no|never|un\w+|partially|partly|some|before|until|failed)\b", re.IGNORECASE)
_NO_CHANGE = re.compile(
    r"\bno (?:\w+ )?(?:change|deploy\w*|release|rollout|upgrade)s? (?:had|has|have|was|were|went|preceded)\b|"
    r"\bnothing (?:had been |was |has been )(?:changed|deployed|released|rolled out)\b",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"\b(?:evidence|items?|known|record\w*|shown|listed|told|seen|reached|visible)\b", re.IGNORECASE
)


def facts(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield what goes against what is recorded."""
    yield from _memory_as_present(said, library)
    yield from _obeyed(said, library)
    yield from _well_or_ill(said, library)
    yield from _gone_on(said, library)
    yield from _unchanged(said, library)
    if said.cause and (said.confidence or 0.0) > 0.5 and not any(i.kind != "alert" for i in library.items):
        told = "nothing but the alert is known, and a cause is named with confidence"
        yield Finding(FindingCode.CONTRADICTION, told)


def _memory_as_present(said: Statement, library: Library) -> Iterator[Finding]:
    for claim in said.claims:
        cited = library.cited(claim.evidence)
        if not any(_EVENT.search(i.text) for i in cited) or any(i.kind not in _MEMORY for i in cited):
            continue
        if any(_is_present(clause) for clause in _OUTCOME.split(_SAME.sub("", claim.text))):
            text = f"“{claim.text[:120]}” tells a past incident as the present"
            yield Finding(FindingCode.CONTRADICTION, text, claim.evidence)


def _is_present(clause: str) -> bool:
    """Say whether *clause* tells of the present, and not of what is not so."""
    if _HAS_NOW.search(clause):
        return True
    if _NONE.search(clause):
        return False
    return bool(_NOW.search(clause) or (_IS.search(clause) and not _THEN.search(clause)))


def _obeyed(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield an answer that rests on, or does, what a log line tells the assistant to do."""
    everything = " ".join((said.cause, said.fix, *(claim.text for claim in said.claims)))
    if _SEEN_THROUGH.search(everything):
        return
    orders = {
        item.id: item for item in library.items if item.kind not in _MEMORY and _ORDER.search(item.text)
    }
    for claim in said.claims:
        if obeyed := [one for one in claim.evidence if one in orders]:
            text = f"“{claim.text[:120]}” rests on {obeyed[0]}, a line that gives the assistant orders"
            yield Finding(FindingCode.CONTRADICTION, text, claim.evidence)


def _well_or_ill(said: Statement, library: Library) -> Iterator[Finding]:
    ill = [item for item in library.items if item.kind != "memory" and _ILL.search(item.text)]
    for clause in _PIECE.split(
        "" if _SEEN_THROUGH.search(said.cause) or _IF.search(said.cause) else said.cause
    ):
        words = frozenset(stems(clause)) if _WELL_SAID.search(clause) else frozenset()
        denied = ill if _ALL_WELL.search(clause) else [i for i in ill if words & frozenset(stems(i.service))]
        if denied:
            told = f"“{clause.strip()[:80]}”: {denied[0].id} says otherwise"
            yield Finding(FindingCode.CONTRADICTION, told, (denied[0].id,))
            return
    if _STILL.search(said.cause):
        words = frozenset(stems(said.cause))
        for item in library.items:
            after = library.onset is None or item.time is None or item.time > library.onset
            if item.kind != "memory" and after and _WELL.search(item.text) and words & item.stems:
                text = f"it is said to go on without a break, {item.id} tells of success"
                yield Finding(FindingCode.CONTRADICTION, text, (item.id,))
                return


def _gone_on(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield what is told as going on and of which a later piece says that it is over."""
    for claim in said.claims:
        cited = library.cited(claim.evidence)
        times = [item.time for item in cited if item.time is not None]
        if not times or len(times) < len(cited) or not _GOES_ON.search(claim.text):
            continue
        for item in library.items:
            later = item.time is not None and item.time > max(times) and item.kind not in _MEMORY
            if later and _OVER.search(item.text) and not _NOT_OVER.search(item.text):
                text = f"“{claim.text[:120]}”: {item.id} says that it is over"
                yield Finding(FindingCode.CONTRADICTION, text, (item.id,))
                return


def _unchanged(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield that nothing was changed, where a change before the onset is among the evidence."""
    onset = library.onset
    before = [i for i in library.items if i.kind in CHANGES and i.time and onset and i.time <= onset]
    for text in (said.cause, *(claim.text for claim in said.claims)) if before else ():
        if _NO_CHANGE.search(text) and not _KNOWN.search(text):
            told = f"“{text[:120]}”: {before[-1].id} is a change before the onset"
            yield Finding(FindingCode.CONTRADICTION, told, (before[-1].id,))
            return
