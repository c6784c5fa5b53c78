"""What the numbers of a record may mean, and which of them are about the same thing. Pure; it knows no claim."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from router.verify.quantities import Kind, Quantity

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
_SHORT_PER = re.compile(r"\b(?:rp|qp|tp|op|iop)(s|m)\b")  # requests per second, and the like
_SETTING = re.compile(
    r"(?:ttl|timeout|interval|deadline|max[-_]?age|delay|backoff|wait)[\s:=]+(\d+)\b(?![.:])", re.IGNORECASE
)
_EPOCH = 1e9  # the Unix time of 2001; nothing that is counted is as exact as that


def readings(stated: Quantity) -> Iterator[Quantity]:
    """Yield what a number in a record may mean: a unit that is not its own may not be meant, bytes may be."""
    yield stated
    if stated.guessed:
        yield replace(stated, kind=Kind.COUNT, value=stated.value / stated.scale, scale=1.0)
    if stated.kind is Kind.COUNT and stated.value > 1e5:
        yield replace(stated, kind=Kind.SIZE)


def epochs(stated: Sequence[Quantity]) -> Iterator[float]:
    """Yield the seconds between the Unix times in the evidence, in seconds or milliseconds."""
    bare = [q.value for q in stated if q.kind is Kind.COUNT]
    times = [value for value in bare if _EPOCH < value < 4 * _EPOCH]
    times += [value / 1000 for value in bare if _EPOCH < value / 1000 < 4 * _EPOCH]
    yield from (abs(a - b) for a in times for b in times if a != b)


def counted_by(text: str) -> list[float]:
    """Return the seconds of the times that *text* counts things by: "per minute", "/s", "rpm"."""
    lower = text.lower()
    told = [_SECONDS[found] for found in _PER.findall(lower)]
    told += [60.0 if found == "m" else 1.0 for found in _SHORT_PER.findall(lower)]
    return [*dict.fromkeys(told)]


def settings(text: str) -> list[float]:
    """Return the seconds that a setting without a unit may mean: "ttl 3600", "timeout=1500"."""
    told = [float(found) for found in _SETTING.findall(text)]
    return [*told, *(one / 1000 for one in told)]


def alike(a: Quantity, b: Quantity) -> bool:
    """Say whether two numbers measure the same thing, as far as their names tell."""
    if a.kind is not Kind.COUNT or not (a.named and b.named):
        return True
    if "_" not in a.named or "_" not in b.named:
        return True  # a word of prose before a colon names no metric
    return bool(set(a.named.lower().split("_")) & set(b.named.lower().split("_")))  # mem_used, mem_limit
