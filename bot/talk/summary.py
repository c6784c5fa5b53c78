"""Three lines for whoever joins: what happens, what is known, what is done and who is on it. Pure.

It tells facts of the case file and their evidence ids, and nothing else.
"""

import re
from datetime import datetime

from bot.blocks.runbook import runbook_line
from bot.blocks.words import ended, span
from bot.investigation.casefile import CaseFile
from bot.investigation.events import Steered

_SENTENCE = re.compile(r"(?<=[.”])\s+(?=[A-Z])")


def catch_up(case: CaseFile, now: datetime) -> tuple[str, ...]:
    """Return the three lines, plain text."""
    return (_what(case, now), _known(case), _done(case))


def _what(case: CaseFile, now: datetime) -> str:
    onset = min(case.alert.starts_at, case.opened_at)
    told = case.alert.severity == "unknown" or case.alert.severity in case.alert.title.lower()
    severity = "" if told else f"{case.alert.severity}, "
    state = f"for {span((now - onset).total_seconds())}"
    if case.resolution:
        state = f"resolved after {span(case.resolution.minutes * 60)}"
    elif case.cleared_at:
        state = f"the alert cleared at {case.cleared_at:%H:%M} UTC"
    again = "once" if case.repeats == 1 else f"{case.repeats} times"
    repeats = f", repeated {again}" if case.repeats else ""
    return f"What: {case.alert.title}; {severity}since {onset:%H:%M} UTC, {state}{repeats}."


def _known(case: CaseFile) -> str:
    verdict = case.verdict
    if case.resolution:
        return f"Cause, as {_who(case.resolution.by)} wrote it down: {ended(case.resolution.root_cause)}"
    if verdict is None:
        looks = f"{len(case.findings)} of {len(case.requested)} looks are back"
        return f"Known: nothing certain yet; {looks}, {len(case.evidence)} pieces of evidence."
    if verdict.cause is None:
        return "Known: inconclusive, the evidence does not show a cause."
    sure = "" if verdict.confidence is None else f" ({verdict.confidence * 100:.0f} %)"
    cites = f" [{', '.join(verdict.cites[:3])}]" if verdict.cites else ""
    return f"Likely cause{sure}: {shortened(verdict.cause)}{cites}"


def shortened(cause: str) -> str:
    """Return the first two sentences of *cause*: who joins reads the rest in the verdict."""
    parts = _SENTENCE.split(cause)
    return " ".join(parts[:2])


def _done(case: CaseFile) -> str:
    told = [f"{_who(judged.by)} says the fix {_OUTCOMES[judged.outcome]}" for judged in case.judgements]
    told += [
        f"{_who(entry.event.by)} noted “{entry.event.text}”"
        for entry in case.history
        if isinstance(entry.event, Steered)
    ][-2:]
    if case.resolution:
        told.append(f"fixed by: {case.resolution.fix}")
    elif case.stopped_by:
        told.append(f"{_who(case.stopped_by)} stopped the investigation")
    done = f"Done: {ended('; '.join(told))}" if told else "Done: nobody has acted in this thread yet."
    fix = case.verdict.fix if case.verdict and not case.resolution else None
    if fix is None:
        return done
    next_ = runbook_line(fix.text) if fix.source == "runbook" else shortened(fix.text)
    return f"{done} Suggested next: {ended(next_)}"


_OUTCOMES = {
    "worked": "worked",
    "partly": "worked partly",
    "did_not": "did not work",
    "not_same": "is for another incident",
}


def _who(user: str) -> str:
    """Return a person as the drawing turns into a mention; see `bot/blocks/answers.py`."""
    return f"@{user}" if user else "someone"
