"""What the words around a number hold it against: two durations, an event not cited, a bound in a series. Pure."""

import re
from collections.abc import Container, Sequence
from itertools import combinations

from router.verify.figures.readings import measure, readings
from router.verify.library import Item, Library, stems
from router.verify.reading.hedges import Hedge
from router.verify.reading.quantities import Kind, Quantity
from router.verify.reading.rounding import close

_LASTING = re.compile(
    r"\b(?:long(?:er)?|short(?:er)?|time|quick\w*|fast\w*|slow\w*|soon\w*|took|takes?|last(?:ed|s)|wait\w*|spent|"
    r"minutes?|hours?|seconds?|days?|interval|gap|wh?ile|delay\w*|pass(?:ed|es)|window|incident|outage|downtime)\b"
)
_COMPARES = re.compile(  # behind a duration by which two differ
    r"\W*(?:\w+ ){0,2}?(?:less|more|longer|shorter|quicker|faster|slower|sooner|short of|beyond|apart)\b"
)
_EVENT = re.compile(r"\W*(?:\w+ )?(?:after|before|later|earlier|into|ahead|behind|apart|since|past|prior)\b")
_MOST = 12  # durations that are held against each other: more make every number
_GRAIN = 0.25  # of its unit: how far off a duration to something that is not cited may be


def compared(
    quantity: Quantity, found: Sequence[Quantity], plain: str, items: Sequence[Item], library: Library
) -> bool:
    """Say whether *quantity*, by the words around it in *plain*, is had by comparing what *items* have."""
    behind = plain[quantity.start + len(quantity.said) :]
    others = [q for q in found if q.start != quantity.start]
    apart = _COMPARES.match(behind) if quantity.kind is Kind.TIME else _LASTING.search(plain)
    return (
        (apart is not None and _outlasts(quantity, [q.value for q in others if q.kind is Kind.TIME], items))
        or (_EVENT.match(behind) is not None and _reaches(quantity, frozenset(stems(plain)), items, library))
        or _divides(quantity, {q.value for q in others if q.kind is Kind.COUNT}, items)
    )


def _outlasts(quantity: Quantity, said: Sequence[float], items: Sequence[Item]) -> bool:
    """Say whether a duration, in the evidence or *said*, is that much more, or that many times, what another is."""
    at = [moment for item in items for moment in item.moments[:_MOST]]
    lasted = {float(abs(a - b)) for a, b in combinations(at, 2)} - {0.0}
    lasted |= {q.value for item in items for q in item.quantities if q.kind is Kind.TIME and q.value}
    pairs = [*combinations(sorted(lasted), 2)] if len(lasted) <= _MOST else []
    pairs += [
        (min(a, b), max(a, b)) for a in said[:_MOST] if a for b in sorted(lasted)[: _MOST * _MOST] if a != b
    ]
    if quantity.kind is Kind.TIME:
        return any(close(quantity, b - a) for a, b in pairs)
    ratios = [ratio for a, b in pairs for ratio in (a / b, b / a)]
    if quantity.kind is Kind.SHARE:
        if any(sum(q.kind is Kind.SHARE for q in item.quantities) > 1 for item in items):
            return False  # a reading among readings is no part of a time
        ratios += [abs(1 - ratio) for ratio in ratios]
    return quantity.kind in {Kind.FOLD, Kind.SHARE} and any(close(quantity, ratio) for ratio in ratios)


def _reaches(quantity: Quantity, said: frozenset[str], items: Sequence[Item], library: Library) -> bool:
    """Say whether the one piece cited is just this far from another that has a word of what is *said*."""
    if len(items) != 1 or quantity.kind is not Kind.TIME or quantity.hedge not in {Hedge.EXACT, Hedge.ABOUT}:
        return False
    others = [
        item
        for item in library.items
        if item not in items and (item.service == items[0].service or said & item.stems)
    ]
    gaps = (abs(a - b) for item in items for a in item.moments for other in others for b in other.moments)
    return any(abs(gap - quantity.value) <= _GRAIN * quantity.scale for gap in gaps)


def _divides(quantity: Quantity, parts: Container[float], items: Sequence[Item]) -> bool:
    """Say whether a bound has so many of the numbers of a piece beyond it: "two of five are above 400 ms"."""
    if quantity.hedge not in {Hedge.OVER, Hedge.UNDER}:
        return False
    over = quantity.hedge is Hedge.OVER
    read = ([one.value for one in readings([item], measure(quantity)) if one.own] for item in items)
    return any(
        len(values) > 2 and sum((v > quantity.value) is over for v in values) in parts for values in read
    )
