"""The events that a claim cites, and which of them some words of it mean: by its own words or its time. Pure.

An event is a piece of evidence of one time. Words that are of several mean none; what is left over when one of two is
known is the other, unless something that is not cited may be meant. What lasted, and what was found out later than it
happened, has no time that could be held against another.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from router.verify.library import CHANGES, Item, Library, stems
from router.verify.order.orders import telling
from router.verify.reading.clocks import clocks, without_times

OTHER_TIMES = frozenset({"memory", "recall", "incident", "runbook"})
FOUND = re.compile(
    r"\b(?:found|discover\w*|identif\w*|notic\w*|investigat\w*|debug\w*|show\w*|seen|saw|conclu\w*|confirm\w*|"
    r"reali[sz]\w*)\b",
    re.IGNORECASE,
)
_LASTS = re.compile(
    r"\b(?:was|were|been|kept) (?:\w+ly )?\w+ing\b|\b(?:still|remain\w*|stay\w*)\b", re.IGNORECASE
)
_NAMED = {  # what a piece is called by its kind
    "alert": frozenset(stems("report complaint complain sign symptom alarm alert outage onset")),
    **dict.fromkeys(CHANGES, frozenset(stems("change deploy release rollout"))),
}
_TWO = 2
_MINUTE = 60


class Events:
    """The cited evidence that tells of one time."""

    def __init__(self, cited: Iterable[str], library: Library) -> None:
        self.items = [item for item in library.cited(dict.fromkeys(cited)) if is_event(item)]
        self._library = library

    def pair(self, one: str, other: str) -> tuple[Item, Item] | None:
        """Return the two events that the words *one* and *other* mean."""
        first, second = self._meant(one), self._meant(other)
        if len(self.items) == _TWO and (first is None) != (second is None):
            first = first or self._left(one, second)
            second = second or self._left(other, first)
        return (first, second) if first and second and first is not second else None

    def _meant(self, words: str) -> Item | None:
        mine, said = telling(without_times(words)), clocks(words)
        spoken = [
            item
            for item in self.items
            if mine & _spoken(item).difference(*(_spoken(i) for i in self.items if i is not item))
            or any(clock.is_at(second, _MINUTE - 1) for clock in said for second in item.moments)
        ]
        return spoken[0] if len(spoken) == 1 and _is_told(words, spoken[0]) else None

    def _left(self, words: str, known: Item | None) -> Item | None:
        """Return the one of two that is not *known*, when *words* can mean nothing else of the case."""
        mine = telling(without_times(words))
        left = next(item for item in self.items if item is not known)
        beside = [
            i for i in self._library.items if i is not left and (i.kind == "alert" or i.time or i is known)
        ]
        if clocks(words) or not mine & self._library.stems or any(mine & _spoken(item) for item in beside):
            return None
        return left if _is_told(words, left) else None


def is_event(item: Item) -> bool:
    """Say whether *item* has a time and speaks of no other."""
    return item.time is not None and item.kind not in OTHER_TIMES and _is_of_one_time(item, item.time)


def _is_of_one_time(item: Item, at: datetime) -> bool:
    own = [when.hour * 3600 + when.minute * 60 + when.second for when in (at, at.astimezone(UTC))]
    return all(any(clock.is_at(second, _MINUTE - 1) for second in own) for clock in item.clocks)


def _spoken(item: Item) -> frozenset[str]:
    return item.stems | _NAMED.get(item.kind, frozenset())


def _is_told(words: str, item: Item) -> bool:
    """Say whether *words* tell of *item* as of an event at its time."""
    return not _LASTS.search(words) and (not FOUND.search(item.text) or FOUND.search(words) is not None)
