"""Who is blamed, against what the evidence says of causes: a victim, what was ruled out, one apart. Pure.

It speaks only when an answer says outright that the accused harms others or ails. The evidence then has the accused as
the one that suffers (the effect of a causal sentence, or its own line about a failing neighbour), or the claims rest on
what others went through and nothing that is known of the accused bears the blame.
"""

import re
from collections.abc import Iterator

from router.outcomes import Finding, FindingCode
from router.verify.library import Item, Library, squashed, stems
from router.verify.order.causes import DENIES, SENTENCE, links
from router.verify.order.events import OTHER_TIMES
from router.verify.statement import Statement

_HARMS = re.compile(  # "X broke and took Y down", "X is the root cause"
    r"\b(?:(?:took|tak(?:es?|ing)|pull(?:ed|s)|dragg?(?:ed|s)|brought|brings)\b.{1,60}"
    r"\b(?:down|with (?:it|them)|under)|"
    r"and with it\b|went with it|"
    r"and (?:that |it )?(?:broke|breaks|blocks?|blocked|slows?|holds? up|keeps?|kept|floods?) |"
    r"(?:it|that|which|this) (?:broke|brought|took)\b|(?:is|as) the (?:root )?(?:cause|root)\b|"
    r"is (?:broken|faulty|at fault)\b)",
    re.IGNORECASE,
)
_AILS = re.compile(  # "X is short of CPU", "X refuses payments"
    r"\b(?:is|are|was|were|has|have|had)(?: \w+)? "
    r"(?:short|slow|down|overloaded|failing|faulty|broken|become|a wrong)\b|"
    r"\b(?:refuse[sd]?|lost|loses|broke|crash\w*|spends|holds up|slows)\b",
    re.IGNORECASE,
)
_STRAIN_IN = re.compile(
    r"\b(?:contention|shortage|overload|leak|fault|crash|defect) (?:in|of|on) $", re.IGNORECASE
)
_TIMED = re.compile(r"\d\d:\d\d[ =](\d+(?:\.\d+)?)\b")  # "09:30 12, 09:35 48"
_TIMES = 5
_NEAR = 60  # letters from the name to what ails it
_FAILS = (
    r"\W{0,3}(?:(?:service|request|call|is|was) )?(?:returned|responded with|unavailable|refused|timed? ?out|not ready|"
    r"unreachable|failed)\b"
)
_DISMISSED = re.compile(
    r"(?P<thing>[^.;]{0,200}?)\b(?:(?:was|were|is|are|(?:has|have|had) been) (?:\w+ )?(?:ruled out|excluded|"
    r"not (?:correct|the (?:root )?cause|the culprit|to blame|at fault))|"
    r"revert\w* to exclude (?:that|this|it))",
    re.IGNORECASE,
)
_SUFFERING = re.compile(r"\b(?:under|until|after|once|when|because|due|by|from)\b", re.IGNORECASE)
_THINGS = re.compile(r", | (?:and|or) ")
_WEAK = frozenset(
    stems("issue cause root problem error fault change deploy release upgrade config cluster service")
)


def blame(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the blame of one that suffers by the evidence, or of what it rules out."""
    if not said.cause or not said.services:
        return
    if told := _victim(said, library) or _ruled_out(said, library) or _beside(said, library):
        yield Finding(FindingCode.CONTRADICTION, f"“{said.cause[:120]}”: {told[1]}", (told[0],))


def _victim(said: Statement, library: Library) -> tuple[str, str] | None:
    """Return the piece by which the accused suffers what it is said to have done."""
    name = said.services[0]
    harm = _HARMS.search(said.cause)
    if harm is None or not _names(name, said.cause[: harm.start()]):
        return None
    today = [item for item in library.items if item.kind not in OTHER_TIMES]
    others = {item.service for item in today if len(item.service) > 3} - {name}
    for item in today:
        told = _suffers(name, item, others, said.cause)
        if told:
            return item.id, told
    if _SUFFERING.search(said.cause[: harm.start()]):
        return None  # what harms the accused is told: the answer agrees that it is an effect
    return _effect(name, today, said.cause)


def _effect(name: str, today: list[Item], cause: str) -> tuple[str, str] | None:
    """Return the piece that has *name* as an effect; None when one has it as a cause too, or agrees with *cause*."""
    own, found = frozenset(stems(name)), None
    words = frozenset(stems(cause)) - own
    for item in today:
        for because, effect in links(item.text):
            if _names(name, because) or len(words & frozenset(stems(because))) > 1:
                return None
            if found is None and _names(name, effect):
                found = item.id, f"{item.id} has {name} as the effect of “{because.strip()[-80:]}”"
    return found


def _suffers(name: str, item: Item, others: set[str], cause: str) -> str:
    """Say which neighbour the accused's own line has as failing, though the answer does not name it."""
    if item.kind != "log" or squashed(item.service) != squashed(name):
        return ""
    for other in others:
        spelt = re.compile(rf"(?<![\w-]){re.escape(other)}{_FAILS}", re.IGNORECASE)
        if not other.isalpha() and not _names(other, cause) and spelt.search(item.text):
            return f"{item.id} of {name} says that {other} fails"
    return ""


def _ruled_out(said: Statement, library: Library) -> tuple[str, str] | None:
    """Return the piece that rules out what the cause names."""
    if DENIES.search(said.cause) or (said.confidence or 0.0) < 0.5:
        return None
    accused = frozenset(stem for name in said.services for stem in stems(name))
    words = frozenset(stems(said.cause)) - accused
    for item in library.items:
        for sentence in SENTENCE.split(item.text) if item.kind not in OTHER_TIMES else ():
            found = _DISMISSED.search(sentence)
            for thing in _THINGS.split(found["thing"]) if found else ():
                told = frozenset(stems(thing)) - accused
                if words & told - _WEAK and 2 * len(words & told) >= len(told):
                    return item.id, f"{item.id} rules out: “{sentence[:100]}”"
    return None


def _beside(said: Statement, library: Library) -> tuple[str, str] | None:
    """Return the cited piece that tells of another, when no claim rests on what is known of the one accused."""
    name = said.services[0]
    cited = list({i.id: i for claim in said.claims for i in library.cited(claim.evidence)}.values())
    own = [i for i in library.items if _spelt(name, i.service) and i.kind not in OTHER_TIMES]
    if not cited or not own or len(said.services) > 1 or not _ails(name, said.cause):
        return None
    if any(_spelt(name, f"{i.text} {i.service}") for i in cited) or any(
        _spelt(name, c.text) for c in said.claims
    ):
        return None
    words = frozenset(stems(said.cause)) - frozenset(stems(name))
    if any(words & frozenset(stems(i.text)) and not _outdone(i, cited) for i in own):
        return None
    told = f"the claims rest on {', '.join(i.id for i in cited)} of others, not on {own[0].id} of {name}"
    return cited[0].id, told


def _outdone(item: Item, cited: list[Item]) -> bool:
    """Say whether a cited measure of another is several times as high as the same measure in *item*."""
    head, _, values = item.text.partition(" ")
    same = [i.text.partition(" ")[2] for i in cited if i.text.startswith(f"{head} ")]
    own = _highest(values)
    return own is not None and any((most := _highest(other)) and most > _TIMES * own for other in same)


def _highest(values: str) -> float | None:
    return max((float(one) for one in _TIMED.findall(values)), default=None)


def _ails(name: str, cause: str) -> bool:
    """Say whether *cause* tells of the accused itself that it ails."""
    for found in re.finditer(re.escape(name), cause, re.IGNORECASE):
        behind = cause[found.end() :].split(". ", maxsplit=1)[0][:_NEAR]
        if _STRAIN_IN.search(cause[: found.start()]) or _AILS.search(behind) or _HARMS.search(behind):
            return True
    return False


def _spelt(name: str, text: str) -> bool:
    return squashed(name) in squashed(text)


def _names(name: str, text: str) -> bool:
    own = frozenset(stems(name))
    return squashed(name) in squashed(text) or bool(own and own <= frozenset(stems(text)))
