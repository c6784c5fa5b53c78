"""Numbers of claims held against the evidence: found, rounded, converted, or worked out from what is there. Pure.

A claim may round, convert units, and take differences, ratios, shares, durations and counts of what it cites. What
cannot be had in any of these ways is invented, or has the wrong unit.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from router.outcomes import Finding, FindingCode
from router.verify.figures.compared import compared
from router.verify.figures.listed import is_all, is_countable
from router.verify.figures.outcomes import turned
from router.verify.figures.pool import Pool
from router.verify.figures.within import follows, joined
from router.verify.library import STOP, Library, stems
from router.verify.reading.clocks import clocks, twelves, without_times
from router.verify.reading.hedges import Hedge
from router.verify.reading.notation import in_thousands
from router.verify.reading.quantities import ALONE, Kind, Quantity, in_figures, quantities
from router.verify.statement import Statement

# "six times what it was" is a factor; "six times in two minutes" a count
_FACTOR = re.compile(
    r"\btimes (?!(?:in|over|since|within|during|after|before|an?|per|each|by|at|on)\b)\w|\btwice\b"
)
_EACH = re.compile(
    r"\b(?:each|apiece|for (?:each|every|one)|(?:on|an) average|per(?! (?:s|sec|second|min|minute|h|hour|day)\b))\b",
    re.IGNORECASE,
)  # one number over another
_PACE = re.compile(
    r"\b(?:rate|pace|speed|will|would|going to|takes?|needs?|lasts?|full|empty)\b",
    re.IGNORECASE,
)
_MEASURED = {Kind.TIME, Kind.SIZE, Kind.SHARE}
# A thing that a number names ("batch 7"), as far as its end tells it from what one does ("lasted 18")
_BEFORE = re.compile(
    r"\b(?!\w+ed\b|took|takes?\b|needs?\b|lasts?\b|ran\b|beg[au]n|came|went)([A-Za-z]\w*)\s*$"
)
_SIGN = re.compile(r"\s?[/+=~≈−–-]\s?\d")
_UNSAID = (60.0, 1.0, 1e-3)  # the units of time that are left out
_MEAN = re.compile(r"\b(?:average\w*|averaging|mean)\b", re.IGNORECASE)
_TOTAL = re.compile(  # "in all", "the other 49", "46 in the three bad samples", "24 of the 30"
    r"\b(?:all|total\w*|(?:al)?together|sums?|both|each|others?|another|rest|overall|over|across|combined|plus|of|no|any|"
    r"to one|in (?:the )?\d+)\b|\+",
    re.IGNORECASE,
)
_SINCE = re.compile(  # from or to the alert, or to what is not named
    r"\b(?:alert\w*|alarm\w*|page[ds]?|outage|incident|ago|onset)\b|\b(?:before|earlier|later)(?=[,.;:]|$)|"
    r"\blater [\w ]*(?=[;,.]|$)|\bafter (?:\w+ ){1,4}?(?:seconds?|minutes?|hours?|days?)(?=[;,.]|$)"
)
_COMPARED = re.compile(r"\b(?:to|down|up|instead|rather|vs|versus|against|than|was|now|before|then|from)\b")
_TIMES = re.compile(r"[\d,]+(?:\.\d+)? times?\b")
_COUNTED = re.compile(  # a number and what it counts, an adjective or two between
    r"[\d.]+(?: (?!(?:of|to|and|or|in|at|on|for|from|with|since|until|before|after|was|is|were|are|than|per|past|by|as|"
    r"the|then|now)\b)[A-Za-z-]+){0,2} (?!(?:was|is|has|as|its|this)\b)[a-z-]+s\b"
)
_IN_NAME = re.compile(r"[A-Za-z]{1,2}\b|_|\.[A-Za-z]|[A-Za-z]:")  # "5xx", "2025b", "3.1.x"
_MOVED_TO = re.compile(r"\b(?:(?:down|up|back) to|instead of|rather than) $")
_SIGNAL = re.compile(r"\bsignal (?:no\. ?|number )?$", re.IGNORECASE)  # "signal 9" is a name
_OF_THAT = re.compile(r" of (?:that|this)\b")  # of what is told elsewhere
_OF_DIGITS = re.compile(r"[- ](?:digits?|figures?|nines?|zeroe?s)\b")  # "six digits" is how large a number is
_FEW = 31  # the hours of a day, the days of a month, the minutes to the half hour
_VERSION_OF = re.compile(r"\w,? [A-Z]\w+ $")  # a product, in the midst of a sentence
_DENIES = re.compile(
    r"\b(?:no|not|none|never|without|but|except|other|others|rest|remain\w*|still|only|left|un\w+)\b|n['’]t\b",
    re.IGNORECASE,
)
_UNIT_OFF = 500.0  # times: MB for GB, not MB for MiB
_WIDE = 1.25  # how far from what is there a range may begin or end, if it does so at a round number


def numbers(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the numbers of *said* that the evidence does not give."""
    everything = Pool(library.items, library)
    for claim in said.claims:
        pool = Pool(library.cited(claim.evidence), library) if claim.evidence else everything
        yield from _ungrounded(claim.text, pool, everything, claim.evidence)
    yield from _ungrounded(said.cause, everything, everything, ())
    yield from _sizes(said.fix, everything)


def _sizes(fix: str, everything: Pool) -> Iterator[Finding]:
    """Yield the size that a fix has from the evidence in another unit, a thousand times more or less."""
    for quantity in quantities(fix):
        new = quantity.kind is Kind.SIZE and quantity.digits > 1 and not everything.states(quantity)
        if new and (other := everything.same_digits(quantity, apart=_UNIT_OFF)):
            told = f"“{quantity.said}” in the fix “{fix[:120]}”: the evidence has {other}"
            yield Finding(FindingCode.UNIT, told)
            return


def _ungrounded(text: str, pool: Pool, everything: Pool, cited: Sequence[str]) -> Iterator[Finding]:
    read = dict.fromkeys((text, in_thousands(text)))
    yield from min(([*_unfounded(one, pool, everything, cited)] for one in read), key=len)


def _unfounded(text: str, pool: Pool, everything: Pool, cited: Sequence[str]) -> Iterator[Finding]:
    found = quantities(text)
    plain = in_figures(text)
    said = [clock.second for clock in clocks(text)]
    known = [Quantity(abs(b - a), Kind.TIME, "", -1, 3, scale=60.0) for a, b in pairwise(said)]
    unknown: list[tuple[Quantity, list[Quantity]]] = []
    done: set[float] = set()  # ends of ranges and wholes of parts that were judged with their beginning
    parts = {
        q.start for a, b, made in joined(found, plain) if _given(made, text, pool, everything) for q in (a, b)
    }
    for quantity in found:
        meant = [quantity, *_other_readings(quantity, text, plain, found)]
        lone = _as_time(quantity, plain, found)
        had = next((one for one in meant if _given(one, text, pool, everything)), None)
        had = had or next((one for one in lone if pool.lasted(one) or pool.has(one)), None)
        alike = (
            one for one in (quantity, *lone) if compared(one, found, plain, pool.items, everything.library)
        )
        had = had or next(alike, None)
        if had is not None and not _turned_round(quantity, text, pool):
            ends = (quantity.upto if _ranges(quantity, pool) else None, quantity.whole)
            done |= {end for end in ends if end is not None}
            known.append(had)
        elif (
            quantity.value in done
            or quantity.start in parts
            or _is_none(quantity, text, plain)
            or any(is_countable(one, text, pool.items) for one in meant)
            or is_all(quantity, text, pool.items, everything.items)
        ):
            known.append(quantity)
        else:
            unknown.append((quantity, [*meant, *lone]))
    for quantity, meant in unknown:
        if not any(follows(one, known) for one in meant):
            other = everything.same_digits(quantity)
            code = FindingCode.UNIT if other else FindingCode.NUMBER
            why = f"the evidence has {other}" if other else "the evidence does not give it"
            yield Finding(code, f"“{quantity.said}” in “{text[:120]}”: {why}", tuple(cited))
            return


def _given(quantity: Quantity, text: str, pool: Pool, everything: Pool) -> bool:
    """Say whether *quantity* can be had from the evidence in any of the ways that claims may take."""
    precise = quantity.digits >= 3 and quantity.hedge is Hedge.EXACT and quantity.per is None
    return (
        _ranges(quantity, pool)
        or pool.gives(quantity)
        or (precise and not pool.same_digits(quantity) and everything.states(quantity))
        or pool.names(quantity)
        or everything.dates(quantity)
        or pool.apart(quantity, [*clocks(text), *twelves(text)])
        or (_PACE.search(text) is not None and pool.lasts(quantity))
        or (_MEAN.search(text) is not None and pool.averages(quantity))
        or (_TOTAL.search(in_figures(text)) is not None and pool.totals(quantity))
        or (
            _SINCE.search(text) is not None
            and quantity.kind is Kind.TIME
            and pool.lasted(quantity, since=True)
        )
    )


def _turned_round(quantity: Quantity, text: str, pool: Pool) -> bool:
    """Say whether a claim tells of 9 of 12, word by word, what the evidence tells of the other 3, or so of shares."""
    plain = in_figures(text)
    told = pool.leaves(quantity, frozenset(stems(plain))) or turned(quantity, plain, pool.items)
    return told and not _DENIES.search(text)


def _is_none(quantity: Quantity, text: str, plain: str) -> bool:
    """Say whether a number may be none: an hour or a pronoun in words, a name. With a noun behind it, it counts."""
    behind = plain[quantity.start + len(quantity.said) :]
    if quantity.kind is Kind.SHARE and _OF_THAT.match(behind):
        return True
    if _IN_NAME.match(behind) or _OF_DIGITS.match(behind) or _SIGNAL.search(plain[: quantity.start]):
        return True
    if (
        (quantity.kind is not Kind.COUNT and not quantity.guessed)
        or (quantity.whole or 0) > 2
        or quantity.per
    ):
        return False
    if _VERSION_OF.search(plain[: quantity.start]):
        return "." in quantity.said
    moved = _MOVED_TO.search(plain[: quantity.start]) is not None
    in_words = (
        not moved
        and re.search(rf"(?<![\d.]){re.escape(quantity.said)}(?![\d.])", without_times(text)) is None
    )
    counts = _COUNTED.match(plain[quantity.start :]) is not None
    value = quantity.value / quantity.scale
    return value in {0, 1, 2} or (in_words and value <= _FEW and not counts)


def _other_readings(
    quantity: Quantity, text: str, plain: str, found: Sequence[Quantity]
) -> Iterator[Quantity]:
    """Yield what else may be meant: "six times" is a factor or a count, a neighbour's unit may be its alone."""
    times = _TIMES.match(plain[quantity.start :]) or _EACH.search(plain)
    if quantity.kind is Kind.FOLD and _FACTOR.search(text) and quantity.hedge is Hedge.EXACT:
        yield replace(quantity, kind=Kind.COUNT)
    if quantity.kind is Kind.COUNT and times:
        yield replace(quantity, kind=Kind.FOLD)
    if quantity.per is None:  # "from 5,200 a second down to 1,500"
        rated = [other for other in found if other.per and other.kind is quantity.kind]
        told = {
            other.per
            for other in rated
            if _COMPARED.search(plain[slice(*sorted((quantity.start, other.start)))])
        }
        yield from (replace(quantity, per=per) for per in told)
    if quantity.kind is Kind.COUNT and not quantity.counts and quantity.whole is None:
        units = {(q.kind, q.scale) for q in found if q.kind in _MEASURED}
        yield from (_in_unit(quantity, *unit) for unit in units)
    if (
        quantity.kind is Kind.SHARE and quantity.scale == 1 and not quantity.counts
    ):  # "half an hour, not a quarter"
        units = {(q.kind, q.scale) for q in found if q.kind is Kind.TIME}
        yield from (_in_unit(quantity, *unit) for unit in units)
    if quantity.said[-1] in "KMGT":  # "the limit is 50M"
        yield replace(quantity, kind=Kind.SIZE)
    end = next((other for other in found if other.start > quantity.start), quantity)
    if quantity.guessed and (
        quantity.upto is None or end.guessed
    ):  # "between 5.00 and 10.01 ms" has but one unit
        yield replace(quantity, kind=Kind.COUNT, value=quantity.value / quantity.scale, scale=1.0, upto=None)


def _as_time(quantity: Quantity, plain: str, found: Sequence[Quantity]) -> list[Quantity]:
    """Return a number that has no noun beside it as minutes and seconds: "54 more to the next", "alarm after two"."""
    noun = _BEFORE.search(plain[: quantity.start])
    if noun and noun[1].lower() not in STOP:
        return []
    if (
        quantity.kind is not Kind.COUNT
        or quantity.whole
        or any(q.per or q.kind in {Kind.SIZE, Kind.SHARE} for q in found)
    ):
        return []
    behind = plain[quantity.start + len(quantity.said) :]
    if not (re.match(ALONE, behind) or _SIGN.match(behind)):
        return []
    return [_in_unit(quantity, Kind.TIME, unit) for unit in _UNSAID]


def _in_unit(quantity: Quantity, kind: Kind, unit: float) -> Quantity:
    upto = None if quantity.upto is None else quantity.upto * unit
    return replace(quantity, kind=kind, value=quantity.value * unit, scale=unit, upto=upto)


def _ranges(quantity: Quantity, pool: Pool) -> bool:
    """Say whether "X to Y" holds something that the evidence has, from its beginning to its end."""
    low, high = quantity.value, quantity.upto
    if high is None or high <= low or quantity.changes:
        return False
    near = high <= low + quantity.scale  # "two to three" is said of one
    least, most = (high, low) if near else (low * _WIDE, high / _WIDE)
    within = [value for value in pool.all_of(quantity, spans=False) if low * 0.98 <= value <= high * 1.02]
    return any(value <= least for value in within) and any(value >= most for value in within)
