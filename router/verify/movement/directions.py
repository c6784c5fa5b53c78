"""Words of direction: which way a text says that something went, or how much it says there is. Pure.

A claim goes a way; evidence in words may also tell a level ("elevated", "unchanged") or strain ("overloaded").
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from router.verify.library import Item, stems
from router.verify.movement.courses import Way, courses
from router.verify.reading.quantities import Kind, quantities

_REPORT = (
    r"(?:alert|alarm|page|ticket|incident|issue|case|question|error|exception|message|warning|notification)"
)
_SOME = (
    r"(?:\w+ ){0,2}(?:\d|zero|one|two|three|four|five|six|seven|eight|nine|ten|half|nothing|normal|almost)"
)
_AMOUNT = (  # what collapses by getting less; a service that collapses goes no way
    r"(?:rates?|queries|requests|calls|traffic|throughput|load|usage|volumes?|writes|reads|connections|latency|"
    r"latencies|availability|success|counts?|numbers?|sessions|hits|memory|cpu|p\d\d|capacity|demand)"
)
_UP = re.compile(
    r"\b(?:ris(?:e|es|en|ing)|rose|increas\w*|climb\w*|gr(?:ow|ows|ew|own|owing)|jump\w*|leap(?:s|t|ed|ing)?|"
    r"spik\w*|surg\w*|soar\w*|rocket(?:s|ed|ing)|skyrocket\w*|swell\w*|swollen|widen\w*|expand(?:s|ed|ing)|"
    r"escalat\w*|balloon\w*|mushroom\w*|snowball\w*|intensif\w*|heighten\w*|accelerat\w*|more and more|"
    r"mount(?:s|ed|ing)? (?:steadily|up|further|from|to (?=\d))|(?:ke(?:ep|eps|pt)|is|was|are|were) mounting|"
    r"loosen(?:s|ed|ing)? (?:from|to)|exten(?:d|ds|ded|ding) from|upped|"
    r"(?:tick|inch|bump|ramp|scal|edg|nudg|creep|pil)(?:e|s|es|ed|ing)? up(?:wards?)?|"
    r"pick(?:s|ed|ing)? up (?:again|speed)|"
    r"(?:went|goes|going|crept|shot|shoots|drives|drove|driven|driving|buil(?:d|ds|t|ding)|moved) up(?:wards?)?|"
    r"more(?! than\b)(?: [\w-]+){1,5} (?:after|since)\b|more often|more frequent\w*|(?<!ied )up from|"
    r"rais(?:e|ed|es|ing)|doubl(?:ed|es|ing)|(?:to|did|would|could|may|might|can) double|tripl\w*|trebl\w*|"
    r"quadrupl\w*|multipl(?:y|ied|ies)|higher|lengthen\w*|prolong\w*|more (?:\w+ ){1,4}than (?:before|usual)|"
    r"slower|(?:got|gets|getting|became|grew) longer)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:fall(?:s|en|ing)?|fell|decreas\w*|drop(?:s|ped|ping)?|declin\w*|dwindl\w*|diminish\w*|subsid\w*|"
    r"abat(?:e|es|ed|ing)|slump\w*|ebb\w*|wan(?:e|es|ed|ing)|reced\w*|lessen\w*|slid|slid(?:es|ing)|tumbl\w*|"
    r"dip(?:s|ped|ping)|an? (?:\w+ )?dip|plung\w*|plummet\w*|nosediv\w*|rarer|fewer(?! than\b)|"
    rf"{_AMOUNT} (?:ha[sd] |have |all )?collaps\w*|collapse (?:in|of) (?:[\w-]+ )?{_AMOUNT}|"
    r"(?:dr(?:y|ies|ied|ying)|di(?:e|es|ed)|dying|(?:taper|tail|trail|cool|calm)(?:s|ed|ing)?) "
    r"(?:up|down|out|off|away)|"
    r"(?:tick|ramp|scal|wind|edg|creep|drift|inch)(?:e|s|es|ed|ing)? down(?:wards?)?|"
    r"(?:went|going|comes?|came|coming|br(?:ought|ings?|inging)) (?:[\w-]+ ){0,5}down|down from|"
    rf"down to (?={_SOME})|(?:tighten|narrow|trimm)(?:s|ed|ing)? (?:from|to (?={_SOME}))|slash(?:ed|es|ing)|"
    r"lower(?:ed|s|ing)?|cut (?:(?:it|them|back|down) )?(?:from|by|to|in half)|was cut|reduc\w*|"
    r"shr(?:ink|ank|unk|inking)\w*|halv\w*|sank|sinking|faster|quicker|eas(?:ed|es|ing)|catching up|caught up|"
    r"shorter|shorten\w*|sped up|speed-up|(?:fewer|less) (?:\w+ ){1,4}than (?:before|usual))\b",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(  # what is compared with another thing, let go of, placed in a time, or reported, goes no way
    r"\b(?:(?:\w+er|fewer) (?:at [^,;]{1,30} )?than (?!(?:the \w+ )?before|usual|normal|ever\b)|"
    r"(?:\w+er|fewer|less|more) (?:[\w:.-]+ ){0,5}than (?:in|at|on|for|during) |"
    r"fewer [\w-]+ \w+ (?:earlier|later)|already \w+er at\b|"
    r"(?:outlier|peak|maximum|minimum|(?:high|low|worst)\w* \w+|reading|sample|moment|onset|window)\b[^,;]{0,40}? "
    r"(?:falls?|fell|falling) (?:\w+ )?(?:at|in)\b|"
    rf"(?:fall\w*|fell) (?:\w+ )?back\b(?! (?:to|at|under|below|towards?) {_SOME})|"
    r"(?:fall\w*|fell) (?:\w+ )?(?:over|behind|outside|short)\b|"
    r"(?<!ly )(?<!was )(?<!were )(?<!is )(?<!are )(?:fall\w*|fell) (?:(?!back)\w+ )?(?:into|within|between|on|under)\b|"
    r"drop\w* out\b|"
    r"(?:were|was|are|is|been|being) dropped|drop\w* (?:the|an?|its|their|all|every|it|them)\b|"
    r"drop\w* (?:\w+ )?(?:packet|connection|request|message|frame|event|call)s?\b|"
    rf"{_REPORT}s? (?:(?:was|were|is|had|has|been|being) )*raised|"
    rf"rais\w+ (?:an?|the|another|\w+) (?!and|of|in)(?:[\w-]+ )?{_REPORT})",
    re.IGNORECASE,
)
_NOT_SO = re.compile(  # "did not show a rise"
    rf"(?:\b(?:no|not|never|without|neither|nor|cannot)|n['’]t)(?: (?!and\b|but\b|or\b)[\w-]+){{0,2}} "
    rf"(?:{_UP.pattern}|{_DOWN.pattern})",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"\bno longer (?:\w+ )?(?:high\w*|elevated|ris(?:e|en|ing)|increas\w+|grow\w*)(?: levels?)?\b",
    re.IGNORECASE,
)
_GOOD = re.compile(
    r"\b(?:success|availability|throughput|hits?|hit (?:rate|ratio)|uptime|headroom)", re.IGNORECASE
)
_BAD = re.compile(
    r"(?:latency|errors?\b|fail|response time|delay|lag\b|backlog|p\d\d\b|timeouts)", re.IGNORECASE
)
_BETTER = re.compile(r"\b(?:improv\w*|g[oe]ts? better)\b", re.IGNORECASE)
_WORSE = re.compile(r"\b(?:worsen\w*|deteriorat\w*|g[oe]ts? worse)\b", re.IGNORECASE)
_RANK = r"(?![ -](?:priority|severity|urgency|availability|level))"  # of a channel, not of a value
_HIGH = re.compile(rf"\b(?:high{_RANK}|elevated|above|exceed\w*|peak\w*|too many)\b", re.IGNORECASE)
_LOW = re.compile(rf"\b(?:low{_RANK}|below|too few)\b", re.IGNORECASE)
_STRAIN = re.compile(r"\b(?:saturat\w*|overwhelm\w*|amplif\w*|spik\w*|overload\w*)\b", re.IGNORECASE)
_SPENT = re.compile(
    r"\b(?:exhaust\w*|ran out|full|maxed|pegged|at (?:its|their|the|full) (?:limits?|capacity)|through the roof|"
    r"(?:far|much|way|well|too|very|unusually|abnormally|extremely|critically) (?:too )?high|"
    r"(?:far|well|much|way) (?:above|over|beyond) (?:the )?(?:normal|usual|ordinary))\b",
    re.IGNORECASE,
)
_AS_BEFORE = re.compile(
    r"\b(?:(?:came|comes?|fell|falls?|dropped|went|is|are|was|were) back|returned|settled) (?:to|at|on) "
    r"(?:(?:its|their|the) )?(?:old|normal|usual|former)\b",
    re.IGNORECASE,
)
_RECOVERED = re.compile(
    r"\b(?:recover\w*|restored|resolved|cleared|healthy again|back to|return(?:s|ed)? to)\b", re.IGNORECASE
)
_LEVEL = re.compile(r"\b(?:unchanged|flat|steady|no change|as before)\b", re.IGNORECASE)
_WELL = re.compile(r"\b(?:fine|normal|ok|healthy|stable|constant)\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:no|not|never|without|neither|nor|stopped|cannot)\b|n['’]t\b", re.IGNORECASE)
CLAUSE = re.compile(
    r"(?<=[a-z\d)])[,;:.](?=\s)|\b(?:while|but|whereas|although|despite|as (?:the|its|their))\b"
)
_TELLING = 2  # words that a text shares with what speaks of the same thing
_OPPOSITES = tuple(
    (re.compile(rf"\b(?:{one})", re.IGNORECASE), re.compile(rf"\b(?:{other})", re.IGNORECASE))
    for one, other in (
        (r"miss(?:es)?\b", r"hits?\b"),
        ("fail|error", "success|availability|uptime"),
        (r"free\b|headroom|left\b|remain", r"used\b|usage|utili[sz]|full\b"),
        (r"idle\b", r"busy\b"),
    )
)
_PACE = re.compile(
    r"\b(?:speed|rate|throughput|realtime|per (?:s|second|minute)|fps)\b|/(?:s|min)\b", re.IGNORECASE
)
_COMPARED = re.compile(r"\b(?:slower|faster|quicker|longer|shorter|sped up|speed-up)\b", re.IGNORECASE)


def goes(text: str, of: str = "") -> Way | None:
    """Return the one way that *text* speaks of; None when it speaks of neither or of both.

    What gets better or worse goes a way by what it is said *of*, in *text* itself or beside it.
    """
    up, down = _moves(text, of)
    if up == down:
        return None
    return Way.UP if up else Way.DOWN


@lru_cache(maxsize=1024)  # clause by clause, and the same ones for every piece of evidence
def _moves(text: str, of: str = "") -> tuple[bool, bool]:
    """Say whether *text* speaks of a way up, and of one down."""
    good, bad = (pattern.search(f"{text} {of}") is not None for pattern in (_GOOD, _BAD))
    better, worse = (
        ("", "") if good == bad else ("increased", "decreased") if good else ("decreased", "increased")
    )
    plain = _WORSE.sub(worse, _BETTER.sub(better, _GONE.sub("fell", text)))
    plain = _NOT_SO.sub("", _OTHERWISE.sub("", plain))
    return _UP.search(plain) is not None, _DOWN.search(plain) is not None


def seen_from(evidence: str, text: str, way: Way | None) -> Way | None:
    """Return the way that *text* says *evidence* went: misses rise where hits fall; what is faster may be a speed."""
    if _COMPARED.search(text) and _PACE.search(f"{text} {evidence}"):
        return None
    for one, other in _OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            told = mine.search(text) and theirs.search(evidence)
            if way and told and not (theirs.search(text) or mine.search(evidence)):
                return Way.DOWN if way is Way.UP else Way.UP
    return way


def in_words(text: str, items: Sequence[Item], *, cited: bool = False) -> str:
    """Say which of *items* says in words the opposite of *text*, "" when none does or one agrees.

    What is *cited* for it is about the same thing, also in other words.
    """
    clauses = CLAUSE.split(text)
    if all(_moves(text)) and len(clauses) > 1:
        return next(filter(None, (in_words(clause, items) for clause in clauses)), "")
    went = goes(text) or (Way.DOWN if _AS_BEFORE.search(text) and not _GOOD.search(text) else None)
    strained = _STRAIN.search(text) or _SPENT.search(text)
    if (
        _DENIED.search(text)
        or _WELL.search(_SPENT.sub("", _AS_BEFORE.sub("", text)))
        or not (went or strained)
    ):
        return ""
    worded = [item for item in items if not any(True for _ in courses(item))]
    words, figures = frozenset(stems(text)), _figures(text)
    if agrees(text, went, worded):
        return ""
    against = _only(worded, went) if cited and len(worded) == len(items) else ""
    for item in worded:
        shared = len(figures & _figures(item.text))
        parts = item.text.split(";") if item.kind == "metric" else ()
        level = [part for part in parts if _LEVEL.search(part) and _is_about(words, part)]
        for clause in CLAUSE.split(item.text):
            if _RECOVERED.search(clause) and words & frozenset(stems(clause)):
                return ""
            about = _is_about(words, clause, shared if figures & _figures(clause) else 0)
            if about and not _DENIED.search(clause) and _opposes(clause, text, went):
                level.append(clause)
        if level and not against:
            against = f"{item.id} says “{level[0].strip()[:80]}”"
    return against


def _only(items: Sequence[Item], went: Way | None) -> str:
    """Say which of *items* measures something that went the other way than *went*, when none of them goes another."""
    told = {item.id: goes(item.text) for item in items if not _DENIED.search(_GONE.sub("fell", item.text))}
    said = [one.id for one in items if one.kind == "metric" and told.get(one.id) is not None]
    if went is None or not said or went in told.values():
        return ""
    return f"{said[0]} says the opposite"


def agrees(text: str, way: Way | None, items: Sequence[Item]) -> bool:
    """Say whether one of *items* tells in words, one of them of *text*, that something went that *way*."""
    words = frozenset(stems(text))
    told = (clause for item in items for clause in CLAUSE.split(item.text) if goes(clause) is way)
    return way is not None and any(words & frozenset(stems(clause)) for clause in told)


def _is_about(words: frozenset[str], told: str, figures: int = 0) -> bool:
    return len(words & frozenset(stems(told))) + figures >= _TELLING


def _figures(text: str) -> frozenset[tuple[Kind, float]]:
    return frozenset(
        (q.kind, q.value) for q in quantities(text) if q.kind is not Kind.COUNT or q.value > _TELLING
    )


def _opposes(clause: str, text: str, went: Way | None) -> bool:
    """Say whether *clause* tells of the other way than *went*, or that all is well with what is under strain."""
    told = _level(clause)
    if told is None and _WELL.search(clause) and not (_AS_BEFORE.search(text) or re.search(r"\d", clause)):
        return True
    if went is Way.DOWN and _STRAIN.search(clause) and not _DOWN.search(clause):
        return True
    return told is not None and seen_from(clause, text, went) not in {None, told}


def _level(text: str) -> Way | None:
    """Return the way that *text* says something went, or whether it says that there is much or little of it."""
    if went := goes(text):
        return went
    up, down = _moves(text)
    much, little = up or _HIGH.search(text), down or _LOW.search(text)
    if bool(much) == bool(little):
        return None
    return Way.UP if much else Way.DOWN
