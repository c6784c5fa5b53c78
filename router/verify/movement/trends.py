"""Which way things moved: what a claim says of it against the courses that the evidence tells. Pure.

A course is the values of one thing in the order of their time. A claim is wrong only when the courses that it may be
about all go the other way, or one of them has its two numbers the other way round.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from router.outcomes import Finding, FindingCode
from router.verify.library import Item, Library, stems
from router.verify.movement.courses import (
    HEAD,
    Way,
    courses,
    is_level,
    joined,
    mostly,
    pair,
    records,
    stretches,
    ways,
)
from router.verify.movement.directions import CLAUSE, agrees, goes, in_words, seen_from
from router.verify.reading.clocks import clocks, without_times
from router.verify.reading.quantities import Kind, quantities
from router.verify.reading.words import in_digits
from router.verify.statement import Statement

_STEADY = re.compile(r"\b(?:keeps?|kept|continu\w*|steadily|gradually|more and more)\b", re.IGNORECASE)
_SLIGHT = re.compile(r"\b(?:slight\w*|little|hardly|barely|a bit|marginal\w*)\b", re.IGNORECASE)
_OTHER_TIMES = frozenset({"memory", "recall", "runbook"})
_WORD = re.compile(r"[A-Za-z]{4,}")
_RECOVERED = re.compile(r"\b(?:recovered|improved|came back|bounced back|returned)\b", re.IGNORECASE)
_IDLE = re.compile(r"\bnetwork (?:is|was) (?:idle|fine|fast|healthy|not involved)\b", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|till|up to) $", re.IGNORECASE)
_NAMES = re.compile(r"(?<![\w.])([a-z]{0,3}\d+(?:\.\d+)+) (?:to|→|->) ([a-z]{0,3}\d+(?:\.\d+)+)(?![\w]|\.\d)")
_STATEMENT = re.compile(
    r";(?=\s)|(?<=[a-z\d)])\.(?=\s)|\b(?:while|but|whereas|although|despite|then|and(?! \d)|before(?= \w+ing))\b"
)
_SHARES = re.compile(r"client_p\d+ (\d+).*?server_p\d+ (\d+).*?network_p\d+ (\d+)")


_Told = tuple[Item, str, list[float]]


def trends(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims that say up where the evidence says down, or the other way round."""
    for claim in said.claims:
        cited = library.cited(claim.evidence) or (list(library.items) if not said.is_diagnosis else [])
        turned = _swapped(claim.text, cited) or _against(claim.text, cited)
        if why := turned or in_words(claim.text, cited, cited=said.is_diagnosis):
            yield Finding(FindingCode.DIRECTION, f"“{claim.text[:120]}”: {why}", claim.evidence)
    today = [item for item in library.items if item.kind not in _OTHER_TIMES]
    sinking = (clause for clause in CLAUSE.split(said.cause) if goes(clause) is Way.DOWN)
    denied = (in_words(clause, today) for clause in sinking)
    exchanged = (_turned_in(clause, today) for clause in CLAUSE.split(said.cause))
    if why := next(filter(None, (*denied, *exchanged)), "") or _idle(said.cause, library):
        yield Finding(FindingCode.DIRECTION, f"“{said.cause[:120]}”: {why}")


def _turned_in(clause: str, today: Sequence[Item]) -> str:
    """Say which change of a thing that *clause* names has its two numbers the other way round."""
    own, words = pair(in_digits(clause.replace("`", ""))), frozenset(stems(clause))
    told = [course for item in today if words & item.stems for _, course in courses(item)]
    return _turned(own, told) if own and goes(clause) else ""


def _swapped(text: str, cited: Sequence[Item]) -> str:
    """Say which of *cited* has the two names of a change, such as versions, the other way round."""
    told = {pair: item.id for item in cited for pair in _NAMES.findall(item.text.replace("`", ""))}
    for one, other in _NAMES.findall(text.replace("`", "")):
        if one != other and (other, one) in told and (one, other) not in told:
            return f"{told[other, one]} says {other}, then {one}"
    return ""


def _against(text: str, cited: Sequence[Item]) -> str:
    """Say how *text* goes against *cited*, "" when it does not or cannot be told."""
    plain = in_digits(text.replace("`", ""))
    own = pair(plain) or _list(plain)
    way = goes(text)
    if any(_contradicts_itself(part) for part in _STATEMENT.split(text.replace("`", ""))):
        return "its own numbers go the other way"
    if own and way is None and _RECOVERED.search(plain):
        way = _way_of(own)
    series = ((item, part, course) for item in _until(text, joined(cited)) for part, course in courses(item))
    told = [
        *series,
        *(records(cited) if own or not quantities(plain) else ()),
    ]  # "900 against 130 ms" compares
    if own and (turned := _turned(own, [course for _, _, course in told])):
        return turned
    if agrees(text, way, cited):
        return ""
    against = ""
    figures = any(c.isdigit() for c in without_times(plain))
    compared = any(item.kind in _OTHER_TIMES for item in cited)
    for item, part, course in _meant(text, told):
        level = is_level(course) and not (figures or _SLIGHT.search(text))
        went = set() if level else _went(course, plain, compared=compared)
        seen = seen_from(item.text, text, way if goes(_without_names(text, item)) or own else None)
        if seen in went:
            return ""
        if seen and (went or level) and not own and _about(text, part, item):
            against = against or f"{item.id} says {course[0]:g}, then {course[-1]:g}"
    return against


def _until(text: str, items: Iterable[Item]) -> Iterator[Item]:
    """Yield *items*, each series without what comes after the time until which *text* tells it."""
    ends = [clock for clock in clocks(text) if _UNTIL.search(text[: clock.start])]
    for item in items:
        there = [n for n, one in enumerate(item.clocks[1:-1], 2) if ends and ends[-1].is_at(one.second, 0)]
        yield replace(item, text=item.text[: item.clocks[there[0]].start]) if there else item


def _contradicts_itself(part: str) -> bool:
    """Say whether *part* of a text names a way and has numbers that go the other one."""
    plain, way = in_digits(part), goes(part)  # which has no more of "halved" than its number
    own = pair(plain) or _list(plain)
    return bool(own) and way is not None and own[0] != own[-1] and _way_of(own) is not way


def _went(course: Sequence[float], text: str, *, compared: bool) -> set[Way]:
    """Return the ways that *course* went where the numbers of *text* are, unless they are another time's."""
    whole = mostly(course) if _STEADY.search(text) else ways(course)
    there = stretches(course, [q for q in quantities(text) if q.kind is not Kind.COUNT or q.value != 1])
    return whole | there if compared else there or whole


def _meant(text: str, told: Sequence[_Told]) -> Sequence[_Told]:
    """Return the courses of a piece that *text* names by a word that the others do not have, all when it names none."""
    if len({item.id for item, _, _ in told}) > 1:
        return told
    words = frozenset(stems(text))
    parts = {part: frozenset(stems(part)) for _, part, _ in told}
    shared = frozenset.intersection(*parts.values()) if parts else frozenset()
    named = [one for one in told if words & (parts[one[1]] - shared)]
    return named or told


def _turned(own: Sequence[float], courses: Sequence[Sequence[float]]) -> str:
    """Say which course has the two numbers of a claim the other way round, where none has them as they are said."""
    first, last = (
        max(len(f"{value:g}".strip("0.").replace(".", "")), 1 + (value >= 10)) for value in (own[0], own[-1])
    )
    steps = [step for course in courses for step in combinations(course, 2) if step[0] != step[1]]
    so = {(_round(a, first), _round(b, last)) for a, b in steps}
    turned = {(_round(b, first), _round(a, last)) for a, b in steps}
    for scale in (1, 100, 0.01, 1e3, 1e-3, 1e6, 1e-6):
        said = (_round(own[0] * scale, first), _round(own[-1] * scale, last))
        if said in turned and said not in so:
            return f"the evidence says {own[-1]:g}, then {own[0]:g}"
    return ""


def _without_names(text: str, item: Item) -> str:
    """Return *text* without the words that *item* measures something by: a "declined share" goes no way by its name."""
    head = frozenset(stems(HEAD.split(item.text, maxsplit=1)[0])) if item.kind == "metric" else frozenset()
    return _WORD.sub(
        lambda found: "" if goes(found[0]) and head & frozenset(stems(found[0])) else found[0], text
    )


def _way_of(course: Sequence[float]) -> Way:
    return Way.UP if course[-1] > course[0] else Way.DOWN


def _list(text: str) -> list[float]:
    """Return the values of a list such as "134, 182, 245 ms"."""
    found = re.search(r"(?<![\d:.])\d+(?:\.\d+)?(?:, \d+(?:\.\d+)?)+(?: and \d+(?:\.\d+)?)?", text)
    return [float(n) for n in re.findall(r"\d+(?:\.\d+)?", found[0])] if found else []


def _round(value: float, digits: int) -> str:
    return f"{value:.{digits}g}"


def _about(text: str, part: str, item: Item) -> bool:
    """Say whether *text* may be about what *part* measures: a claim that cites it is, unless it is of several."""
    alone = item.kind == "metric" and part == item.text
    spoken = frozenset(stems(part if ";" in item.text else f"{part} {item.service} {item.kind}"))
    return alone or bool(frozenset(stems(text)) & spoken)


def _idle(cause: str, library: Library) -> str:
    """Say where the network takes most of a call's time though the cause says that it is idle."""
    if not _IDLE.search(cause):
        return ""
    for item in library.items:
        if found := _SHARES.search(item.text):
            client, _, network = (float(n) for n in found.groups())
            if network > 0.5 * client:
                return f"in {item.id} the network takes {network / client:.0%} of the time"
    return ""
