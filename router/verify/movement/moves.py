"""Moves: which way a claim lets a series go at a time, between two, or by how much, against its samples. Pure."""

import re
from collections.abc import Sequence
from itertools import combinations

from router.verify.movement.courses import Way
from router.verify.movement.directions import goes, seen_from
from router.verify.movement.series import BETWEEN, DENIED, Series, instants, is_moment, named, plain_clock
from router.verify.reading.clocks import Clock
from router.verify.reading.quantities import Kind, Quantity, quantities
from router.verify.reading.rounding import close

_LARGE = 0.3  # of its range: a step that nobody overlooks
_BY = re.compile(
    r"\b(?:by|factor of)(?: (?:about|around|some|roughly|nearly|almost|only|just|more than|less than|over|under))* $"
)


def moved(clause: str, cited: Sequence[Series]) -> str:
    """Say how a series went where *clause* lets it go the other way."""
    if DENIED.search(clause):
        return ""
    about = [(one, seen_from(one.part, clause, goes(clause, one.part))) for one in named(clause, cited)]
    at = list(instants(clause))
    told = [
        seen and (_between(one, seen, at) or _at(one, seen, at) or _by(one, seen, clause))
        for one, seen in about
    ]
    return next(filter(None, told), "") if all(told) else ""


def _at(one: Series, way: Way, at: Sequence[tuple[Clock, str, str]]) -> str:
    """Say how a series came to the one time that is told, if that was plainly the other way."""
    if len(at) != 1 or not is_moment(at[0][1]):
        return ""
    n = one.at(at[0][0])
    if not n:
        return ""
    values = one.plain
    large = abs(values[n] - values[n - 1]) >= _LARGE * (max(values) - min(values)) > 0
    beyond = values[n] >= max(values[:n]) if way is Way.DOWN else values[n] <= min(values[:n])
    return _step(one, n - 1, n) if large and beyond else ""


def _between(one: Series, way: Way, at: Sequence[tuple[Clock, str, str]]) -> str:
    """Say how a series went between the two times that are told, if that was the other way."""
    if len(at) != 2 or not (BETWEEN.search(at[0][1]) and BETWEEN.search(at[1][1])):
        return ""
    first, last = one.at(at[0][0]), one.at(at[1][0])
    if first is None or last is None or first >= last:
        return ""
    step = one.plain[last] - one.plain[first]
    small = abs(step) < 0.1 * (max(one.plain) - min(one.plain))
    return "" if small or (step > 0) is (way is Way.UP) else _step(one, first, last)


def _by(one: Series, way: Way, clause: str) -> str:
    """Say which step of a series is as large as is told, if all such steps went the other way."""
    found = quantities(clause)
    if len(found) != 1 or not (
        found[0].kind is Kind.FOLD or _BY.search(clause[: clause.find(found[0].said)])
    ):
        return ""
    pairs = [(a, b) for a, b in combinations(range(len(one.plain)), 2)]
    rises = [(a, b) for a, b in pairs if _is_as_large(found[0], one, a, b)]
    falls = [(a, b) for a, b in pairs if _is_as_large(found[0], one, b, a, back=True)]
    fit, other = (rises, falls) if way is Way.UP else (falls, rises)
    return _step(one, *other[0]) if other and not fit else ""


def _is_as_large(told: Quantity, one: Series, low: int, high: int, *, back: bool = False) -> bool:
    """Say whether a series went up from the sample *low* to the sample *high*, or *back* down, by what is told."""
    small, large = one.plain[low], one.plain[high]
    if large <= small:
        return False
    made = [large / small] if small else []
    if told.kind is Kind.SHARE:
        made = [(large - small) / (large if back else small)] if small else []
    values = one.values(told)
    made += [values[high] - values[low]] if values and told.kind is not Kind.FOLD else []
    return any(close(told, each) for each in made)


def _step(one: Series, first: int, last: int) -> str:
    when = plain_clock(one.samples[first][0]), plain_clock(one.samples[last][0])
    return f"{one.item.id} has {one.plain[first]:g} at {when[0]}, then {one.plain[last]:g} at {when[1]}"
