"""Which way things moved: what a claim says of it against the courses that the evidence tells. Pure.

A course is the values of one thing in the order of their time. A claim is wrong only when the courses that it may be
about all go the other way, or one of them has its two numbers the other way round.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum
from itertools import combinations

from router.outcomes import Finding, FindingCode
from router.verify.library import Item, Library, stems
from router.verify.quantities import quantities
from router.verify.readings import timed
from router.verify.statement import Statement
from router.verify.words import in_digits


class Way(Enum):
    """Up or down."""

    UP = 1
    DOWN = -1


_UP = re.compile(
    r"\b(?:ris(?:e|es|en|ing)|rose|increas\w*|climb\w*|gr(?:ow|ows|ew|own|owing)|jump\w*|spik\w*|surg\w*|soar\w*|"
    r"went up|swell\w*|swollen|escalat\w*|balloon\w*|mushroom\w*|accelerat\w*|more and more|"
    r"more(?! than\b)(?: [\w-]+){1,5} (?:after|since)\b|more often|more frequent\w*|"
    r"going up|(?:was |is |were )?up from|rais(?:e|ed|es|ing)|"
    r"doubl\w*|tripl\w*|trebl\w*|quadrupl\w*|multipl(?:y|ied|ies)|higher|scaled up|bumped up|"
    r"more (?:\w+ ){1,4}than (?:before|usual)|creep\w* up|shot up|slower|(?:got|gets|getting|became|grew) longer)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:(?:fall(?:s|en|ing)?|fell)(?! (?:\w+ )?(?:back|over|behind)\b)|decreas\w*|"
    r"(?<!were )(?<!was )(?<!are )(?<!is )(?<!been )(?<!being )"  # what is dropped is let go of
    r"drop(?:s|ped|ping)?(?! (?:\w+ )?(?:packets?|connections?|requests?|messages?|frames?|events?|calls?)\b)|"
    r"declin\w*|dwindl\w*|diminish\w*|subsid\w*|abat\w*|slump\w*|ebb\w*|rarer|fewer(?! than\b)|"
    r"went down|going down|down from|down to|"
    r"lower(?:ed|s|ing)?|cut from|was cut|reduc\w*|shr(?:ink|ank|unk|inking)\w*|halv\w*|sank|sinking|plunged|"
    r"faster|quicker|eas(?:ed|es|ing)|catching up|caught up|shorter|emptied|emptying|sped up|speed-up|"
    r"scaled down|improv\w*|"
    r"(?:fewer|less) (?:\w+ ){1,4}than (?:before|usual))\b",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    r"\bfrom ([\d.,]+)\s?[%\w/]*(?: \([^)]*\))? to ([\d.,]+)(?:\s?(?:%|[A-Za-z]{1,3}\b))?|"
    r"\b([\d.,]+) ?[a-z%]* (?:→|->) ([\d.,]+)(?:\s?(?:%|[A-Za-z]{1,3}\b))?",
    re.IGNORECASE,
)
_NUMBER = r"(-?\d[\d,]*(?:\.\d+)?)"
_VALUE = rf"{_NUMBER}\s?(?:%|[A-Za-z]{{1,5}})?(?:/s|/min)?"
_BARE_SERIES = re.compile(r":\s*(-?\d+(?:\.\d+)?(?:,\s+-?\d+(?:\.\d+)?){2,})\s*$")
_BEFORE_AFTER = re.compile(rf"{_VALUE} (?:before|until)\b[^,;]{{0,20}}, {_VALUE} (?:after|since|from)\b")
_NOW_AND_THEN = re.compile(
    rf"{_VALUE}(?:, was | \((?:yesterday|normal(?:ly)?|usual(?:ly)?|before|was|baseline|typical(?:ly)?|median|"
    rf"\d\d:\d\d)[^\d)]{{0,8}}){_VALUE}"
)
_GOOD = re.compile(r"\b(?:success|availability|throughput|hit (?:rate|ratio)|uptime)\b", re.IGNORECASE)
_BETTER = re.compile(r"\bimprov\w*", re.IGNORECASE)
_STRAIN = re.compile(
    r"\b(?:saturat\w*|overwhelm\w*|exhaust\w*|amplif\w*|spik\w*|overload\w*|ran out|full)\b", re.IGNORECASE
)
_HEAD = re.compile(r":|(?<![\w.])\d")
_WORD = re.compile(r"[A-Za-z]{4,}")
_CLAUSE = re.compile(r"(?<=[a-z\d])[,;:.](?=\s)|\b(?:while|but|whereas|although)\b")
_RECOVERED = re.compile(r"\b(?:recovered|improved|came back|bounced back|returned)\b", re.IGNORECASE)
_OPPOSITES = tuple(
    (re.compile(rf"\b(?:{one})", re.IGNORECASE), re.compile(rf"\b(?:{other})", re.IGNORECASE))
    for one, other in (
        (r"miss(?:es)?\b", r"hits?\b"),
        ("fail|error", "success"),
        (r"free\b|headroom|left\b|remain", r"used\b|usage|utili[sz]|full\b"),
        (r"idle\b", r"busy\b"),
    )
)
_PACE = re.compile(
    r"\b(?:speed|rate|throughput|realtime|per (?:s|second|minute)|fps)\b|/(?:s|min)\b", re.IGNORECASE
)
_COMPARED = re.compile(r"\b(?:slower|faster|quicker|longer|shorter|sped up|speed-up)\b", re.IGNORECASE)
_HALF_A_DAY = 43_200
_IDLE = re.compile(r"\bnetwork (?:is|was) (?:idle|fine|fast|healthy|not involved)\b", re.IGNORECASE)
_SHARES = re.compile(r"client_p\d+ (\d+).*?server_p\d+ (\d+).*?network_p\d+ (\d+)")


def trends(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims that say up where the evidence says down, or the other way round."""
    for claim in said.claims:
        cited = library.cited(claim.evidence) or (list(library.items) if not said.is_diagnosis else [])
        if why := _against(claim.text, cited):
            yield Finding(FindingCode.DIRECTION, f"“{claim.text[:120]}”: {why}", claim.evidence)
    if why := _against_strain(said.cause, library) or _idle(said.cause, library):
        yield Finding(FindingCode.DIRECTION, f"“{said.cause[:120]}”: {why}")


def _against(text: str, cited: Sequence[Item]) -> str:
    """Say how *text* goes against *cited*, "" when it does not or cannot be told."""
    plain = in_digits(text)
    own = _pair(plain) or _list(plain)
    way = _way(text)
    if own and way and _way_of(own) is not way and own[0] != own[-1]:
        return "its own numbers go the other way"
    if own and way is None and _RECOVERED.search(plain):
        way = _way_of(own)
    told = [(item, part, course) for item in _joined(cited) for part, course in _courses(item)]
    if own and (turned := _turned(own, [course for _, _, course in told])):
        return turned
    against = ""
    for item, part, course in told:
        went = _ways(course)
        seen = _seen_from(item, text, way if _way(_without_names(text, item)) or own else None)
        if seen in went:
            return ""
        if seen and went and not own and _about(text, part, item):
            against = against or f"{item.id} says {course[0]:g}, then {course[-1]:g}"
    return against


def _courses(item: Item) -> Iterator[tuple[str, list[float]]]:
    """Yield what *item* tells in the order of its time, each with the words that it is told in."""
    for part in item.text.split(";"):
        read = [(q, at) for q, at in timed(replace(item, text=part)) if at is not None]
        if found := _BEFORE_AFTER.search(part):
            yield part, [_float(found[1]), _float(found[2])]
        elif found := _NOW_AND_THEN.search(part):
            yield part, [_float(found[2]), _float(found[1])]
        elif len(read) > 1:
            if max(at for _, at in read) - min(at for _, at in read) < _HALF_A_DAY:
                read.sort(key=lambda one: one[1])
            yield part, [q.value for q, _ in read if q.kind is read[0][0].kind]
        elif found := _BARE_SERIES.search(part):
            yield part, [_float(value) for value in found[1].split(",")]
        elif pair := _pair(in_digits(part)):
            yield part, list(pair)


def _ways(course: Sequence[float]) -> set[Way]:
    """Return the ways that a course may be said to go: its largest move, and one the other way of half its size."""
    steps = [b - a for a, b in combinations(course, 2)]
    rise, fall = max([0.0, *steps]), -min([0.0, *steps])
    ways = (
        {Way.UP}
        if rise and rise >= 0.5 * fall and (course[-1] > course[0] or rise >= 0.2 * abs(course[0]))
        else set()
    )
    return ways | ({Way.DOWN} if fall and fall >= 0.5 * rise else set())


def _turned(own: Sequence[float], courses: Sequence[Sequence[float]]) -> str:
    """Say which course has the two numbers of a claim the other way round, where none has them as they are said."""
    pairs = {(_round(a), _round(b)) for course in courses for a, b in combinations(course, 2) if a != b}
    for scale in (1, 100, 0.01, 1e3, 1e-3, 1e6, 1e-6):
        said = (_round(own[0] * scale), _round(own[-1] * scale))
        if said[::-1] in pairs and said not in pairs:
            return f"the evidence says {own[-1]:g}, then {own[0]:g}"
    return ""


def _joined(cited: Sequence[Item]) -> Iterator[Item]:
    """Yield the pieces; series of one head that go on in another piece are one."""
    series: dict[tuple[str, str], Item] = {}
    for item in sorted(cited, key=lambda one: one.time.timestamp() if one.time else 0.0):
        head = _HEAD.split(item.text, maxsplit=1)[0] if item.kind == "metric" else ""
        before = series.get((item.service, head)) if head else None
        text = f"{before.text}, {item.text[len(head) :].lstrip(': ')}" if before else item.text
        series[item.service, head or item.id] = replace(item, text=text)
    yield from series.values()


def _seen_from(item: Item, text: str, way: Way | None) -> Way | None:
    """Return the way that *text* says *item* went: misses rise where hits fall; what is faster may be a speed."""
    if _COMPARED.search(text) and _PACE.search(f"{text} {item.text}"):
        return None
    for one, other in _OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            told = mine.search(text) and theirs.search(item.text)
            if way and told and not (theirs.search(text) or mine.search(item.text)):
                return Way.DOWN if way is Way.UP else Way.UP
    return way


def _without_names(text: str, item: Item) -> str:
    """Return *text* without the words that *item* measures something by: a "declined share" goes no way by its name."""
    head = frozenset(stems(_HEAD.split(item.text, maxsplit=1)[0])) if item.kind == "metric" else frozenset()
    return _WORD.sub(
        lambda found: "" if _way(found[0]) and head & frozenset(stems(found[0])) else found[0], text
    )


def _way(text: str) -> Way | None:
    """Return the one way that *text* speaks of; None when it speaks of neither or of both."""
    if _GOOD.search(text):
        text = _BETTER.sub("rose", text)
    up, down = _UP.search(text), _DOWN.search(text)
    if bool(up) == bool(down):
        return None
    return Way.UP if up else Way.DOWN


def _way_of(course: Sequence[float]) -> Way:
    return Way.UP if course[-1] > course[0] else Way.DOWN


def _pair(text: str) -> tuple[float, float] | None:
    """Return the numbers of "from X to Y", in units of their own."""
    found = _FROM_TO.search(text)
    numbers = quantities(found[0]) if found else []
    return (numbers[0].value, numbers[1].value) if len(numbers) == 2 else None


def _list(text: str) -> list[float]:
    """Return the values of a list such as "134, 182, 245 ms"."""
    found = re.search(r"\b\d+(?:\.\d+)?(?:, \d+(?:\.\d+)?)+(?: and \d+(?:\.\d+)?)?", text)
    return [float(n) for n in re.findall(r"\d+(?:\.\d+)?", found[0])] if found else []


def _float(said: str) -> float:
    return float(said.replace(",", ""))


def _round(value: float) -> str:
    return f"{value:.4g}"


def _about(text: str, part: str, item: Item) -> bool:
    """Say whether *text* may be about what *part* measures: a claim that cites it is, unless it is of several."""
    alone = item.kind == "metric" and part == item.text
    spoken = frozenset(stems(part if ";" in item.text else f"{part} {item.service} {item.kind}"))
    return alone or bool(frozenset(stems(text)) & spoken)


def _against_strain(cause: str, library: Library) -> str:
    """Say which evidence tells of strain where the cause says that the same thing went down."""
    for clause in _CLAUSE.split(cause):
        if _way(clause) is not Way.DOWN:
            continue
        words = frozenset(stems(clause))
        for item in (each for each in library.items if each.kind != "memory"):
            if len(words & item.stems) >= 2 and _STRAIN.search(item.text) and not _DOWN.search(item.text):
                return f"{item.id} tells of strain"
    return ""


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
