"""The talk of a case so far, folded from its journal: each question, what was looked at, the answer. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.investigation.casefile import CaseFile
from bot.investigation.events import QuestionAnswered, QuestionAsked, QuestionLooked
from tools.tool import Findings


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what came of it; *answer* is None while it is worked on."""

    asked: QuestionAsked
    at: datetime
    findings: tuple[Findings, ...] = ()
    answer: QuestionAnswered | None = None


def exchanges(case: CaseFile) -> tuple[Exchange, ...]:
    """Return the talk of *case*, oldest question first; a question told twice counts once, as does its answer."""
    found: dict[str, Exchange] = {}
    for entry in case.history:
        match entry.event:
            case QuestionAsked(id):
                found.setdefault(id, Exchange(entry.event, entry.at))
            case QuestionLooked(id, findings) if id in found:
                found[id] = replace(found[id], findings=(*found[id].findings, *findings))
            case QuestionAnswered(id) if id in found and found[id].answer is None:
                found[id] = replace(found[id], answer=entry.event)
            case _:
                pass
    return tuple(found.values())
