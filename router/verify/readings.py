"""What the numbers of a record may mean, and which of them are about the same thing. Pure; it knows no claim."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from router.verify.quantities import Kind, Quantity

_SETTING = re.compile(
    r"(?:ttl|timeout|interval|deadline|max[-_]?age|delay|backoff|wait|refresh|retry|expire|period|lifetime|grace|keepalive)[\s:=]+(\d+)\b(?![.:])",
    re.IGNORECASE,
)
_FEW = 48  # numbers of a piece of evidence that the others are compared with
_EPOCH = 1e9  # the Unix time of 2001; nothing that is counted is as exact as that


def readings(stated: Quantity) -> Iterator[Quantity]:
    """Yield what a number in a record may mean: its unit may not be meant, bytes or a share may."""
    yield stated
    if stated.guessed:
        yield replace(stated, kind=Kind.COUNT, value=stated.value / stated.scale, scale=1.0)
    if stated.kind is Kind.COUNT and stated.value > 1e5:
        yield replace(stated, kind=Kind.SIZE)
    if stated.kind is Kind.COUNT and 0 < stated.value < 1:
        yield replace(stated, kind=Kind.SHARE)


def epochs(stated: Sequence[Quantity]) -> Iterator[float]:
    """Yield the seconds between the Unix times in the evidence, in seconds or milliseconds."""
    bare = [q.value for q in stated if q.kind is Kind.COUNT]
    times = [value for value in bare if _EPOCH < value < 4 * _EPOCH]
    times += [value / 1000 for value in bare if _EPOCH < value / 1000 < 4 * _EPOCH]
    yield from (abs(a - b) for a in times for b in times if a != b)


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


def as_many(stated: Sequence[Quantity]) -> set[int]:
    """Return how many of the numbers are as large as one of them, to the letter or give or take a twentieth."""
    return {
        sum(q.kind is one.kind and abs(q.value - one.value) <= off * abs(one.value) for q in stated)
        for one in stated[:_FEW]
        for off in (0, 0.05)
    }
