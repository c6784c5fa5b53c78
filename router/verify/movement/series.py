"""Series: the samples of one thing by their time, and which of them a clause of a claim speaks of. Pure.

A clause that names no series may be about any that its claim cites; one whose time cannot be read is about none.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from router.verify.figures.readings import timed
from router.verify.library import Item, stems
from router.verify.reading.clocks import Clock, clocks
from router.verify.reading.quantities import Kind, Quantity, quantities

BESIDE = re.compile(r"[`*]|(?<=\w)/(?:s|sec|min|h|hour)\b")  # stands in the way of reading a number
_HALF_A_DAY = 43_200
_FEWEST = 3  # samples that make a series
_APPOSED = re.compile(
    r", ((?:about |around |just |only |some )*[\d.,]+\d?\s?(?:%|[A-Za-z]{1,4}|percent)?),(?=\s)"
)
_CLAUSE = re.compile(
    r"[;,](?=\s)|\s[—–]\s|\b(?:while|but|whereas|although|though|then|when|where|which|despite|against|versus|"
    r"and(?! (?:(?:at|in|by|about|around|some|nearly|almost|just|under|over) )*\d))\b"
)
BETWEEN = re.compile(r"(?:\b(?:from|between) $|(?<=\d)\s?[-–]\s?$| (?:to|and|until|till) $)", re.IGNORECASE)
_SINCE = re.compile(r"\b(?:since|as of|from|after) (?:about |around )?$", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|till|up to|before|by) (?:about |around )?$", re.IGNORECASE)
BY = re.compile(r"\bby (?:about |around )?$", re.IGNORECASE)
_AT = re.compile(r"(?:^\W*|\b(?:at|in|on|is|was|were|the|around|about|exactly|both)|[(:]) ?$", re.IGNORECASE)
_SOMETIME = re.compile(  # a time that is told otherwise than by the clock
    r"\b(?:while|during|when|once|after\w*|before|since|until|till|later|earlier|first|initial\w*|finally|last|again|"
    r"already|began|begin\w*|start\w*|recover\w*|next|second|another|except|apart from|otherwise|mostly|usual\w*|"
    r"normal\w*|typical\w*|almost always|mean ?while|still|so far|yet|ever|minutes?|hours?|days?|"
    r"moment\w*|latest|recent\w*|now|today|current\w*)\b",
    re.IGNORECASE,
)
DIFFERS = re.compile(  # a number that is no value of a series but lies between two
    r"\b(?:by(?! (?:\d\d:|then\b))|within|points?|times|fold|than(?! (?:an? )?\d| half)|differ\w*|later|earlier|"
    r"after|before|more(?! than)|less(?! than)|fewer|higher(?! than)|lower(?! than)|longer|shorter|faster|slower|"
    r"added|gained|lost|lacked|short of|away|plus|minus|"
    r"(?:up|down)(?: (?:some|about|around|roughly))* \d\S*|"
    r"(?:\d ?%|half|third|quarter|percent) of|"
    r"(?:step|jump|rise|drop|dip|gain|loss|increase|decrease|change|gap|growth) of|"
    r"between|from|since|until|(?:above|below) (?:its|the|that))\b",
    re.IGNORECASE,
)
LOST = re.compile(  # what is told by what it lacks
    r"\b(?:fail\w*|los[te]\w*|lack\w*|errors?|refus\w*|reject\w*|miss\w*|free|left|idle|unavailab\w*)\b",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(?:no|not|never|without|none|neither|nor|hardly|cannot)\b|n['’]t\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Series:
    """What one piece of evidence, or a *part* of it, has for each of several times; what has none is no series."""

    item: Item
    part: str
    samples: tuple[tuple[float, Quantity], ...]

    def at(self, clock: Clock) -> int | None:
        """Return which sample is of that time of day."""
        return next((n for n, (at, _) in enumerate(self.samples) if clock.is_at(at, 0)), None)

    def values(self, told: Quantity) -> list[float]:
        """Return the values in the measure of what is *told*, none when they may measure something else."""
        if self.kind is told.kind:
            return [q.value for _, q in self.samples]
        if told.kind is Kind.COUNT and not told.counts and all(q.guessed for _, q in self.samples):
            return self.plain
        ratio = self.kind is Kind.COUNT and all(0 <= q.value <= 1 for _, q in self.samples)
        return self.plain if ratio and told.kind is Kind.SHARE else []

    @property
    def kind(self) -> Kind | None:
        """What it measures, None without samples."""
        return self.samples[0][1].kind if self.samples else None

    @property
    def plain(self) -> list[float]:
        """The values in the unit of the first."""
        return [q.value / self.samples[0][1].scale for _, q in self.samples]

    def between(self, start: float, end: float) -> "Series":
        """Return the series of the samples from *start* to *end*."""
        return replace(
            self, samples=tuple(one for one in self.samples if not (one[0] < start or one[0] > end))
        )


def every_series(items: Sequence[Item]) -> list[Series]:
    """Return the series of *items*, and their other parts without samples; nothing when none is a series.

    Pieces that say the same but for their numbers are one series without times.
    """
    alike = [item for item in items if _opening(item) and _opening(item) == _opening(items[0])]
    row = alike if len(alike) >= _FEWEST else []
    found = [
        Series(item, part, _told(item, part))
        for item in items
        if item not in row
        for part in item.text.split(";")
    ]
    if row:
        found.append(Series(row[0], _opening(row[0]), tuple((math.nan, one.quantities[0]) for one in row)))
    return found if any(one.samples for one in found) else []


def _opening(item: Item) -> str:
    """Return the words before the first number of a piece, "" when that has no unit of its own."""
    first = next(iter(item.quantities), None)
    measured = first is not None and first.kind is not Kind.COUNT and not first.guessed
    return item.text[: first.start] if first and measured else ""


def _told(item: Item, part: str) -> tuple[tuple[float, Quantity], ...]:
    read = [(at, q) for q, at in timed(replace(item, text=BESIDE.sub("", part))) if at is not None]
    by_time = {at: q for at, q in reversed(read) if q.kind is read[0][1].kind}
    told = sorted(by_time.items())
    short = told and told[-1][0] - told[0][0] < _HALF_A_DAY
    return tuple(told) if short and len(told) >= _FEWEST else ()


def clauses(text: str) -> list[str]:
    """Return what *text* says one after the other; a value between two commas stays with what it is of."""
    return [part for part in _CLAUSE.split(_APPOSED.sub(r" \1", text)) if part.strip()]


def named(clause: str, of: Sequence[Series]) -> list[Series]:
    """Return those that *clause* names by words that not all have, all when it names none.

    None when it may be about what is no series.
    """
    words = frozenset(stems(clause))
    heads = [frozenset(stems(f"{_head(one)} {one.item.service}")) for one in of]
    shared = frozenset.intersection(*heads) if len(heads) > 1 else frozenset()
    told = [len(words & (head - shared)) for head in heads]
    found = [one for one, n in zip(of, told, strict=True) if n == max(told)]
    return found if all(one.samples for one in found) else []


def _head(one: Series) -> str:
    first = clocks(one.part) if one.samples else []
    return one.part[: first[0].start] if first else one.part


def instants(clause: str) -> Iterator[tuple[Clock, str, str]]:
    """Yield each time of day of *clause* with the words before it and the stretch of words that is about it alone."""
    found = clocks(clause)
    if not found:
        return
    first = bool(quantities(clause[: found[0].start]))  # "8 ms at 14:22 and 93 ms at 14:24"
    starts = [clause.rfind(" ", 0, max(clock.start - 1, 0)) + 1 for clock in found]
    cuts = [0, *(clock.end for clock in found[:-1])] if first else [0, *starts[1:]]
    for clock, start, end in zip(found, cuts, [*cuts[1:], len(clause)], strict=True):
        yield clock, clause[: clock.start], clause[start:end]


def is_moment(before: str) -> bool:
    """Say whether a time of day behind *before* is one at which something is, and bounds or qualifies nothing."""
    return _AT.search(before) is not None


def window(clause: str) -> tuple[float, float, str] | None:
    """Return from when to when *clause* speaks, all time when it does not say, and the rest of its words.

    None when its time cannot be read.
    """
    found = [clock for clock in clocks(clause) if not clock.loose]
    plain = clause
    start, end = 0.0, 2.0 * _HALF_A_DAY
    for clock in reversed(found):
        before = clause[: clock.start]
        behind = _SINCE.search(before) or _UNTIL.search(before) or BETWEEN.search(before)
        plain = plain[: behind.start() if behind else clock.start] + plain[clock.end :]
    if _SOMETIME.search(plain) or len(found) > 2:
        return None
    if len(found) == 2:
        linked = all(BETWEEN.search(clause[: clock.start]) for clock in found)
        return (found[0].second, found[1].second, plain) if linked else None
    for clock in found:
        before = clause[: clock.start]
        start = 0.0 if _UNTIL.search(before) else clock.second
        end = end if _SINCE.search(before) else clock.second
    return start, end, plain


def plain_clock(second: float) -> str:
    """Return a second of the day as it is told: "14:24"."""
    if math.isnan(second):
        return "another piece"
    return f"{int(second) // 3600:02}:{int(second) // 60 % 60:02}"
