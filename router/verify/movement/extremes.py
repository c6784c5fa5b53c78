"""Extremes and averages: where a claim puts the highest or lowest sample of a series, or what it says it is. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import mean, median

from router.verify.movement.series import (
    DENIED,
    DIFFERS,
    Series,
    instants,
    is_moment,
    named,
    plain_clock,
    window,
)
from router.verify.reading.hedges import Hedge
from router.verify.reading.quantities import Kind, Quantity, quantities
from router.verify.reading.rounding import close

_ITS = "".join(  # "down from its peak" is no extreme
    rf"(?<!{before} )"
    for before in (
        *("second", "another", "local", "one of the", "times the", "times its", "of the", "at the"),
        *(
            f"{word} {its}"
            for word in ("than", "from", "after", "before", "below", "off")
            for its in ("the", "its")
        ),
    )
)
_HIGHEST = re.compile(
    rf"\b{_ITS}(?:highest|peak(?:s|ed)?|maximum|max|topped out|largest|biggest|greatest)\b", re.IGNORECASE
)
_LOWEST = re.compile(
    rf"\b{_ITS}(?:lowest|minimum|min|bottom(?:s|ed)?(?: out)?|trough|smallest|nadir|its low|the low)\b",
    re.IGNORECASE,
)
_EITHER = re.compile(rf"\b{_ITS}(?:worst|best)\b", re.IGNORECASE)
_LASTED = (
    re.compile(rf"\b{_ITS}(?:slowest|longest)\b", re.IGNORECASE),
    re.compile(rf"\b{_ITS}(?:fastest|quickest|shortest)\b", re.IGNORECASE),
)
_AVERAGE = re.compile(r"(?<![A-Za-z])(?:average[sd]?|averaging|avg|mean|median)\b|p50", re.IGNORECASE)
_JITTER = 0.1  # of its range: what a series may be off an extreme


def extreme(clause: str, cited: Sequence[Series]) -> str:
    """Say where the extreme of a series is, if *clause* has it elsewhere, or what it is, if it has another."""
    about = named(clause, cited)
    if not about or not all(_ends(clause, one) for one in about) or DENIED.search(clause):
        return ""
    at = [clock for clock, before, _ in instants(clause) if is_moment(before)]
    if len(at) == 1:
        there = [(one, n) for one in about if (n := one.at(at[0])) is not None]
        wrong = [one for one, n in there if _is_inside(one.plain[n], one, clause)]
        return _told(wrong[0], clause) if there and len(wrong) == len(about) else ""
    told = [q for q in quantities(clause) if q.kind is not Kind.FOLD and any(one.values(q) for one in about)]
    when = window(clause)
    if len(told) != 1 or when is None or at or DIFFERS.search(when[2]):
        return ""
    parts = [one.between(*when[:2]) for one in about]
    if not all(len(one.samples) > 1 and _is_other(told[0], one, clause) for one in parts):
        return ""
    return _told(parts[0], clause)


def average(clause: str, cited: Sequence[Series]) -> str:
    """Say what the samples of a series come to on average, if *clause* has it otherwise."""
    when, about = window(clause), named(clause, cited)
    told = [q for q in quantities(clause) if any(one.values(q) for one in about)]
    if when is None or len(told) != 1 or not _AVERAGE.search(clause) or DIFFERS.search(when[2]):
        return ""
    about_it = told[0] if told[0].hedge in {Hedge.OVER, Hedge.UNDER} else replace(told[0], hedge=Hedge.ABOUT)
    why = []
    for one in (one.between(*when[:2]) for one in about):
        values = one.values(told[0])
        made = [mean(values), median(values)] if values and not _AVERAGE.search(one.part) else [told[0].value]
        fits = any(close(about_it, each) or abs(each - told[0].value) <= _JITTER * each for each in made)
        why.append("" if fits else f"{one.item.id} comes to {mean(one.plain):.3g} on average")
    return why[0] if why and all(why) else ""


def _ends(clause: str, one: Series) -> set[float]:
    """Return the extremes of a series that *clause* may speak of, none when it speaks of none."""
    lasted = [pattern.search(clause) if one.kind is Kind.TIME else None for pattern in _LASTED]
    high, low = _HIGHEST.search(clause) or lasted[0], _LOWEST.search(clause) or lasted[1]
    both = _EITHER.search(clause) or (high and low)
    return ({max(one.plain)} if both or high else set()) | ({min(one.plain)} if both or low else set())


def _is_inside(value: float, one: Series, clause: str) -> bool:
    """Say whether *value* is none of the extremes that *clause* speaks of."""
    room = 0.01 * (max(one.plain) - min(one.plain))
    return all(abs(value - end) > room for end in _ends(clause, one))


def _is_other(told: Quantity, one: Series, clause: str) -> bool:
    """Say whether *told* is a value of a series, and well within its extremes."""
    values = one.values(told)
    if not values or told.hedge in {Hedge.OVER, Hedge.UNDER} or _EITHER.search(clause):
        return False
    about = replace(told, hedge=Hedge.ABOUT)
    unit = values[0] / one.plain[0] if one.plain[0] else told.scale
    room = _JITTER * (max(values) - min(values))
    ends = [end * unit for end in _ends(clause, one)]
    off = all(abs(told.value - end) > room and not close(about, end) for end in ends)
    return off and any(close(told, value) for value in values)


def _told(one: Series, clause: str) -> str:
    ends = sorted(_ends(clause, one), reverse=True)
    return f"{one.item.id} has " + " and ".join(
        f"{end:g} at {plain_clock(one.samples[one.plain.index(end)][0])}" for end in ends
    )
