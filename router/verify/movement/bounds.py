"""Bounds: what a claim says a series passed, or kept on one side of, and that it stayed as it was. Pure."""

import re
from collections.abc import Sequence

from router.verify.movement.series import DENIED, DIFFERS, LOST, Series, named, plain_clock, window
from router.verify.reading.hedges import Hedge
from router.verify.reading.quantities import Kind, Quantity, quantities

_ALWAYS = re.compile(
    r"\b(?:stay\w*|remain\w*|keeps?|kept|always|throughout|never|not once|at all times|all along|none of)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|neither|nor|without|hardly|cannot|no)\b|n['’]t\b", re.IGNORECASE)
_FLAT = re.compile(
    r"\b(?:flat|constant|unchanged|steady|level|stable|did not (?:move|change)|didn['’]t (?:move|change)|no change)\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:broke down|collapsed|dipped|slipped|degraded|worsened|spiked|swung|moved|changed|recovered|came back|"
    r"fluctuated|varied)\b",
    re.IGNORECASE,
)
_HARDLY = 0.02  # of a bound: how far on the other side a sample may be
_COMPARABLE = 5.0  # times the highest: a bound further off is one of something else
_MUCH = 3.0  # times its lowest: what no series is that stayed as it was
_SHARE = 0.05  # and not of shares below this


def bound(clause: str, cited: Sequence[Series]) -> str:
    """Say what a series has that *clause* says passed a bound, or kept on one side of it."""
    when, told = window(clause), quantities(clause)
    if when is None or len(told) != 1 or DIFFERS.search(when[2]):
        return ""
    q = told[0]
    over = q.hedge is Hedge.OVER
    if (
        q.hedge not in {Hedge.OVER, Hedge.UNDER}
        or q.kind is Kind.FOLD
        or (q.whole, q.per, q.upto) != (None, None, None)
    ):
        return ""
    why = [_passes(q, one.between(*when[:2]), clause, over=over) for one in named(clause, cited)]
    return why[0] if why and all(why) else ""


def _passes(told: Quantity, one: Series, clause: str, *, over: bool) -> str:
    """Say what a series has if none of its samples is beyond the bound, or one is not when all are said to be."""
    values = one.values(told)
    if not values or not max(values) / _COMPARABLE <= told.value <= max(values) * _COMPARABLE:
        return ""
    if LOST.search(clause) and not LOST.search(one.part):
        return ""
    room = _HARDLY * told.value
    beyond = [value > told.value - room if over else value < told.value + room for value in values]
    if all(beyond) or _NOT.search(clause) or (any(beyond) and not _ALWAYS.search(clause)):
        return ""
    if any(beyond):
        off = beyond.index(False)
        return f"{one.item.id} has {one.plain[off]:g} at {plain_clock(one.samples[off][0])}"
    end = max(one.plain) if over else min(one.plain)
    return f"{one.item.id} has {end:g} at {'most' if over else 'least'}"


def changed(clause: str, cited: Sequence[Series]) -> str:
    """Say that a series is the same throughout of which *clause* says that it changed."""
    about = named(clause, cited) if _CHANGED.search(clause) and not DENIED.search(clause) else []
    if not about or any(len(set(one.plain)) > 1 for one in about):
        return ""
    return f"{about[0].item.id} is {about[0].plain[0]:g} throughout"


def flat(clause: str, cited: Sequence[Series]) -> str:
    """Say how far a series moved of which *clause* says that it stayed as it was."""
    when = window(clause)
    if when is None or not _FLAT.search(clause) or quantities(clause):
        return ""
    why = []
    for one in (one.between(*when[:2]) for one in named(clause, cited)):
        values = [q.value for _, q in one.samples]
        low, high = (min(values), max(values)) if values else (0.0, 0.0)
        least = _SHARE if one.kind is Kind.SHARE else 0.0
        far = high > _MUCH * low and high > least
        why.append(f"{one.item.id} is between {min(one.plain):g} and {max(one.plain):g}" if far else "")
    return why[0] if why and all(why) else ""
