"""Cause before effect: what an answer blames must not have come after what it is blamed for. Pure.

The cause of a diagnosis accuses by being said: no verb of blame is looked for. A sentence that gives a later time
first and an earlier one second has them the wrong way round, unless it tells the effect first ("because of").
The first sentence accuses a change that came after the onset when it gives what only that change has: its time, its
version, or several of its words. Doubt, denial, repair and recovery are no blame.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from itertools import pairwise

from router.outcomes import Finding, FindingCode
from router.verify.library import CHANGES, Item, Library, stems
from router.verify.order.causes import CAUSED
from router.verify.order.events import OTHER_TIMES
from router.verify.reading.clocks import Clock, Day, clocks, days, without_times
from router.verify.statement import Statement

_CHANGES = CHANGES | {"config", "flag"}
_DOUBT = re.compile(
    r"\b(?:cannot (?:be|say|tell|confirm)|could not (?:be|confirm)|"
    r"not (?:the|be|a|told|involved|proven|known|clear)|unknown|unclear|unlikely|whether|how much|no evidence|"
    r"excluded|ruled out|came (?:later|after)|rather than|instead|side effect)\b",
    re.IGNORECASE,
)
_REPAIR = re.compile(
    r"\b(?:fix(?:ed|es)?|repair(?:ed)?|resolved|ended|gone|recover(?:ed|y|s)?|restor(?:ed|es)|resum(?:ed|es)|cleared|"
    r"mitigat\w*|helped|remed\w*|stayed|eas(?:ed|es)|cur(?:ed|es)|reliev\w*|until|before(?= \w)|undone|undid|"
    r"(?:was|were|been|is|and|then) (?:rolled back|reverted|removed))\b",
    re.IGNORECASE,
)
_BROUGHT = re.compile(
    r"\b(?:because|due to|owing to|(?:brought|caused|triggered|set off|provoked)\b.*\bby)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?=,\s|\s→\s|\s(?:and|but|then|until|before(?= \w))\b)")
_BUG_FIX = re.compile(  # changes like any other
    r"\b(?:bug|hot)[ -]?fix\b|^\W*(?:the|a|that) (?:\w+ )?(?:fix|repair)\b", re.IGNORECASE
)
_DENIED = re.compile(
    r"\b(?:no|not|never|without|lack\w*|missing|cannot|neither|nor)\b|n['’]t\b", re.IGNORECASE
)
_UNDOES = re.compile(r"\b(?:back|rollback|revert\w*|restor\w*|undo\w*|again)\b", re.IGNORECASE)
_CALLED_NEW = re.compile(
    r"\b(?:new|chang|deploy|releas|roll(?:ed|ing)? ?(?:out|back)|upgrad|updat|switch)\w*",
    re.IGNORECASE,
)
# Between two times: what follows is the cause, or a thought of its own
_EFFECT_FIRST = re.compile(
    r"[;(—–]|: |, (?:the|an?|its|with|as|which (?:had|has|was|were|came|began|started|follow\w*|is due))\b|"
    r"\b(?:because|since|due|owing|after|follow\w*|trac\w*|stem\w*|back to|than|as|when|once|through|until)\b|"
    r"\b(?:(?:is|are|was|were|be|lay|lies|stood) behind|(?:by|from(?! \w+ing\b)) (?=\w))|"
    r"(?<!that )(?<!what )(?<!which )\b(?:was|were|been) (?!\w+ing)\w+ (?:(?:in|out|up) )?(?:at |on |around |about )?$",
    re.IGNORECASE,
)
_AT_FIRST = re.compile(r"^\W*(?:at|by|around|about|from|on|shortly after|just after) $", re.IGNORECASE)
_NAME = re.compile(r"#?\w[\w.-]*")
_OLD_AFTER = re.compile(r"\s*(?:->|→|to\b)")  # "4.1 -> 4.2", "from 4.1 to 4.2": 4.1 is what it was before
_OLD_BEFORE = re.compile(r"\b(?:from|of|was|were|instead of|than|old|former|previous)\s$", re.IGNORECASE)
_RANGE = re.compile(r"\s?(?:to|and|until|till|through|[-–—])\s?")  # "from 14:02 to 14:31": when it ended
_SENTENCE = re.compile(r"(?<=[.;!?])\s+")
_ASIDE = re.compile(r", (?:when|while|which|after|since|as)\b[^,]*,")
_DAY_BEFORE = re.compile(
    r"\bthe (?:day|night|evening|afternoon|morning) (?:before|earlier)\b|"
    r"\bthe (?:previous|preceding) (?:day|night|evening|afternoon|morning)\b|\ba day earlier\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(  # "caused the crash three hours earlier"
    rf"(?:{CAUSED.pattern}) (?!.*\b(?:than|of|from|like|since)\b)[^,;]*"
    r"\b\w+ (?:minutes?|hours?|days?) (?:earlier|before)[.!]?$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“][^\"”]*\s[^\"”]*[\"”]")  # the words of the evidence accuse nobody
_HALF_A_DAY = 43_200
_MINUTE = 60
_TWO = 2  # commas around what is put in between
_A_MINUTE = timedelta(minutes=1)  # an onset is told to the minute


def time_order(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield causes that came after their effects, and changes that are blamed for what was before them."""
    if not said.is_diagnosis:
        return
    for claim in said.claims:
        cited = library.cited(claim.evidence)
        own = _QUOTED.sub("", claim.text)
        # a claim may tell what came later for its own sake; it blames by its verb
        blames = CAUSED.search(own) and not (_DOUBT.search(own) or _REPAIR.search(own))
        if blames and cited and all(_is_late(item, library) for item in cited):
            text = f"“{claim.text[:120]}” blames {cited[0].id}, which came after the onset"
            yield Finding(FindingCode.DEPLOY_AFTER_ONSET, text, (cited[0].id,))
    for number, sentence in enumerate(_SENTENCE.split(said.cause)):
        accusing = _accusing(sentence)
        if _is_backwards(accusing, library):
            text = f"“{sentence[:120]}”: the cause is timed after its effect"
            yield Finding(FindingCode.CAUSE_AFTER_EFFECT, text)
        elif number == 0 and (blamed := _late(_blaming(accusing), said, library)):
            when = f"{blamed.time:%Y-%m-%d %H:%M}"
            text = (
                f"“{sentence[:120]}” blames {blamed.id} of {when}, after the onset at {library.onset:%H:%M}"
            )
            yield Finding(FindingCode.DEPLOY_AFTER_ONSET, text, (blamed.id,))


def _accusing(sentence: str) -> str:
    """Return *sentence* without the clauses that tell of repair, nothing of it when it doubts."""
    if _DOUBT.search(sentence):
        return ""
    own = _QUOTED.sub("", sentence)
    return "".join(c for c in _CLAUSE.split(own) if not _REPAIR.search(_BUG_FIX.sub("", c)))


def _blaming(sentence: str) -> str:
    """Return what *sentence* says first and, of the rest, what is put in between and what says what brought it about.

    What is only told on, at the end, is no blame.
    """
    first, *more = _CLAUSE.split(sentence)
    aside = [clause for clause in more if clause.startswith(",")]
    between = aside[:1] if len(aside) == _TWO else []  # more of them are a list of what happened
    blamed = (one for one in more if _BROUGHT.search(one) or (one[:4] == " and" and CAUSED.search(one)))
    return "".join((first, *between, *blamed))


def _is_backwards(sentence: str, library: Library) -> bool:
    """Say whether *sentence* gives the time of a cause, after the onset, and then an earlier one of its effect."""
    dated = [(day.month, day.day) for day in days(sentence)]
    spans: Sequence[Day | Clock] = days(sentence)
    if len(set(dated)) < 2:
        spans = [clock for clock in clocks(sentence) if not clock.loose]
    if earlier := _DAY_BEFORE.search(sentence) or _BEFORE.search(sentence):
        told = [at for at in (*days(sentence), *spans) if at.end <= earlier.start()]
        return bool(told) and _is_after(told[0], library) and not _EFFECT_FIRST.search(sentence, told[0].end)
    for first, second in pairwise(spans):
        between = _ASIDE.sub("", sentence[first.end : second.start])
        late = isinstance(first, Day) or CAUSED.search(between) or _may_follow(first, library)
        if late and _precedes(second, first) and not _EFFECT_FIRST.search(between):
            return not _AT_FIRST.search(sentence[: first.start])
    return False


def _may_follow(clock: Clock, library: Library) -> bool:
    """Say whether *clock* may be after the onset, as UTC or as the onset's own zone has it."""
    if library.onset is None:
        return True
    zones = (library.onset, library.onset.astimezone(UTC))
    return any(0 < (clock.second - at.hour * 3600 - at.minute * 60) % 86_400 < _HALF_A_DAY for at in zones)


def _is_after(first: Day | Clock, library: Library) -> bool:
    """Say whether *first* is a day after that of the onset, or a time that may be after it."""
    if isinstance(first, Clock):
        there = [item for item in library.items if item.time is not None and _is_of(first, item)]
        return _may_follow(first, library) or (bool(there) and all(_is_past_onset(i, library) for i in there))
    return library.onset is not None and (first.month, first.day) > (library.onset.month, library.onset.day)


def _precedes(one: Day | Clock, other: Day | Clock) -> bool:
    if isinstance(one, Clock) and isinstance(other, Clock):
        return 0 < other.second - one.second < _HALF_A_DAY
    return isinstance(one, Day) and isinstance(other, Day) and (one.month, one.day) < (other.month, other.day)


def _is_late(item: Item, library: Library) -> bool:
    """Say whether *item* is a change that came after the onset."""
    return _is_past_onset(item, library) and item.kind in _CHANGES


def _is_past_onset(item: Item, library: Library) -> bool:
    return library.onset is not None and item.time is not None and item.time >= library.onset + _A_MINUTE


def _late(sentence: str, said: Statement, library: Library) -> Item | None:
    """Return the change after the onset that *sentence* speaks of and nothing else of this incident does."""
    others = [i for i in library.items if not _is_late(i, library) and i.kind not in OTHER_TIMES]
    cited = {one for claim in said.claims for one in claim.evidence}
    for item in library.items:
        if _is_late(item, library) and (
            _is_timed(sentence, item, others, library)
            or _is_named(sentence, item, others)
            or (item.id in cited and _is_told(sentence, item, others))
        ):
            return item
    return None


def _is_timed(sentence: str, item: Item, others: Sequence[Item], library: Library) -> bool:
    """Say whether *sentence* gives the time of *item*, and no earlier thing was at that time."""
    early = [i for i in others if i.time is None or library.onset is None or i.time <= library.onset]
    said = clocks(sentence)
    ends = [b for a, b in pairwise(said) if _RANGE.fullmatch(sentence[a.end : b.start])]
    at = [clock for clock in said if clock not in ends and _is_of(clock, item)]
    on = [day for day in days(sentence) if _is_on(day, item) and not _is_on(day, library)]
    return any(
        not any(_is_of(clock, one, _MINUTE - _is_of(clock, item, 59)) for one in early) for clock in at
    ) or any(not any(_is_on(day, other) for other in early) for day in on)


def _is_named(sentence: str, item: Item, others: Sequence[Item]) -> bool:
    """Say whether *sentence* has a version, commit or number that *item* brought and nothing else has."""
    shared = frozenset(stems(sentence)) & item.stems
    if _DENIED.search(sentence):
        return False  # what the change brought may be what was lacking
    plain = without_times(sentence)
    for found in _NAME.finditer(plain):
        name = found[0].rstrip(".-")
        if _OLD_AFTER.match(plain, found.end()):
            continue
        telling = any(c.isdigit() for c in name) and len(name) + len(shared) > 2
        if telling and _brought(item, name) and not any(_says(other, name) for other in others):
            return True
    return False


def _is_told(sentence: str, item: Item, others: Sequence[Item]) -> bool:
    """Say whether *sentence* speaks of something new in words that are of *item* and of nothing else."""
    shared = frozenset(stems(without_times(sentence))) & item.stems
    own = shared.difference(*(other.stems for other in others))
    if len(shared) < 2 or not own or _DENIED.search(sentence) or _UNDOES.search(item.text):
        return False
    return _CALLED_NEW.search(sentence) is not None  # a remedy names the cause, too


def _brought(item: Item, name: str) -> bool:
    """Say whether *item* speaks of *name*, and not only as of what was before it."""
    told = f"{item.service} {without_times(item.text)}".replace("`", "")
    return any(
        not (_OLD_AFTER.match(told, found.end()) or _OLD_BEFORE.search(told[: found.start()]))
        for found in _spells(name).finditer(told)
    )


def _says(item: Item, name: str) -> bool:
    return _spells(name).search(f"{item.service} {item.text}") is not None


def _spells(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w]|\.\d)")


def _is_of(clock: Clock, item: Item, within: int = _MINUTE) -> bool:
    return any(clock.is_at(second, within) for second in item.moments)


def _is_on(day: Day, at: Item | Library) -> bool:
    """Say whether *day* is the day of a piece of evidence, or of the onset."""
    when = at.time if isinstance(at, Item) else at.onset
    return when is not None and (day.month, day.day) == (when.month, when.day)
