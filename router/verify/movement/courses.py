"""Courses: the values of one thing in the order of their time, as evidence tells them. Pure; it knows no claim."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum
from itertools import combinations, pairwise

from router.verify.figures.readings import timed
from router.verify.library import Item
from router.verify.movement.series import BESIDE
from router.verify.reading.clocks import days
from router.verify.reading.quantities import Quantity, quantities
from router.verify.reading.words import in_digits


class Way(Enum):
    """Up or down."""

    UP = 1
    DOWN = -1


_END = r"(?:\s?(?:%|[A-Za-z]{1,3}\b))?"
_SOME = r"(?:(?:about|around|roughly|some|nearly|almost|just|only|under|over|below|above|well|less|more|than) ){0,3}"
_FROM_TO = re.compile(
    rf"\bfrom {_SOME}([\d.,]+)\s?[%\w/]*(?: \([^)]*\)| at \d+:\d+)? to {_SOME}([\d.,]+){_END}|"
    rf"\b([\d.,]+) ?[a-z%]* (?:→|->) ([\d.,]+){_END}",
    re.IGNORECASE,
)
_SPREAD = re.compile(r"\b(?:rang|var(?:y|i)|fluctuat|spread|scatter)\w* (?:\w+ )?from\b", re.IGNORECASE)
_TO_FROM = re.compile(rf"\bto ([\d.,]+{_END})(?: [a-z]+)? from ([\d.,]+{_END})", re.IGNORECASE)
_NUMBER = r"(-?\d[\d,]*(?:\.\d+)?)"
_VALUE = rf"{_NUMBER}\s?(?:%|[A-Za-z]{{1,5}})?(?:/s|/min)?"
_BARE_SERIES = re.compile(r":\s*(-?\d+(?:\.\d+)?(?:,\s+-?\d+(?:\.\d+)?){2,})\s*$")
_BEFORE_AFTER = re.compile(rf"{_VALUE} (?:before|until)\b[^,;]{{0,20}}, {_VALUE} (?:after|since|from)\b")
_NOW_AND_THEN = re.compile(
    rf"{_VALUE}(?:, was | \((?:(?:changed|up|down) from|yesterday|normal(?:ly)?|usual(?:ly)?|before|was|baseline|"
    rf"typical(?:ly)?|median|\d\d:\d\d)[^\d)]{{0,8}}){_VALUE}"
)
HEAD = re.compile(r":|(?<![\w.])\d")
_HALF_A_DAY = 43_200
_LITTLE = 0.03
_JITTER = 0.1
_TWO = 2


def courses(item: Item) -> Iterator[tuple[str, list[float]]]:
    """Yield what *item* tells in the order of its time, each with the words that it is told in."""
    for part in item.text.split(";"):
        plain = BESIDE.sub("", part)
        read = [(q, at) for q, at in timed(replace(item, text=plain)) if at is not None]
        if len(told := _both(_BEFORE_AFTER.search(part))) == _TWO:
            yield part, told
        elif len(told := _both(_NOW_AND_THEN.search(part))) == _TWO:
            yield part, told[::-1]
        elif len(read) > 1:
            if max(at for _, at in read) - min(at for _, at in read) < _HALF_A_DAY:
                read.sort(key=lambda one: one[1])
            yield part, [q.value for q, _ in read if q.kind is read[0][0].kind]
        elif len(daily := _daily(plain)) > 1:
            yield part, daily
        elif found := _BARE_SERIES.search(part):
            yield part, [_float(value) for value in found[1].split(",")]
        elif changed := pair(in_digits(plain)):
            yield part, list(changed)
        elif len(parts := _parts(plain)) > 1:
            yield part, parts


def records(items: Sequence[Item]) -> Iterator[tuple[Item, str, list[float]]]:
    """Yield the values, by their time, of each name ("response_time_ms 150") that all pieces of one service have."""
    dated = sorted((item.time, n) for n, item in enumerate(items) if item.time is not None)
    told = [{q.named: q.value for q in reversed(items[n].quantities) if "_" in q.named} for _, n in dated]
    if len(told) > 1 and len(told) == len(items) and len({item.service for item in items}) == 1:
        for name in set.intersection(*({*one} for one in told)):
            yield replace(items[0], kind="metric", text=name), name, [one[name] for one in told]


def _parts(text: str) -> list[float]:
    """Return the parts of one whole: "2 of the 6 pods down, after the restart 4 of 6"."""
    found = [q for q in quantities(text) if q.whole]
    return [q.value for q in found if q.whole == found[0].whole]


def _both(found: re.Match[str] | None) -> list[float]:
    return [q.value for q in quantities(found[0])] if found else []


def _daily(text: str) -> list[float]:
    """Return the values of a series that is headed by days: "08-28=40 08-30=83000"."""
    heads = days(text)
    ends = [*(day.start for day in heads[1:]), len(text)]
    found = [quantities(text[day.end : end])[:1] for day, end in zip(heads, ends, strict=False)]
    return [q.value for first in found for q in first]


def ways(course: Sequence[float]) -> set[Way]:
    """Return the ways that a course may be said to go: its largest move, and one the other way of half its size."""
    steps = [b - a for a, b in combinations(course, 2)]
    rise, fall = max([0.0, *steps]), -min([0.0, *steps])
    found = (
        {Way.UP}
        if rise and rise >= 0.5 * fall and (course[-1] > course[0] or rise >= 0.2 * abs(course[0]))
        else set()
    )
    return found | ({Way.DOWN} if fall and fall >= 0.5 * rise else set())


def stretches(course: Sequence[float], told: Sequence[Quantity]) -> set[Way]:
    """Return the ways of the stretches of a course, beyond its jitter, that end at or measure a number that is told."""
    jitter = _JITTER * (max(course) - min(course))
    moves = [(b, b - a) for a, b in combinations(course, 2) if abs(b - a) > jitter]
    heads = {f"{q.value:.{q.digits}g}" for q in told}
    spelt = {q.digits for q in told}
    meant = [m for end, m in moves if any(f"{v:.{n}g}" in heads for v in (end, abs(m)) for n in spelt)]
    return {Way.UP if move > 0 else Way.DOWN for move in meant}


def mostly(course: Sequence[float]) -> set[Way]:
    """Return the way of most steps of a course, and that of its whole when it is as large as half of its range."""
    steps = [b - a for a, b in pairwise(course)]
    up, down = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    found = {Way.UP} if up > down else {Way.DOWN} if down > up else set()
    whole, half = course[-1] - course[0], 0.5 * (max(course) - min(course))
    return found | ({Way.UP} if whole > half else {Way.DOWN} if whole < -half else set())


def is_level(course: Sequence[float]) -> bool:
    """Say whether a course of more than shares stays within a few hundredths of itself."""
    most = max(abs(value) for value in course)
    moved = max(course) - min(course)
    return moved == 0 or (most > 1 and moved <= _LITTLE * most)


def joined(cited: Sequence[Item]) -> Iterator[Item]:
    """Yield the pieces; series of one head that go on in another piece are one."""
    series: dict[tuple[str, str], Item] = {}
    for item in sorted(cited, key=lambda one: one.time.timestamp() if one.time else 0.0):
        head = HEAD.split(item.text, maxsplit=1)[0] if item.kind == "metric" else ""
        before = series.get((item.service, head)) if head else None
        text = f"{before.text}, {item.text[len(head) :].lstrip(': ')}" if before else item.text
        series[item.service, head or item.id] = replace(item, text=text)
    yield from series.values()


def pair(text: str) -> tuple[float, float] | None:
    """Return the numbers of "from X to Y", in units of their own."""
    if _SPREAD.search(text):
        return None
    found = _FROM_TO.search(_TO_FROM.sub(r"from \2 to \1", text))
    numbers = quantities(found[0]) if found else []  # without the times of day in it
    alike = len(numbers) == _TWO and numbers[0].kind is numbers[1].kind
    return (numbers[0].value, numbers[1].value) if alike else None


def _float(said: str) -> float:
    return float(said.replace(",", ""))
