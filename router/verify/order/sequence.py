"""The order of two events, held against the times of the evidence that is cited. Pure.

It speaks only when each half of a claim means one piece of the evidence and not another.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from router.outcomes import Finding, FindingCode
from router.verify.library import Library
from router.verify.order.events import Events
from router.verify.order.orders import order
from router.verify.statement import Statement

_A_MINUTE = timedelta(minutes=1)  # times are told to the minute


def sequence(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims that tell as the earlier of two cited events what came later."""
    for claim in said.claims:
        told = order(claim.text)
        events = Events(claim.evidence, library) if told else None
        pair = events.pair(*told) if told and events else None
        if pair is None:
            continue
        earlier, later = pair
        if earlier.time and later.time and _is_after(earlier.time, later.time):
            text = (
                f"“{claim.text[:120]}”: {earlier.id} ({earlier.time:%m-%d %H:%M}) "
                f"came after {later.id} ({later.time:%m-%d %H:%M})"
            )
            yield Finding(FindingCode.CONTRADICTION, text, (earlier.id, later.id))


def _is_after(one: datetime, other: datetime) -> bool:
    """Say whether *one* came after *other*; midnight to the second is a day without a time."""
    if _is_midnight(one) or _is_midnight(other):
        return one.date() > other.date()
    return one - other >= _A_MINUTE


def _is_midnight(at: datetime) -> bool:
    return (at.hour, at.minute, at.second) == (0, 0, 0)
