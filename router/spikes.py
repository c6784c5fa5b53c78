"""Days on which a task cost far more than it usually does: they betray questions that are routed wrongly. Pure.

A day is held against the median of the days before it, so that one dear day does not hide the next.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from statistics import median

from router.outcomes import Attempt

TIMES = Decimal(3)  # as often as usual
LEAST = Decimal("0.25")  # dollars above the usual that anybody would look at
DAYS_BEFORE = 3  # days with calls that tell what is usual


@dataclass(frozen=True, slots=True)
class Spike:
    """A dear day of one task, in dollars and calls beside the median of the days before. *why* says which grew."""

    task: str
    day: date
    usd: Decimal
    usual_usd: Decimal
    calls: int
    usual_calls: int
    why: str


def spikes(tried: Iterable[tuple[datetime, Attempt]]) -> list[Spike]:
    """Return the spikes in *tried*, the newest first."""
    spent: dict[str, dict[date, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for at, attempt in tried:
        spent[attempt.selection.task][at.date()].append(attempt.usd)
    found = [one for task, days in spent.items() for one in _of(task, days)]
    return sorted(found, key=lambda spike: (spike.day, spike.usd), reverse=True)


def _of(task: str, days: Mapping[date, list[Decimal]]) -> Iterable[Spike]:
    known = sorted(days)
    for number, day in enumerate(known):
        before = [days[earlier] for earlier in known[:number]]
        if len(before) < DAYS_BEFORE:
            continue
        usd = sum(days[day], Decimal(0))
        usual = median(sum(bills, Decimal(0)) for bills in before)
        calls, usual_calls = len(days[day]), round(median(len(bills) for bills in before))
        if usd >= TIMES * usual and usd - usual >= LEAST:
            dearer = usd / calls >= 2 * median(sum(bills, Decimal(0)) / len(bills) for bills in before)
            more = calls >= 2 * usual_calls
            why = "more and dearer calls" if dearer and more else "dearer calls" if dearer else "more calls"
            yield Spike(task, day, usd, usual, calls, usual_calls, why)
