"""What a claim makes of its own numbers: sums, products, differences and ratios of those that it has from evidence.

Each of those is held against the evidence itself, so whatever follows from them in one step is grounded too. Pure.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from operator import add, sub

from router.verify.reading.quantities import Kind, Quantity
from router.verify.reading.rounding import close

_RECKONED: Mapping[str, Callable[[float, float], float]] = {
    "plus": add, "+": add, "minus": sub, "short of": lambda a, b: b - a, "shy of": lambda a, b: b - a,
}  # fmt: skip
_MOST = 12  # numbers that are said one after the other


def follows(quantity: Quantity, known: Sequence[Quantity]) -> bool:
    """Say whether *quantity* follows from the *known* numbers of its claim."""
    others = [q for q in known if q.start != quantity.start and q.value]
    return any(close(quantity, value) for value in _made(quantity, others))


def joined(found: Sequence[Quantity], plain: str) -> Iterator[tuple[Quantity, Quantity, Quantity]]:
    """Yield two numbers between which a sign or word of reckoning stands, and what they make: "128 plus 9"."""
    for a, b in pairwise(found):
        made = _RECKONED.get(plain[a.start + len(a.said) : b.start].strip().lower())
        unit = b if a.kind is Kind.COUNT else a
        if made is not None and (a.kind is b.kind or Kind.COUNT in {a.kind, b.kind}):
            first, second = (q.value * (unit.scale if q.kind is not unit.kind else 1.0) for q in (a, b))
            yield a, b, replace(unit, value=made(first, second), whole=None, upto=None)


def _made(quantity: Quantity, others: Sequence[Quantity]) -> Iterator[float]:
    kind = quantity.kind
    same = [q.value for q in others if q.kind is kind]
    if kind in {Kind.FOLD, Kind.SHARE}:
        pairs = [(a, b) for a in others for b in others if a is not b and a.kind is b.kind is not kind]
        yield from (a.value / b.value for a, b in pairs)
        if kind is Kind.SHARE:
            yield from (part.value / part.whole for part in others if part.whole)
            yield from (abs(1 - a.value / b.value) for a, b in pairs)
    elif quantity.per is not None:
        yield from (many * quantity.per / q.value for many in same for q in others if q.kind is Kind.TIME)
        return
    if kind is Kind.COUNT:  # "ten pods of twenty each make 200"
        yield from (math.prod(run) for run in _runs(same) if min(run) > 1)
        nearest = [q.value / q.scale for q in others if q.start < quantity.start][-2:]
        nearest = same if len(same) == len(others) == 2 else nearest
        yield from (max(a, b) / min(a, b) for a, b in pairwise(nearest))  # "90 over 0.5 is 180"
    elif kind is not Kind.FOLD:  # "three tries, five seconds apart, after a delay of 15 s: half a minute"
        series = [q.value * each for q in others if q.kind is Kind.COUNT and q.value > 1 for each in same]
        counts = [q.value for q in others if q.kind is Kind.COUNT and q.value > 1]
        yield from (
            each / count for each in same for count in counts
        )  # "16 of them in 57 minutes, 3.5 minutes each"
        yield from (*series, *(one + other for one in series for other in same))
    yield from (sum(run) for run in _runs(same))
    yield from (abs(a - b) for a, b in combinations(same, 2))


def _runs(values: Sequence[float]) -> Iterator[Sequence[float]]:
    """Yield the two, three and more that are said one after the other."""
    values = values[:_MOST]
    yield from (values[a : b + 1] for a, b in combinations(range(len(values)), 2))
