"""What the numbers of the evidence may mean in the unit that a claim measures by. Pure; it knows no claim's words.

A number with a unit means that. A number without one may be in any unit, so it is read in the claim's.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from router.verify.library import Item
from router.verify.reading.quantities import Kind, Quantity

_AT = re.compile(r"(?: [a-z]+){0,2} (?:at|by) |\s?@\s?")
_EXACT = 60  # a smaller whole number without a unit is not converted: too much would be had from it
_BASES = {
    Kind.TIME: (1.0, 1e-3),
    Kind.SIZE: (1.0, 1e6, 2.0**20),
}  # what a bare number of a record is most often in
_LARGE = 1e5  # a number of this size may be one of bytes whatever stands beside it


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured and by which unit; *counts* says that a noun behind the number tells what."""

    kind: Kind
    unit: float = 1.0
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of a number: of which piece it is, by which name, at what second of the day if that is told.

    *own* says that its *unit* is its own and not the claim's.
    """

    value: float
    piece: int
    named: str
    at: float | None
    own: bool
    unit: float
    digits: int
    below: bool  # less than nothing


def measure(quantity: Quantity) -> Measure:
    """Return what a claim's quantity measures by."""
    return Measure(quantity.kind, quantity.scale, quantity.counts)


def readings(items: Sequence[Item], by: Measure) -> list[Reading]:
    """Return all meanings that the numbers of *items* have *by* that measure."""
    return [
        Reading(value, n, q.named, at, own, q.scale if own else by.unit, q.digits, q.below)
        for n, item in enumerate(items)
        for q, at in timed(item)
        for value, own in _meanings(q, by)
    ]


def timed(item: Item) -> Iterator[tuple[Quantity, float | None]]:
    """Yield the numbers of *item*, each with its second of the day in a series: "09:30 12, 09:35 48", "12 at 09:30"."""
    clocks = [clock for clock in item.clocks if not clock.loose]
    told: set[int] = set()
    for q in item.quantities:
        end = q.start + len(q.said)
        behind = next((c for c in clocks if c.start >= end and _AT.fullmatch(item.text[end : c.start])), None)
        before = max((n for n, clock in enumerate(clocks) if clock.end <= q.start), default=-1)
        head = clocks[before] if before >= 0 and before not in told else None
        told.add(before)
        clock = behind or head
        yield q, clock.second if clock else None


def alike(a: Reading, b: Reading) -> bool:
    """Say whether two numbers measure the same thing, as far as can be told: by their unit or name, or their piece."""
    if "_" in a.named and "_" in b.named:  # mem_used, mem_limit; a word of prose names no metric
        return bool(set(a.named.lower().split("_")) & set(b.named.lower().split("_")))
    return (a.own and b.own) or (a.piece == b.piece and a.unit == b.unit)


def converted(read: Reading, by: Measure) -> Iterator[float]:
    """Yield what a number may be said as in another unit of the same kind than the record has it in."""
    yield from in_binary(read.value, by, read.unit)
    plain = read.value / by.unit
    if not read.own and (plain >= _EXACT or plain < 1):
        yield from (plain * base for base in _BASES.get(by.kind, ()))


def in_binary(value: float, by: Measure, unit: float) -> Iterator[float]:
    """Yield a size as it may be said too, if told in another base: "GB" for GiB, and the other way round."""
    if by.kind is Kind.SIZE and (unit <= 1 or (unit % 1024 == 0) is not (by.unit % 1024 == 0)):
        power = round(math.log(max(by.unit, 1.0), 1000))
        yield from (value * 1.024**power, value * 1.024**-power)


def _meanings(q: Quantity, by: Measure) -> Iterator[tuple[float, bool]]:
    plain = q.value / q.scale
    if q.kind is by.kind:
        yield q.value, True
    if by.kind is Kind.COUNT and (
        q.guessed or (q.kind is not Kind.COUNT and not (by.counts and q.kind is Kind.SHARE))
    ):
        yield plain, False
    share = {q.kind, by.kind} == {Kind.COUNT, Kind.SHARE} and 0 < q.value < 1
    if share or (q.kind is Kind.COUNT and by.kind is Kind.SIZE and q.value > _LARGE):
        yield q.value, True
    bare = q.kind is Kind.COUNT and not (q.counts or q.whole)
    if (
        q.kind is not by.kind
        and by.kind not in {Kind.COUNT, Kind.FOLD}
        and (bare or (q.guessed and q.kind is not Kind.SHARE))
    ):
        yield plain * by.unit, False
