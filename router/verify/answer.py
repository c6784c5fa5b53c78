"""All checks of one answer, in order, the cheapest first: how it stopped, its form, its evidence, its confidence.

It knows which checks a task's route names, and no model and no price. What the checks do not find is not thereby
true: they hold an answer against its evidence, and the evidence may be wrong or lacking.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue

from router.messages import Ask, Ground, Reply
from router.outcomes import Finding, FindingCode
from router.policy import Check, Route
from router.verify import schema
from router.verify.citations import citations
from router.verify.figures.dating import dates, times
from router.verify.figures.numbers import numbers
from router.verify.library import Library, read
from router.verify.movement.samples import samples
from router.verify.movement.trends import trends
from router.verify.names import identifiers, services, strangers
from router.verify.order.causes import causes
from router.verify.order.sequence import sequence
from router.verify.order.time_order import time_order
from router.verify.quotes import quotes
from router.verify.record.blame import blame
from router.verify.record.facts import facts
from router.verify.record.fixes import fixes
from router.verify.record.flows import flows
from router.verify.record.scope import scope
from router.verify.record.steps import steps
from router.verify.statement import FIELDS, Statement, form, parse, prose, statement

ALL: tuple[Check, ...] = ("form", "citations", "quotes", "entities", "numbers", "time", "facts", "confidence")
LONGEST = 200_000

_Held = Callable[[Statement, Library], Iterator[Finding]]
_AGAINST_EVIDENCE: Mapping[Check, tuple[_Held, ...]] = {
    "citations": (citations,),
    "quotes": (quotes,),
    "entities": (identifiers, services, strangers),
    "numbers": (numbers, times, dates),
    "time": (time_order, causes, sequence),
    "facts": (trends, samples, facts, fixes, blame, steps, flows, scope),
}
_GOOD_STOPS = frozenset({"end_turn", "stop_sequence", "tool_use"})
_CUT = frozenset({"max_tokens", "model_context_window_exceeded"})


def check(reply: Reply, ask: Ask, route: Route, settled: str = "") -> tuple[Finding, ...]:
    """Return what is wrong with *reply*; nothing is found in a wish to use tools, which is no answer yet.

    *settled* is the service that an answer from below the task's own start must name first.
    """
    if stopped := _stop(reply.stop_reason):
        return (stopped,)
    if reply.tool_uses:
        return ()
    text = reply.text
    return check_answer(
        text,
        stop_reason=reply.stop_reason,
        grounds=ask.grounds,
        onset=ask.onset,
        checks=route.checks,
        wanted=ask.schema,
        min_confidence=route.min_confidence,
    ) + disagrees(text, settled)


def disagrees(answer: str, settled: str) -> tuple[Finding, ...]:
    """Return the finding that a diagnosis does not name *settled* first, though the evidence does."""
    said = parse(answer[:LONGEST]) if settled else None
    if not isinstance(said, dict) or not isinstance(said.get("services"), list):
        return ()
    named = statement(said).services
    if named and named[0] == settled:
        return ()
    told = f"it names {named[0] if named else 'nothing'} first; the evidence names {settled}"
    return (Finding(FindingCode.CONTRADICTION, told),)


def check_answer(
    answer: str | Mapping[str, JsonValue],
    *,
    stop_reason: str,
    grounds: Sequence[Ground],
    onset: datetime | None,
    checks: Sequence[Check] = ALL,
    wanted: Mapping[str, JsonValue] | None = None,
    min_confidence: float = 0.0,
) -> tuple[Finding, ...]:
    """Return what is wrong with *answer*, the model's text or the object in it.

    *wanted* is the JSON schema that was asked for, None for free text when *answer* is text that is no JSON
    object; an object is always read as a diagnosis when it has a diagnosis's fields.
    """
    if stopped := _stop(stop_reason):
        return (stopped,)
    said: JsonValue | None
    if isinstance(answer, str):
        if not answer.strip():
            return (Finding(FindingCode.EMPTY, "the answer holds no words"),)
        said = parse(answer[:LONGEST])
    else:
        said = dict(answer)
    found, told = _form(said, answer, wanted, checks)
    if told is None:
        return found
    if not grounds and not told.is_diagnosis:
        return found  # nothing was given to hold free text against
    library = read(grounds, onset)
    for name in checks:
        for held in _AGAINST_EVIDENCE.get(name, ()):
            if told.is_diagnosis or held is not citations:
                found = (*found, *held(told, library))
    if "confidence" in checks and told.confidence is not None and told.confidence < min_confidence:
        unsure = (
            f"its own confidence is {told.confidence * 100:.0f} %, less than {min_confidence * 100:.0f} %"
        )
        found = (*found, Finding(FindingCode.LOW_CONFIDENCE, unsure))
    return tuple(dict.fromkeys(found))


def _form(
    said: JsonValue | None,
    answer: str | Mapping[str, JsonValue],
    wanted: Mapping[str, JsonValue] | None,
    checks: Sequence[Check],
) -> tuple[tuple[Finding, ...], Statement | None]:
    """Return what is wrong with the form, and the statement to hold against the evidence, if it can be read."""
    free = wanted is None and isinstance(answer, str) and "citations" not in checks
    if said is None and isinstance(answer, str):
        if free or (wanted is None and not answer.lstrip().startswith(("{", "[", "```"))):
            return (), prose(answer)
        return (Finding(FindingCode.NOT_JSON, f"not JSON: “{answer[:80]}”"),), None
    assert said is not None or not isinstance(answer, str)
    if wanted is not None and not _is_diagnosis(wanted):
        found = tuple(schema.mismatches(said, wanted)) if "form" in checks else ()
        return found, None
    found = tuple(form(said)) if "form" in checks else ()
    return found, statement(said) if isinstance(said, dict) else None


def _is_diagnosis(wanted: Mapping[str, JsonValue]) -> bool:
    properties = wanted.get("properties")
    return isinstance(properties, dict) and set(FIELDS) <= set(properties)


def _stop(reason: str) -> Finding | None:
    if reason == "refusal":
        return Finding(FindingCode.REFUSED, "the model declined to answer")
    if reason in _CUT:
        return Finding(FindingCode.TRUNCATED, f"the answer was cut ({reason})")
    if reason not in _GOOD_STOPS:
        return Finding(FindingCode.UNKNOWN_STOP, f"it stopped for an unknown reason ({reason!r})")
    return None
