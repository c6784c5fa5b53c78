"""Moments: the value that a claim gives at a time of day against the sample of that time. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from router.verify.movement.series import (
    BY,
    DENIED,
    DIFFERS,
    LOST,
    Series,
    instants,
    is_moment,
    named,
    plain_clock,
)
from router.verify.reading.clocks import Clock
from router.verify.reading.hedges import Hedge
from router.verify.reading.quantities import Kind, Quantity, quantities
from router.verify.reading.rounding import close

_BOUNDS = {Hedge.OVER: 1, Hedge.UNDER: -1}
_ROOM = {Hedge.EXACT: 0.1, Hedge.ABOUT: 0.2, Hedge.NEARLY: 0.2}  # of its range: how far a value may be off
_EXACT = 0.02  # and one that is given to three digits
_DIGITS = 3


def value(clause: str, cited: Sequence[Series]) -> str:
    """Say what a series has at a time for which *clause* gives what another time, or another series, has."""
    for clock, before, words in instants(clause):
        told = quantities(words)
        by = BY.search(before) is not None
        if len(told) != 1 or not (by or is_moment(before)) or DIFFERS.search(words) or DENIED.search(words):
            continue
        q, lacks = told[0], LOST.search(clause) is not None
        if q.kind is Kind.FOLD or (q.whole, q.per, q.upto) != (None, None, None):
            continue
        near = named(words, cited)
        about = near if 0 < len(near) < len(cited) else named(clause, cited)
        if (
            about
            and all(_is_not(q, one, clock, by=by, lacks=lacks) for one in about)
            and (why := _elsewhere(q, clock, about, cited))
        ):
            return why
    return ""


def _is_not(told: Quantity, one: Series, clock: Clock, *, by: bool, lacks: bool) -> bool:
    """Say whether a series has another value at that time, or *by* it, which *told* is not made from either."""
    n, values = one.at(clock), one.values(told)
    if n is None or not values:
        return False
    here = values[: n + 1] if by else [values[n]]
    made = [*here, *(1 - each for each in here if told.kind is Kind.SHARE and lacks)]
    if told.hedge in _BOUNDS:
        sign = _BOUNDS[told.hedge]
        return all(sign * (told.value - each) > 0.02 * told.value for each in made)
    share = _EXACT if told.digits >= _DIGITS and told.hedge is Hedge.EXACT else _ROOM[told.hedge]
    room = share * (max(values) - min(values))
    return not any(close(told, each) or abs(told.value - each) <= room for each in made)


def _elsewhere(told: Quantity, clock: Clock, about: Sequence[Series], cited: Sequence[Series]) -> str:
    """Say where the value *told* is, if it is one of another time or of another series at that time."""
    exact = replace(told, hedge=Hedge.EXACT) if told.hedge in _BOUNDS else told
    for one in about:
        n, values = one.at(clock), one.values(told)
        assert n is not None
        here = f"{one.item.id} has {one.plain[n]:g} at {plain_clock(one.samples[n][0])}"
        if told.hedge in _BOUNDS:
            if any(close(told, value) for value in values):
                return here
            continue
        for m, value in enumerate(values):
            if m != n and close(exact, value):
                return f"{here} and {one.plain[m]:g} at {plain_clock(one.samples[m][0])}"
        for other in cited:
            k, theirs = other.at(clock), other.values(told)
            if other not in about and k is not None and theirs and close(exact, theirs[k]):
                return f"{here}, it is {other.item.id} that has {other.plain[k]:g}"
    return ""
