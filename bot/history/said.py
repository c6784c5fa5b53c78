"""What a sentence in an incident's thread says: the cause, a deed, that it is over, that it is not. Pure.

English only, by cue words; a sentence that asks, hopes or denies says nothing. It knows no Slack and nothing of who
spoke.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Says(StrEnum):
    """What a sentence is about."""

    CAUSE = "cause"
    DEED = "deed"
    IN_VAIN = "in_vain"
    OVER = "over"
    NOT_OVER = "not_over"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with everything that it says."""

    text: str
    says: frozenset[Says]


_ENDS = re.compile(r"(?<=[.!?])\s+|\n+|;\s+")
_HOPES = re.compile(
    r"\b(?:if|once|until|should|would|could|hopefully|will|going to|to be|let'?s|let us|can (?:you|we|someone)|"
    r"please|need(?:s)? to|trying to|about to|planning to|want to|maybe|might|"
    r"not|never|nobody|isn'?t|wasn'?t|hasn'?t|haven'?t|don'?t|doesn'?t|unless)\b[^,;:]{0,30}$",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:resolved|fixed|solved|mitigated|recovered|back to normal|all clear|all green|"
    r"(?:looks|is|are|back|seems) (?:good|healthy|stable|green|fine|up|ok(?:ay)?)(?: now| again)?|"
    r"works? (?:again|now)|working (?:again|now|fine)|healthy again|stable again|is over|back up|"
    r"no longer (?:seeing|failing|firing|happening|occurring)|errors? (?:are |have )?(?:gone|stopped|dropped)|"
    r"clos(?:ing|ed) (?:this|it|the incident|out))\b",
    re.IGNORECASE,
)
_NOT_OVER = re.compile(
    r"\b(?:still (?:failing|broken|down|seeing|happening|firing|going|the same|high|slow)|came back|is back|"
    r"(?:failing|broken|down|firing|happening) again|re-?open(?:ed|ing)?|spoke too soon)\b"
    r"|\bnot (?:yet )?(?:fixed|resolved|over|solved|mitigated)\b",
    re.IGNORECASE,
)
_DEED = re.compile(
    r"\b(?:roll(?:ed|ing)[ -]?back|rollback|revert(?:ed|ing)?|restart(?:ed|ing)|reboot(?:ed|ing)|redeploy(?:ed|ing)|"
    r"scal(?:ed|ing) (?:up|out|down|to)|increas(?:ed|ing)|rais(?:ed|ing)|lower(?:ed|ing)|bump(?:ed|ing)|"
    r"renew(?:ed|ing)|rotat(?:ed|ing)|purg(?:ed|ing)|flush(?:ed|ing)|clear(?:ed|ing) (?:the|out)|cleaned(?: up)?|"
    r"drain(?:ed|ing)|cordon(?:ed|ing)|fail(?:ed|ing) over|disabl(?:ed|ing)|enabl(?:ed|ing)|"
    r"deploy(?:ed|ing) (?:a|the) fix|"
    r"patch(?:ed|ing)|hot-?fix(?:ed)?|kill(?:ed|ing)|remov(?:ed|ing)|delet(?:ed|ing)|replac(?:ed|ing)|"
    r"switch(?:ed|ing) (?:to|over|back|off|on)|turn(?:ed|ing) (?:off|on)|pinn?(?:ed|ing)|upgrad(?:ed|ing)|"
    r"downgrad(?:ed|ing)|add(?:ed|ing)|block(?:ed|ing)|throttl(?:ed|ing)|resiz(?:ed|ing)|migrat(?:ed|ing)|"
    r"the fix (?:was|is)|fixed (?:by|with|it by)|worked around|workaround)\b",
    re.IGNORECASE,
)
_IN_VAIN = re.compile(
    r"\b(?:did(?:n'?t| not) (?:help|work|fix|change)|does(?:n'?t| not) (?:help|work|fix)|"
    r"no (?:effect|luck|change|difference)|"
    r"made it worse|without (?:success|effect)|to no avail|in vain|not helping)\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\b(?:root cause|caused by|the cause|cause (?:was|is)|because(?: of)?|due to|culprit|turn(?:s|ed) out|"
    r"the (?:reason|problem|issue|trigger) (?:was|is)|triggered by|introduced (?:by|in)|broke (?:by|when|after))\b",
    re.IGNORECASE,
)
SHORTEST = 8  # characters: "ok", "thx" and emoji say nothing
LONGEST = 600


def sentences_of(text: str) -> list[Sentence]:
    """Return the sentences of *text* that are long enough to say something."""
    parts = (part.strip(" \t-*•>") for part in _ENDS.split(text[:20_000]))
    return [Sentence(part[:LONGEST], _said(part[:LONGEST])) for part in parts if len(part) >= SHORTEST]


def _said(sentence: str) -> frozenset[Says]:
    if sentence.endswith("?"):
        return frozenset()
    if _NOT_OVER.search(sentence):
        return frozenset({Says.NOT_OVER})
    said = {Says.CAUSE} if _CAUSE.search(sentence) else set()
    deed = _meant(_DEED, sentence)
    if _IN_VAIN.search(sentence):
        return frozenset(said | ({Says.IN_VAIN} if _DEED.search(sentence) else set()))
    if deed:
        said.add(Says.DEED)
    if _meant(_OVER, sentence):
        said.add(Says.OVER)
    return frozenset(said)


def _meant(cue: re.Pattern[str], sentence: str) -> bool:
    """Say whether *cue* stands in *sentence* and is neither hoped for nor denied."""
    return any(not _HOPES.search(sentence[: found.start()]) for found in cue.finditer(sentence))
