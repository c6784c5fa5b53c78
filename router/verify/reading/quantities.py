"""Reading quantities out of text: values with their units, ratios, parts of a whole, and how they are hedged. Pure.

The same reader reads claims and evidence. It knows no evidence and judges nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from router.verify.reading.borrowed import KEY, UNIT, borrowed, own
from router.verify.reading.clocks import without_times
from router.verify.reading.hedges import Hedge, hedge
from router.verify.reading.notation import in_plain
from router.verify.reading.units import SHARES, SIZES, THOUSANDS, TIMES
from router.verify.reading.words import PARTS, in_digits


class Kind(StrEnum):
    """What a number measures. Time is in seconds, size in bytes, share in parts of one."""

    COUNT = "count"
    TIME = "time"
    SIZE = "size"
    SHARE = "share"
    FOLD = "fold"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as said. *value* is in its kind's own unit, *digits* how many significant ones were given.

    *whole* is the Y of "X of Y"; *upto* the end of a range "X to Y"; *scale* what one of its unit is.
    """

    value: float
    kind: Kind
    said: str
    start: int
    digits: int
    hedge: Hedge = Hedge.EXACT
    scale: float = 1.0
    whole: float | None = None
    upto: float | None = None
    changes: bool = False  # said as "from X to Y": a change, not a range
    per: float | None = None  # the seconds of "a minute" in "three a minute"
    named: str = ""  # the word before it in a record ("mem_used"), "" in prose
    counts: bool = (
        False  # what it is of stands behind it: "18,422 packets" can be no seconds, "a third of" no growth
    )
    below: bool = False  # with a minus before it
    guessed: bool = False  # its unit is not beside it but a head's or a neighbour's, and may not be meant


MOST = 400  # quantities read of one text
_LARGEST = 1e24
_MOST_POINTS = 1000.0  # more of them are no points of a percentage
_BEHIND = 48  # letters before a number that may hedge it

_NUM = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2}\b)?"
_ONE = re.compile(
    rf"(?<![\w.:#@^-])(?<![^\d]/)(?P<sign>-)?(?P<num>{_NUM})(?!\d)"
    rf"(?:\s?(?P<pct>%)|(?P<k>(?-i:[kKMGT]|bn|B))\b|[- ]{{0,2}}(?P<fold>fold\b|x\b(?! ?\d))|[- ]?(?P<unit>{UNIT})\b)?"
    r"(?![½¼¾⅓⅔]|[\w]*[a-z]\d|\.\d|:\d|/\d|(?:st|nd|rd|th)\b|-(?:bit|way|phase|factor)\b)",
    re.IGNORECASE,
)
_COMPOUND = re.compile(
    r"\b(?:(\d+)\s?d(?:ays?)?)?\s?(?:(\d+)\s?h(?:ours?)?)?\s?(?:(\d+)\s?m(?:in(?:ute)?s?)?)?\s?(?:(\d+(?:\.\d+)?)\s?s(?:ec(?:ond)?s?)?)?\b",
    re.IGNORECASE,
)
_PART = re.compile(
    rf"^\s*(?:of|in|out of|per)\s+(?:every\s+|the\s+|its\s+|all\s+)?(\d{{1,3}}(?:,\d{{3}})+|\d+)(k?)\b"
    rf"(?![.,]\d)(?!\s?%)(?![- ]?(?:{UNIT})\b)",
    re.IGNORECASE,
)
_ONE_IN = re.compile(
    rf"^(?: [a-z]+){{1,3}} (?:in|out of) (?:every )?(\d{{1,3}})\b(?!\s?%|:|\.\d)(?![- ]?(?:{UNIT})\b)",
    re.IGNORECASE,
)  # "1 request in 8", "1 US request in 3"
_RANGE = re.compile(rf"^\s*(?:to|and|or|-|–)\s*({_NUM})(?:\s?(%)|[- ]?({UNIT})\b)?", re.IGNORECASE)
_FRACTION = re.compile(
    rf"\b(?:(\d{{1,2}}) )?({'|'.join(PARTS)})(s?)(?![ -]part(?:y|ies)\b)"
    r"(?= of\b|\b(?! (?:past|to|an?|of an?|hour|minute|second)\b))",
    re.IGNORECASE,
)
# "by a sixth" and "a sixth less" are shares; "a sixth pod", "a third, the revert," and "the third try" are none
_MEASURES = re.compile(
    r"\b(?:by|to|at|from|than|nearly|almost|about|around|roughly|only|just|under|over) (?:an?|one|another) $|"
    r"\b(?:by|than|nearly|almost|about|around|roughly) $"
)
_COMPARES = re.compile(r" (?:as|less|more|fewer|of|\w+er)\b")
# "the 502s" are answers, not seconds; "in 120s" and "timeout=500s" are seconds
_STATUS = re.compile(
    r"(?<!in )(?<!for )(?<!after )(?<!last )(?<!every )(?<!than )(?<![=>(.])\b((?:20|30|4\d|5[0-3])\d)s\b"
)
_APART = re.compile(rf"(\d\s?(?:{UNIT}|%))/(?=\d)", re.IGNORECASE)  # "200ms/400ms"
_OF_UNIT = re.compile(rf"(?<![\w./:,-])(\d+)/(?=\d+\s?(?:{UNIT})\b)")  # "23/68 min"
_AND = re.compile(
    r"(\d ?(?:d|h|m|day|hour|hr|min|minute)s?)(?:,? and|,) (?=\d+ ?(?:h|m|s|hour|hr|min|minute|sec|second)s?\b)"
)
# Behind a number of which nothing says what it is of: "54 more until the page", "13 from page to repair"
ALONE = (
    r"(?: (?:more|longer|short))?(?=\W*$|[,;:.)—–]+(?!\S)| (?:to|from|until|till|before|after|later|earlier|apart|"
    r"between|for|since|into|in all|and|at|on|by|was|is|were|when|while|of (?:these|those|them|which))\b)"
)
_SLASHED = re.compile(  # "4/9 ready"
    r"(?<![\w./:,-])(\d{1,3}(?:,\d{3})+|\d{1,6})/(\d{1,3}(?:,\d{3})+|\d{1,6})(?![\w/-]|[.,]\d)"
)
_TIMES_OVER = re.compile(r"\bx(\d+(?:,\d{3})*)\b")  # "x26" in an event is a count
_RATE = re.compile(
    r"^(?: [a-z-]+){0,4}?(?:(?<! in)(?<! within)(?<! over)(?<! for)(?<! about)(?<! after) (?:an?|per|each|every) |/)"
    r"(s|sec|second|min|minute|h|hour|day)\b",
    re.IGNORECASE,
)
_MILLICORES = re.compile(r"(?<![\w.])(\d+) milli-?cores?\b")  # those said in words: "ten millicores"
_SPAN = re.compile(
    rf"(?<![\w.-])(\d+(?:\.\d+)?x?)-(\d+(?:\.\d+)?)(?=(?:x|\s?(?:{UNIT}))\b|(?![\w-]|\.\d))", re.IGNORECASE
)  # "22-31", "5x-10x"
_FROM = re.compile(r"\bfrom (?:about |around |roughly |some |nearly )?$", re.IGNORECASE)
# A thing behind a number; what ends in "-ing" or "-ed", or is no noun, only goes on with the sentence
_NO_NOUN = (
    r" (?!(?:of|to|and|or|in|at|on|for|from|with|since|until|before|after|was|is|were|are|than|per|the|then|now|"
    r"usual\w*|normal\w*|typical\w*|max\w*|min\w*|limit|baseline|by|as|over|under|not|but|while)\b)"
)
_COUNTS = re.compile(rf"{_NO_NOUN}(?:[A-Z]+ )?[a-z]+s\b")
_OF_A_KIND = re.compile(rf"{_NO_NOUN}(?!\w+(?:ed|ing|s) )[a-z]{{3,}} (?!was|has|its|this)[a-z]+s\b")
_LEVEL = re.compile(r"\b(?:at|to|from|of|by|with|than|was|is|near|hit|reached) (?:\w+ )?$")
_LEFT_OVER = re.compile(  # "2 h 11": minutes, if nothing else
    rf"(\d\s?h(?:ours?)?) ?([0-5]?\d)\b(?![.:,]?\d|\s?%|[- ]?(?:{UNIT})\b)"
    r"(?! (?:[a-z-]+ )?(?!was|has|is|after)[a-z]+s\b)",
    re.IGNORECASE,
)
# How long something took, as a record writes it: "running 00:18:40"
_ELAPSED = re.compile(
    r"\b((?:running|runtime|elapsed|last(?:ed|s)|took|takes|duration|uptime|age|for|waited|waiting|held|in|within)[\s:=]{1,2})"
    r"(\d{1,3}):([0-5]\d):([0-5]\d)(?![\w:])",
    re.IGNORECASE,
)
_LONG = re.compile(r"(?<![\w:.])(\d{1,3}):([0-5]\d) ?(?:(h|hrs?|hours)|min|minutes)\b")  # "1:08 h"


@lru_cache(maxsize=1024)  # many checks read the same few texts
def in_figures(text: str) -> str:
    """Return *text* as its quantities are found in it: without times of day and dates, its number words as digits."""
    text = _ELAPSED.sub(lambda m: f"{m[1]}{int(m[2]) * 3600 + int(m[3]) * 60 + int(m[4])} s", in_plain(text))
    text = _LONG.sub(lambda m: f"{m[1]} h {m[2]} min" if m[3] else f"{m[1]} min {m[2]} s", text)
    text = _SPAN.sub(r"\1 to \2", _OF_UNIT.sub(r"\1 of ", without_times(text)))
    plain = _MILLICORES.sub(lambda m: f"{float(m[1]) / 1000:g} cores", in_digits(text))
    plain = _STATUS.sub(r"\1 ", _TIMES_OVER.sub(r" \1", plain))
    return _AND.sub(r"\1 ", _LEFT_OVER.sub(r"\1 \2 min", _APART.sub(r"\1 ", plain)))


@lru_cache(maxsize=1024)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities in *text*, times of day and dates left out, in order."""
    plain = in_figures(text)
    read = (*_compounds(plain), *_numbers(plain), *_fractions(plain), *_slashed(plain))
    found = sorted(read, key=lambda q: (q.start, -len(q.said)))
    taken: list[Quantity] = []
    end = -1
    for quantity in found[:MOST]:
        if quantity.start >= end and _is_sane(quantity):
            taken.append(quantity)
            end = quantity.start + len(quantity.said)
    return tuple(taken)


def _is_sane(quantity: Quantity) -> bool:
    """Say whether a number can be calculated with: hundreds of digits make no finite one."""
    told = (quantity.value, quantity.whole or 0.0, quantity.upto or 0.0)
    return all(abs(value) < _LARGEST for value in told)


def _numbers(text: str) -> Iterator[Quantity]:
    found = [*_ONE.finditer(text)]
    keys = [KEY.search(text[max(0, m.start() - _BEHIND) : m.start()]) for m in found]
    names = [(key[1] or key[2]) if key else "" for key in keys]
    for m, named, elsewhere in zip(found, names, borrowed(text, found, names), strict=True):
        before = text[max(0, m.start() - _BEHIND) : m.start()]
        kind, scale = _kind(own(m) or elsewhere)
        if own(m).startswith("point") and float(m["num"].replace(",", "")) > _MOST_POINTS:
            kind, scale = Kind.COUNT, 1.0
        after = text[m.end() : m.end() + 60]
        whole, upto = (
            _following(after, float(m["num"].replace(",", "")), kind, scale)
            if kind is not Kind.FOLD
            else (None, None)
        )
        for value in _values(m["num"]):
            yield Quantity(
                value=value * scale,
                kind=kind,
                said=m.group(0).strip(),
                start=m.start(),
                digits=_digits(m["num"]),
                hedge=hedge(before, after),
                scale=scale,
                whole=whole,
                upto=upto,
                per=_per(after) if kind is not Kind.FOLD else None,
                changes=_FROM.search(before) is not None,
                named=named,
                counts=after.startswith(" of ") if kind is Kind.SHARE else _counts(before, after),
                below=bool(m["sign"]),
                guessed=bool(elsewhere),
            )


def _counts(before: str, after: str) -> bool:
    return bool(_COUNTS.match(after) or (_OF_A_KIND.match(after) and not _LEVEL.search(before)))


def _per(after: str) -> float | None:
    """Return the seconds of the time that a rate is for, None when the number is no rate."""
    rate = _RATE.match(after)
    return TIMES[rate.group(1).lower()] if rate else None


def _values(number: str) -> tuple[float, ...]:
    """Return what a number may mean: "100.000" is a hundred, or a hundred thousand as some write it."""
    plain = float(number.replace(",", ""))
    if re.fullmatch(r"\d{1,3}\.000", number):
        return (float(number.replace(".", "")),)
    return (plain,)


def _kind(unit: str) -> tuple[Kind, float]:
    if unit == "fold":
        return Kind.FOLD, 1.0
    for kind, units in ((Kind.TIME, TIMES), (Kind.SIZE, SIZES), (Kind.SHARE, SHARES)):
        if unit in units:
            return kind, units[unit]
    return Kind.COUNT, THOUSANDS.get(unit, 1.0)


def _following(after: str, value: float, kind: Kind, scale: float) -> tuple[float | None, float | None]:
    """Return the whole of "X of Y" and the end of "X to Y", where they follow."""
    if kind is Kind.COUNT and (part := _PART.match(after)):
        return float(part.group(1).replace(",", "")) * (1000 if part.group(2) else 1), None
    if kind is Kind.COUNT and (part := _ONE_IN.match(after)) and value < float(part.group(1)):
        return float(part.group(1)), None
    if ranged := _RANGE.match(after):
        unit = (ranged.group(2) or ranged.group(3) or "").lower()
        _, other = _kind(unit) if unit else (kind, scale)
        return None, float(ranged.group(1).replace(",", "")) * other
    return None, None


def _compounds(text: str) -> Iterator[Quantity]:
    """Yield durations of several parts: "8 h 39 min", "6m35s", "1 hour 20 minutes"."""
    for m in _COMPOUND.finditer(text):
        parts = [(float(g), s) for g, s in zip(m.groups(), (86_400, 3600, 60, 1), strict=True) if g]
        if len(parts) < 2 and not (
            len(parts) == 1 and m.group(0).strip()[-1] in "dm" and " " not in m.group(0).strip()
        ):
            continue
        said = m.group(0).strip()
        start = m.start() + len(m.group(0)) - len(m.group(0).lstrip())
        before = text[max(0, start - _BEHIND) : start]
        value = float(sum(n * s for n, s in parts))
        digits = 2 if parts[-1][0] % 5 == 0 and parts[-1][1] == 60 else 3  # "an hour and forty minutes"
        said_so = hedge(before, text[start + len(said) :][:60])
        yield Quantity(value, Kind.TIME, said, start, digits, said_so, scale=float(parts[-1][1]))


def _slashed(text: str) -> Iterator[Quantity]:
    """Yield "4/9" as four of nine, and the nine."""
    for m in _SLASHED.finditer(text):
        part, whole = (float(m[n].replace(",", "")) for n in (1, 2))
        yield Quantity(part, Kind.COUNT, m[1], m.start(1), _digits(m[1]), whole=whole)
        yield Quantity(whole, Kind.COUNT, m[2], m.start(2), _digits(m[2]))


def _fractions(text: str) -> Iterator[Quantity]:
    for m in _FRACTION.finditer(text):
        before = text[max(0, m.start() - _BEHIND) : m.start()].lower()
        if m[1] is None and not _is_share(before, m[2].lower(), text[m.end() :]):
            continue
        value = int(m[1] or 1) / PARTS[m[2].lower()]
        plain = re.sub(r"(?:\ba|\bone|\bthe)\s$", "", before)
        part = text[m.end() :].startswith(" of ")
        yield Quantity(
            value, Kind.SHARE, m.group(0), m.start(), 1, hedge(plain, plain=Hedge.ABOUT), counts=part
        )


def _is_share(before: str, part: str, after: str) -> bool:
    if part == "half" and after.startswith(" of"):
        return True
    one = before.endswith(("a ", "one ", "another "))
    return _MEASURES.search(before) is not None or (one and _COMPARES.match(after) is not None)


def _digits(number: str) -> int:
    """Return the significant digits: trailing zeros of a whole number do not count."""
    bare = number.replace(",", "")
    if "." not in bare:
        return max(1, len(bare.strip("0")))
    return max(1, len(bare.replace(".", "").lstrip("0")))
