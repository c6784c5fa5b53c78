"""What some pieces of evidence give in numbers: stated, rounded, converted, or worked out. Pure.

One test serves all: a quantity of a claim is had when anything that the evidence states or makes, in the measure of
the claim, may be told as the claim tells it. In how many ways is not told.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import combinations

from router.verify.figures.derived import MOST, counted_by, means, projections, rates, totals, worked_out
from router.verify.figures.readings import Measure, converted, in_binary, measure, readings
from router.verify.library import Item, Library
from router.verify.reading.clocks import Clock, days, offsets, without_times
from router.verify.reading.hedges import Hedge
from router.verify.reading.quantities import Kind, Quantity
from router.verify.reading.rounding import close, rounds_to, same_figures

_DAY = 86_400.0
_EPOCH = 1e9  # the Unix time of 2001; nothing that is counted is as exact as that
_FEW_PARTS = 12  # the whole of a part that stands for a share
_LETTER = re.compile(r"[A-Za-z#]|\d\.\d+\.\d")  # in what is a name and no mere number
_MEASURED = re.compile(r"\(?\d[\d.,]*(?:[smhdkMG]|ms|[KMG]i?B?)\W*$")  # "10m" is no name with a 10 in it
_COMPOUND = re.compile(r"\d+ ?[a-z]+ ?\d")  # of several parts: "6m40s"
_FIGURES = re.compile(r"([01]\d|2[0-3])\.?([0-5]\d)")  # "10.20", "0926"
_PRECISE = 3  # the digits of a number that is held against what is not cited
_HALF = 0.5  # what rounding to a whole number leaves open
_COUNTS = Measure(Kind.COUNT)


class Pool:
    """What some pieces of evidence give: stated, and worked out from it."""

    def __init__(self, items: Sequence[Item], library: Library) -> None:
        self.items = items
        self.library = library
        self._made: dict[Measure, list[float]] = {}
        self._summed: dict[Measure, list[float]] = {}

    @cached_property
    def _stated(self) -> list[Quantity]:
        return [q for item in self.items for q in item.quantities]

    @cached_property
    def _since(self) -> tuple[float, ...]:
        """The seconds between any two instants, those of the alerts and the onset included."""
        return self.library.spans(self.items)

    @cached_property
    def _spans(self) -> list[float]:
        """The seconds between any two instants of what is cited, and those that zones are from UTC."""
        bare = [q.value for q in self._stated if q.kind is Kind.COUNT and q.value > _EPOCH]
        epochs = [value / unit for value in bare for unit in (1, 1000) if _EPOCH < value / unit < 4 * _EPOCH]
        zones = [away for item in self.items for away in offsets(item.text)]
        return [
            *self.library.spans(self.items, alone=True),
            *(abs(a - b) for a in epochs for b in epochs if a != b),
            *zones,
        ]

    def states(self, quantity: Quantity) -> bool:
        """Say whether the evidence has the number itself, in this unit or without any."""
        near = (
            replace(quantity, hedge=Hedge.ABOUT) if quantity.hedge in {Hedge.OVER, Hedge.UNDER} else quantity
        )
        by = measure(quantity)
        found = readings(self.items, by)
        measured = by.kind in {Kind.TIME, Kind.SIZE}
        if measured and any(
            q.kind is by.kind and q.scale != by.unit and _same(q, quantity) for q in self._stated
        ):
            found = [one for one in found if one.own]  # "5Gi" beside a bare 5 is no 5 MB
        return any(
            close(quantity if one.own else near, value)
            for one in found
            for value in (one.value, *converted(one, by))
        )

    def gives(self, quantity: Quantity) -> bool:
        """Say whether the evidence has the number or it can be worked out."""
        if quantity.whole is not None:
            if self._part(quantity):
                return True
            if quantity.kind is Kind.COUNT and not self._count(quantity.whole):
                return False
        if quantity.per is not None and any(
            close(quantity, rate * quantity.per) for rate in rates(self.items, measure(quantity))
        ):
            return True
        return not self._of_other_time(quantity) and (
            self.states(quantity)
            or (quantity.kind is Kind.TIME and self.lasted(quantity))
            or (quantity.kind is Kind.FOLD and self._beside(quantity))
            or ((not quantity.changes or quantity.kind is Kind.SHARE) and self._worked_out(quantity))
        )

    def totals(self, quantity: Quantity) -> bool:
        """Say whether numbers of the evidence make this together."""
        if quantity.per is not None or (quantity.whole is not None and not self._count(quantity.whole)):
            return False
        whole = quantity.whole is not None  # of things, where readings in parts of one are none
        made = self._totals(measure(quantity))
        return any(close(quantity, total) for total in made if not (whole and total % 1))

    def made(self, by: Measure) -> list[float]:
        """Return what can be worked out: differences, ratios, shares, counts."""
        if by not in self._made:
            self._made[by] = list(worked_out(self.items, by))
        return self._made[by]

    def all_of(self, quantity: Quantity, *, spans: bool = True) -> list[float]:
        """Return everything in the measure of *quantity*, and what lies between any two times with *spans*."""
        by = measure(quantity)
        if quantity.per is not None:
            return [rate * quantity.per for rate in rates(self.items, by)]
        between = self._spans if by.kind is Kind.TIME and spans else []
        return [one.value for one in readings(self.items, by)] + self.made(by) + between

    def names(self, quantity: Quantity) -> bool:
        """Say whether a number is part of a name in the evidence: a port, a version, a file's number, a "count_7d"."""
        told = re.fullmatch(r"(\d+(?:\.\d+)?)(?:[ -]?([a-z])[a-z]*)?", quantity.said)
        if quantity.kind not in {Kind.COUNT, Kind.TIME} or told is None:
            return False
        plain, unit = told[1], told[2] or ""
        tail = r"(?!\d|,\d)" if "." in plain else r"(?!\d|[.,]\d)"
        part = re.compile(rf"(?<!\d)(?<!\d[.,]){re.escape(plain)}{unit}{tail}")
        words = (word for item in self.items for word in f"{without_times(item.text)} {item.service}".split())
        return any(
            part.search(word)
            for word in words
            if _LETTER.search(word) and (unit or not _MEASURED.match(word))
        )

    def dates(self, quantity: Quantity) -> bool:
        """Say whether a bare number is the year, or the time of day, of something in the evidence."""
        if quantity.kind is not Kind.COUNT:
            return False
        clock = _FIGURES.fullmatch(quantity.said)
        minute = int(clock[1]) * 60 + int(clock[2]) if clock else None
        if minute in {at // 60 for at in self.library.moments}:
            return True
        if not re.fullmatch(r"(?:19|20)\d\d", quantity.said):
            return False
        years = {item.time.year for item in self.items if item.time is not None}
        years |= {day.year for item in self.items for day in days(item.text) if day.year}
        return int(quantity.said) in years

    def apart(self, quantity: Quantity, said: Sequence[Clock]) -> bool:
        """Say whether a time of day that was *said* is this far from something in the evidence or another of them."""
        if quantity.kind is not Kind.TIME:
            return False
        grain = min(quantity.scale, 3600.0) * 0.5
        moments = [at for item in self.items for at in item.moments]
        gaps = [(clock.second - at) % 86_400 for clock in said for at in moments]
        gaps += [
            (b.second - a.second) % (43_200 if b.loose else 86_400)
            for a, b in combinations(said[:_FEW_PARTS], 2)
        ]
        return any(abs(min(gap, 86_400 - gap) - quantity.value) <= grain for gap in gaps)

    def lasts(self, quantity: Quantity) -> bool:
        """Say whether something in the evidence would take this long at a rate that the evidence has."""
        about = replace(quantity, hedge=Hedge.ABOUT) if quantity.hedge is Hedge.EXACT else quantity
        return quantity.kind is Kind.TIME and any(close(about, time) for time in projections(self.items))

    def has(self, quantity: Quantity) -> bool:
        """Say whether the evidence has the number with a unit of its own, of two digits at least."""
        own = (one.value for one in readings(self.items, measure(quantity)) if one.own)
        return quantity.digits > 1 and any(close(quantity, value) for value in own)

    def averages(self, quantity: Quantity) -> bool:
        """Say whether something in the evidence comes to this on average."""
        return any(close(quantity, value) for value in means(self.items, measure(quantity)))

    def same_digits(self, quantity: Quantity, apart: float = 0.0) -> str:
        """Return the number of the same digits that has another unit or size, "" when there is none.

        *apart*: only one of its own kind that is so many times more or less.
        """
        plain = quantity.value / quantity.scale
        for other in self._stated:
            theirs = other.value / other.scale
            if other.value == quantity.value or not (plain and theirs and same_figures(plain, theirs)):
                continue
            ratio = max(other.value, quantity.value) / min(other.value, quantity.value)
            if not apart or (other.kind is quantity.kind and ratio > apart):
                return other.said
        return ""

    def leaves(self, quantity: Quantity, said: frozenset[str]) -> bool:
        """Say whether "X of Y" is only what a piece leaves over that tells of the X of Y in all the words *said*."""
        told = [(q, item) for item in self.items for q in item.quantities if q.whole == quantity.whole]
        if quantity.whole is None or any(q.value == quantity.value for q, _ in told):
            return False
        return any(q.value == quantity.whole - quantity.value and said <= item.stems for q, item in told)

    def _totals(self, by: Measure) -> list[float]:
        if by not in self._summed:
            self._summed[by] = list(totals(self.items, by))
        return self._summed[by]

    def _worked_out(self, quantity: Quantity) -> bool:
        if quantity.per is not None and not any(quantity.per in counted_by(i.text) for i in self.items):
            return False  # the difference of two amounts is nothing a minute
        by = measure(quantity)
        units = {q.scale for q in self._stated if q.kind is by.kind}
        return any(
            close(quantity, value)
            for made in self.made(by)
            for value in (made, *(other for unit in units for other in in_binary(made, by, unit)))
        )

    def _of_other_time(self, quantity: Quantity) -> bool:
        """Say whether all that states the number of "400 a minute" counts by another time, such as the second."""
        if quantity.per is None:
            return False
        by = measure(quantity)
        holding = [i for i in self.items if any(close(quantity, one.value) for one in readings([i], by))]
        counted = [counted_by(item.text) for item in holding]
        return bool(holding) and all(told and quantity.per not in told for told in counted)

    def _beside(self, quantity: Quantity) -> bool:
        """Say whether something cited is that many times what other evidence of its service says."""
        services = {item.service for item in self.items if item.service}
        beside = [item for item in self.library.items if item.service in services]
        for by in map(Measure, (Kind.COUNT, Kind.TIME, Kind.SIZE, Kind.SHARE)):
            mine = [
                one.value for one in readings(self.items, by)[:MOST] if one.own and one.digits >= _PRECISE
            ]
            others = (
                [one.value for one in readings(beside, by)[:MOST] if one.own and one.value] if mine else []
            )
            if any(close(quantity, a / b) for a in mine for b in others):
                return True
        return False

    def _count(self, value: float) -> bool:
        have = (
            [one.value for one in readings(self.items, _COUNTS)] + self.made(_COUNTS) + self._totals(_COUNTS)
        )
        return any(rounds_to(value, each) for each in have)

    def _stands(self, value: float) -> bool:
        return any(q.value == value for q in self._stated if q.kind is Kind.COUNT)

    def _part(self, quantity: Quantity) -> bool:
        """Say whether "X of Y" is a share that the evidence has, or both of its numbers are there."""
        assert quantity.whole is not None
        if quantity.whole == 0:
            return self._count(0.0)
        parts = [q for q in self._stated if q.whole and q.kind is Kind.COUNT]
        same = [q for q in parts if q.whole == quantity.whole]
        exact = quantity.hedge is Hedge.EXACT
        if exact and same and len(same) == len(parts):
            return any(q.value == quantity.value for q in same) or self._count(quantity.value)
        share = quantity.value / quantity.whole
        by = Measure(Kind.SHARE, 0.01)
        told = replace(quantity, kind=Kind.SHARE, value=share, whole=None, scale=1.0)
        shares = [one.value for one in readings(self.items, by) if one.own]
        shares += [q.value / q.whole for q in parts if q.whole]
        shares += [1 - have for have in shares if have < 1]
        if any(
            abs(share - have) < 0.05 * max(share, have) or (not exact and close(told, have))
            for have in shares
        ):
            return True
        if self._stands(
            quantity.whole
        ):  # seven of 56, where the 56 is told and so is 87.5 without its percent
            plain = [one.value for one in readings(self.items, by)]
            if any(
                abs(quantity.whole * abs(left - have) - quantity.value) < _HALF
                for have in plain
                for left in (0, 1)
            ):
                return True
        if quantity.value == 1 or (
            quantity.whole <= _FEW_PARTS and not parts
        ):  # where both, or neither, are counted
            within = 0.15 if quantity.value == 1 else 0.04
            if any(abs(share - have) <= within * have for have in self.made(by)):
                return True
        return False

    def lasted(self, quantity: Quantity, *, since: bool = False) -> bool:
        """Say whether two things lie this far apart in time, *since* the alert or onset too where two are cited."""
        one = quantity.scale <= 1.0 and not _COMPOUND.match(quantity.said)
        fine = one and (quantity.value > 180 or quantity.scale < 1.0)
        # nobody says 360 seconds for the minutes between two events; 366 s or 6m40s one does
        spans = self._since if since else self._spans
        days = self.library.calendar(self.items, alone=not since) if quantity.scale >= _DAY else ()
        return any(close(quantity, span) for span in (*spans, *days) if span % 60 or not fine)


def _same(a: Quantity, b: Quantity) -> bool:
    return abs(a.value / a.scale - b.value / b.scale) < 1e-9
