"""What one step of arithmetic makes of the numbers of some pieces of evidence. Pure.

Differences, ratios, shares, sums, products, how much comes in a time, how many there are of something. It knows no
claim but the measure that it is told in; whether a claim's number is one of these is for `pool.py`.
"""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from router.verify.figures.readings import Measure, Reading, alike, readings, timed
from router.verify.library import Item
from router.verify.reading.quantities import Kind

MOST = 48  # numbers that are held against each other
_FEW = 6  # numbers of a piece that is summed up or multiplied out
_EACH = 60.0  # seconds that one of many may take; what is longer is rather the time that many came in
_NUMBERED = re.compile(r"(?<![\d.])(\d{1,9})(?:\.\.|–| to )[A-Za-z._-]*(\d{1,9})(?![\d.])")  # "AP-3..AP-9"
_PER = re.compile(
    r"(?:\b(?:per|each|every) |/ ?|\ban? |\b(?:in|over|during|within) (?:the|one) (?:last |past |previous )?)"
    r"(s|min|h|second|minute|hour|day)\b|\b(?:rp|qp|tp|op|iop)([sm])\b|\b(yesterday|daily|hourly)\b"
)
_SECONDS = {
    "s": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0, "hourly": 3600.0,
    "day": 86_400.0, "daily": 86_400.0, "yesterday": 86_400.0,
}  # fmt: skip
_PERCENTILE = re.compile(r"\b[pP](\d{2,3})\b")
_TO_ONE = re.compile(r"\b(?:for|to|per) (?:each|every|(?:every )?(?:one|single))\b")
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)}|\d\d?(?:st|nd|rd|th))\b(?! of\b)", re.IGNORECASE)
_FACTOR = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w.])")
_PRODUCT = re.compile(r"(?<![\w.,])\d[\d,.]*(?: [A-Za-z]+){0,2}(?:\s?[×*]\s?\d[\d,.]*(?: [A-Za-z]+){0,2})+")
_SAMPLES = re.compile(r":\s*(\d[\d.]*\w*(?:,\s+\d[\d.]*\w*){2,})\s*$")


def worked_out(items: Sequence[Item], by: Measure) -> Iterator[float]:
    """Yield what is worked out *by* a measure."""
    read = readings(items, by)[:MOST]
    if by.kind is not Kind.FOLD:
        pairs = [(a, b) for a, b in combinations(read, 2) if alike(a, b) and _is_told(a, by)]
        yield from (abs(a.value - b.value) for a, b in pairs)
        yield from (a.value + b.value for a, b in pairs if a.below is not b.below)
    if by.kind is Kind.COUNT:
        yield from _counts(items)
        yield from (abs(q.whole - q.value) for item in items for q in item.quantities if q.whole)
    elif by.kind is Kind.SHARE:
        yield from _shares(items, grown=not by.counts)
    elif by.kind is Kind.FOLD:
        yield from (*ratios(items), *_odds(items))
    else:
        yield from _products(items, by.kind)
    if by.kind in {Kind.COUNT, Kind.TIME, Kind.SIZE}:
        yield from _parts(items, read)
        yield from _columns(items, read) if len(items) > 1 else ()
    if by.kind is Kind.TIME:
        yield from (every for item in items for every in _intervals(item))


def _is_told(a: Reading, by: Measure) -> bool:
    """Say whether a number may measure *by* it: without a unit it is of no minutes and hours."""
    return a.own or by.kind is not Kind.TIME or by.unit <= 1


def totals(items: Sequence[Item], by: Measure) -> Iterator[float]:
    """Yield what amounts make together, of all pieces and of each."""
    if by.kind not in {Kind.COUNT, Kind.TIME, Kind.SIZE}:
        return
    wholes = [{q.whole for q in item.quantities} for item in items]  # no part is summed up with its whole
    read = [a for a in readings(items, by)[:MOST] if a.value not in wholes[a.piece]]
    yield from _sums(read)
    if len(items) > 1:
        yield from (total for n in range(len(items)) for total in _sums([a for a in read if a.piece == n]))


def ratios(items: Sequence[Item]) -> Iterator[float]:
    """Yield how many times one number is another of its measure, and so for what shares leave of their wholes."""
    for kind in (Kind.COUNT, Kind.TIME, Kind.SIZE, Kind.SHARE):
        own = [a for a in readings(items, Measure(kind))[:MOST] if a.own or kind is Kind.COUNT]
        yield from (a.value / b.value for a in own for b in own if a is not b and b.value and alike(a, b))
    rest = [1 - a.value for a in readings(items, Measure(Kind.SHARE, 0.01)) if a.own and a.value < 1]
    yield from (a / b for a in rest for b in rest if a != b)  # misses, where hits are told


def _odds(items: Sequence[Item]) -> Iterator[float]:
    """Yield how many come to each one: told so, or by a share (97 % refused are 32 to each that is served)."""
    told = (item for item in items if _TO_ONE.search(item.text))
    yield from (q.value for item in told for q in item.quantities if q.kind is Kind.COUNT)
    for a in readings(items, Measure(Kind.SHARE, 0.01)):
        if a.own and 0 < a.value < 1:
            yield from (a.value / (1 - a.value), 1 / a.value, 1 / (1 - a.value))


def rates(items: Sequence[Item], by: Measure) -> Iterator[float]:
    """Yield how much comes each second: told so, counted over a time, the slope of a series, or between two pieces."""
    for item in items:
        read = readings([item], by)[:MOST]
        told = counted_by(item.text)
        times = [q.value for q in item.quantities if q.kind is Kind.TIME and q.value]
        lasted = _between(item)
        times += lasted if by.kind is Kind.COUNT else []
        yield from (a.value / time for a in read for time in (*told, *times))
        yield from (abs(a.value - b.value) / time for a, b in combinations(read, 2) for time in told)
        yield from (abs(a.value - b.value) / time for a, b in combinations(read, 2) for time in lasted)
        if by.kind is Kind.COUNT:
            yield from (1 / time for time in times)  # "four times a minute", where it is every 15 s
        if not told:
            yield from _slopes(read)
    began = [item.time.timestamp() for item in items if item.time is not None][:_FEW]
    spans = {abs(a - b) for a, b in combinations(began, 2)} - {0.0}
    yield from (a.value / span for a in readings(items, by)[:MOST] for span in spans)


def projections(items: Sequence[Item]) -> Iterator[float]:
    """Yield the seconds in which what is there would be used up, or worked off, at a rate that the evidence has."""
    for kind in (Kind.COUNT, Kind.SIZE):
        by = Measure(kind)
        stocks = [a.value for a in readings(items, by) if a.own]
        stocks += [q.whole - q.value for item in items for q in item.quantities if q.whole and q.kind is kind]
        stocks += _parts(items, readings(items, by))
        told = [rate for rate in rates(items, by) if rate][: MOST * _FEW]
        yield from (stock / rate for stock in stocks[:MOST] for rate in told)


def means(items: Sequence[Item], by: Measure) -> Iterator[float]:
    """Yield what the numbers of a piece come to on average, all or those at its end, and the first of all pieces."""
    rows = [[a.value for a in readings([item], by)[:MOST] if a.own] for item in items]
    for own in (*rows, [row[0] for row in rows if row]):
        yield from (sum(own[-n:]) / n for n in range(2, len(own) + 1))


def ordinals(items: Sequence[Item]) -> set[float]:
    """Return how many there are of what is counted "Seventh", "7th", and how many lie between two of these."""
    told = {word.lower() for item in items for word in _ORDINAL.findall(item.text)}
    have = {float(_ORDINALS.index(word) + 1) if word in _ORDINALS else float(word[:-2]) for word in told}
    return have | {abs(a - b) for a, b in combinations(have, 2)}


def counted_by(text: str) -> list[float]:
    """Return the seconds of the times that *text* counts things by: "per minute", "/s", "rpm"."""
    found = (next(unit for unit in m.groups() if unit) for m in _PER.finditer(text.lower()))
    return [*dict.fromkeys(_SECONDS[unit] for unit in found)]


def _slopes(read: Sequence[Reading]) -> Iterator[float]:
    for a, b in combinations([a for a in read if a.at is not None], 2):
        if took := abs((b.at or 0) - (a.at or 0)):
            yield abs(b.value - a.value) / min(took, 86_400 - took)  # across midnight


def _shares(items: Sequence[Item], *, grown: bool) -> Iterator[float]:
    ranks = [int(rank) / 10 ** len(rank) for item in items for rank in _PERCENTILE.findall(item.text)]
    yield from (share for rank in ranks for share in (rank, 1 - rank))  # half of all are slower than the p50
    yield from (q.value / q.whole for item in items for q in item.quantities if q.whole)
    yield from (1 - a.value for a in readings(items, Measure(Kind.SHARE, 0.01)) if a.own and 0 < a.value < 1)
    yield from _of_both(items)
    for ratio in ratios(items):
        yield from (
            (ratio, 1 - ratio)
            if ratio < 1
            else (ratio - 1,)
            if grown and ratio > 1
            else (1.0,)
            if ratio == 1
            else ()
        )


def _of_both(items: Sequence[Item]) -> Iterator[float]:
    """Yield what part some of a few counts are of them all: of a piece, or the first ones of all pieces."""
    rows = [[q.value for q, at in timed(item) if q.kind is Kind.COUNT and at is None] for item in items]
    for own in (*rows, [row[0] for row in rows if row]):
        if 2 <= len(own) <= _FEW and (whole := sum(own)):
            yield from (sum(some) / whole for n in (1, 2) for some in combinations(own, n))


def _sums(read: Sequence[Reading]) -> Iterator[float]:
    """Yield what amounts make together, two by two and all, when they are few; a series is summed only of counts."""
    own = [a for a in read if a.own and (a.value >= 1 or a.unit < 1)]
    series = [a.value for a in own if a.at is not None and a.unit == 1]
    yield from (
        sum(series[-n:]) for n in range(2, min(len(series), MOST))
    )  # "1,200 in the last three minutes"
    if 2 <= len(own) <= _FEW and all(a.at is None or a.unit == 1 for a in own):
        made = [sum(a.value for a in own), *(a.value + b.value for a, b in combinations(own, 2))]
        yield from (total for total in made if total > 2 * own[0].unit)


def _columns(items: Sequence[Item], read: Sequence[Reading]) -> Iterator[float]:
    """Yield what the first numbers of all pieces make together, the second ones, and so on, where all are alike."""
    rows = [[a.value for a in read if a.own and a.piece == n] for n in range(len(items))]
    if len(rows[0]) <= _FEW and len({len(row) for row in rows}) == 1:
        yield from (sum(column) for column in zip(*rows, strict=True))


def _parts(items: Sequence[Item], read: Sequence[Reading]) -> Iterator[float]:
    """Yield "1.5 % of 12,400", and what that leaves of it, when there is only a little of both."""
    shares = [a.value for a in readings(items, Measure(Kind.SHARE, 0.01)) if a.own and 0 < a.value < 1]
    wholes = [a.value for a in read if a.own and a.value > 2]
    if len(shares) <= _FEW and len(wholes) <= _FEW:
        yield from (part * whole for share in shares for part in (share, 1 - share) for whole in wholes)


def _products(items: Sequence[Item], kind: Kind) -> Iterator[float]:
    """Yield "11,804 times 16 MB", of pieces that have only a few numbers."""
    for group in (*([item] for item in items), items):
        stated = [q for item in group for q in item.quantities]
        counts = [q.value for q in stated if q.kind is Kind.COUNT and q.value > 2]
        others = [q.value for q in stated if q.kind is kind and not (kind is Kind.TIME and q.value > _EACH)]
        if len(counts) <= _FEW and len(others) <= _FEW:
            yield from (count * other for count in counts for other in others)


def _between(item: Item) -> list[float]:
    """Return the seconds of "06:40 to 06:50" in a text that has no other times of day."""
    at = [clock.second for clock in item.clocks]
    return [float((at[1] - at[0]) % 86_400)] if len(at) == 2 and at[0] != at[1] else []


def _intervals(item: Item) -> Iterator[float]:
    """Yield the seconds from one to the next of what came "7 times in 10 minutes", or of a series' samples."""
    counts = [q.value for q in item.quantities if q.kind is Kind.COUNT and q.value > 1]
    times = [q.value for q in item.quantities if q.kind is Kind.TIME]
    at = [second for _, second in timed(item) if second is not None]
    yield from (
        abs(b - a) * len(at) for a, b in pairwise(at[:2])
    )  # five samples, one a minute, last five minutes
    told = counted_by(item.text)
    if len(counts) <= _FEW and len(times) <= _FEW:
        yield from (time / count for count in counts for time in times)
    yield from (every / count for every in told for count in counts)
    if found := _SAMPLES.search(item.text):  # "one a minute: 3, 9, 12"
        yield from (
            every * n for every in (*told, *times) for n in range(1, min(found[1].count(","), MOST) + 1)
        )


def _counts(items: Sequence[Item]) -> Iterator[float]:
    """Yield how many pieces and how many services there are, and how many of a numbered range."""
    yield float(len(items))
    yield from ordinals(items)
    yield from (float(sum(at is not None for _, at in timed(item))) for item in items)  # samples
    yield float(len({item.service for item in items if item.service}))
    yield from (float(int(b) - int(a) + 1) for item in items for a, b in _NUMBERED.findall(item.text))
    yield from (made for item in items for made in _multiplied(item))


def _multiplied(item: Item) -> Iterator[float]:
    """Yield the products of neighbours in a product that *item* writes out: "12 hosts × 32 workers × 64"."""
    for found in _PRODUCT.finditer(item.text):
        factors = [float(factor.replace(",", "")) for factor in _FACTOR.findall(found[0])]
        yield from (math.prod(factors[a : b + 1]) for a, b in combinations(range(len(factors)), 2))
