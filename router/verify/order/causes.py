"""What led to what, as the evidence tells it, held against an answer that tells it the other way round. Pure.

A sentence that tells a cause and an effect is a link, in the evidence as in the answer. The answer turns one round when
it blames what the evidence has as the effect for what the evidence has as its cause, and no link agrees with it. It
does so, too, when the one piece that tells of what it blames is later than the day or time that it gives the effect.
"""

import re
from collections.abc import Iterator
from itertools import islice

from router.outcomes import Finding, FindingCode
from router.verify.library import CHANGES, Item, Library, stems
from router.verify.order.events import FOUND, OTHER_TIMES, is_event
from router.verify.reading.clocks import clocks, days
from router.verify.statement import Statement

SENTENCE = re.compile(r"(?<=[a-z)\]`\"\d])[.;]\s+")
# What says that one thing caused another, and not the passive: "a rollback was triggered"
CAUSED = re.compile(
    r"(?<!\bwas )(?<!\bwere )(?<!\bbeen )(?<!\bbeing )\b(?:caused|broke|triggered|led to|leads? to|provoked|"
    r"prompted|brought on|induced|gave rise to|introduced|resulted in|exhausted|filled|overloaded|is to blame|"
    r"took (?:\w+ ){0,3}down|(?:is|are|was|were) what (?!(?:we|they|the|came|follow\w*|happen\w*|remain\w*)\b)\w+|"
    r"made (?:[\w-]+ ){1,3}(?:break|crash|drop|fail|hang|lose|stop))\b",
    re.IGNORECASE,
)
_LEADS = (
    rf"(?:{CAUSED.pattern}|\b(?:caus(?:es|ing)|let to|leading to|results? in|resulting in|prevent(?:ed|s|ing)|set off|"
    r"brought|took|made|(?:that|which|this) is (?:why|what)|is the (?:root|root cause|cause|reason) (?:of|for)|"
    r"are the (?:root|root cause|cause|reason) (?:of|for)|so)\b)"
)
_FOR = r"(?:because of|due to|owing to|as an? (?:result|side effect|consequence) of)"
_BECAUSE = r"(?:because|caused by|(?<!soon )(?<!long )as(?= (?:it|they|we|the|there|its|all|no)\b))"
_LINKS = (
    re.compile(rf"^\W*{_FOR} (?P<cause>[^,]+?)(?:, ?| (?=our |the ))(?P<effect>.+)$", re.IGNORECASE),
    re.compile(rf"^(?P<effect>.+?),?\s(?:{_FOR}|{_BECAUSE}) (?P<cause>.+)$", re.IGNORECASE),
    re.compile(rf"^(?P<cause>.*?){_LEADS} (?P<effect>.+)$", re.IGNORECASE),
)
_REASON = re.compile(rf",? (?:{_BECAUSE}|which)\b", re.IGNORECASE)
DENIES = re.compile(
    r"\b(?:not|no|nor|never|ruled|rather|instead|unlike|innocent\w*|exclud\w*|cleared|whether|may|might|perhaps|"
    r"possibly)\b|n['’]t\b",
    re.IGNORECASE,
)
_IN_RECOVERY = re.compile(
    r"\bduring (?:the|this|that|our) (?:\w+ )?(?:recover|catch|mitigat|restor|rollback|clean)", re.IGNORECASE
)


def links(text: str) -> Iterator[tuple[str, str]]:
    """Yield cause and effect of the sentences that tell both."""
    for sentence in SENTENCE.split(text):
        for link in filter(None, (pattern.search(sentence) for pattern in _LINKS)):
            yield link["cause"], _REASON.split(link["effect"])[0]


def causes(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield a cause that the evidence has as the effect, or as later than it."""
    first = SENTENCE.split(said.cause)[0]
    if not said.is_diagnosis or DENIES.search(first):
        return
    today = [item for item in library.items if item.kind not in OTHER_TIMES]
    for cause, effect in islice(links(first), 1):
        if found := _turned(cause, effect, today) or _later(cause, effect, today, library):
            text = f"“{first[:120]}”: {found.id} has it the other way round: “{found.text[:120]}”"
            yield Finding(FindingCode.CAUSE_AFTER_EFFECT, text, (found.id,))


def _turned(cause: str, effect: str, today: list[Item]) -> Item | None:
    """Return the piece that has *cause* as the effect of *effect*, when none has it as its cause."""
    blamed, harmed = _own(cause, effect)
    found = None
    for item in today:
        for because, what in links(item.text):
            first, second = _own(because, what)
            right = blamed & first or harmed & second
            if blamed & first and harmed & second:
                return None
            if not right and len(blamed & second) > 1 and harmed & first:
                found = found or item
    return found


def _own(one: str, other: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the stems that only *one* and that only *other* has."""
    first, second = frozenset(stems(one)), frozenset(stems(other))
    return first - second, second - first


def _later(cause: str, effect: str, today: list[Item], library: Library) -> Item | None:
    """Return the piece that alone tells of *cause*, when it is later than the day or time told of *effect*."""
    words = frozenset(stems(cause))
    told = [
        i for i in today if words & i.stems.difference(*(other.stems for other in today if other is not i))
    ]
    if len(told) != 1 or clocks(cause) or days(cause) or library.onset is None:
        return None
    item, began = told[0], (library.onset.month, library.onset.day)
    if item.kind in CHANGES or item.kind == "alert" or FOUND.search(item.text) or len(words & item.stems) < 2:
        return None
    if any((day.month, day.day) == began for day in days(effect)):
        later = item.time is not None and item.time.date() > library.onset.date()
        return item if later or _IN_RECOVERY.search(item.text) else None
    at, own = clocks(effect), item.clocks
    timed = len(at) == 1 and len(own) > 0 and not at[0].loose and is_event(item)
    return item if timed and 60 <= own[0].second - at[0].second < 43_200 else None
