"""Selections, findings and failures in words: rendered here once, for Slack, the audit and the terminal alike.

It knows no Slack markup and decides nothing. The words are ours, never a model's, except quoted details.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from router.outcomes import Attempt, FailureCode, FindingCode, Reason, ReasonCode, Selection
from router.prices import cents, dollars

_FAMILY = re.compile(r"claude-(?:[\d.-]*)([a-z]+)")

_REASONS = {
    ReasonCode.TASK_START: "{why}",
    ReasonCode.OVERRIDE: "{why} (rule {rule})",
    ReasonCode.WARM_CACHE: "cheaper than {model} here: {warm} of {tokens} tokens are still in its cache",
    ReasonCode.PRICE_EDGE: "{tokens} tokens are past the length where {model} is cheap",
    ReasonCode.TOO_LONG: "{tokens} tokens do not fit {model}",
    ReasonCode.CLIMB: "one step up from {was}: {why}",
    ReasonCode.REPAIR: "{was} is shown its mistake once: {why}",
    ReasonCode.MORE_TOKENS: "the answer was cut, so {was} gets twice the room",
    ReasonCode.TRIM: "the prompt was too long for {was}; the oldest tool results are left out",
    ReasonCode.RETRY: "{was} is asked again: {why}",
    ReasonCode.FALLBACK: "instead of {was}: {why}",
    ReasonCode.PEER: "{was} is unwell ({why})",
    ReasonCode.STALLED: "one step up, since the looking goes in circles: {what}",
    ReasonCode.BREAKER_OPEN: "{model} failed too often in the last moments",
    ReasonCode.DEGRADED: "held at {tier} {effort}: {share} of the {scope} budget is spent",
    ReasonCode.OVERDRAFT: "over budget, which a {severity} alert may be",
    ReasonCode.OVER_BUDGET: "the {scope} budget does not allow it",
    ReasonCode.CHANNEL_SPENT: (
        "this channel's budget for today does not allow it ({left} of {limit} left, the call may cost {needs})"
    ),
    ReasonCode.OPTIONAL_DROPPED: "optional, and {spent} of the {scope} budget is spent",
    ReasonCode.NO_KEY: "no API key is set (ANTHROPIC_API_KEY)",
    ReasonCode.BY_CODE: "{what}",
}

_FINDINGS = {
    FindingCode.TRUNCATED: "the answer was cut",
    FindingCode.REFUSED: "the model refused",
    FindingCode.UNKNOWN_STOP: "the model stopped for an unknown reason",
    FindingCode.EMPTY: "the answer was empty",
    FindingCode.NOT_JSON: "the answer is not JSON",
    FindingCode.SCHEMA: "the answer does not have the form that was asked for",
    FindingCode.CONFIDENCE_MISSING: "no confidence is given",
    FindingCode.CONFIDENCE_RANGE: "the confidence is not between 0 and 1",
    FindingCode.UNCITED: "a claim cites nothing",
    FindingCode.UNKNOWN_CITATION: "a citation does not exist",
    FindingCode.IRRELEVANT_CITATION: "a citation does not speak of what is claimed",
    FindingCode.QUOTE: "a quote is not in the evidence",
    FindingCode.IDENTIFIER: "a name is not in the evidence",
    FindingCode.SERVICE: "a service is not in the evidence",
    FindingCode.NUMBER: "a number is not in the evidence",
    FindingCode.UNIT: "a number has another unit or size in the evidence",
    FindingCode.DIRECTION: "the evidence moved the other way",
    FindingCode.CAUSE_AFTER_EFFECT: "the cause came after its effect",
    FindingCode.DEPLOY_AFTER_ONSET: "the blamed deploy came after the onset",
    FindingCode.CONTRADICTION: "the evidence says otherwise",
    FindingCode.LOW_CONFIDENCE: "the model itself is unsure",
    FindingCode.INSUFFICIENT: "the model says that evidence is missing",
    FindingCode.STALLED: "the looking goes in circles",
}


_SPOKEN = frozenset(  # findings whose detail says it all
    {
        FindingCode.EMPTY,
        FindingCode.NOT_JSON,
        FindingCode.REFUSED,
        FindingCode.TRUNCATED,
        FindingCode.UNKNOWN_STOP,
        FindingCode.UNKNOWN_CITATION,
    }
)


def short_name(model: str) -> str:
    """Return what people call a model: "sonnet" for claude-sonnet-5-5, else its own name."""
    family = _FAMILY.match(model)
    return family.group(1) if family else model


def reason(why: Reason) -> str:
    """Return one reason as a clause without a full stop."""
    told = " ".join(_REASONS[why.code].format_map(_Known(why.parameters)).split())
    return told + _how_much(why.parameters) if why.code is ReasonCode.OVER_BUDGET else told


def _how_much(parameters: Mapping[str, str]) -> str:
    """Say what a budget was asked for, or how much of it is spent; older records know neither."""
    if needs := parameters.get("needs"):
        return f" (the call may cost {needs})"
    return f" ({spent} of it is spent)" if (spent := parameters.get("spent")) else ""


def line(selection: Selection) -> str:
    """Return the one line that the thread shows for a selection, plain text."""
    head = f"[MODEL_SELECTION] {selection.task} → "
    why = "; ".join(reason(r) for r in selection.reasons)
    if selection.model is None:
        return f"{head}code, no model: {why}, $0"
    effort = f", effort {selection.effort}" if selection.effort else ""
    name = f"{short_name(selection.model)} ({selection.model}{effort})"
    if not selection.available:
        rest = "; ".join(reason(r) for r in selection.reasons[:-1])
        stopped = reason(selection.reasons[-1])
        return f"{head}would ask {name}: {rest or why}, est {cents(selection.est_usd)}. Not asked: {stopped}"
    warm = (
        f", {selection.warm_tokens:,} of {selection.prompt_tokens:,} tokens warm"
        if selection.warm_tokens
        else ""
    )
    most = cents(max(selection.est_usd, selection.reserved_usd))
    return f"{head}{name}: {why}, est {cents(selection.est_usd)}, at most {most}{warm}"


def finding(code: FindingCode) -> str:
    """Return what a finding means, as a clause."""
    return _FINDINGS[code]


def spoken(failure: FailureCode) -> str:
    """Return a failure in two or three words."""
    if failure is FailureCode.CONNECTION:
        return "no connection"
    return failure.value.replace("_", " ").replace(" api", " API")


def attempt_line(attempt: Attempt) -> str:
    """Return one line on how a call went: model, seconds, tokens, dollars, and what was wrong."""
    usage = attempt.usage
    model = short_name(attempt.selection.model or "code")
    cached = f" ({usage.cache_read:,} cached)" if usage.cache_read else ""
    if attempt.failure is not None:
        kept = f", {dollars(attempt.usd)} kept aside in case it is billed" if attempt.usd > Decimal(0) else ""
        return f"{model} gave no answer after {attempt.latency_s:.1f} s: {spoken(attempt.failure)}{kept}"
    told = (
        f"{model} answered in {attempt.latency_s:.1f} s: {usage.prompt:,}{cached} → {usage.output:,} tokens"
    )
    wrong = "; ".join(
        f.detail if f.code in _SPOKEN else f"{finding(f.code)} ({f.detail})" for f in attempt.findings
    )
    return f"{told}, {dollars(attempt.usd)}" + (f"; {wrong}" if wrong else "")


class _Known(dict[str, str]):
    """Parameters of a reason; one that an older record lacks is left out instead of raising."""

    def __missing__(self, key: str) -> str:
        return ""
