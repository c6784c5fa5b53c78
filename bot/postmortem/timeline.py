"""When what happened, in order: from evidence, from alerts, from people. Pure.

Each row is a moment, a sentence and what it rests on: an evidence id, or the journal.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.investigation.casefile import CaseFile
from bot.investigation.ending import Reopened
from bot.investigation.events import (
    AlertCleared,
    AlertReceived,
    AlertRepeated,
    Concluded,
    Event,
    FixJudged,
    Resolved,
    Steered,
    Stopped,
)

JOURNAL = "journal"
MOST = 40
MOST_REPEATS = 3
LIMIT = 220


@dataclass(frozen=True, slots=True)
class Moment:
    """One row of the timeline; *rests_on* is an evidence id or "journal"."""

    at: datetime
    text: str
    rests_on: str


def timeline(case: CaseFile) -> tuple[Moment, ...]:
    """Return what happened in *case*, oldest first: the evidence that the verdict cites, alerts, and people."""
    rows = [Moment(piece.time, piece.text, piece.id) for piece in _dated(case) if piece.time is not None]
    repeats, concluded = 0, False
    for entry in case.history:
        told = _told(entry.event, again=concluded)
        concluded = concluded or isinstance(entry.event, Concluded)
        if isinstance(entry.event, AlertRepeated):
            repeats += 1
            told = "" if repeats > MOST_REPEATS else told
        if told:
            rows.append(Moment(entry.at, told, JOURNAL))
    rows.append(Moment(case.alert.starts_at, f"Onset, as the alert tells it: {case.alert.title}", JOURNAL))
    if case.resolution:
        rows.append(Moment(case.resolution.resolved_at, "The incident was over.", JOURNAL))
    unique = {(row.at, row.text): row for row in rows}
    return tuple(sorted(unique.values(), key=lambda row: (row.at, row.text)))[:MOST]


def _dated(case: CaseFile) -> list["_Piece"]:
    cited = set(case.verdict.cites) if case.verdict else set()
    return [
        _Piece(piece.time, _short(piece.text), piece.id)
        for piece in case.evidence
        if piece.id in cited and piece.kind != "recall"
    ]


@dataclass(frozen=True, slots=True)
class _Piece:
    time: datetime | None
    text: str
    id: str


def _told(event: Event, *, again: bool) -> str:  # noqa: PLR0911 (one sentence a kind)
    match event:
        case AlertReceived(_, alert):
            return f"Alert from {alert.source}: {_short(alert.title)}. The investigation began."
        case AlertRepeated():
            return "The alert repeated."
        case AlertCleared(source):
            return f"{source} reported that the alert cleared."
        case Concluded(verdict):
            which = "Another verdict" if again else "First verdict"
            return f"{which}: {_short(verdict.cause) if verdict.cause else 'inconclusive'}"
        case Steered(by, text):
            return f"@{by}: “{_short(text)}”"
        case Stopped(by):
            return f"@{by} stopped the investigation."
        case FixJudged(by, outcome, withdrawn):
            said = {"worked": "worked", "partly": "worked partly", "did_not": "did not work"}
            what = said.get(outcome, "belongs to another incident")
            return f"@{by} {'took back that' if withdrawn else 'said that'} the suggested fix {what}."
        case Resolved(resolution):
            return f"@{resolution.by} closed the case."
        case Reopened(by, why):
            return f"@{by} reopened the case: “{_short(why)}”" if why else f"@{by} reopened the case."
        case _:
            return ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LIMIT else line[: LIMIT - 1].rstrip() + "…"
