"""Whether a model's words stand on today's evidence, and may therefore be told as ours. Pure.

A model that obeys a log line writes what no evidence holds, what was "done", or what it was told about itself.
None of that is a cause. It cannot see a plausible lie that is made of the evidence's own words: against that
stand the two-source cap and the list of what was not checked.
"""

import re
from collections.abc import Iterable

from pydantic import JsonValue

from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile
from bot.investigation.commands import NOT_SHOWN, looks_like_command, without_commands
from bot.investigation.evidence import Evidence
from bot.investigation.verdict import Alternative, Claim
from router.outcomes import FindingCode
from router.verify.answer import check_answer
from router.verify.library import stems
from tools.tool import Observation

_MEMORY = "recall"
_UNFOUNDED = frozenset({FindingCode.IDENTIFIER, FindingCode.NUMBER})
_LEAST_WORDS = 2
# we only read: an answer that tells of a deed, or of nothing left to do, is no cause
_DEED = re.compile(
    r"(?i)^\W*(?:(?:it|this|everything|all|the (?:incident|issue|problem|alert)) (?:is|was|has been) )?"
    r"(?:now |already )?(?:fixed|resolved|solved|done|mitigated|repaired|restored|closed|"
    r"silenced|acknowledged|handled)\b"
    r"|\b(?:I|we)(?: have|'ve| had)?(?: just| already| now| successfully)? "
    r"(?!(?:look|check|compar|observ|notic|not|identifi|assum|conclud|examin|analy[sz]|review|inferr|us|need|receiv|match|"
    r"trac|search|queri|consider|expect|detect|measur|count|correlat|ask|miss|fail|suspect)(?:e?d)\b)"
    r"(?:\w+ed|rebuilt|built|ran|did|sent|took|made|wrote|shut|reset|undid|cut|put|rolled)\b"
    r"|\bno (?:further )?action (?:is )?(?:needed|required|necessary)\b|, no action\b"
)
# an order is no cause, whoever gives it; "restart loop" and "scale-in of the workers" are causes
_ORDER = re.compile(
    r"(?i)^\W*(?:please |now |immediately |urgent(?:ly)?:? |you (?:must|should|need to) |(?:the )?(?:operator|team)s? "
    r"(?:must|should) )?(?:restart|reboot|delete|remove|drop|scale|roll ?back|revert|run|execute|apply|disable|enable|"
    r"turn o(?:n|ff)|open|click|visit|call|page|notify|ping|grant|allow|approve|merge|escalate|ignore|post|send|go to|"
    r"contact|paste|reply|type|install|download|rotate|share)\b(?!s?[ -](?:loops?|storms?|of|in|out|rates?|counts?|"
    r"polic\w+|limits?|errors?|failures?|time\w*|queues?|requests?|calls?|connections?|files?|handles?|sockets?|ports?)\b)"
)
_SELF = re.compile(
    r"(?i)\bmy (?:system )?(?:prompt|instructions?|rules|tools|guidelines|api key|token|credentials?)\b"
    r"|\bsystem prompt\s*(?:is|:|says)|\bapi[ _-]?key\s*(?:is|:|=)|\byou are incidentos\b"
)
# a cause calls nobody: the door defuses a mention, yet the sentence around it is its writer's
_CALLS = re.compile(
    r"<!(?:channel|here|everyone|subteam\^)|<@[UW][A-Z0-9]{3,}|(?<![\w.])@(?:channel|here|everyone)\b"
)

# how long to wait or watch is advice, no statement about the evidence
_WAITS = re.compile(
    r"(?i)\b\d{1,3}(?:\s?(?:-|to|–)\s?\d{1,3})?[\s-]?(?:s|sec(?:ond)?s?|min(?:ute)?s?|h|hours?)\b"
)


def why_not_said(words: str) -> str:
    """Return why *words* are said to nobody, whatever they stand on: a command, an order, a deed, a call."""
    objections = (
        (looks_like_command(words), "it gives a command instead of a cause"),
        (_ORDER.search(words), "it gives an order instead of a cause"),
        (_DEED.search(words), "it tells of something done, and nothing was done: we only read"),
        (_SELF.search(words), "it speaks of the model itself"),
        (_CALLS.search(words), "it calls people instead of naming a cause"),
    )
    return next((why for holds, why in objections if holds), "")


def without_its_commands(words: str) -> str:
    """Return *words* with a word in place of each sentence that holds a command, when others are left to stand."""
    if not looks_like_command(words):
        return words
    told = without_commands(words)
    return told if len(stems(told.replace(NOT_SHOWN, ""))) >= _LEAST_WORDS else words


def why_not_told(cause: str, claims: Iterable[Claim], case: CaseFile) -> str:
    """Return why *cause* is not told as a cause, or nothing when it stands on the evidence that *claims* cite."""
    cited = {each for claim in claims for each in claim.evidence}
    current = [piece for piece in case.evidence if piece.id in cited and piece.kind != _MEMORY]
    # a careful model cites one line and says the whole in words of others: any of today's evidence will do
    today = (*(piece for piece in case.evidence if piece.kind != _MEMORY), _as_evidence(case.alert))
    spoken = frozenset(stems(" ".join(f"{piece.text} {piece.service or ''}" for piece in today)))
    words = frozenset(stems(cause.replace(NOT_SHOWN, "")))
    objections = (
        (not current, "it rests on memory alone"),
        (why_not_said(cause), why_not_said(cause)),
        (len(words) < _LEAST_WORDS, "it says too little to be a cause"),
        (not words & spoken, "the evidence says nothing of it"),
    )
    return next((why for holds, why in objections if holds), "") or _unfounded(cause, case)


def why_not_weighed(left: Alternative, case: CaseFile) -> str:
    """Return why a cause that was weighed and left is not told, or nothing when it may be: as a cause is held."""
    whole = f"{left.cause}, because {left.why}"
    return (
        why_not_said(left.cause)
        or why_not_said(left.why)
        or why_not_told(whole, (Claim(whole, left.evidence),), case)
    )


def why_not_offered(fix: str, case: CaseFile) -> str:
    """Return why a model's *fix* is not offered, or nothing when it may be."""
    if looks_like_command(fix):
        return "it holds a command, and commands come from runbooks only"
    if _DEED.search(fix) or _SELF.search(fix):
        return "it is no step that a person could take"
    return _unfounded(_WAITS.sub("", fix), case)


def _unfounded(words: str, case: CaseFile) -> str:
    """Say so when *words* hold a name or figure that no evidence has, memory's included; else nothing."""
    said: dict[str, JsonValue] = {
        "cause": words,
        "services": [],
        "confidence": None,
        "claims": [],
        "fix": None,
    }
    grounds = (*case.evidence, _as_evidence(case.alert))
    found = check_answer(
        said,
        stop_reason="end_turn",
        grounds=grounds,
        onset=case.alert.starts_at,
        checks=("entities", "numbers"),
    )
    if any(finding.code in _UNFOUNDED for finding in found):
        return "it names what no evidence holds"  # what that is stays unsaid: it may be all that an attacker wants
    return ""


def _as_evidence(alert: Alert) -> Evidence:
    labels = " ".join(f"{name} {value}" for name, value in alert.labels.items())
    text = f"{alert.text} {alert.service} {labels}"
    return Evidence(
        "alert:0", Observation("alert", text, alert.source, alert.starts_at, alert.service or None)
    )
