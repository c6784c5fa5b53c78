"""Times of day and dates in prose and in log lines. Pure.

"ten past twelve", "half past eleven" and "two o'clock" are read as well as "14:27:03" and "20 September". Words
do not say morning or evening, so a time in words may stand for both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from router.verify.reading.words import SMALL

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",),
            ("june", "jun"), ("july", "jul"), ("august", "aug"), ("september", "sep", "sept"),
            ("october", "oct"), ("november", "nov"), ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_HOURS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_ONES = "|".join(w for w, n in SMALL.items() if 1 <= n <= 9)
_MINUTES = (
    rf"twenty[- ](?:{_ONES})|"
    + "|".join(w for w, n in SMALL.items() if 1 <= n <= 20)
    + "|a quarter|quarter|half"
)

ISO = re.compile(
    r"\b(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2})[:.](\d{2})(?::(\d{2}(?:\.\d+|,\d{3}(?!\d))?))?)?(?:Z|[+-]\d{2}:?\d{2}\b)?"
)
DIGITAL = re.compile(
    r"(?<![\w:.#])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:[.,]\d+)?))?Z?(?!\w|:\d|\.\d|%)"
    r"(?! ?(?:h|hrs?|hours?|min|minutes)\b)"
)
# "+09:00", "UTC-5": how far a zone is from UTC, no time of day
_OFFSET = re.compile(
    r"(?:\b(?:UTC|GMT)\s?[+−-](\d{1,2})(?::?(\d{2}))?|(?<![\w:])[+−-](\d{2}):(\d{2})|"
    r"(?:(?<=:\d\d )[+−-]|(?<![\w.:])[+−-](?=0))(\d{2})([0-5]\d))(?![\w:]|[.,]\d)"
)
_PAST = re.compile(
    # "from six to two" are counts, "three seconds to six" is a change
    rf"\b(?!(?<=from )(?:{_MINUTES}|\d\d?)(?: minutes?)? to |(?:{_MINUTES}|\d\d?) seconds? to (?!midnight|noon))"
    rf"({_MINUTES}|(?<![\d.,:] )[1-5]?\d)(?: (minute|second)s?)? "
    rf"(?!(?:to|after|before) (?:{_HOURS}) (?!(?:this|is|was|has|does|as|its)\b)[a-z]+s\b)"
    rf"(past|to|after|before) ({_HOURS}|midnight|noon)\b(?! hundred| thousand)",
    re.IGNORECASE,
)
# "one to nine" is a ratio, "ten to twelve" a range: a time of day by what is before it, if nothing else tells
_AT = re.compile(
    r"\b(?:at|by|to|until|till|since|around|about|shortly|just|before|after|only|between)\s$", re.IGNORECASE
)
_FIVES = re.compile(r"five|ten|twenty|twenty[- ]five", re.IGNORECASE)
_OCLOCK = re.compile(
    rf"(?<![\w:.])({_HOURS}|\d{{1,2}})(?:[:.]([0-5]\d))?"
    rf"(?:(?:, (?:{_HOURS}|\d{{1,2}}))*,? (?:and|to|or) (?:{_HOURS}|\d{{1,2}}))? ?"
    r"(?:o['’]clock|in the (?:morning|afternoon|evening)|[ap]m\b|[ap]\.m\.)",
    re.IGNORECASE,
)
_LATE = re.compile(r"afternoon|evening|p\.?m\b", re.IGNORECASE)
_TWELVES = {"midnight": 0, "noon": 43_200}
_TWELVE = re.compile(r"\b(midnight|noon)\b", re.IGNORECASE)
_NAMED = "|".join(sorted(MONTHS, key=len, reverse=True))
DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_NAMED})\b(?: (\d{{4}}))?|"
    rf"\b({_NAMED})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,? (\d{{4}}))?",
    re.IGNORECASE,
)
# "09-11": a month by its leading zero, or by the word before it, as "10-12 pods" is no date
_NUMERIC = re.compile(
    r"(?<![\w./:-])(?<!s )(?<!window )(0[1-9])-(0[1-9]|[12]\d|3[01])(?![\w/:-]|\.\d| UTC)|"
    r"(?:(?<=on )|(?<=since )|(?<=dated )|(?<=until )|(?<=\dZ )|(?<=\dZ, ))"
    r"(1[0-2])-(0[1-9]|[12]\d|3[01])(?![\w/:-]|\.\d| [a-z])"
)
_DATE = r"\d{1,2}(?:st|nd|rd|th)?"
_WITH = r"(?: ?[-–] ?| (?:and|to|or|until|through) )"
_DAYS = re.compile(  # the first of "15 and 17 January", the last of "Feb 2-5"
    rf"(?<![\w.:-]){_DATE}{_WITH}(?={_DATE} (?:of )?(?:{_NAMED})\b)|"
    rf"\b(?:{_NAMED}) {_DATE}{_WITH}\d{{1,2}}\b(?!%|[:.]\d| ?[a-z]+s\b)",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(rf"\b({_NAMED}) (\d{{4}})\b", re.IGNORECASE)


# The head of a value ("09h 640, 10h 655"), or "at 17h12"
_HOUR = re.compile(r"(?<![\w:.])([01]?\d|2[0-3])h([0-5]\d(?![\w:]|\.\d|\s?m)|(?= \d))")
_WHEN = re.compile(r"\b(?:at|since|until|till) (?:about |around )?$")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as said: seconds since midnight, where in the text, and how exact it is.

    *loose*: twelve hours may be missing (words). *seconds*: seconds were said.
    """

    second: float
    start: int
    end: int
    loose: bool = False
    seconds: bool = False

    def is_at(self, second: float, within: int = 60) -> bool:
        """Say whether this is *second* of the day, give or take *within* seconds."""
        offsets = (0, 43_200) if self.loose else (0,)
        return any(
            min((self.second + o - second) % 86_400, (second - self.second - o) % 86_400) <= within
            for o in offsets
        )


@dataclass(frozen=True, slots=True)
class Day:
    """A date as said, without its year when none was said."""

    year: int | None
    month: int
    day: int
    start: int
    end: int


def clocks(text: str) -> list[Clock]:
    """Return the times of day in *text*, in order."""
    found = [_iso(m) for m in ISO.finditer(text) if m.group(4)]
    bare = _OFFSET.sub(_blank, ISO.sub(_blank, text))
    told = [_past(m) for m in _pasts(bare)]
    told += [_oclock(m) for m in _OCLOCK.finditer(bare)]
    told += [_digital(m) for m in DIGITAL.finditer(bare)]
    told += [Clock(int(m[1]) * 3600 + 60 * int(m[2] or 0), m.start(), m.end()) for m in _hours(bare)]
    for clock in told:  # "half past one in the afternoon" is one time of day, as is "1:30 pm"
        if all(clock.end <= other.start or clock.start >= other.end for other in found):
            found.append(clock)
    return sorted(found, key=lambda clock: clock.start)


def twelves(text: str) -> list[Clock]:
    """Return where *text* says midnight or noon: said loosely, so no time of day that evidence must have."""
    return [Clock(_TWELVES[m[1].lower()], m.start(), m.end()) for m in _TWELVE.finditer(text)]


def days(text: str) -> list[Day]:
    """Return the dates in *text*, in order."""
    found = [Day(int(m[1]), int(m[2]), int(m[3]), m.start(), m.end()) for m in ISO.finditer(text)]
    for m in DAY_MONTH.finditer(text):
        month = (m[2] or m[4]).lower()
        year = m[3] or m[6]
        found.append(Day(int(year) if year else None, MONTHS[month], int(m[1] or m[5]), m.start(), m.end()))
    found += [
        Day(None, int(m[1] or m[3]), int(m[2] or m[4]), m.start(), m.end()) for m in _NUMERIC.finditer(text)
    ]
    return sorted(found, key=lambda day: day.start)


def offsets(text: str) -> list[float]:
    """Return the seconds that the zones named in *text* are from UTC."""
    told = (
        (m[1] or m[3] or m[5], m[2] or m[4] or m[6] or 0) for m in _OFFSET.finditer(ISO.sub(_blank, text))
    )
    return [3600.0 * int(hours) + 60 * int(minutes) for hours, minutes in told]


@lru_cache(maxsize=1024)  # many checks read the same few texts
def without_times(text: str) -> str:
    """Return *text* with times of day and dates blanked out, its length unchanged."""
    letters = list(text)
    for start, end in _spans(text):
        letters[start:end] = " " * (end - start)
    return "".join(letters)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (ISO, _OFFSET, _DAYS, DAY_MONTH, _NUMERIC, _MONTH_YEAR, DIGITAL, _OCLOCK):
        for found in pattern.finditer(text):
            yield found.span()
    yield from (found.span() for found in (*_pasts(text), *_hours(text)))


def _pasts(text: str) -> Iterator[re.Match[str]]:
    """Yield the times of day by the minutes past or to an hour, where the words can mean nothing else."""
    for found in _PAST.finditer(text):
        told = found[2] or {found[3].lower(), found[4].lower()} & {"past", *_TWELVES}
        told = told or found[1].lower().endswith("quarter")
        if told or (
            _FIVES.fullmatch(found[1]) and _AT.search(text[max(0, found.start() - 12) : found.start()])
        ):
            yield found


def _hours(text: str) -> list[re.Match[str]]:
    """Return the hours that head the values of a series, and all "17h12" if "at" is before one; else they last."""
    found = list(_HOUR.finditer(text))
    heads = [m for m in found if not m[2] and len(m[1]) > 1]
    exact = [m for m in found if m[2]]
    told = any(_WHEN.search(text[: m.start()]) for m in exact)
    return (heads if len(heads) > 1 else []) + (exact if told else [])


def _blank(m: re.Match[str]) -> str:
    return " " * len(m.group(0))


def _iso(m: re.Match[str]) -> Clock:
    second = int(m[4]) * 3600 + int(m[5]) * 60 + float((m[6] or "0").replace(",", "."))
    return Clock(second, m.start(), m.end(), seconds=m[6] is not None)


def _digital(m: re.Match[str]) -> Clock:
    second = int(m[1]) * 3600 + int(m[2]) * 60 + float((m[3] or "0").replace(",", "."))
    return Clock(second, m.start(), m.end(), seconds=m[3] is not None)


def _past(m: re.Match[str]) -> Clock:
    words = m[1].lower().replace("-", " ").split()
    minutes = {"half": 30, "quarter": 15}.get(words[-1]) or sum(
        SMALL.get(word) or int(word) for word in words
    )
    sign = 1 if m[3].lower() in {"past", "after"} else -1
    hour = m[4].lower()
    away = sign * minutes * (1 if (m[2] or "").lower() == "second" else 60)
    second = ((_TWELVES[hour] if hour in _TWELVES else SMALL[hour] * 3600) + away) % 86_400
    return Clock(second, m.start(), m.end(), loose=True)


def _oclock(m: re.Match[str]) -> Clock:
    said = m[1].lower()
    hour = SMALL[said] if said in SMALL else int(said)
    hour += 12 if hour < 12 and _LATE.search(m[0]) else 0
    return Clock(hour % 24 * 3600 + 60 * int(m[2] or 0), m.start(), m.end(), loose=True)
