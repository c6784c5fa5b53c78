"""Which way things moved: what a claim says of it against the series and the changes in the evidence. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum
from itertools import pairwise

from router.outcomes import Finding, FindingCode
from router.verify.library import Item, Library, stems
from router.verify.quantities import Kind, quantities
from router.verify.statement import Statement
from router.verify.units import SIZES, TIMES
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
_POINT = re.compile(
    r"\b\d{2}:\d{2} (-?\d{1,3}(?:,\d{3})+(?!\d|,\d)|-?\d+(?:\.\d+)?)(?:\s?([A-Za-zµ]{1,3})(?![A-Za-z]))?"
)
_BARE_SERIES = re.compile(r":\s*(-?\d+(?:\.\d+)?(?:,\s+-?\d+(?:\.\d+)?){2,})\s*$")
_VALUE = r"(-?\d[\d,]*(?:\.\d+)?)\s?(?:%|[A-Za-z]{1,5})?(?:/s|/min)?"
_BEFORE_AFTER = re.compile(rf"{_VALUE} (?:before|until)\b[^,;]{{0,20}}, {_VALUE} (?:after|since|from)\b")
_NOW_AND_THEN = re.compile(
    rf"{_VALUE} \((?:yesterday|normal(?:ly)?|usual(?:ly)?|before|was|baseline|typical(?:ly)?|median|\d\d:\d\d)"
    rf"[^\d)]{{0,8}}{_VALUE}\)"
)
_WAS = re.compile(rf"{_VALUE}, was {_VALUE}")  # "lag 9.4M, was 0.2M"
_AT = re.compile(rf"{_VALUE}(?: [a-z]+){{0,2}} (?:(?:at|by) |@ ?)(\d\d:\d\d)")
_GOOD = re.compile(r"\b(?:success|availability|throughput|hit (?:rate|ratio)|uptime)\b", re.IGNORECASE)
_BETTER = re.compile(r"\bimprov\w*", re.IGNORECASE)
_STRAIN = re.compile(
    r"\b(?:saturat\w*|overwhelm\w*|exhaust\w*|amplif\w*|spik\w*|overload\w*|ran out|full)\b", re.IGNORECASE
)
_HEAD = re.compile(r":|(?<![\w.])\d")
_WORD = re.compile(r"[A-Za-z]{4,}")
_CLAUSE = re.compile(r"(?<=[a-z\d])[,;:.](?=\s)|\b(?:while|but|whereas|although)\b")
_RECOVERED = re.compile(r"\b(?:recovered|improved|came back|bounced back|returned)\b", re.IGNORECASE)
_MOVES = frozenset(
    stems("rise increase grow double size number rate percent half per minute second hour times")
)
_OPPOSITES = tuple(
    (re.compile(rf"\b(?:{one})", re.IGNORECASE), re.compile(rf"\b(?:{other})", re.IGNORECASE))
    for one, other in (
        (r"miss(?:es)?\b", r"hits?\b"),
        ("fail|error", "success"),
        (r"free\b|headroom|left\b|remain", r"used\b|usage|utili[sz]|full\b"),
        (r"idle\b", r"busy\b"),
    )
)
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
    own = _pair(plain)
    turned = _way_of(own) if own and own[0] != own[1] and _RECOVERED.search(plain) else None
    way = _way(text) or turned
    if own and way and own[0] != own[1] and (own[1] > own[0]) != (way is Way.UP):
        return "its own numbers go the other way"
    if listed := _own_list(plain):
        went = Way.UP if listed[-1] > listed[0] else Way.DOWN
        if way is not None and way is not went:
            return "its own numbers go the other way"
    for item in _joined(cited):
        theirs = _pair(in_digits(item.text))
        way = _seen_from(item, text, _way(_without_names(text, item)) or turned)
        if own and theirs and own == theirs[::-1] and own[0] != own[1]:
            return f"{item.id} says from {theirs[0]:g} to {theirs[1]:g}"
        if theirs and way and not own and _about(text, item) and _way_of(theirs) is not way:
            return f"{item.id} says from {theirs[0]:g} to {theirs[1]:g}"
        if way and (
            why := _against_words(text, way, item)
            or _against_series(text, way, item)
            or _against_course(text, way, item, own)
        ):
            return why
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
    """Return the way that *text* says *item* went: misses rise where hits fall."""
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


def _way_of(pair: tuple[float, float]) -> Way:
    return Way.UP if pair[1] > pair[0] else Way.DOWN


def _pair(text: str) -> tuple[float, float] | None:
    """Return the numbers of "from X to Y", in units of their own."""
    found = _FROM_TO.search(text)
    if found is None:
        return None
    numbers = [q for q in quantities(found.group(0)) if q.kind is not Kind.FOLD]
    return (numbers[0].value, numbers[1].value) if len(numbers) == 2 else None


def _own_list(text: str) -> list[float]:
    """Return the values of a list such as "134, 182, 245 ms"."""
    found = re.search(r"\b\d+(?:\.\d+)?(?:, \d+(?:\.\d+)?)+(?: and \d+(?:\.\d+)?)?", text)
    return [float(n) for n in re.findall(r"\d+(?:\.\d+)?", found.group(0))] if found else []


def _against_words(text: str, way: Way, item: Item) -> str:
    """Say which clause of *item* tells in words that the same thing went the other way."""
    words = frozenset(stems(text)) - _MOVES
    for clause in _CLAUSE.split(item.text) if item.kind == "metric" else ():
        theirs = _way(clause)
        if theirs not in {None, way} and len(words & (frozenset(stems(clause)) - _MOVES)) >= 2:
            return f"{item.id} says “{clause.strip()[:80]}”"
    return ""


def _against_series(text: str, way: Way, item: Item) -> str:
    """Say how a series goes the other way: by its end, and with no such move inside."""
    parts = item.text.split(";")
    words = frozenset(stems(text))
    told = (part for part in parts if len(parts) == 1 or words & frozenset(stems(part)))
    return next((why for part in told if (why := _against_points(text, way, item, part))), "")


def _against_points(text: str, way: Way, item: Item, part: str) -> str:
    points = [_scaled(value, unit) for value, unit in _POINT.findall(part)] or _bare_series(part)
    if len(points) < 2 or not _about(text, item):
        return ""
    first, last = points[0], points[-1]
    rise = max(b - a for n, a in enumerate(points) for b in points[n:])
    fall = max(a - b for n, a in enumerate(points) for b in points[n:])
    if way is Way.UP and last < first and rise < 0.5 * fall + 1e-12:
        return f"{item.id} falls from {first:g} to {last:g}"
    if way is Way.DOWN and last > first and fall < 0.5 * rise + 1e-12:
        return f"{item.id} rises from {first:g} to {last:g}"
    if way is Way.UP and last < first and rise < 0.2 * abs(first):
        return f"{item.id} does not rise: {first:g} to {last:g}"
    return ""


def _scaled(value: str, unit: str) -> float:
    """Return a value of a series in one measure, so that "90 ms" is less than "3.6 s"."""
    short = {"m": 60.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    scale = short.get(unit) or TIMES.get(unit.lower()) or SIZES.get(unit.lower()) or 1.0
    return float(value.replace(",", "")) * scale


def _bare_series(text: str) -> list[float]:
    """Return the values of a series that has a head and no times: "rejections per second: 0.4, 0.3, 55, 61"."""
    found = _BARE_SERIES.search(text)
    return [float(value) for value in found.group(1).split(",")] if found else []


def _against_course(text: str, way: Way, item: Item, own: tuple[float, float] | None) -> str:
    """Say how what is told as "12 before 08:55, 50 since 09:00" or "71% at 18:00, 88% at 20:30" went the other way."""
    words = frozenset(stems(text))
    for part in item.text.split(";"):
        spoken = frozenset(stems(f"{part} {item.service if ';' not in item.text else ''}"))
        points = _course(part)
        if not words & spoken or len(points) < 2 or points[0] == points[-1]:
            continue
        ends = {points[0], points[-1]}
        if own and not any(
            {round(scale * value, 4) for value in own} == ends for scale in (1, 100, 1e3, 1e6)
        ):
            continue  # its numbers are of something else
        steady = all((b - a) * (points[-1] - points[0]) >= 0 for a, b in pairwise(points))
        if steady and _way_of((points[0], points[-1])) is not way:
            return f"{item.id} says {points[0]:g}, then {points[-1]:g}"
    return ""


def _course(part: str) -> list[float]:
    """Return the values that *part* tells, in the order of their time."""
    if found := _BEFORE_AFTER.search(part):
        said = list(found.groups())
    elif found := _NOW_AND_THEN.search(part) or _WAS.search(part):
        said = [found[2], found[1]]
    else:
        said = [point[0] for point in _AT.findall(part)]
    return [float(value.replace(",", "")) for value in said]


def _about(text: str, item: Item) -> bool:
    """Say whether *text* may be about what *item* measures: a claim that cites it is, unless it is of several."""
    return bool(frozenset(stems(text)) & item.stems) or item.kind == "metric"


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
