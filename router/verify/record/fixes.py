"""A fix held against what is recorded of it: tried and in vain, forbidden by a runbook, or told as done. Pure.

What was tried is read as steps in their order: a step that the fix repeats, and a later one that tells of the trouble
again. Silent where the fix says more than the step, or is of other versions, and where nothing follows the step.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from router.outcomes import Finding, FindingCode
from router.verify.library import PAST, Item, Library, stems
from router.verify.reading.clauses import CLAUSE, ILL, SENTENCE, WELL
from router.verify.record.attempts import IN_VAIN, REMEDY
from router.verify.statement import Statement

_FAILED = re.compile(
    rf"{IN_VAIN.pattern}|\b(?:fails|failed|came back|corrupted|regretted|made (?:it|things|matters) worse|undone|"
    r"not possible|had to be abandoned)\b",
    re.IGNORECASE,
)
_AVOIDED = re.compile(
    r"\b(?:avoid\w*|instead|rather than|do not|don['’]t|never|tried|without)\b", re.IGNORECASE
)
_NEVER = re.compile(r"\b(?:never|do not|don['’]t|must not)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:while|until|before|after|unless|during|when|if|once)\b", re.IGNORECASE)
_ONLY_THEN = re.compile(r"\b(?:until|after|unless|if|once|only)\b", re.IGNORECASE)
_I_DID = re.compile(
    r"\bI(?: have|['’]ve)? (?:just |already |also |now )?"
    r"(?!look|check|need|want|mention|notic|observ|includ|compar|consider|assum|review|search|verif|examin)"
    r"(?:\w{2,}ed|rolled|undid|shut|cut|set|sent|took|put)\b"
)
_APART = re.compile(r"\broll(?:ed|ing|s)? ((?:[\w-]+ ){0,5})(back|over)\b", re.IGNORECASE)
_SET = re.compile(r"\b\d+x\b|\b\d+(?:\.\d+)+\b", re.IGNORECASE)  # "2x", "1.14.0": this step and no other
_AGAIN = re.compile(
    r"\b(?:still|again|another|same|came back|continu\w+|persist\w*|also|just after)\b", re.IGNORECASE
)
_LEAST, _MOST_OF = 3, 0.7  # words that a step has to share with a fix
_SOON = 6 * 3600.0  # what comes back later may be another trouble


def fixes(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield what goes against what is recorded of the fix."""
    yield from _failed_fix(said, library)
    yield from _gone_through(said, library)
    yield from _forbidden(said, library)
    if found := _I_DID.search(said.fix):
        text = f"“{said.fix[:100]}” tells as done (“{found[0]}”) what nobody here can do"
        yield Finding(FindingCode.CONTRADICTION, text)


def _words(text: str) -> frozenset[str]:
    """Return the stems of *text*; "roll the change back" is a rollback."""
    return frozenset(stems(_APART.sub(r"roll\2 \1", text)))


def _proposed(fix: str) -> frozenset[str]:
    """Return the stems of what *fix* proposes, without the clauses that tell what is avoided or did not help."""
    clauses = CLAUSE.split(fix)
    told = (c for c in clauses if not (_AVOIDED.search(c) or _FAILED.search(c)))
    return frozenset(stem for clause in told for stem in _words(clause))


def _failed_fix(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield a fix of which one piece says that it was tried and did not help."""
    words = _proposed(said.fix)
    for item in library.items:
        telling = words & REMEDY or len(words) > _LEAST
        tried = (
            len(words) > 1
            and telling
            and words <= item.stems | _words(item.text)
            and IN_VAIN.search(item.text)
        )
        if tried or (item.kind in PAST and _failed_in(item, words)):
            text = f"“{said.fix[:100]}” was tried and did not help ({item.id})"
            yield Finding(FindingCode.CONTRADICTION, text, (item.id,))
            return


def _failed_in(item: Item, words: frozenset[str]) -> bool:
    """Say whether *item* tells that the remedy among *words* failed, and not that another one beside it did."""
    clauses = [(clause, _words(f"{clause} {item.service}")) for clause in CLAUSE.split(item.text)]
    failed = [own for clause, own in clauses if _FAILED.search(clause)]
    if not failed or len(words & item.stems) < 2:
        return False
    if any(words & REMEDY & own or len(words & own) >= max(2.0, 0.6 * len(words)) for own in failed):
        return True
    named = any(REMEDY & own for own in failed)  # another remedy failed, ours is told elsewhere
    return not named and bool(words & REMEDY & item.stems)


@dataclass(frozen=True, slots=True)
class _Step:
    """One sentence of the record."""

    id: str
    text: str
    words: frozenset[str]
    at: float
    is_act: bool


def _steps(library: Library) -> list[_Step]:
    """Return what happened since the onset, sentence by sentence, in order."""
    since = [
        _Step(item.id, text, _words(f"{text} {item.service}"), item.time.timestamp(), item.kind != "alert")
        for item in library.items
        if item.time is not None and item.kind not in {"runbook", *PAST}
        if library.onset is None or item.time >= library.onset
        for text in SENTENCE.split(item.text)
    ]
    return sorted(since, key=lambda step: step.at)


def _gone_through(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield a fix that is a step of the record after which the trouble was there again."""
    steps = _steps(library)
    for part in CLAUSE.split(said.fix):
        words = frozenset() if _AVOIDED.search(part) else _words(part)
        if len(words) < _LEAST:
            continue
        shared = [_shared(words, part, step) if step.is_act else 0.0 for step in steps]
        most = max(shared, default=0.0)
        if most < _MOST_OF:
            continue
        last = max(n for n, share in enumerate(shared) if share == most)
        for later in steps[last + 1 :]:
            if later.at - steps[last].at > _SOON:
                break
            if _AGAIN.search(later.text) and ILL.search(later.text) and not WELL.search(later.text):
                told = (
                    f"“{part[:100]}” was done ({steps[last].id}), and {later.id} tells of the trouble again"
                )
                yield Finding(FindingCode.CONTRADICTION, told, (steps[last].id, later.id))
                return


def _shared(words: frozenset[str], part: str, step: _Step) -> float:
    """Return how much of a fix a step tells; one with other versions or factors is another step."""
    if not {*_SET.findall(part)} <= {*_SET.findall(step.text)}:
        return 0.0
    joined = "".join(sorted(step.words))  # "health check" is in "healthcheck"
    return sum(word in step.words or (len(word) > 4 and word in joined) for word in words) / len(words)


def _forbidden(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield a fix that a runbook, or what is remembered, says must never be done."""
    words = _proposed(said.fix)
    if not words & REMEDY:
        return
    for item in library.items:
        for sentence in SENTENCE.split(item.text) if item.kind in {"runbook", *PAST} else ():
            if _CONDITION.search(sentence) and _ONLY_THEN.search(said.fix):
                continue  # "not while one is being written" and "once none is" agree, as far as can be told
            found = _NEVER.search(sentence)
            told = _words(sentence[found.end() :]) if found else frozenset()
            if words & REMEDY & told and len(words & told) >= 2:
                text = f"“{said.fix[:100]}”: {item.id} says “{sentence[:100]}”"
                yield Finding(FindingCode.CONTRADICTION, text, (item.id,))
                return
