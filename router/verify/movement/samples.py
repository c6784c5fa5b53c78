"""What a claim says of the samples of a series: an extreme, a value at its time, a move, a bound. Pure.

A claim is wrong only when every series that it may be about says otherwise; one whose time or thing cannot be read
is let pass.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from router.outcomes import Finding, FindingCode
from router.verify.library import Library
from router.verify.movement.bounds import bound, changed, flat
from router.verify.movement.extremes import average, extreme
from router.verify.movement.moments import value
from router.verify.movement.moves import moved
from router.verify.movement.series import Series, clauses, every_series
from router.verify.statement import Statement

_HELD: tuple[Callable[[str, Sequence[Series]], str], ...] = (
    extreme,
    average,
    value,
    moved,
    bound,
    flat,
    changed,
)
_BEGAN = re.compile(
    r"\b(?:when|as) the (?:\w+ )?(?:window|incident|trouble|outage|problem) (?:began|started|opened)\b",
    re.IGNORECASE,
)


def samples(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims that tell the samples of the series that they cite otherwise than these are."""
    for claim in said.claims:
        cited = every_series(library.cited(claim.evidence))
        text = _BEGAN.sub(_at(library.onset), claim.text) if library.onset else claim.text
        told = (held(clause, cited) for clause in clauses(text) for held in _HELD if cited)
        if why := next(filter(None, told), ""):
            yield Finding(FindingCode.DIRECTION, f"“{claim.text[:120]}”: {why}", claim.evidence)


def _at(onset: datetime) -> str:
    return f"at {onset.astimezone(UTC):%H:%M}"
