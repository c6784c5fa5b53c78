"""Times of day and dates of claims held against the evidence: something must be at them. Pure."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from router.outcomes import Finding, FindingCode
from router.verify.library import Item, Library
from router.verify.reading.clocks import Clock, clocks, days, offsets
from router.verify.reading.quantities import Kind
from router.verify.statement import Statement

_ABOUT_WHEN = re.compile(
    r"(?:about|around|roughly|approx\w*|circa|near|shortly (?:after|before)|just (?:after|before)|by|before|after|"
    r"until|~)\s$",
    re.IGNORECASE,
)
_LONG = re.compile(
    r"\s?(?:from|between|after|before|later|until|in (?:all|total))\b"
)  # "00:54 from page to end"
# A time zone by its name after a time of day; UTC is that of the evidence.
_ZONE = re.compile(
    r"\s?(?:local(?: time)?\b|(?!UTC|GMT|ET\b)[A-Z]{2,4}T\b|(?:[A-Z]\w+ )?(?:summer|winter|standard|daylight) time|"
    r"[A-Z]\w+ time\b)",
)
_VERB = re.compile(r"\d+ may$|may \d")  # no month in small letters
_OFFSETS = tuple(1800 * n for n in range(-24, 29))


def times(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the times of day of *said* that nothing in the evidence is at."""
    texts = [(claim.text, claim.evidence) for claim in said.claims] + [(said.cause, ())]
    in_utc = [
        (clock.second + way * away) % 86_400
        for item in library.items
        for away in {*offsets(item.text)[:40]}
        for clock in item.clocks[:40]
        for way in (-1, 1)
    ]
    for text, cited in texts:
        for clock in clocks(text):
            within = 60
            if clock.loose or _ABOUT_WHEN.search(text[: clock.start]):
                within = 900
            if _is_elsewhere(clock, text, library):
                continue
            items = library.cited(cited) or library.items
            lasted = _begun_or_over(items)
            there = any(clock.is_at(moment, within) for moment in (*library.moments, *lasted, *in_utc))
            long = _LONG.match(text[clock.end :]) is not None and clock.second in library.spans(items)
            if not there and not long:
                told = f"nothing in the evidence is at “{text[clock.start : clock.end]}” (“{text[:100]}”)"
                yield Finding(FindingCode.NUMBER, told, tuple(cited))
                break


def _begun_or_over(items: Sequence[Item]) -> list[float]:
    """Return the seconds of the day at which what *items* tell the length of began or was over."""
    return [
        int(at + way * q.value) % 86_400
        for item in items
        for q in item.quantities
        if q.kind is Kind.TIME
        and q.scale <= 1 <= q.value / 60  # to the second; "30 minutes" may be any half hour
        for at in item.moments
        for way in (-1, 1)
    ]


def _is_elsewhere(clock: Clock, text: str, library: Library) -> bool:
    """Say whether *clock* is told in another time zone than the evidence is: that many half hours from it."""
    if not _ZONE.match(text[clock.end :]):
        return False
    return any(clock.is_at((at + offset) % 86_400) for at in library.moments for offset in _OFFSETS)


def dates(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the dates of *said* that nothing in the evidence is on, give or take a day for time zones."""
    known = {(day.month, day.day) for item in library.items for day in days(item.text)}
    moments = [item.time for item in library.items if item.time is not None]
    moments += [library.onset] if library.onset is not None else []
    known |= {
        ((at + timedelta(days=n)).month, (at + timedelta(days=n)).day) for at in moments for n in (-1, 0, 1)
    }
    for text, cited in [(claim.text, claim.evidence) for claim in said.claims] + [(said.cause, ())]:
        for day in days(text):
            word = text[day.start : day.end]
            if known and (day.month, day.day) not in known and not _VERB.match(word):
                told = f"nothing in the evidence is on “{word}” (“{text[:100]}”)"
                yield Finding(FindingCode.NUMBER, told, tuple(cited))
                break
