"""How a question ends without an answer: the failure, in one line that says what to do, and when to try again.

It knows no vendor and no wire; it words what was already decided.
"""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from router.asking import Asking
from router.calls import Fault
from router.explain import reason, short_name
from router.outcomes import Answer, Failure, FailureCode, Reason, ReasonCode, Selection
from router.policy import Policy
from router.records import Ended

NO_BOOKS = "The budget could not be written, so nothing was sent; see the log for the database's error."

_ENDS_AS = {
    ReasonCode.OVER_BUDGET: FailureCode.OVER_BUDGET,
    ReasonCode.CHANNEL_SPENT: FailureCode.OVER_BUDGET,
    ReasonCode.OPTIONAL_DROPPED: FailureCode.DROPPED,
    ReasonCode.BREAKER_OPEN: FailureCode.BREAKER_OPEN,
    ReasonCode.TOO_LONG: FailureCode.TOO_LONG,
    ReasonCode.FALLBACK: FailureCode.REFUSAL,
    ReasonCode.NO_KEY: FailureCode.NO_KEY,
}

_MESSAGES = {
    FailureCode.NO_KEY: "No model was asked: no API key is set (ANTHROPIC_API_KEY).",
    FailureCode.KEY_REFUSED: "The model's key was refused ({}). Check ANTHROPIC_API_KEY and billing.",
    FailureCode.MODEL_GONE: "The API does not know the model ({}). Name another one in router/routes.toml.",
    FailureCode.BAD_REQUEST: "The API refused the request ({}).",
    FailureCode.TOO_LONG: "The prompt is too long for the model, also after trimming ({}).",
    FailureCode.RATE_LIMITED: "The model is rate-limited ({}).",
    FailureCode.OVERLOADED: "The model is overloaded ({}).",
    FailureCode.SERVER_ERROR: "The model's API failed ({}).",
    FailureCode.CONNECTION: "The model's API cannot be reached ({}).",
    FailureCode.TIMEOUT: "The model did not answer in time ({}).",
    FailureCode.STREAM_CUT: "The model's answer broke off ({}).",
    FailureCode.JSON_CUT: "The model's answer came damaged ({}).",
    FailureCode.NOT_THE_API: "Something that is not the model's API answers at its address ({}).",
    FailureCode.REFUSAL: "The model declined to answer, and no other one is left.",
}


def unasked(asking: Asking, selection: Selection, now: datetime) -> Failure:
    """Return the failure of a selection that no call may follow."""
    assert selection.why_unavailable is not None
    code = _ENDS_AS[selection.why_unavailable]
    message = (
        _MESSAGES[code] if code is FailureCode.NO_KEY else f"Not asked: {reason(selection.reasons[-1])}."
    )
    return Failure(code, message, _again(selection, now, asking.policy), tuple(asking.attempts))


def withheld(selection: Selection, why: Reason) -> Selection:
    """Return *selection* as one that no call may follow, since its money could not be set aside."""
    return replace(
        selection,
        reasons=(*selection.reasons, why),
        reserved_usd=Decimal(0),
        available=False,
        why_unavailable=why.code,
    )


def refused(asking: Asking) -> Failure:
    """Return the failure of a question that every model refused."""
    code = FailureCode.REFUSAL
    return Failure(code, _MESSAGES[code], None, tuple(asking.attempts))


def given_up(asking: Asking, selection: Selection, fault: Fault, now: datetime) -> Failure:
    """Return the failure after a fault that nothing more is done about."""
    model = short_name(selection.model or "")
    tries = len(asking.attempts)
    told = fault.message if tries == 1 else f"{fault.message}; {tries} attempts, the last on {model}"
    after = fault.retry_after_s
    if after is None and fault.code in {FailureCode.OVERLOADED, FailureCode.RATE_LIMITED}:
        after = asking.policy.text.breaker.open_s
    again = None if after is None else now + timedelta(seconds=after)
    message = _MESSAGES[fault.code].format(told)
    return Failure(fault.code, message, again, tuple(asking.attempts))


def _again(selection: Selection, now: datetime, policy: Policy) -> datetime | None:
    """Return when the same question may fare better, None when waiting does not help."""
    if selection.why_unavailable is ReasonCode.BREAKER_OPEN:
        return now + timedelta(seconds=policy.text.breaker.open_s)
    scope = selection.reasons[-1].parameters.get("scope")
    if scope == "hour":
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if scope == "day":
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return None


def ended(asking: Asking, result: Answer | Failure) -> Ended:
    """Return the audit's record of how a question ended."""
    answer = result if isinstance(result, Answer) else None
    size = asking.measured
    return Ended(
        asked=asking.id,
        case=asking.ask.case,
        task=asking.ask.task,
        service=asking.ask.service,
        digest=size.digest,
        size=size.size,
        prefixes=tuple((digest.hex()[:16], tokens) for digest, tokens in size.prefixes),
        attempts=len(asking.attempts),
        usd=asking.spent,
        unverified=answer.unverified if answer else (),
        failure=result.code if isinstance(result, Failure) else None,
        answer_digest=_digest(answer.reply.text) if answer else None,
        prompt=size.prompt,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
