"""What became of a question: which model was selected and why, each attempt, the answer or the failure.

Codes are closed; their wording is in `router/explain.py`, once, for Slack, audit and metrics alike.
It knows no vendor and makes no decision. Dollars are exact `Decimal`s, times are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from router.messages import Reply, Task, Usage

Effort = Literal["low", "medium", "high", "xhigh", "max"]


class ReasonCode(StrEnum):
    """Why a selection is what it is."""

    TASK_START = "task_start"  # the policy starts this task here
    OVERRIDE = "override"  # a rule for this severity, service or task
    WARM_CACHE = "warm_cache"  # a stronger model with a warm cache is cheaper than the required one
    PRICE_EDGE = "price_edge"  # the prompt is past the length where the required model is cheap
    TOO_LONG = "too_long"  # the prompt does not fit the required model
    CLIMB = "climb"  # findings in the last answer ask for a stronger model
    REPAIR = "repair"  # the same model repairs its answer, with the finding quoted
    MORE_TOKENS = "more_tokens"  # the answer was cut, so it gets more room
    TRIM = "trim"  # the prompt was too long and was cut
    RETRY = "retry"  # a fault of the moment
    FALLBACK = "fallback"  # the model refused or is gone; another one is asked
    PEER = "peer"  # the model is unwell; another one of the ladder is asked
    STALLED = "stalled"  # the same tool call or error again and again
    BREAKER_OPEN = "breaker_open"  # the model failed too often in the last moments
    DEGRADED = "degraded"  # money runs short: a step of the policy
    OVERDRAFT = "overdraft"  # over budget, allowed for this severity
    OVER_BUDGET = "over_budget"  # the reservation was refused
    CHANNEL_SPENT = "channel_spent"  # what the channel may spend today does not pay it
    OPTIONAL_DROPPED = "optional_dropped"  # money runs short, and this work is optional
    NO_KEY = "no_key"  # no API key: this is what would have been asked
    BY_CODE = "by_code"  # rung 0: code did it, at $0


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason and what it is about, as words ready to be put into its sentence."""

    code: ReasonCode
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Selection:
    """One routing decision. `router.explain.line(selection)` says it in words.

    *model* is None where code does the work or nothing can be asked. *est_usd* is the expected worst case of
    the call and *reserved_usd* what was set aside for it. When *available* is False no call follows and
    *why_unavailable* says why; the model named is the one that would have been asked. *prompt_tokens* is an
    estimate before the call, *warm_tokens* the part that is expected in the model's cache. *parent* is the id
    of the selection that this one climbs from or repairs.
    """

    id: str
    task: Task
    case: str
    tier: str
    model: str | None
    effort: Effort | None
    max_tokens: int
    reasons: tuple[Reason, ...]
    est_usd: Decimal
    reserved_usd: Decimal
    policy_sha: str
    available: bool = True
    why_unavailable: ReasonCode | None = None
    prompt_tokens: int = 0
    warm_tokens: int = 0
    deadline_s: float = 0.0
    parent: str | None = None


class FindingCode(StrEnum):
    """What is wrong with an answer. Each has its remedies in the policy."""

    TRUNCATED = "truncated"
    REFUSED = "refused"
    UNKNOWN_STOP = "unknown_stop"
    EMPTY = "empty"
    NOT_JSON = "not_json"
    SCHEMA = "schema"
    CONFIDENCE_MISSING = "confidence_missing"
    CONFIDENCE_RANGE = "confidence_range"
    UNCITED = "uncited"
    UNKNOWN_CITATION = "unknown_citation"
    IRRELEVANT_CITATION = "irrelevant_citation"
    QUOTE = "quote"
    IDENTIFIER = "identifier"
    SERVICE = "service"
    NUMBER = "number"
    UNIT = "unit"
    DIRECTION = "direction"
    CAUSE_AFTER_EFFECT = "cause_after_effect"
    DEPLOY_AFTER_ONSET = "deploy_after_onset"
    CONTRADICTION = "contradiction"
    LOW_CONFIDENCE = "low_confidence"
    INSUFFICIENT = "insufficient"  # the model itself says that evidence is missing
    STALLED = "stalled"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found wrong; *detail* quotes it; *evidence* are the ids it was held against."""

    code: FindingCode
    detail: str
    evidence: tuple[str, ...] = ()


class FailureCode(StrEnum):
    """Why there is no answer."""

    NO_KEY = "no_key"
    KEY_REFUSED = "key_refused"  # 401, 403, billing
    MODEL_GONE = "model_gone"  # 404
    BAD_REQUEST = "bad_request"  # 400 that is not about length: a bug of ours or of the policy
    TOO_LONG = "too_long"  # 400 prompt too long, 413
    RATE_LIMITED = "rate_limited"  # 429
    OVERLOADED = "overloaded"  # 529, or that error inside a stream
    SERVER_ERROR = "server_error"  # other 5xx, or an unknown error inside a stream
    CONNECTION = "connection"
    TIMEOUT = "timeout"  # our deadline for the call or for the question
    STREAM_CUT = "stream_cut"
    JSON_CUT = "json_cut"
    NOT_THE_API = "not_the_api"  # HTML or another stranger answered with 200
    REFUSAL = "refusal"
    BREAKER_OPEN = "breaker_open"
    OVER_BUDGET = "over_budget"
    DROPPED = "dropped"  # optional work, money runs short
    ABANDONED = "abandoned"  # the caller went away in the middle of a call
    BOOKS = "books"  # the budget could not be written, so nothing was sent


class Status(StrEnum):
    """How an attempt ended."""

    KEPT = "kept"  # it answered, and its checks found nothing wrong
    REJECTED = "rejected"  # it answered, and its checks found something wrong
    FAILED = "failed"  # no answer, nothing billed as far as is known
    UNKNOWN = "unknown"  # no answer, and it may have been billed: the reservation is kept


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call that was made. *usd* is measured from usage; for `UNKNOWN` it is the whole reservation.

    *ttft_s* is the time to the first token, None when there was none.
    """

    selection: Selection
    status: Status
    stop_reason: str | None
    usage: Usage
    usd: Decimal
    latency_s: float
    ttft_s: float | None = None
    findings: tuple[Finding, ...] = ()
    failure: FailureCode | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply that was kept. *unverified* holds what its checks still find wrong: show it as unverified."""

    reply: Reply
    attempts: tuple[Attempt, ...]
    unverified: tuple[Finding, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether every check that the policy names for the task passed."""
        return not self.unverified


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer, as a value. *message* is one line for people; *retry_at* is set when waiting may help."""

    code: FailureCode
    message: str
    retry_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Selected:
    """A model was selected and is about to be asked, or would have been (`selection.available`)."""

    selection: Selection
    type: Literal["selected"] = "selected"


@dataclass(frozen=True, slots=True)
class Attempted:
    """A call ended, well or badly."""

    attempt: Attempt
    type: Literal["attempted"] = "attempted"


@dataclass(frozen=True, slots=True)
class Answered:
    """The question is answered. Nothing follows."""

    answer: Answer
    type: Literal["answered"] = "answered"


@dataclass(frozen=True, slots=True)
class Failed:
    """There will be no answer. Nothing follows."""

    failure: Failure
    type: Literal["failed"] = "failed"


RouterEvent = Selected | Attempted | Answered | Failed
