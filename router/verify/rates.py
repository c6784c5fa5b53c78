"""How fast things went in the evidence: what comes a second, how a series climbs, when it would be at its end. Pure.

It knows no claim; the numbers that it works out are held against claims elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from router.verify.library import Item
from router.verify.quantities import Kind, Quantity
from router.verify.readings import readings

_FEW = 6  # numbers in a piece of evidence that is multiplied out
_MOST = 24  # points of a series that are held against each other
_SECONDS = {
    "s": 1.0,
    "second": 1.0,
    "min": 60.0,
    "minute": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    "day": 86_400.0,
    "yesterday": 86_400.0,
    "daily": 86_400.0,
    "hourly": 3600.0,
}
_PER = re.compile(
    r"(?:\bper |/ ?|\ban? |\b(?:in|over|during|within) (?:the|one) (?:last |past |previous )?)"
    r"(s|min|h|second|minute|hour|day)\b"
)
_EVERY = ("yesterday", "daily", "hourly")
_SAMPLES = re.compile(r":\s*(\d[\d.]*\w*(?:,\s+\d[\d.]*\w*){2,})\s*$")
_SHORT_PER = re.compile(r"\b(?:rp|qp|tp|op|iop)(s|m)\b")  # requests per second, and the like


def counted_by(text: str) -> list[float]:
    """Return the seconds of the times that *text* counts things by: "per minute", "/s", "rpm"."""
    lower = text.lower()
    told = [_SECONDS[found] for found in _PER.findall(lower)]
    told += [_SECONDS[found] for found in _EVERY if found in lower]
    told += [60.0 if found == "m" else 1.0 for found in _SHORT_PER.findall(lower)]
    return [*dict.fromkeys(told)]


def rates(item: Item, kind: Kind) -> Iterator[float]:
    """Yield how much of *kind* comes each second: told so, counted over a time, or the slope of a series."""
    own = [read.value for q in item.quantities for read in readings(q) if read.kind is kind]
    yield from (value / every for value in own for every in counted_by(item.text))
    if kind is Kind.COUNT:
        times = [q.value for q in item.quantities if q.kind is Kind.TIME and q.value]
        times += [between(item)] if between(item) else []
        yield from (1 / time for time in times)  # "four times a minute", where it is every 15 s
        yield from (value / time for value in own for time in times)
    yield from slopes(item, kind)


def slopes(item: Item, kind: Kind) -> Iterator[float]:
    """Yield how much a series of *kind* changes each second, between any two of its points."""
    if counted_by(item.text):
        return  # what changes is itself a rate
    points = [(second, q.value) for second, q in _points(item) if q.kind is kind][:_MOST]
    for (began, low), (ended, high) in combinations(points, 2):
        if took := (ended - began) % 86_400:
            yield abs(high - low) / took


def across(items: Sequence[Item], kind: Kind) -> Iterator[float]:
    """Yield how much of *kind* came each second if it came between the times of two pieces: "212 of 512 done"."""
    times = [item.time.timestamp() for item in items if item.time is not None][:_FEW]
    spans = {abs(a - b) for a, b in combinations(times, 2)} - {0.0}
    amounts = [q.value for item in items for q in item.quantities if q.kind is kind][:_MOST] if spans else []
    yield from (amount / span for amount in amounts for span in spans)


def between(item: Item) -> float:
    """Return the seconds of "06:40 to 06:50" in a text that has no other times of day, else nothing."""
    at = [clock.second for clock in item.clocks]
    return float((at[1] - at[0]) % 86_400) if len(at) == 2 else 0.0


def sampled(item: Item) -> Iterator[float]:
    """Yield the seconds between two values of a series that says how often it was taken: "one a minute: 3, 9, 12"."""
    found = _SAMPLES.search(item.text)
    told = [q.value for q in item.quantities if q.kind is Kind.TIME] if found else []
    for every in (*counted_by(item.text), *told) if found else ():
        yield from (every * n for n in range(1, min(found[1].count(","), _MOST) + 1))  # type: ignore[index]


def intervals(item: Item) -> Iterator[float]:
    """Yield the seconds from one to the next of what came "7 times in 10 minutes"."""
    counts = [q.value for q in item.quantities if q.kind is Kind.COUNT and q.value > 1]
    times = [q.value for q in item.quantities if q.kind is Kind.TIME]
    if len(counts) <= _FEW and len(times) <= _FEW:
        yield from (time / count for count in counts for time in times)
    yield from (every / count for every in counted_by(item.text) for count in counts)


def projections(items: Sequence[Item]) -> Iterator[float]:
    """Yield the seconds in which what is there would be used up, or worked off, at a rate that the evidence has."""
    for kind in (Kind.COUNT, Kind.SIZE):
        stocks = [q.value for item in items for q in item.quantities if q.kind is kind]
        told = [rate for item in items for rate in (*slopes(item, kind), *_told(item, kind))]
        told = [rate for rate in (*told, *across(items, kind)) if rate]
        stocks += [q.whole - q.value for item in items for q in item.quantities if q.whole and q.kind is kind]
        yield from (stock / rate for stock in stocks[:_MOST] for rate in told[: _MOST * _FEW])


def _told(item: Item, kind: Kind) -> Iterator[float]:
    every = counted_by(item.text)
    yield from (q.value / by for q in item.quantities if q.kind is kind for by in every)


def _points(item: Item) -> Iterator[tuple[int, Quantity]]:
    """Yield the times of day in a text, each with the number behind it: "09:30 12, 09:35 48"."""
    clocks = [clock for clock in item.clocks if not clock.loose]
    ends = [*(clock.start for clock in clocks[1:]), len(item.text)][: len(clocks)]
    for clock, end in zip(clocks, ends, strict=True):
        found = next((q for q in item.quantities if clock.end <= q.start < end), None)
        if found is not None:
            yield clock.second, found
