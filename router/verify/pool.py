"""What some pieces of evidence give in numbers: stated, rounded, converted, or worked out. Pure.

It knows no claim; it says whether a quantity can be had from the evidence, and in how many ways is not told.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from router.verify.clocks import Clock, days, without_times
from router.verify.hedges import Hedge
from router.verify.library import Item, Library
from router.verify.quantities import Kind, Quantity
from router.verify.rates import counted_by, intervals, projections, rates, sampled
from router.verify.readings import alike, as_many, epochs, readings, settings
from router.verify.rounding import close, rounds_to, same_figures

_FEW = 6  # numbers in a piece of evidence that is multiplied out
_MOST = 48  # quantities of one kind that differences and ratios are taken of
_BYTES = {Kind.COUNT, Kind.SIZE}  # a record often tells bytes without a unit
_DECIMALS = re.compile(r"\.(\d+)")
_QUARTERS = {"5", "25", "75", "333"}  # halves and quarters are said of what is not measured
_SIBLING = re.compile(r"\b([a-z][a-z-]*?)-?(\d{1,2})\b")


class Pool:
    """What some pieces of evidence give: stated, and worked out from it."""

    def __init__(self, items: Sequence[Item], library: Library) -> None:
        self._items = items
        self._library = library
        self._stated = [read for item in items for q in item.quantities for read in readings(q)]
        self._every = {kind: [q for q in self._stated if q.kind is kind] for kind in Kind}
        self._own = [q for item in items for q in item.quantities]
        own = {id(q) for q in self._own}
        self._kinds = {  # what is worked out does not rest on guesses, bytes excepted
            kind: [q for q in every if id(q) in own or kind is Kind.SIZE][:_MOST]
            for kind, every in self._every.items()
        }
        self._spans = (*library.spans(items), *epochs(self._stated))
        self._derived: dict[Kind, list[float]] = {}

    def states(self, quantity: Quantity) -> bool:
        """Say whether the evidence has the number itself, in this kind or without any unit."""
        values = [q.value for q in self._every[quantity.kind]]
        loose: list[float] = []  # what has no unit of its own, and is no bound of anything
        if quantity.kind not in {Kind.COUNT, Kind.FOLD}:
            # A record often has no unit; then the bare number may stand for any, sizes also for bytes.
            bare = [
                q.value / q.scale
                for q in self._own
                if q.kind is Kind.COUNT or (q.guessed and q.kind is not quantity.kind)
            ]
            loose += [value * quantity.scale for value in bare]
            values += [value for value in bare if quantity.kind is Kind.SHARE and 0 < value < 1]
            if quantity.kind is Kind.TIME:
                values += [at for item in self._items for at in settings(item.text)]
            if quantity.kind is Kind.SIZE:
                values += [q.value * 1.048576 for q in self._every[Kind.SIZE]]
                values += [value / 1.024**3 for value in bare if value > 1e8]
        elif quantity.kind is Kind.COUNT:
            values += [q.value / q.scale for q in self._stated if q.kind in {Kind.TIME, Kind.SIZE, Kind.FOLD}]
        bounded = quantity.hedge in {Hedge.OVER, Hedge.UNDER}
        near = replace(quantity, hedge=Hedge.ABOUT) if bounded else quantity
        return any(close(quantity, value) for value in values) or any(close(near, value) for value in loose)

    def gives(self, quantity: Quantity) -> bool:
        """Say whether the evidence has the number or it can be worked out."""
        if quantity.whole is not None and self._part(quantity):
            return True
        if quantity.whole is not None and quantity.kind is Kind.COUNT and not self._count(quantity.whole):
            return False
        if self._rate(quantity):
            return True
        return not self._of_other_time(quantity) and (
            self.states(quantity)
            or (quantity.kind is Kind.TIME and self._span(quantity))
            or (quantity.kind is Kind.FOLD and self._beside(quantity))
            or (quantity.kind is Kind.COUNT and quantity.value > 2 and quantity.value in self._sums())
            or any(close(quantity, value) for value in self.derived(quantity.kind))
        )

    def names(self, quantity: Quantity) -> bool:
        """Say whether a bare number is part of a name in the evidence: a port, a line, an error's number."""
        if quantity.kind is not Kind.COUNT:
            return False
        if re.fullmatch(r"\d+\.\d+", quantity.said):  # "since 3.18" of "v3.18.0"
            version = re.compile(rf"(?<![\w.])v?{re.escape(quantity.said)}(?=[.-])")
            return any(version.search(item.text) for item in self._items)
        if not quantity.said.isdigit():
            return False
        part = re.compile(rf"(?:(?<=[:#/@_-])|(?<=\b[vr])){quantity.said}(?![\w.])")
        return any(part.search(f"{without_times(item.text)} {item.service}") for item in self._items)

    def dates(self, quantity: Quantity) -> bool:
        """Say whether a bare number is the year of something in the evidence."""
        if quantity.kind is not Kind.COUNT or not re.fullmatch(r"(?:19|20)\d\d", quantity.said):
            return False
        years = {item.time.year for item in self._items if item.time is not None}
        years |= {day.year for item in self._items for day in days(item.text) if day.year}
        return int(quantity.said) in years

    def is_at(self, hour: int) -> bool:
        """Say whether something in the evidence is at *hour*, of the morning or the afternoon."""
        marks = {hour * 3600 % 86_400, (hour + 12) * 3600 % 86_400}
        return any(abs(at - mark) <= 60 for item in self._items for at in item.moments for mark in marks)

    def all_of(self, kind: Kind) -> list[float]:
        """Return everything of one kind, stated or worked out."""
        spans = list(self._spans) if kind is Kind.TIME else []
        return [q.value for q in self._every[kind]] + self.derived(kind) + spans

    def apart(self, quantity: Quantity, said: Sequence[Clock]) -> bool:
        """Say whether something in the evidence lies this far from one of the times of day that were *said*."""
        if quantity.kind is not Kind.TIME:
            return False
        grain = min(quantity.scale, 3600.0) * 0.5
        gaps = ((clock.second - at) % 86_400 for clock in said for item in self._items for at in item.moments)
        return any(abs(min(gap, 86_400 - gap) - quantity.value) <= grain for gap in gaps)

    def same_digits(self, quantity: Quantity) -> str:
        """Return the number of the same digits that has another unit or size, "" when there is none."""
        plain = quantity.value / quantity.scale
        for other in self._stated:
            theirs = other.value / other.scale
            if other.value != quantity.value and plain and theirs and same_figures(plain, theirs):
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
            yield from self._products(Kind.SHARE)
            yield from (abs(q.whole - q.value) for q in self._stated if q.whole and q.kind is kind)
            yield from (
                q.value - p.value for q in self._kinds[kind] for p in self._kinds[kind] if alike(p, q)
            )
            return
        if kind in {Kind.TIME, Kind.SIZE}:
            own = self._kinds[kind]
            yield from self._products(kind)
            if kind is Kind.TIME:
                yield from (every for item in self._items for every in (*intervals(item), *sampled(item)))
            yield from (abs(a.value - b.value) for a in own for b in own)
        if kind is Kind.SHARE:
            own = self._kinds[kind]
            yield from (abs(a.value - b.value) for a in own for b in own)
            yield from (q.value / q.whole for q in self._stated if q.whole)
            yield from (1 - q.value for q in (*own, *self._kinds[Kind.COUNT]) if 0 < q.value < 1)
            yield from (r for r in self._ratios() if r <= 1)
            yield from (r - 1 for r in self._ratios() if r > 1)
            yield from (1 - r for r in self._ratios() if r < 1)
        if kind is Kind.FOLD:
            yield from self._ratios()
            yield from self._over_a_limit()

    def _sums(self) -> set[float]:
        """Return what the counts of the pieces make together, two by two and all, when they are few."""
        counts = [q.value for q in self._kinds[Kind.COUNT] if q.value >= 1]
        if len(counts) > _FEW:
            return set()
        return {sum(counts), *(a + b for a, b in combinations(counts, 2))}

    def _products(self, kind: Kind) -> Iterator[float]:
        """Yield "1.5 % of 12,400" and "11,804 times 16 MB", within pieces that have only a few numbers."""
        for stated in (*([*item.quantities] for item in self._items), self._stated):
            counts = [q.value for q in stated if q.kind is Kind.COUNT and q.value > 2]
            others = [q.value for q in stated if q.kind is kind]
            if len(counts) <= _FEW and len(others) <= _FEW:
                yield from (count * other for count in counts for other in others)

    def _rate(self, quantity: Quantity) -> bool:
        """Say whether "three a second" is a number of things over a time, both in one piece of evidence."""
        if quantity.per is None:
            return False
        per = quantity.per
        return any(close(quantity, rate * per) for item in self._items for rate in rates(item, quantity.kind))

    def lasts(self, quantity: Quantity) -> bool:
        """Say whether something in the evidence would take this long at a rate that the evidence has."""
        about = replace(quantity, hedge=Hedge.ABOUT) if quantity.hedge is Hedge.EXACT else quantity
        return quantity.kind is Kind.TIME and any(close(about, time) for time in projections(self._items))

    def _of_other_time(self, quantity: Quantity) -> bool:
        """Say whether all that states the number of "400 a minute" counts by another time, such as the second."""
        if quantity.per is None:
            return False
        holding = [i for i in self._items if any(close(quantity, q.value) for q in i.quantities)]
        return bool(holding) and all(
            (by := counted_by(item.text)) and quantity.per not in by for item in holding
        )

    def _beside(self, quantity: Quantity) -> bool:
        """Say whether something cited is that many times what other evidence of its service says."""
        services = {item.service for item in self._items if item.service}
        others = [q for item in self._library.items if item.service in services for q in item.quantities]
        pairs = (
            (mine, other)
            for mine in self._stated
            for other in others[:_MOST]
            if mine.kind is other.kind or {mine.kind, other.kind} == _BYTES
        )
        return any(
            close(quantity, mine.value / other.value)
            for mine, other in pairs
            if mine.digits >= 3 and other.value
        )

    def _ratios(self) -> Iterator[float]:
        rest = [1 - q.value for q in self._kinds[Kind.SHARE] if q.value < 1]  # misses, where hits are told
        yield from (a / b for a in rest for b in rest if a != b)
        for kind in (Kind.COUNT, Kind.TIME, Kind.SIZE, Kind.SHARE):
            own = self._kinds[kind]
            yield from (a.value / b.value for a in own for b in own if a is not b and b.value and alike(a, b))

    def _over_a_limit(self) -> Iterator[float]:
        """Yield what numbers with a unit are over bare ones beside them."""
        for item in self._items:  # "1,920 s (alarm at 600)": the unit is said once
            bare = [q.value for q in item.quantities if q.kind is Kind.COUNT and q.value]
            with_unit = [q.value / q.scale for q in item.quantities if q.kind in {Kind.TIME, Kind.SIZE}]
            if len(bare) <= _FEW and len(with_unit) <= _FEW:
                yield from (a / b for a in with_unit for b in bare)

    def _counts(self) -> Iterator[float]:
        """Yield how many pieces and how many services there are, and how many numbered ones of a name."""
        yield float(len(self._items))
        yield float(len({item.service for item in self._items if item.service}))
        siblings: dict[str, set[int]] = {}
        for item in self._library.items:
            own = f" {item.text}" if item in self._items else ""
            for name, number in _SIBLING.findall(f"{item.service}{own}".lower()):
                siblings.setdefault(name, set()).add(int(number))
        for item in self._items:  # "three of the workers are at 250"
            yield from (float(n) for n in as_many(item.quantities) if n > 1)
        for numbered in siblings.values():
            yield float(len(numbered))

    def _count(self, value: float) -> bool:
        return any(rounds_to(value, have) for have in self.all_of(Kind.COUNT))

    def _part(self, quantity: Quantity) -> bool:
        """Say whether "X of Y" is a share that the evidence has, or both of its numbers are there."""
        assert quantity.whole is not None
        if quantity.whole == 0:
            return self._count(0.0)
        same = [q for q in self._stated if q.whole == quantity.whole and q.kind is Kind.COUNT]
        if quantity.hedge is Hedge.EXACT and same and len(same) == len([q for q in self._stated if q.whole]):
            return any(q.value == quantity.value for q in same) or self._count(quantity.value)
        share = quantity.value / quantity.whole
        shares = [q.value for q in self._kinds[Kind.SHARE]]
        shares += [q.value / q.whole for q in self._stated if q.whole and q.kind is Kind.COUNT]
        shares += [q.value for q in self._kinds[Kind.COUNT] if 0 < q.value < 1]  # a hit ratio of 0.31
        shares += [1 - have for have in shares if have < 1]
        told = replace(quantity, kind=Kind.SHARE, value=share, whole=None, scale=1.0)
        hedged = quantity.hedge is not Hedge.EXACT
        if any(
            abs(share - have) <= 0.05 * max(share, have) or (hedged and close(told, have)) for have in shares
        ):
            return True
        if quantity.value == 1 and any(abs(share - have) <= 0.15 * have for have in self.derived(Kind.SHARE)):
            return True  # "one device in forty", where both are counted
        low = quantity.value <= 2 or self._count(quantity.value)
        return low and self._count(quantity.whole)

    def _span(self, quantity: Quantity) -> bool:
        """Say whether two things in the evidence lie this far apart in time."""
        if quantity.scale <= 1.0 and (quantity.value > 180 or quantity.scale < 1.0):
            return False  # nobody says 400 seconds for the minutes between two events
        part = _DECIMALS.search(quantity.said)
        grain = quantity.scale * (0.5 if part is None else 0.25 if part[1] in _QUARTERS else 0.05)
        return any(close(quantity, span) or abs(span - quantity.value) <= grain for span in self._spans)
