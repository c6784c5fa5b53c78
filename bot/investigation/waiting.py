"""Waiting for a model that was busy: when it is worth asking once more, and what then becomes of the verdict. Pure.

The wait itself is a timer in SQL, and the asking is the investigation going on; it knows neither.
"""

from datetime import datetime, timedelta

from bot.investigation.casefile import CaseFile
from bot.investigation.events import AskedAgain, Concluded
from bot.investigation.verdict import Verdict
from router.outcomes import FailureCode

LONGEST = timedelta(minutes=15)  # who reads a verdict later than that has gone on without it
BUSY = frozenset({FailureCode.RATE_LIMITED, FailureCode.OVERLOADED, FailureCode.BREAKER_OPEN})


def ask_again_at(case: CaseFile, now: datetime) -> datetime | None:
    """Return when the model is asked once more, None when that is not worth it, or was done before."""
    failure, verdict = case.failure, case.verdict
    if failure is None or failure.retry_at is None or failure.code not in BUSY:
        return None
    if verdict is None or verdict.mode != "evidence_only" or verdict.outcome == "gave_up":
        return None
    before = any(isinstance(entry.event, AskedAgain) for entry in case.history)
    over = before or case.stopped_by or case.resolution
    return None if over or failure.retry_at - now > LONGEST else failure.retry_at


def promised_at(case: CaseFile) -> datetime | None:
    """Return when the model is asked once more, as the verdict may tell people; None when it is not."""
    told = (entry.at for entry in reversed(case.history) if isinstance(entry.event, Concluded))
    concluded = next(told, None)
    return None if concluded is None else ask_again_at(case, concluded)


def may_be_asked(case: CaseFile) -> bool:
    """Say whether the wait has still a purpose: nobody stopped or closed the case, and code has the last word."""
    standing = case.verdict is not None and case.verdict.mode == "evidence_only"
    return standing and not case.stopped_by and case.resolution is None


def after_waiting(case: CaseFile, verdict: Verdict | None) -> Verdict | None:
    """Return the verdict to keep: a model's only when its checks passed and it names a cause, else the one before."""
    if case.verdict is None or verdict is None:
        return verdict
    adds = verdict.mode == "model" and verdict.cause is not None and not verdict.unverified
    return verdict if adds else case.verdict
