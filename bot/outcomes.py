"""What people's words make of a case's verdict: corrected or not, and how far its fix held. Pure.

It reads case files; whose routing led there is the router's to join (`router/learning.py`).
"""

from collections.abc import Iterable

from bot.investigation.casefile import CaseFile
from router.learning import Judged

_HELD = {"worked": 1.0, "partly": 0.5, "did_not": 0.0, "not_same": 0.0}


def judged(files: Iterable[CaseFile]) -> dict[str, Judged]:
    """Return the cases with a verdict that people judged or closed, by id."""
    return {one.case: one for case in files if (one := _judged(case))}


def _judged(case: CaseFile) -> Judged | None:
    """A cause is corrected when people closed the case with another one, or said of the fix that it did not work."""
    verdict, end = case.verdict, case.resolution
    votes = [_HELD[vote.outcome] for vote in case.judgements]
    if verdict is None or verdict.cause is None or not (votes or end):
        return None
    edited = (
        end is not None and bool(end.root_cause.strip()) and not _same(end.root_cause, verdict.cause, case)
    )
    held = sum(votes) / len(votes) if votes else (0.0 if edited else 1.0)
    return Judged(case.id, edited or held < 0.5, 0.0 if edited else held, verdict.confidence)


def _same(said: str, cause: str, case: CaseFile) -> bool:
    """Say whether people left the cause as it was drafted from the verdict."""
    drafted = case.draft.root_cause if case.draft else ""
    return _plain(said) in {_plain(cause), _plain(drafted)} - {""}


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".")
