"""What some pieces of evidence give in numbers: stated, rounded, converted, or worked out. Pure.

It knows no claim; it says whether a quantity can be had from the evidence, and in how many ways is not told.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from router.verify.clocks import Clock, days, offsets, without_times
from router.verify.derived import MOST, Figures, bare_steps, sums, worked_out
from router.verify.hedges import Hedge
from router.verify.library import Item, Library
from router.verify.quantities import Kind, Quantity
from router.verify.rates import across, counted_by, projections, rates
from router.verify.readings import epochs, settings
from router.verify.rounding import close, rounds_to, same_figures

_BYTES = {Kind.COUNT, Kind.SIZE}  # a record often tells bytes without a unit
_FEW_PARTS = 12  # the whole of a part that stands for a share
_DECIMALS = re.compile(r"\.(\d+)")
_QUARTERS = {"5", "25", "75", "333"}  # halves and quarters are said of what is not measured


class Pool:
    """What some pieces of evidence give: stated, and worked out from it."""

    def __init__(self, items: Sequence[Item], library: Library) -> None:
        self._items = items
        self._library = library
        self._figures = Figures(items, library)
        zones = (away for item in items for away in offsets(item.text))
        self._spans = (*library.spans(items), *epochs(self._figures.stated), *zones)
        self._derived: dict[Kind, list[float]] = {}
        self._bare_steps = tuple(bare_steps(self._figures))

    def states(self, quantity: Quantity) -> bool:
        """Say whether the evidence has the number itself, in this kind or without any unit."""
        values = [q.value for q in self._figures.every[quantity.kind]]
        loose: list[float] = []  # what has no unit of its own, and is no bound of anything
        if quantity.kind not in {Kind.COUNT, Kind.FOLD}:
            # A record often has no unit; then the bare number may stand for any, sizes also for bytes.
            bare = [
                q.value / q.scale
                for q in self._figures.own
                if (q.kind is Kind.COUNT and not q.counts and not (q.whole and quantity.kind is Kind.SHARE))
                or (q.guessed and q.kind is not quantity.kind)
            ]
            loose += [value * quantity.scale for value in bare]
            if quantity.kind is Kind.TIME:
                values += [at for item in self._items for at in settings(item.text)]
            if quantity.kind is Kind.SIZE:
                values += [q.value * 1.048576 for q in self._figures.every[Kind.SIZE]]
                values += [value / 1.024**3 for value in bare if value > 1e8]
        elif quantity.kind is Kind.COUNT:
            values += [
                q.value / q.scale for q in self._figures.stated if q.kind in {Kind.TIME, Kind.SIZE, Kind.FOLD}
            ]
            if 0 < quantity.value < 1:  # "a hit ratio of 0.31", where the record has percent
                values += [q.value for q in self._figures.every[Kind.SHARE]]
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
            or (quantity.kind is Kind.COUNT and quantity.value > 2 and quantity.value in sums(self._figures))
            or ((not quantity.changes or quantity.kind is Kind.SHARE) and self._worked_out(quantity))
        )

    def _worked_out(self, quantity: Quantity) -> bool:
        if quantity.per is not None and not any(quantity.per in counted_by(i.text) for i in self._items):
            return False  # the difference of two amounts is nothing a minute
        told = self.derived(quantity.kind)
        if quantity.kind in {Kind.TIME, Kind.SIZE, Kind.SHARE}:
            told = [*told, *(value * quantity.scale for value in self._bare_steps)]
        return any(close(quantity, value) for value in told)

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

    @property
    def moments(self) -> list[int]:
        """The seconds of the day that the evidence speaks of."""
        return [at for item in self._items for at in item.moments]

    def is_at(self, hour: int) -> bool:
        """Say whether something in the evidence is at *hour*, of the morning or the afternoon."""
        marks = {hour * 3600 % 86_400, (hour + 12) * 3600 % 86_400}
        return any(abs(at - mark) <= 60 for item in self._items for at in item.moments for mark in marks)

    def all_of(self, kind: Kind, *, spans: bool = True) -> list[float]:
        """Return everything of one kind, stated or worked out, and what lies between any two times with *spans*."""
        between = list(self._spans) if kind is Kind.TIME and spans else []
        return [q.value for q in self._figures.every[kind]] + self.derived(kind) + between

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
        for other in self._figures.stated:
            theirs = other.value / other.scale
            if other.value != quantity.value and plain and theirs and same_figures(plain, theirs):
                return other.said
        return ""

    def derived(self, kind: Kind) -> list[float]:
        """Return what can be worked out: differences, ratios, shares, counts."""
        if kind not in self._derived:
            self._derived[kind] = list(worked_out(self._figures, kind))
        return self._derived[kind]

    def _rate(self, quantity: Quantity) -> bool:
        """Say whether "three a second" is a number of things over a time, both in one piece of evidence."""
        if quantity.per is None:
            return False
        per = quantity.per
        told = [rate for item in self._items for rate in rates(item, quantity.kind)]
        return any(close(quantity, rate * per) for rate in (*told, *across(self._items, quantity.kind)))

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
            for mine in self._figures.stated
            for other in others[:MOST]
            if mine.kind is other.kind or {mine.kind, other.kind} == _BYTES
        )
        return any(
            close(quantity, mine.value / other.value)
            for mine, other in pairs
            if mine.digits >= 3 and other.value
        )

    def _count(self, value: float) -> bool:
        return any(rounds_to(value, have) for have in self.all_of(Kind.COUNT))

    def _part(self, quantity: Quantity) -> bool:
        """Say whether "X of Y" is a share that the evidence has, or both of its numbers are there."""
        assert quantity.whole is not None
        if quantity.whole == 0:
            return self._count(0.0)
        same = [q for q in self._figures.stated if q.whole == quantity.whole and q.kind is Kind.COUNT]
        if (
            quantity.hedge is Hedge.EXACT
            and same
            and len(same) == len([q for q in self._figures.stated if q.whole])
        ):
            return any(q.value == quantity.value for q in same) or self._count(quantity.value)
        share = quantity.value / quantity.whole
        shares = [q.value for q in self._figures.kinds[Kind.SHARE]]
        shares += [q.value / q.whole for q in self._figures.stated if q.whole and q.kind is Kind.COUNT]
        shares += [1 - have for have in shares if have < 1]
        told = replace(quantity, kind=Kind.SHARE, value=share, whole=None, scale=1.0)
        hedged = quantity.hedge is not Hedge.EXACT
        if any(
            abs(share - have) <= 0.05 * max(share, have) or (hedged and close(told, have)) for have in shares
        ):
            return True
        if quantity.value == 1 and any(abs(share - have) <= 0.15 * have for have in self.derived(Kind.SHARE)):
            return True  # "one device in forty", where both are counted
        if quantity.whole <= _FEW_PARTS and not any(q.whole for q in self._figures.stated):
            derived = self.derived(Kind.SHARE)  # "six in seven", where neither is counted
            return any(abs(share - have) <= 0.04 * have for have in derived) or self._both(quantity)
        return self._both(quantity)

    def leaves(self, quantity: Quantity, said: frozenset[str]) -> bool:
        """Say whether "X of Y" is only what a piece leaves over that tells of the X of Y in all the words *said*."""
        told = [(q, item) for item in self._items for q in item.quantities if q.whole == quantity.whole]
        if quantity.whole is None or any(q.value == quantity.value for q, _ in told):
            return False
        return any(q.value == quantity.whole - quantity.value and said <= item.stems for q, item in told)

    def _both(self, quantity: Quantity) -> bool:
        """Say whether both numbers of "X of Y" are there, or the Y and what the X leaves of it."""
        assert quantity.whole is not None
        stated = [q.value for q in self._figures.every[Kind.COUNT]]
        parts = (quantity.value, quantity.whole - quantity.value)
        low = quantity.value <= 2 or any(rounds_to(part, have) for part in parts for have in stated)
        return low and self._count(quantity.whole)

    def _span(self, quantity: Quantity) -> bool:
        """Say whether two things in the evidence lie this far apart in time."""
        if quantity.scale <= 1.0 and (quantity.value > 180 or quantity.scale < 1.0):
            return False  # nobody says 400 seconds for the minutes between two events
        part = _DECIMALS.search(quantity.said)
        grain = quantity.scale * (0.5 if part is None else 0.25 if part[1] in _QUARTERS else 0.05)
        return any(close(quantity, span) or abs(span - quantity.value) <= grain for span in self._spans)
