"""Cause before effect: what an answer blames must not have come after what it is blamed for. Pure.

It reads sentences that say that one thing caused another, with the times in them, and deployments that are blamed
though they came after the onset. Doubt ("cannot be told"), repair and recovery are no blame.
"""

import re
from collections.abc import Iterator
from itertools import islice

from router.outcomes import Finding, FindingCode
from router.verify.clocks import Clock, Day, clocks, days, without_times
from router.verify.library import CHANGES, Item, Library, stems
from router.verify.statement import Statement

_CAUSED = re.compile(
    r"\b(?:caus(?:ed|es|ing)|broke|breaks|left|made|makes|brought|brings|triggered|triggers|exhausted|started|"
    r"led to|leads? to|took|"
    r"knocked|drove|crashed|killed|introduced|resulted in|overloaded|saturated|filled|sent|pushed|put|"
    r"(?:is|was) the (?:sole |root |real )?cause|(?:is|was) responsible|is to blame|"
    r"referred to|degraded|slowed|corrupted|"
    r"set off|blocked|stopped|took down|tipped|began)\b",
    re.IGNORECASE,
)
# Said of a claim or of a bare time, the weaker verbs ("took", "started") blame nobody.
_SAID_TO_CAUSE = re.compile(
    r"\b(?:caused|broke|triggered|led to|leads? to|provoked|prompted|brought on|induced|gave rise to|"
    r"introduced|resulted in|exhausted|filled|overloaded|took down|is to blame)\b",
    re.IGNORECASE,
)
# What an act does when no verb of cause is there: "moving the alias at 05:41 emptied …"; not what was done to it,
# and no verb of order, sight, comparison or repair.
_ACTED = re.compile(
    r"(?<!\bwas )(?<!\bwere )(?<!\bis )(?<!\bare )(?<!\bbeen )(?<!\bbeing )(?<!\bhad )(?<!\bhas )(?<!\bhave )"
    r"\b(?!follow|confirm|show|happen|occur|appear|coincid|match|exceed|surpass|doubl|tripl|trebl|need|last|remain|"
    r"continu|seem|look|report|notic|observ|arriv|pass|finish|complet|succeed|stem|lag|reflect|link|relat|us|own)\w{2,}ed\b",
    re.IGNORECASE,
)
_GERUND = re.compile(r"^\W*[A-Za-z]{3,}ing\b")
_REPAIRED = re.compile(
    r"\b(?:revert\w*|roll(?:ed|ing)? back|rollback|undid|undo\w*|purg\w*|eas(?:ed|es)|cur(?:ed|es)|heal\w*|reliev\w*|"
    r"improv\w*|stabili\w*|solv\w*|lifted|again)\b",
    re.IGNORECASE,
)
# A version, a commit, a revision by its number or its letter and number
_NAME = re.compile(
    r"\bv?\d+\.\d+(?:\.\d+)*\b|\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b|#\d{2,}\b|\b[A-Za-z]{1,8}-?\d+\b|"
    r"(?<=revision )\d+\b|(?<=rev )\d+\b|(?<=release )\d+\b|(?<=build )\d+\b|"
    r"(?<=policy )\d+\b|(?<=version )\d+\b|(?<=PR )\d+\b"
)
_BLAMED = re.compile(
    r"\b(?:because(?: of)?|due to|(?:goes|go|went|traces|dates) back to|stems? from|"
    r"comes? from|is what|caused by|triggered by|since|after|from|owing to|following|thanks to)\b",
    re.IGNORECASE,
)
_NO_BLAME = re.compile(
    r"\b(?:cannot (?:be|say|tell|confirm)|could not (?:be|confirm)|"
    r"not (?:the|be|a|told|involved|proven|known|clear)|unknown|unclear|unlikely|until|fix(?:ed|es)?|"
    r"repair(?:ed)?|resolved|ended|recover(?:ed|y)?|restor(?:ed|es|ing)|cleared|mitigat\w*|"
    r"rather than|instead|no evidence|"
    r"how much|whether|helped|side effect|remed\w*|stayed)\b",
    re.IGNORECASE,
)
_BUG_FIX = re.compile(r"\b(?:bug|hot)[ -]?fix\b", re.IGNORECASE)  # a change like any other
_CHANGE = re.compile(
    r"\b(?:chang|deploy|releas|roll|upgrad|updat|recreat|disabl|enabl|migrat|increas|restart|delet|remov|scal|switch|rotat|appl|"
    r"merg|revert|configur|revision|build|bundle|polic|replac|install|patch|push|bump|replica|version|flag|chart)\w*",
    re.IGNORECASE,
)
_FEW = 8  # verbs of a sentence that are tried
_SENTENCE = re.compile(r"(?<=[.;!?])\s+")


def time_order(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield causes that came after their effects, and deployments that are blamed for what was before them."""
    if not said.is_diagnosis:
        return
    for claim in said.claims:
        late = [item for item in library.cited(claim.evidence) if _is_late(item, library)]
        blames = _SAID_TO_CAUSE.search(claim.text) and not _NO_BLAME.search(claim.text)
        if late and blames and len(late) == len(library.cited(claim.evidence)):
            text = f"“{claim.text[:120]}” blames {late[0].id}, which came after the onset"
            yield Finding(FindingCode.DEPLOY_AFTER_ONSET, text, (late[0].id,))
    for sentence in _SENTENCE.split(said.cause):
        if _NO_BLAME.search(_BUG_FIX.sub("", sentence)):
            continue
        if backwards := _backwards(sentence):
            yield Finding(FindingCode.CAUSE_AFTER_EFFECT, backwards)
        elif blamed := _late(sentence, said, library):
            when = f"{blamed.time:%Y-%m-%d %H:%M}" if blamed.time else "later"
            text = (
                f"“{sentence[:120]}” blames {blamed.id} of {when}, after the onset at {library.onset:%H:%M}"
            )
            yield Finding(FindingCode.DEPLOY_AFTER_ONSET, text, (blamed.id,))
        elif late_cause := _after_onset(sentence, library):
            yield Finding(FindingCode.CAUSE_AFTER_EFFECT, late_cause)


def _backwards(sentence: str) -> str:
    """Say how a sentence that gives the times of cause and effect has them the wrong way round, "" if not."""
    verbs = [*_SAID_TO_CAUSE.finditer(sentence), *_CAUSED.finditer(sentence)]
    acted = None if verbs else _acted(sentence)
    for verb in verbs[:_FEW] or ([acted] if acted else []):
        before = [clock for clock in clocks(sentence) if clock.end <= verb.start()]
        after = [clock for clock in clocks(sentence) if clock.start >= verb.end()]
        day_before = [day for day in days(sentence) if day.end <= verb.start()]
        day_after = [day for day in days(sentence) if day.start >= verb.end()]
        if day_before and day_after and _day(day_before[-1]) != _day(day_after[0]):
            late = _day(day_before[-1]) > _day(day_after[0])
            return f"“{sentence[:120]}”: the cause is dated after its effect" if late else ""
        if (
            before
            and after
            and not (before[-1].loose or after[0].loose)
            and before[-1].second > after[0].second
        ):
            return f"“{sentence[:120]}”: the cause is timed after its effect"
    return ""


def _acted(sentence: str) -> re.Match[str] | None:
    """Return the verb that says what an act with a time or a name did, None when the sentence tells of no act."""
    if _REPAIRED.search(sentence):
        return None
    ends = [clock.end for clock in clocks(sentence)[:1]] + [
        found.end() for found in islice(_NAME.finditer(sentence), 1)
    ]
    verb = _ACTED.search(sentence, min(ends)) if ends else None
    subject = sentence[: verb.start()] if verb else ""
    return verb if _GERUND.search(subject) or _CHANGE.search(subject) else None


def _after_onset(sentence: str, library: Library) -> str:
    """Say how a sentence blames something by a time that lies within the hours after the onset, "" if not."""
    verb = _SAID_TO_CAUSE.search(sentence)
    if verb is None or library.onset is None or days(sentence):
        return ""
    began = library.onset.hour * 3600 + library.onset.minute * 60
    before = [c for c in clocks(sentence) if c.end <= verb.start() and not c.loose]
    after = [c for c in clocks(sentence) if c.start >= verb.end()]
    if before and not after and 60 < (before[-1].second - began) % 86_400 < 6 * 3600:
        return f"“{sentence[:120]}”: the cause is timed after the onset at {library.onset:%H:%M}"
    return ""


def _is_late(item: Item, library: Library) -> bool:
    """Say whether *item* is a change that came after the onset."""
    if library.onset is None or item.time is None:
        return False
    return item.kind in CHANGES and item.time > library.onset


def _day(day: Day) -> tuple[int, int]:
    return (day.month, day.day)


def _late(sentence: str, said: Statement, library: Library) -> Item | None:
    """Return the deployment after the onset that *sentence* blames, if it blames one."""
    if library.onset is None:
        return None
    late = [item for item in library.items if _is_late(item, library)]
    early = [i for i in library.items if i.kind in CHANGES and i not in late]
    verb = _CAUSED.search(sentence) or _acted(sentence) or _did_at(late, sentence)
    blamed = None if verb else _BLAMED.search(sentence)
    if not verb and not blamed:
        return None
    subject = sentence[: verb.start()] if verb else sentence[blamed.start() :]  # type: ignore[union-attr]
    for item in late:
        if any(_is_of(clock, item) for clock in clocks(subject)) or _names(subject, item, early):
            return item
    if not verb or not _CHANGE.search(subject):
        return None
    cited = {one for claim in said.claims for one in claim.evidence}
    words = frozenset(stems(subject))
    best = max(late, key=lambda item: len(words & item.stems), default=None)
    if best is None or len(words & best.stems) < 2 or best.id not in cited:
        return None
    rival = max((len(words & item.stems) for item in early), default=0)
    return best if len(words & best.stems) > rival else None


def _did_at(late: list[Item], sentence: str) -> re.Match[str] | None:
    """Return the verb that says what was done by something at the time of one of the changes that came *late*."""
    ends = [clock.end for clock in clocks(sentence) if any(_is_of(clock, item) for item in late)]
    return _ACTED.search(sentence, ends[0]) if ends and not _REPAIRED.search(sentence) else None


def _names(subject: str, item: Item, early: list[Item]) -> bool:
    """Say whether *subject* names a version or commit of *item* that no earlier change has."""
    names = {name for name in _NAME.findall(without_times(subject)) if _says(item, name)}
    return any(not any(_says(other, name) for other in early) for name in names)


def _says(item: Item, name: str) -> bool:
    """Say whether *item* speaks of *name* in its text, or is itself the one of that name."""
    told = f"{item.service} {item.text}"
    return re.search(rf"(?<![\w.]){re.escape(name)}(?![\w]|\.\d)", told) is not None


def _is_of(clock: Clock, item: Item) -> bool:
    return any(clock.is_at(second) for second in item.moments)
