"""What is worked out from the numbers of some pieces of evidence: differences, ratios, shares, sums, counts. Pure.

It knows no claim; whether a claim's number is one of these is for `pool.py`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise

from router.verify.library import Item, Library
from router.verify.quantities import Kind, Quantity
from router.verify.rates import intervals, sampled
from router.verify.readings import alike, as_many, readings

MOST = 48  # quantities of one kind that differences and ratios are taken of
_FEW = 6  # numbers in a piece of evidence that is multiplied out
_STATE = re.compile(r"\b\d\d:\d\d ([a-z]+)\b")
_SIBLING = re.compile(r"\b([a-z][a-z-]*?)-?(\d{1,2})\b")


@dataclass(frozen=True)
class Figures:
    """The numbers of some pieces of evidence, by what they measure."""

    items: Sequence[Item]
    library: Library

    @cached_property
    def own(self) -> list[Quantity]:
        """The numbers as they stand there."""
        return [q for item in self.items for q in item.quantities]

    @cached_property
    def stated(self) -> list[Quantity]:
        """The numbers in all that they may mean."""
        return [read for q in self.own for read in readings(q)]

    @cached_property
    def every(self) -> Mapping[Kind, list[Quantity]]:
        """The same by kind."""
        return {kind: [q for q in self.stated if q.kind is kind] for kind in Kind}

    @cached_property
    def kinds(self) -> Mapping[Kind, list[Quantity]]:
        """What may be worked with: no guesses, bytes and ratios excepted."""
        own = {id(q) for q in self.own}
        return {
            kind: [q for q in every if id(q) in own or kind in {Kind.SIZE, Kind.SHARE}][:MOST]
            for kind, every in self.every.items()
        }


def worked_out(figures: Figures, kind: Kind) -> Iterator[float]:
    """Yield what can be worked out of one kind: differences, ratios, shares, counts."""
    if kind is Kind.COUNT:
        yield from _counts(figures)
        yield from _products(figures, Kind.SHARE)
        yield from (abs(q.whole - q.value) for q in figures.stated if q.whole and q.kind is kind)
        yield from (
            q.value - p.value for q in figures.kinds[kind] for p in figures.kinds[kind] if alike(p, q)
        )
        return
    own = figures.kinds[kind]
    if kind is not Kind.FOLD:
        yield from (abs(a.value - b.value) for a in own for b in own)
    if kind in {Kind.TIME, Kind.SIZE}:
        yield from _products(figures, kind)
    if kind is Kind.TIME:
        yield from (every for item in figures.items for every in (*intervals(item), *sampled(item)))
    if kind is Kind.SHARE:
        yield from (q.value / q.whole for q in figures.stated if q.whole)
        yield from (1 - q.value for q in own if 0 < q.value < 1)
        for ratio in _ratios(figures):
            yield from (ratio,) if ratio == 1 else (ratio, 1 - ratio) if ratio < 1 else (ratio - 1,)
    if kind is Kind.FOLD:
        yield from _ratios(figures)
        yield from _over_a_limit(figures)


def bare_steps(figures: Figures) -> Iterator[float]:
    """Yield what lies between two numbers of one piece that have no unit and may have any: "1400 (was 1500)"."""
    for item in figures.items:
        bare = [q for q in item.quantities if q.kind is Kind.COUNT and not (q.whole or q.per or q.counts)]
        yield from (abs(b.value - a.value) for a, b in pairwise(bare) if alike(a, b))


def sums(figures: Figures) -> set[float]:
    """Return what the counts of the pieces make together, two by two and all, when they are few."""
    counts = [q.value for q in figures.kinds[Kind.COUNT] if q.value >= 1]
    if len(counts) > _FEW:
        return set()
    return {sum(counts), *(a + b for a, b in combinations(counts, 2))}


def _products(figures: Figures, kind: Kind) -> Iterator[float]:
    """Yield "1.5 % of 12,400" and "11,804 times 16 MB", within pieces that have only a few numbers."""
    for stated in (*([*item.quantities] for item in figures.items), figures.own):
        counts = [q.value for q in stated if q.kind is Kind.COUNT and q.value > 2]
        others = [q.value for q in stated if q.kind is kind]
        if len(counts) <= _FEW and len(others) <= _FEW:
            yield from (count * other for count in counts for other in others)


def _ratios(figures: Figures) -> Iterator[float]:
    rest = [1 - q.value for q in figures.kinds[Kind.SHARE] if q.value < 1]  # misses, where hits are told
    yield from (a / b for a in rest for b in rest if a != b)
    for kind in (Kind.COUNT, Kind.TIME, Kind.SIZE, Kind.SHARE):
        own = figures.kinds[kind]
        yield from (a.value / b.value for a in own for b in own if a is not b and b.value and alike(a, b))


def _over_a_limit(figures: Figures) -> Iterator[float]:
    """Yield what numbers with a unit are over bare ones beside them."""
    for item in figures.items:  # "1,920 s (alarm at 600)": the unit is said once
        bare = [q.value for q in item.quantities if q.kind is Kind.COUNT and q.value]
        with_unit = [q.value / q.scale for q in item.quantities if q.kind in {Kind.TIME, Kind.SIZE}]
        if len(bare) <= _FEW and len(with_unit) <= _FEW:
            yield from (a / b for a in with_unit for b in bare)


def _counts(figures: Figures) -> Iterator[float]:
    """Yield how many pieces and how many services there are, and how many numbered ones of a name."""
    yield float(len(figures.items))
    yield float(len({item.service for item in figures.items if item.service}))
    siblings: dict[str, set[int]] = {}
    for item in figures.library.items:
        own = f" {item.text}" if item in figures.items else ""
        for name, number in _SIBLING.findall(f"{item.service}{own}".lower()):
            siblings.setdefault(name, set()).add(int(number))
    for item in figures.items:  # "three of the workers are at 250"
        yield from (float(n) for n in as_many(item.quantities) if n > 1)
        states = Counter(_STATE.findall(item.text.lower()))  # "08:15 failed, 09:15 failed"
        yield from (float(n) for n in states.values() if n > 1)
    for numbered in siblings.values():
        yield float(len(numbered))
