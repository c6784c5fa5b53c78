"""Which lines were due in a request, given the lines that it wrote before: and the first of them that did not come.

In normal operation some lines lead up to others: a request that wrote the one wrote the other soon after. When a
request stops on its way, everything behind the stop is missing; only the first missing line tells where. It stands
against the service that should have written it, unless that was never asked: when the service that would ask it
writes no further line of its own in the same requests, that one stopped. It knows no words and no clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOGETHER = 0.9  # "leads up to": in so large a share of the requests
LEAST_SUPPORT = 5
MOSTLY = 0.5

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Leads:
    """By group (row) the groups that lead up to it (columns); and who asks for it, a service's number or -1."""

    all: Bools
    own: Bools
    asker: NDArray[np.int64]

    @classmethod
    def of(cls, places: Floats, early: Floats, service: NDArray[np.int64]) -> "Leads":
        """Learn them from *places*: requests by groups, when in its request each was first logged, 0 for never.

        Of lines that hardly any of these wrote, *early* requests tell what they lead up to.
        """
        found, gaps = _learned(places)
        more, gaps_more = _learned(np.concatenate((places, early)))
        rare = (places > 0).sum(axis=0) < LEAST_SUPPORT
        found, gaps = np.where(rare[None, :], more, found), np.where(rare[None, :], gaps_more, gaps)
        goes_on = np.zeros((len(service), int(service.max()) + 1), dtype=np.bool_)
        for later, group in zip(*np.nonzero(found), strict=True):
            goes_on[group, service[later]] = True
        around = found & goes_on[:, service]  # whoever asks writes before and, when answered, after
        nearest = service[np.argmin(np.where(around, gaps, np.inf), axis=1)]
        asker = np.where(around.any(axis=1), nearest, -1)
        return cls(found, found & (service[:, None] == service[None, :]), asker)


def _learned(places: Floats) -> tuple[Bools, Floats]:
    """Return who leads up to whom, and how many lines before."""
    logged = (places > 0).astype(np.float32)
    counted = logged.sum(axis=0)
    likely = (logged.T @ logged >= TOGETHER * counted[None, :]) & (counted[None, :] >= LEAST_SUPPORT)
    np.fill_diagonal(likely, val=False)
    found, gaps = np.zeros_like(likely), np.zeros(likely.shape, dtype=np.float32)
    for group in np.flatnonzero(likely.any(axis=1)):
        able = np.flatnonzero(likely[group])
        rows = places[places[:, group] > 0]
        gap, both = rows[:, group, None] - rows[:, able], rows[:, able] > 0
        times = np.maximum(1, both.sum(axis=0))
        found[group, able] = (both & (gap > 0)).sum(axis=0) >= TOGETHER * times
        gaps[group, able] = np.where(both, gap, 0).sum(axis=0) / times
    return found, gaps


@dataclass(frozen=True, slots=True)
class Due:
    """Requests by groups: where a line was due with nothing missing before it, and those of these that it lacks."""

    due: Bools
    missing: Bools

    @classmethod
    def of(cls, logged: Bools, leads: Bools) -> "Due":
        """Return what was due in requests that *logged* groups."""
        toward = leads.T.astype(np.float32)
        expected = logged.astype(np.float32) @ toward > 0
        absent = expected & ~logged
        due = expected & ~(absent.astype(np.float32) @ toward > 0)
        return cls(due, due & ~logged)


Shortfall = tuple[Bools, Bools, Bools, Bools]  # was due, came, was due in normal operation, came


@dataclass(frozen=True, slots=True)
class Course:
    """Requests by groups in normal operation, shortly before the onset and since; *service* and *loud* by group."""

    normal: Floats
    early: Floats
    since: Floats
    service: NDArray[np.int64]
    loud: Bools

    def shortfalls(self) -> Iterator[tuple[int, Shortfall]]:
        """Yield for each service that falls short the group that is missing most, and what was due and came."""
        leads = Leads.of(self.normal, self.early, self.service)
        now = self.since > 0
        due, own = Due.of(now, leads.all), Due.of(now, leads.own)
        unasked = self._unasked(leads, due, own)
        stopped = set(leads.asker[unasked])
        for each in np.unique(self.service):
            mine = self.service == each
            by, today = (leads.own, own) if each in stopped else (leads.all, due)
            counted = mine & ~self.loud & ~(unasked & (each not in stopped))
            lacking = today.missing[:, counted]
            if not lacking.any():
                continue
            usual = Due.of(self.normal > 0, by)
            if _any(usual.due[:, counted]).sum() < LEAST_SUPPORT:
                usual = Due.of(np.concatenate((self.normal, self.early)) > 0, by)
            worst = int(np.flatnonzero(counted)[np.argmax(lacking.sum(axis=0))])
            yield (
                worst,
                (
                    _any(today.due[:, counted]),
                    ~_any(lacking),
                    _any(usual.due[:, counted]),
                    ~_any(usual.missing[:, counted]),
                ),
            )

    def _unasked(self, leads: Leads, due: Due, own: Due) -> Bools:
        """Return by group whether its asker, rather than its own service, is where requests stop.

        That is where the asker writes no further line of its own in most requests that lack the group: a failing
        callee speaks for itself, or its caller of it.
        """
        found = np.zeros(len(self.service), dtype=np.bool_)
        for group in np.flatnonzero(due.missing.any(axis=0)):
            asker = leads.asker[group]
            if asker in {-1, self.service[group]}:
                continue
            rows, theirs = due.missing[:, group], self.service == asker
            gave_up = _any(own.missing[:, theirs])
            found[group] = gave_up[rows].mean() >= MOSTLY
        return found


def _any(requests: Bools) -> Bools:
    return np.asarray(requests.any(axis=1))
