"""Answers that code gives without a model: from what memory, the tools and the case file say. Pure.

Every line cites the evidence it is. When the words of a question meet nothing in the evidence, that is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.blocks.words import seconds
from bot.investigation.casefile import CaseFile
from bot.investigation.evidence import Evidence
from bot.investigation.spoken import spoken
from bot.talk.wants import About, Want
from tools.tool import Findings, Status
from tools.words import words

MOST = 6


@dataclass(frozen=True, slots=True)
class Said:
    """An answer's lines and what they cite."""

    lines: tuple[str, ...]
    cites: tuple[str, ...] = ()


def from_look(want: Want, findings: Sequence[Findings], new: Sequence[Evidence]) -> Said:
    """Answer from what was just looked at: *new* is what *findings* became as evidence."""
    failed = [
        f"{spoken(each.call.name)} not available: {each.note}."
        for each in findings
        if each.status is Status.UNAVAILABLE
    ]
    quiet = [spoken(each.call.name) for each in findings if each.status is Status.NOTHING]
    telling = [piece for piece in new if not _is_overview(piece) and not _is_calm(piece)]
    chosen = _best(telling, want.services)[:MOST]
    if not new and not quiet:
        return Said(("I could not look.", *failed))
    lines = [_head(want, chosen)]
    if calm := sum(map(_is_calm, new)):
        lines.append(f"{calm} metric{'s' if calm > 1 else ''} stayed in the normal range.")
    if quiet and len(chosen) < MOST and want.about is not About.RECALL:
        lines.append(f"Looked and found nothing: {', '.join(quiet)}.")
    return Said((*lines, *failed), tuple(piece.id for piece in chosen))


def _is_overview(piece: Evidence) -> bool:
    """Say whether *piece* only counts what the pieces after it tell."""
    return "series" in piece.facts or "groups" in piece.facts


def _is_calm(piece: Evidence) -> bool:
    """Say whether *piece* is the course of a metric that did nothing."""
    return piece.kind == "metric" and "peak" in piece.facts and piece.time is None


def _head(want: Want, chosen: Sequence[Evidence]) -> str:
    where = f" on {', '.join(want.services)}" if want.services else ""
    if want.about is About.CHANGED:
        span = seconds(want.span.total_seconds())
        told = f"{len(chosen)} things worth telling" if len(chosen) > 1 else "one thing worth telling"
        return (
            f"In the last {span}{where}: {told}." if chosen else f"Nothing changed in the last {span}{where}."
        )
    if want.about is About.RECALL:
        return "Memory knows these:" if chosen else "Memory knows nothing like this."
    return f"What I see{where}:" if chosen else f"Nothing stands out{where}."


def _best(new: Sequence[Evidence], services: Sequence[str]) -> list[Evidence]:
    """Put what is about the named services first, and one of each kind before a second of any."""
    mine = [piece for piece in new if not services or piece.service in {*services, None}]
    mine.sort(key=lambda piece: "matching" in piece.facts)  # whole lines after what was made of them
    rounds: dict[str, int] = {}
    placed = []
    for piece in mine:
        rounds[piece.kind] = rounds.get(piece.kind, 0) + 1
        placed.append((rounds[piece.kind], piece))
    return [piece for _, piece in sorted(placed, key=lambda each: each[0])]


def from_file(case: CaseFile, question: str, services: Sequence[str] = ()) -> Said:
    """Answer a why-question from the verdict and the evidence about *services* or that shares words with it."""
    verdict = case.verdict
    about = [piece for piece in case.evidence if piece.service in services and piece.kind != "recall"]
    near = (about or _near(case.evidence, question))[:3]
    if verdict is None:
        head = (
            "There is no verdict yet; this is what the evidence says so far."
            if near
            else "There is no verdict yet."
        )
        return Said((head,), tuple(piece.id for piece in near))
    cites = tuple(dict.fromkeys([*(piece.id for piece in near), *verdict.cites]))[:MOST]
    if verdict.cause is None:
        return Said(("The evidence does not show a cause. Nearest to your question:",), cites)
    leading = verdict.services[0] if verdict.services else ""
    if services and leading and leading not in services:
        asked = ", ".join(services)
        seen = "this is what the evidence says about it" if about else "nothing in the evidence is about it"
        return Said(
            (f"{leading} is the first suspect, not {asked}; {seen}.",), tuple(piece.id for piece in near)
        )
    tried = tuple(f"Tried before, did not work: {each}" for each in verdict.tried_without_success[:2])
    return Said((verdict.cause, *tried), cites)


def _near(evidence: Iterable[Evidence], question: str) -> list[Evidence]:
    asked = set(words(question))
    scored = [(len(asked & set(words(piece.text))), piece) for piece in evidence if piece.kind != "runbook"]
    return [piece for score, piece in sorted(scored, key=lambda each: -each[0]) if score >= 2][:3]
