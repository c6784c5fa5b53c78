"""Whether the record is whole: each writer's rows, counted from 1 to its end, each linked to the one before it. Pure.

How far a writer came is kept beside its rows, so that rows cut off its end show as well. This finds slips, scripts
and half a restore; who may rewrite rows and ends alike can hide it, and only a backup tells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from router.prices import dollars
from router.records import RECORD, Tried, link
from router.tables import pico, usd

_MOST_TOLD = 3


class Written(NamedTuple):
    """A row as it lies in the database."""

    writer: str
    number: int
    at: float
    kind: str
    kase: str
    record: str
    before: str
    hash: str


class End(NamedTuple):
    """How far a writer came: its last row, and the pico-dollars that all its rows tell of."""

    writer: str
    number: int
    at: float
    hash: str
    pico: int


@dataclass(slots=True)
class Chain:
    """The whole record, taken writer by writer, each in its order."""

    _threads: dict[str, "_Thread"] = field(default_factory=dict)
    _hashes: set[str] = field(default_factory=lambda: {""})

    def take(self, rows: Iterable[Written]) -> None:
        """Look at *rows*, the next ones."""
        for row in rows:
            self._threads.setdefault(row.writer, _Thread(row.writer)).take(row)
            self._hashes.add(row.hash)

    def broken(self, ends: Sequence[End]) -> str | None:
        """Return where the chain is broken and since when, the earliest first; None when it is whole."""
        kept = {end.writer: end for end in ends}
        found = sorted(
            told
            for writer in {*self._threads, *kept}
            for told in self._threads.get(writer, _Thread(writer)).breaks(kept.get(writer), self._hashes)
        )
        told = [text for _, text in found[:_MOST_TOLD]]
        if len(found) > _MOST_TOLD:
            told.append(f"and {len(found) - _MOST_TOLD} more")
        return "; ".join(told) or None


@dataclass(slots=True)
class _Thread:
    """The rows of one writer, as far as they were taken."""

    writer: str
    rows: int = 0
    number: int = 0
    at: float = 0.0
    hash: str = ""
    follows: str = ""  # what its first row goes on from: another writer's row, or nothing
    pico: int = 0
    # the first number that is missing, and when the row before was written
    gap: tuple[int, float] | None = None
    wrong: tuple[float, str] | None = None  # the first row that is not as it was written

    def take(self, row: Written) -> None:
        record = RECORD.validate_json(row.record)
        next_one = row.number == self.number + 1
        if row.hash != link(row.before, row.writer, row.number, row.at, row.record):
            self._doubt(row, "was changed")
        elif (row.kind, row.kase) != (
            record.kind,
            record.case,
        ):  # rows are found by these; no hash covers them
            self._doubt(row, "was filed under another case or kind")
        elif not next_one:
            self.gap = self.gap or (self.number + 1, self.at)
        elif self.rows and row.before != self.hash:
            self._doubt(row, "does not follow the one before it")
        if next_one and not self.rows:
            self.follows = row.before
        self.rows, self.number, self.at, self.hash = self.rows + 1, row.number, row.at, row.hash
        self.pico += pico(record.attempt.usd) if isinstance(record, Tried) else 0

    def _doubt(self, row: Written, what: str) -> None:
        self.wrong = self.wrong or (row.at, f"record {row.number} of {row.writer} {what} ({_time(row.at)})")

    def breaks(self, end: End | None, hashes: set[str]) -> Iterable[tuple[float, str]]:
        """Yield what is broken, each with its time."""
        if self.wrong:
            yield self.wrong
        if self.follows not in hashes:
            yield self.at, f"the record that {self.writer} went on from is gone"
        if end is None:
            yield self.at, f"it is not kept how far {self.writer} came ({_time(self.at)} or later)"
        elif missing := max(end.number, self.number) - self.rows:
            yield (self.gap[1] if self.gap else self.at), self._missing(missing, end)
        elif (self.number, self.hash) != (end.number, end.hash):
            yield self.at, f"the records of {self.writer} do not end as they did ({_time(end.at)})"

    def _missing(self, count: int, end: End) -> str:
        first, after = self.gap or (self.number + 1, self.at)
        what = "1 record is" if count == 1 else f"{count} records are"
        when = f"after {_time(after)}" if after else f"up to {_time(end.at)}"
        gone = end.pico - self.pico
        bill = f"; {dollars(usd(gone))} stood in what is missing" if gone > 0 else ""
        return f"{what} missing from number {first} of {self.writer} on ({when}{bill})"


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"
