"""The order of two events, and the time between them, held against the times of the evidence that is cited. Pure.

It speaks only when each half of a claim means one piece of the evidence and not another.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from router.outcomes import Finding, FindingCode
from router.verify.clocks import clocks
from router.verify.events import Events
from router.verify.library import Item, Library
from router.verify.orders import order
from router.verify.pool import Pool
from router.verify.quantities import Kind, Quantity, quantities
from router.verify.rounding import close
from router.verify.statement import Claim, Statement

_A_MINUTE = timedelta(minutes=1)  # times are told to the minute
_BETWEEN = re.compile(
    r"^(?!.*\b(?:short of|less)\b).*\b(?:before|after|later|earlier|ahead|between|apart|follow(?:ed|s)|preced\w+|prior|"
    r"from|until|passed)\b",
    re.IGNORECASE,
)
_DAY = 86_400
_TWO = 2


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


def apart(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims of two events that tell another time between them than lies there."""
    for claim in said.claims:
        cited = library.cited(dict.fromkeys(claim.evidence))
        events = Events(claim.evidence, library).items
        if not len(cited) == len(events) == _TWO or not _BETWEEN.search(claim.text):
            continue
        lasted = [q for q in quantities(claim.text) if q.kind is Kind.TIME]
        if len(lasted) == 1 and _is_wrong(lasted[0], claim, cited, library):
            one, other = events
            text = f"“{lasted[0].said}” in “{claim.text[:120]}”: {one.id} and {other.id} are {_gap(one, other)} apart"
            yield Finding(FindingCode.NUMBER, text, claim.evidence)


def _is_wrong(told: Quantity, claim: Claim, cited: Sequence[Item], library: Library) -> bool:
    """Say whether *told* is neither between the two, nor from one to the onset or to an alert, nor told by them."""
    began = [i.time for i in library.items if i.kind == "alert"] + [library.onset]
    one, other = (item.time for item in cited)
    gaps = [abs(a - b) for a, b in ((one, other), *((x, y) for x in (one, other) for y in began)) if a and b]
    pool = Pool(cited, library)
    return (
        told.scale < _DAY
        and not told.guessed
        and gaps[0] >= _A_MINUTE
        and not any(_is_midnight(at) for at in (one, other) if at)
        and not any(close(told, gap.total_seconds() + off) for gap in gaps for off in (-60, 0, 60))
        and not any(q.kind is Kind.TIME and q.value >= 60 for item in cited for q in item.quantities)
        and not pool.apart(told, clocks(claim.text))
    )


def _gap(one: Item, other: Item) -> str:
    assert one.time is not None
    assert other.time is not None
    return f"{abs(one.time - other.time).total_seconds() / 60:.0f} min"


def _is_after(one: datetime, other: datetime) -> bool:
    """Say whether *one* came after *other*; midnight to the second is a day without a time."""
    if _is_midnight(one) or _is_midnight(other):
        return one.date() > other.date()
    return one - other >= _A_MINUTE


def _is_midnight(at: datetime) -> bool:
    return (at.hour, at.minute, at.second) == (0, 0, 0)
