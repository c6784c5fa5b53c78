"""What some pieces of evidence give in numbers: stated, rounded, converted, or worked out. Pure.

It knows no claim; it says whether a quantity can be had from the evidence, and in how many ways is not told.
"""

import re
from collections.abc import Iterator, Sequence

from router.verify.clocks import Clock, days, without_times
from router.verify.library import Item, Library
from router.verify.quantities import Hedge, Kind, Quantity

_FEW = 6  # numbers in a piece of evidence that is multiplied out
_MOST = 48  # quantities of one kind that differences and ratios are taken of
_PER = re.compile(r"(?:\bper |/ ?|\ban? )(s|min|h|second|minute|hour|day)\b")
_SECONDS = {
    "s": 1.0,
    "second": 1.0,
    "min": 60.0,
    "minute": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    "day": 86_400.0,
}
_BYTES = {Kind.COUNT, Kind.SIZE}  # a record often tells bytes without a unit
_EPOCH = 1e9  # the Unix time of 2001; nothing that is counted is as exact as that
_SIBLING = re.compile(r"\b([a-z][a-z-]*?)-?(\d{1,2})\b")


class Pool:
    """What some pieces of evidence give: stated, and worked out from it."""

    def __init__(self, items: Sequence[Item], library: Library) -> None:
        self._items = items
        self._library = library
        self._stated = [q for item in items for q in item.quantities]
        self._every = {kind: [q for q in self._stated if q.kind is kind] for kind in Kind}
        self._kinds = {kind: every[:_MOST] for kind, every in self._every.items()}
        self._spans = (*library.spans(items), *_epochs(self._stated))
        self._derived: dict[Kind, list[float]] = {}

    def states(self, quantity: Quantity) -> bool:
        """Say whether the evidence has the number itself, in this kind or without any unit."""
        values = [q.value for q in self._every[quantity.kind]]
        if quantity.kind not in {Kind.COUNT, Kind.FOLD}:
            # A record often has no unit; then the bare number may stand for any, sizes also for bytes.
            bare = [q.value for q in self._every[Kind.COUNT]]
            values += [value * quantity.scale for value in bare]
            values += [value for value in bare if quantity.kind is Kind.SIZE and value > 1e5]
            values += [value for value in bare if quantity.kind is Kind.SHARE and 0 < value < 1]
            if quantity.kind is Kind.SIZE:
                values += [q.value * 1.048576 for q in self._every[Kind.SIZE]]
                values += [value / 1.024**3 for value in bare if value > 1e8]
        elif quantity.kind is Kind.COUNT:
            values += [q.value / q.scale for q in self._stated if q.kind in {Kind.TIME, Kind.SIZE, Kind.FOLD}]
        return any(close(quantity, value) for value in values)

    def gives(self, quantity: Quantity) -> bool:
        """Say whether the evidence has the number or it can be worked out."""
        if quantity.whole is not None and self._part(quantity):
            return True
        if quantity.whole is not None and quantity.kind is Kind.COUNT and not self._count(quantity.whole):
            return False
        if self.states(quantity) or self._rate(quantity):
            return True
        if quantity.kind is Kind.TIME and self._span(quantity):
            return True
        if quantity.kind is Kind.FOLD and self._beside(quantity):
            return True
        return any(close(quantity, value) for value in self.derived(quantity.kind))

    def names(self, quantity: Quantity) -> bool:
        """Say whether a bare number is part of a name in the evidence: a port, a line, an error's number."""
        if quantity.kind is not Kind.COUNT or not quantity.said.isdigit():
            return False
        part = re.compile(rf"(?<=[:#/@_-]){quantity.said}(?![\w.])")
        return any(part.search(f"{without_times(item.text)} {item.service}") for item in self._items)

    def dates(self, quantity: Quantity) -> bool:
        """Say whether a bare number is the year of something in the evidence."""
        if quantity.kind is not Kind.COUNT or not re.fullmatch(r"(?:19|20)\d\d", quantity.said):
            return False
        years = {item.time.year for item in self._items if item.time is not None}
        years |= {day.year for item in self._items for day in days(item.text) if day.year}
        return int(quantity.said) in years

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
            yield from self._products(Kind.SHARE)
            yield from (
                q.value - p.value for q in self._kinds[kind] for p in self._kinds[kind] if _alike(p, q)
            )
            return
        if kind in {Kind.TIME, Kind.SIZE}:
            own = self._kinds[kind]
            yield from self._products(kind)
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

    def _products(self, kind: Kind) -> Iterator[float]:
        """Yield "1.5 % of 12,400" and "11,804 times 16 MB", within each piece that has only a few numbers."""
        for item in self._items:
            counts = [q.value for q in item.quantities if q.kind is Kind.COUNT and q.value > 2]
            others = [q.value for q in item.quantities if q.kind is kind]
            if len(counts) <= _FEW and len(others) <= _FEW:
                yield from (count * other for count in counts for other in others)

    def _rate(self, quantity: Quantity) -> bool:
        """Say whether "three a second" is a number of things over a time, both in one piece of evidence."""
        if quantity.per is None:
            return False
        named = [(q.value, every) for i in self._items for every in _every(i.text) for q in i.quantities]
        if any(close(quantity, value * quantity.per / every) for value, every in named):
            return True
        counts = [(i, q.value) for i in self._items for q in i.quantities if q.kind is Kind.COUNT]
        times = [(i, q.value) for i in self._items for q in i.quantities if q.kind is Kind.TIME and q.value]
        return any(i is j and close(quantity, n / (t / quantity.per)) for i, n in counts for j, t in times)

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
        if quantity.whole == 0:
            return self._count(0.0)
        same = [q for q in self._stated if q.whole == quantity.whole and q.kind is Kind.COUNT]
        if quantity.hedge is Hedge.EXACT and same and len(same) == len([q for q in self._stated if q.whole]):
            return any(q.value == quantity.value for q in same) or self._count(quantity.value)
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
        return any(close(quantity, span) or abs(span - quantity.value) <= grain for span in self._spans)


def _epochs(stated: Sequence[Quantity]) -> Iterator[float]:
    """Yield the seconds between the Unix times in the evidence, in seconds or milliseconds."""
    bare = [q.value for q in stated if q.kind is Kind.COUNT]
    times = [value for value in bare if _EPOCH < value < 4 * _EPOCH]
    times += [value / 1000 for value in bare if _EPOCH < value / 1000 < 4 * _EPOCH]
    yield from (abs(a - b) for a in times for b in times if a != b)


def _every(text: str) -> list[float]:
    """Return the seconds of the times that *text* counts things by: "per minute", "/s"."""
    return [_SECONDS[found] for found in dict.fromkeys(_PER.findall(text.lower()))]


def _alike(a: Quantity, b: Quantity) -> bool:
    """Say whether two numbers measure the same thing, as far as their names tell."""
    if a.kind is not Kind.COUNT or not (a.named and b.named):
        return True
    return bool(set(a.named.lower().split("_")) & set(b.named.lower().split("_")))  # mem_used, mem_limit


def close(said: Quantity, have: float) -> bool:
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
        return off < 1e-6 or (have != int(have) and value >= 3 and off <= 0.5)
    if said.kind is Kind.COUNT and said.scale == 1 and said.digits >= 3 and value == int(value):
        return off <= 0.5  # 188 is no rounding of 187
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
