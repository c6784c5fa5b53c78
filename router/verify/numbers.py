"""Numbers of claims held against the evidence: found, rounded, converted, or worked out from what is there. Pure.

A claim may round, convert units, and take differences, ratios, shares, durations and counts of what it cites. What
cannot be had in any of these ways is invented, or has the wrong unit.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from router.outcomes import Finding, FindingCode
from router.verify.clocks import clocks, without_times
from router.verify.library import Item, Library
from router.verify.quantities import Hedge, Kind, Quantity, quantities
from router.verify.statement import Statement

_MOST = 48  # quantities of one kind that differences and ratios are taken of
_ABOUT_WHEN = re.compile(
    r"(?:about|around|roughly|approx\w*|circa|near|shortly (?:after|before)|just (?:after|before)|by|before|after|"
    r"until|~)\s$",
    re.IGNORECASE,
)
_SIBLING = re.compile(r"\b([a-z][a-z-]*?)-?(\d{1,2})\b")


def numbers(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the numbers of *said* that the evidence does not give."""
    everything = Pool(library.items, library)
    for claim in said.claims:
        pool = Pool(library.cited(claim.evidence), library) if claim.evidence else everything
        yield from _ungrounded(claim.text, pool, everything, claim.evidence)
    yield from _ungrounded(said.cause, everything, everything, ())


def times(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the times of day of *said* that nothing in the evidence is at."""
    texts = [(claim.text, claim.evidence) for claim in said.claims] + [(said.cause, ())]
    for text, cited in texts:
        for clock in clocks(text):
            within = 60
            if clock.loose or _ABOUT_WHEN.search(text[: clock.start]):
                within = 900
            if not any(clock.is_at(moment, within) for moment in library.moments):
                told = f"nothing in the evidence is at “{text[clock.start : clock.end]}” (“{text[:100]}”)"
                yield Finding(FindingCode.NUMBER, told, tuple(cited))
                break


def _ungrounded(text: str, pool: "Pool", everything: "Pool", cited: Sequence[str]) -> Iterator[Finding]:
    found = quantities(text)
    done: set[float] = set()  # ends of ranges and wholes of parts that were judged with their beginning
    for quantity in found:
        given = _given(quantity, found, pool, everything)
        if given or quantity.value in done:
            ends = (None if quantity.changes else quantity.upto, quantity.whole)
            done |= {end for end in ends if given and end is not None}
        elif not _too_small_to_tell(quantity):
            other = everything.same_digits(quantity)
            code = FindingCode.UNIT if other else FindingCode.NUMBER
            why = f"the evidence has {other}" if other else "the evidence does not give it"
            yield Finding(code, f"“{quantity.said}” in “{text[:120]}”: {why}", tuple(cited))
            return


def _given(quantity: Quantity, found: Sequence[Quantity], pool: "Pool", everything: "Pool") -> bool:
    """Say whether *quantity* can be had from the evidence in any of the ways that claims may take."""
    precise = quantity.digits >= 3 and quantity.hedge is Hedge.EXACT
    return (
        _ranges(quantity, pool)
        or pool.gives(quantity)
        or (precise and everything.states(quantity))
        or _own_share(quantity, found)
        or _list_with_one_unit(quantity, found, pool)
        or pool.names(quantity)
    )


def _too_small_to_tell(quantity: Quantity) -> bool:
    """One and two are pronouns as often as numbers, unless they are parts of a whole or have a unit."""
    return quantity.kind is Kind.COUNT and quantity.value <= 2 and quantity.whole is None


def _ranges(quantity: Quantity, pool: "Pool") -> bool:
    """Say whether "X to Y" holds something that the evidence has."""
    low, high = quantity.value, quantity.upto
    if high is None or high <= low or quantity.changes:
        return False
    kinds = {quantity.kind} if quantity.kind is not Kind.COUNT else set(Kind)
    return any(low * 0.9 <= value <= high * 1.1 for kind in kinds for value in pool.all_of(kind))


def _own_share(quantity: Quantity, own: Sequence[Quantity]) -> bool:
    """Say whether a share is that of an "X of Y" in the same sentence."""
    parts = [part for part in own if part.whole] if quantity.kind is Kind.SHARE else []
    return any(part.whole and _close(quantity, part.value / part.whole) for part in parts)


def _list_with_one_unit(quantity: Quantity, found: Sequence[Quantity], pool: "Pool") -> bool:
    """Say whether *quantity* is in a list such as "134, 182, 245 ms", whose unit stands at its end."""
    if quantity.kind is not Kind.COUNT:
        return False
    later = [q for q in found if q.start > quantity.start and q.kind is not Kind.COUNT]
    if not later:
        return False
    unit = later[0]
    value = quantity.value * unit.scale
    return any(
        _close(quantity, have / unit.scale) or abs(have - value) < 1e-9 for have in pool.all_of(unit.kind)
    )


class Pool:
    """What some pieces of evidence give: stated, and worked out from it."""

    def __init__(self, items: Sequence[Item], library: Library) -> None:
        self._items = items
        self._library = library
        self._stated = [q for item in items for q in item.quantities]
        self._kinds = {kind: [q for q in self._stated if q.kind is kind][:_MOST] for kind in Kind}
        self._derived: dict[Kind, list[float]] = {}

    def states(self, quantity: Quantity) -> bool:
        """Say whether the evidence has the number itself, in this kind or without any unit."""
        values = [q.value for q in self._kinds[quantity.kind]]
        if quantity.kind not in {Kind.COUNT, Kind.FOLD}:
            # A record often has no unit; then the bare number may stand for any, sizes also for bytes.
            bare = [q.value for q in self._kinds[Kind.COUNT]]
            values += [value * quantity.scale for value in bare]
            values += [value for value in bare if quantity.kind is Kind.SIZE and value > 1e5]
            if quantity.kind is Kind.SIZE:
                values += [q.value * 1.048576 for q in self._kinds[Kind.SIZE]]
                values += [value / 1.024**3 for value in bare if value > 1e8]
        elif quantity.kind is Kind.COUNT:
            values += [q.value / q.scale for q in self._stated if q.kind in {Kind.TIME, Kind.SIZE, Kind.FOLD}]
        return any(_close(quantity, value) for value in values)

    def gives(self, quantity: Quantity) -> bool:
        """Say whether the evidence has the number or it can be worked out."""
        if quantity.whole is not None and self._part(quantity):
            return True
        if quantity.whole is not None and quantity.kind is Kind.COUNT and not self._count(quantity.whole):
            return False
        if self.states(quantity):
            return True
        if quantity.kind is Kind.TIME and self._span(quantity):
            return True
        return any(_close(quantity, value) for value in self.derived(quantity.kind))

    def names(self, quantity: Quantity) -> bool:
        """Say whether a bare number is part of a name in the evidence: a port, a line, an error's number."""
        if quantity.kind is not Kind.COUNT or not quantity.said.isdigit():
            return False
        part = re.compile(rf"(?<=[:#/@_-]){quantity.said}(?![\w.])")
        return any(part.search(without_times(item.text)) for item in self._items)

    def all_of(self, kind: Kind) -> list[float]:
        """Return everything of one kind, stated or worked out."""
        spans = list(self._library.spans) if kind is Kind.TIME else []
        return [q.value for q in self._kinds[kind]] + self.derived(kind) + spans

    def same_digits(self, quantity: Quantity) -> str:
        """Return the number of the same digits that has another unit or size, "" when there is none."""
        plain = quantity.value / quantity.scale
        for other in self._stated:
            theirs = other.value / other.scale
            if other.value != quantity.value and plain and theirs and _same_figures(plain, theirs):
                return other.said
        return ""

    def derived(self, kind: Kind) -> list[float]:
        """Return what can be worked out: differences, ratios, shares, counts."""
        if kind not in self._derived:
            self._derived[kind] = list(self._work_out(kind))
        return self._derived[kind]

    def _work_out(self, kind: Kind) -> Iterator[float]:
        if kind is Kind.COUNT:
            yield from self._counts()
            yield from (
                q.value - p.value for q in self._kinds[kind] for p in self._kinds[kind] if _alike(p, q)
            )
            return
        if kind in {Kind.TIME, Kind.SIZE}:
            own = self._kinds[kind]
            yield from (abs(a.value - b.value) for a in own for b in own)
        if kind is Kind.SHARE:
            own = self._kinds[kind]
            yield from (abs(a.value - b.value) for a in own for b in own)
            yield from (q.value / q.whole for q in self._stated if q.whole)
            yield from (1 - q.value for q in own if q.value < 1)
            yield from (r for r in self._ratios() if r <= 1)
            yield from (r - 1 for r in self._ratios() if r > 1)
            yield from (1 - r for r in self._ratios() if r < 1)
        if kind is Kind.FOLD:
            yield from self._ratios()

    def _ratios(self) -> Iterator[float]:
        for kind in (Kind.COUNT, Kind.TIME, Kind.SIZE, Kind.SHARE):
            own = self._kinds[kind]
            yield from (
                a.value / b.value for a in own for b in own if a is not b and b.value and _alike(a, b)
            )

    def _counts(self) -> Iterator[float]:
        """Yield how many pieces and how many services there are, and how many numbered ones of a name."""
        yield float(len(self._items))
        yield float(len({item.service for item in self._items if item.service}))
        siblings: dict[str, set[int]] = {}
        for item in self._library.items:
            for name, number in _SIBLING.findall(item.service.lower()):
                siblings.setdefault(name, set()).add(int(number))
        for numbered in siblings.values():
            yield float(len(numbered))

    def _count(self, value: float) -> bool:
        return any(abs(value - have) < 0.5 for have in self.all_of(Kind.COUNT))

    def _part(self, quantity: Quantity) -> bool:
        """Say whether "X of Y" is a share that the evidence has, or both of its numbers are there."""
        assert quantity.whole is not None
        share = quantity.value / quantity.whole
        shares = [q.value for q in self._kinds[Kind.SHARE]]
        shares += [q.value / q.whole for q in self._stated if q.whole and q.kind is Kind.COUNT]
        if any(abs(share - have) <= 0.05 * max(share, have) for have in shares):
            return True
        low = quantity.value <= 2 or self._count(quantity.value)
        return low and self._count(quantity.whole)

    def _span(self, quantity: Quantity) -> bool:
        """Say whether two things in the evidence lie this far apart in time."""
        if quantity.scale <= 1.0 and (quantity.value > 180 or quantity.scale < 1.0):
            return False  # nobody says 400 seconds for the minutes between two events
        grain = min(quantity.scale, 3600.0) * 0.5
        return any(
            _close(quantity, span) or abs(span - quantity.value) <= grain for span in self._library.spans
        )


def _alike(a: Quantity, b: Quantity) -> bool:
    """Say whether two numbers measure the same thing, as far as their names tell."""
    if a.kind is not Kind.COUNT or not (a.named and b.named):
        return True
    return bool(set(a.named.lower().split("_")) & set(b.named.lower().split("_")))  # mem_used, mem_limit


def _close(said: Quantity, have: float) -> bool:
    """Say whether the evidence's *have* may be told as *said*: rounded as far as it was, hedged as it was."""
    value = said.value
    if said.hedge is Hedge.OVER:
        return value * 0.999 <= have <= value * 2
    if said.hedge is Hedge.UNDER:
        return value * 0.5 <= have <= value * 1.001
    off = abs(value - have)
    if said.hedge is Hedge.ABOUT:
        return off <= 0.12 * abs(value)
    if said.kind is Kind.COUNT and value < 100:
        return off < 1e-6
    share = {1: 0.07, 2: 0.05, 3: 0.006}.get(said.digits, 0.001)
    if said.kind is Kind.FOLD:
        share = 0.15
    return off <= share * abs(value)


def _same_figures(a: float, b: float) -> bool:
    """Say whether two numbers have the same leading figures whatever their size."""
    while abs(a) >= 10:
        a /= 10
    while 0 < abs(a) < 1:
        a *= 10
    while abs(b) >= 10:
        b /= 10
    while 0 < abs(b) < 1:
        b *= 10
    return abs(a - b) < 0.006 * abs(a)


def rising(values: Sequence[float]) -> bool:
    """Say whether each value is above the one before it."""
    return len(values) > 1 and all(a < b for a, b in pairwise(values))
