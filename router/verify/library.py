"""The evidence as checks read it: texts, names, times, quantities, made once for all claims of an answer. Pure.

It knows no claim.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from itertools import islice
from threading import Lock

import snowballstemmer

from router.messages import Ground
from router.verify.reading.clocks import ISO, Clock, clocks, days, without_times
from router.verify.reading.notation import in_thousands
from router.verify.reading.quantities import Quantity, quantities

_BESIDE = 4  # letters between a date and its time of day
LONGEST = 12_000  # letters read of one piece of evidence
CHANGES = frozenset({"deploy", "diff"})
PAST = frozenset({"memory", "recall", "incident"})  # kinds that tell of other times
_STEMMER = snowballstemmer.stemmer("english")
_ONE_AT_A_TIME = Lock()
_WORD = re.compile(r"[A-Za-z][a-z]+|[A-Z]+(?![a-z])|\d{3,}")
_PLURAL = re.compile(r"\b(\d{3})s\b")  # "the 502s"
_ROLLBACK = re.compile(r"\broll(?:ed|ing|s)?[ -]back\b", re.IGNORECASE)
_FAILOVER = re.compile(r"\bfail(?:ed|ing|s)?[ -]over\b", re.IGNORECASE)
_SQUASH = re.compile(r"[^a-z0-9]+")
STOP = frozenset(
    """a an and are as at be been before being both but by can could did do does down for from had has have he her his
    how i if in into is it its itself just like may might more most near no nor not of off on once one only or other
    our out over own same she should so some such than that the their them then there these they this those through to
    too two under until up us very was we were what when where which while who whom why will with would you your after
    again all also any because between during each even every few first here him me my now since still though within
    without yet about against already almost around away back another nothing something anything""".split()
)


def squashed(text: str) -> str:
    """Return *text* as small letters and digits only: how names are compared."""
    return _SQUASH.sub("", text.lower())


def stems(text: str) -> list[str]:
    """Return the stems of the words that mean something, camel case and joined names taken apart."""
    joined = _FAILOVER.sub("failover", _ROLLBACK.sub("rollback", _PLURAL.sub(r"\1", text)))
    words = [word.lower() for word in _WORD.findall(joined)]
    return [stem for word in words if word not in STOP and len(stem := _stem(word)) > 1]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    with _ONE_AT_A_TIME:  # a stemmer keeps the word that it is at in itself, and checks run in threads
        return str(_STEMMER.stemWord(word))


@dataclass(frozen=True)
class Item:
    """One piece of evidence, read."""

    id: str
    kind: str
    text: str
    service: str
    time: datetime | None

    @cached_property
    def lower(self) -> str:
        """The text with quotes and spaces made alike, for looking up what is quoted."""
        return alike(self.text)

    @cached_property
    def squashed(self) -> str:
        """Text and service as names are compared."""
        return squashed(f"{self.text} {self.service}")

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of text, service and kind."""
        return frozenset(stems(f"{without_times(self.text)} {self.service} {self.kind}"))

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The quantities in the text, those too of which it may tell in thousands."""
        read = {*quantities(self.text), *quantities(in_thousands(self.text))}
        return tuple(sorted(read, key=lambda q: q.start))

    @cached_property
    def clocks(self) -> tuple[Clock, ...]:
        """The times of day in the text."""
        return tuple(clocks(self.text))

    def dated(self, onset: datetime | None) -> tuple[float, ...]:
        """Return the Unix seconds of the instants and the days in its text; without a year of its own's."""
        near = self.time or onset
        year = near.year if near is not None else None
        exact = {
            found.start(): at for found in islice(ISO.finditer(self.text), 20) if (at := _instant(found))
        }
        bare = (day for day in days(self.text)[:20] if day.start not in exact)
        told = ((day.year or year, day.month, day.day, self._behind(day.end)) for day in bare)
        return tuple(exact.values()) + tuple(
            at + more
            for y, m, d, later in told
            if y is not None and (at := _midnight(y, m, d)) is not None
            for more in {0.0, later}
        )

    def _behind(self, end: int) -> float:
        """Return the second of the day of a time of day just behind a date, else 0."""
        return next((clock.second for clock in self.clocks if 0 <= clock.start - end <= _BESIDE), 0.0)

    @cached_property
    def moments(self) -> tuple[float, ...]:
        """The seconds of the day that it speaks of: in its text, and its own time in UTC and as given."""
        made = [clock.second for clock in self.clocks]
        if self.time is not None:
            own = (_second(self.time.astimezone(UTC)), _second(self.time))
            behind = {(at - own[0]) % _ZONE for at in made}  # its text may give the same instant more exactly
            made += [*own, *(at + part for at in own for part in behind if _LEAST < part < 1)]
        return tuple(dict.fromkeys(made))


@dataclass(frozen=True)
class Library:
    """All evidence of a case."""

    items: tuple[Item, ...]
    onset: datetime | None

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """The items by id."""
        return {item.id: item for item in self.items}

    @cached_property
    def squashed(self) -> str:
        """All texts and services as names are compared; items do not run into each other."""
        return " ".join(item.squashed for item in self.items)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of everything."""
        return frozenset().union(*(item.stems for item in self.items))

    @cached_property
    def moments(self) -> tuple[float, ...]:
        """All seconds of the day that the evidence speaks of, the onset included."""
        made = [second for item in self.items for second in item.moments[:40]][:160]
        if self.onset is not None:
            made += [_second(self.onset.astimezone(UTC)), _second(self.onset)]
        return tuple(dict.fromkeys(made))

    def spans(self, items: Iterable[Item], *, alone: bool = False) -> tuple[float, ...]:
        """Return the seconds between any two instants that *items*, the alerts and the onset date.

        A release is there until the next one of its service, whether that is among *items* or not. *alone*: where two
        of *items* have a time, it is theirs that is told of.
        """
        meant, begun = self._told(items, alone=alone)
        times = _dates(meant, begun, self.onset)
        moments = [second for item in meant for second in item.moments[:40]][:160]
        moments += [_second(at) for at in begun for at in (at.astimezone(UTC), at)]
        made = {abs(a - b) for a in times for b in times}
        made |= {float(abs(a - b)) for a in moments for b in moments}
        made |= {
            86_400.0 - abs(a - b) for a in moments for b in moments if abs(a - b) > 43_200
        }  # across midnight
        return tuple(sorted(made - {0.0}))

    def calendar(self, items: Iterable[Item], *, alone: bool) -> tuple[float, ...]:
        """Return the days from one date to another in seconds, and as they are counted with the first of them."""
        times = _dates(*self._told(items, alone=alone), self.onset)
        days = {abs(a // 86_400 - b // 86_400) for a in times for b in times} - {0.0}
        return tuple(86_400 * n for day in sorted(days) for n in (day, day + 1))

    def _told(self, items: Iterable[Item], *, alone: bool) -> tuple[Sequence[Item], Sequence[datetime]]:
        given = [*items]
        if alone and sum(item.time is not None for item in given) > 1:
            return given, ()
        changed = {item.service for item in given if item.kind in CHANGES}
        beside = (i for i in self.items if i.kind == "alert" or (i.kind in CHANGES and i.service in changed))
        meant = {item.id: item for item in (*given, *beside)}
        return [*meant.values()], () if self.onset is None else (self.onset,)

    def cited(self, ids: Iterable[str]) -> list[Item]:
        """Return the items of *ids* that exist."""
        return [self.by_id[one] for one in ids if one in self.by_id]


def read(grounds: Sequence[Ground], onset: datetime | None) -> Library:
    """Read *grounds*; the tail of a text beyond 12,000 characters is not read."""
    return Library(tuple(_items(grounds)), onset)


_ZONE = 1800  # seconds by which zones differ
_LEAST = 1e-3  # of a second: nothing is told more exactly


def alike(text: str) -> str:
    """Return *text* in small letters with one kind of quote and single spaces."""
    text = re.sub(r"[“”„«»]", '"', text.lower())
    return " ".join(re.sub(r"[‘’`´]", "'", text).split())


def _items(grounds: Sequence[Ground]) -> Iterator[Item]:
    for ground in grounds:
        yield Item(ground.id, ground.kind, ground.text[:LONGEST], ground.service or "", ground.time)


def _dates(items: Sequence[Item], begun: Sequence[datetime], onset: datetime | None) -> list[float]:
    times = [at.timestamp() for at in (*(item.time for item in items), *begun) if at is not None]
    return times + [at for item in items for at in item.dated(onset)]


def _midnight(year: int, month: int, day: int) -> float | None:
    try:
        return datetime(year, month, day, tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _instant(found: re.Match[str]) -> float | None:
    """Return the Unix seconds of a date with a time of day, read as UTC; None of a bare date or of none."""
    if found[4] is None:
        return None
    year, month, day, hour, minute = (int(found[n] or 0) for n in range(1, 6))
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() + float(
            (found[6] or "0").replace(",", ".")
        )
    except ValueError:
        return None


def _second(at: datetime) -> float:
    return at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6
