"""Clues from measured calls between services and from operations that slowed."""

from collections.abc import Iterator, Sequence

from bot.investigation.suspects.clue import Clue, quoted
from bot.investigation.suspects.facts import Told
from tools.wording import quantity

_NETWORK_POINTS, _SERVER_POINTS, _SPAN_POINTS = 1.4, 0.2, 0.15  # a doubling
_LEAST_DOUBLINGS = 1.0
_FAILING_DOUBLINGS = 3.0  # an operation that always fails weighs as one that is eight times slower
_OTHER_END = 0.3


def from_calls(calls: Sequence[Told]) -> Iterator[Clue]:
    """Yield clues of delayed and of slowly answered calls.

    Of a delay the side is blamed that all its slow calls have in common; the other end gets a part.
    """
    delayed = [call for call in calls if (call.part("network", "doublings") or 0.0) >= _LEAST_DOUBLINGS]
    for call in delayed:
        grown = call.part("network", "doublings") or 0.0
        caller, callee = call.text("caller"), call.text("callee")
        at_callee = _part_of(delayed, calls, "callee", callee) >= _part_of(delayed, calls, "caller", caller)
        said = f"calls {caller} → {callee} wait between the two: {_course(call, 'network')}"
        for service, blamed in ((callee, at_callee), (caller, not at_callee)):
            points = grown * _NETWORK_POINTS * (1.0 if blamed else _OTHER_END)
            yield Clue(service, "network", "latency", points, symptom=False, evidence=call.id, said=said)
    for call in calls:
        grown = call.part("server", "doublings") or 0.0
        if grown >= _LEAST_DOUBLINGS:
            said = f"takes longer to answer {call.text('caller')}: {_course(call, 'server')}"
            yield Clue(
                call.text("callee"),
                "server",
                "latency",
                grown * _SERVER_POINTS,
                symptom=True,
                evidence=call.id,
                said=said,
                measure="server p90",
                amount=(call.part("server", "now") or 0.0) - (call.part("server", "normal") or 0.0),
            )


def from_spans(spans: Sequence[Told]) -> Iterator[Clue]:
    """Yield a clue for each operation that slowed or fails more than normally."""
    for span in spans:
        failing = span.number("failing") or 0.0
        if failing > 0:
            said = f"operation {quoted(span.text('operation'))} fails"
            points = failing * _FAILING_DOUBLINGS * _SPAN_POINTS
            yield Clue(span.text("service"), "span", "error", points, True, span.id, said)
        grown = span.number("score") or 0.0
        if grown >= _LEAST_DOUBLINGS:
            said = f"operation {quoted(span.text('operation'))} slowed down"
            points = grown * _SPAN_POINTS
            yield Clue(span.text("service"), "span", "latency", points, True, span.id, said)


def _part_of(delayed: Sequence[Told], calls: Sequence[Told], end: str, service: str) -> float:
    """Return which part of the calls at one *end*, *service*, is delayed."""
    there = [call for call in calls if call.text(end) == service and call.part("network", "now") is not None]
    return sum(call.text(end) == service for call in delayed) / max(1, len(there))


def _course(call: Told, part: str) -> str:
    now, normal = call.part(part, "now"), call.part(part, "normal")
    usual = f"{quantity(normal, 's')} → " if normal is not None else ""
    return f"p90 {usual}{quantity(now, 's')}" if now is not None else "p90 unknown"
