"""Citations held against the evidence: every claim has one, each exists, and each speaks of what is claimed. Pure.

Whether a citation speaks of a claim is told by its words, weighed by how rare they are in the case: a claim that
shares none with what it cites while other evidence plainly says it, cites the wrong thing. Paraphrase shares few
words with anything and is left alone.
"""

import math
import re
from collections.abc import Iterator

from router.outcomes import Finding, FindingCode
from router.verify.figures.pool import Pool
from router.verify.library import Item, Library, stems
from router.verify.reading.clocks import clocks, without_times
from router.verify.reading.quantities import Kind, Quantity, quantities
from router.verify.statement import Claim, Statement

_THROWN = re.compile(r"\b(?:exceptions?|stack ?traces?|throw[sn]?|threw|panics?|panicked)\b", re.IGNORECASE)
_FAILED = re.compile(rf"{_THROWN.pattern}|error|fail", re.IGNORECASE)
_MEASURES = frozenset(
    stems("second seconds minute minutes hour day percent per times rate ratio number count share")
) | frozenset(  # and what is said of anything
    stems(
        "come came go went get got give gave take took put say said tell told show shows see seen make made "
        "find found keep kept hold held bring brought need back"
    )
)
_MARK = re.compile(r"\b(?=\w*[a-z])(?=\w*\d)\w+\b")  # a name with digits in it
_ABSENT = re.compile(r"^\W*(?:no|none|nothing|nobody)\b", re.IGNORECASE)  # stands nowhere
_VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+){2,}(?!\.?\w)")
_NUMBER = re.compile(r"\d{2,}")
_MEASURED = tuple(  # of these no one measures another
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"p\d\d(?![\d%])|latenc|response time|duration",
        r"cpu",
        r"memory|\bheap\b|\bRAM\b",
        r"availability",
    )
)
_TWO = 2
_LONG = 5  # what is long enough to be of the same root: "accident", "accidentally"
_TELLING = 2.5  # how rare words must be together
_LITTLE = 0.4  # the share of the better item's weight under which a citation does not speak of the claim


def citations(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield what is wrong with the citations of a diagnosis."""
    if said.cause and not said.claims and (said.confidence or 0.0) > 0.3:
        yield Finding(FindingCode.UNCITED, "a cause is named and no claim supports it")
    for claim in said.claims:
        if not [one for one in claim.evidence if one.strip()]:
            yield Finding(FindingCode.UNCITED, f"“{claim.text[:120]}” cites nothing")
            continue
        for one in claim.evidence:
            if one not in library.by_id:
                yield Finding(FindingCode.UNKNOWN_CITATION, f"{one} does not exist", (one,))
        if better := _better(claim, library):
            text = f"“{claim.text[:120]}” is not what {', '.join(claim.evidence)} says; {better} does"
            yield Finding(FindingCode.IRRELEVANT_CITATION, text, claim.evidence)


def _better(claim: Claim, library: Library) -> str | None:
    """Return the id of the evidence that says what *claim* does, when the cited ones plainly do not."""
    cited = library.cited(claim.evidence)
    if measures := _of_another_measure(claim, cited, library):
        return measures
    if not cited or _ABSENT.match(claim.text) or _shares_figures(claim, cited, library):
        return None
    names = frozenset().union(*(stems(item.service) for item in library.items))
    told = frozenset(stems(without_times(claim.text))) - _MEASURES
    rarity = {word: _rarity(word, library) for word in told}
    if elsewhere := _elsewhere(claim, rarity, names, library):
        return elsewhere
    words = told - names
    ours = max(_weight(told, item, rarity, within=True) for item in cited)
    others = [
        (_weight(words, item, rarity), item.id) for item in library.items if item.id not in claim.evidence
    ]
    best, where = max(others, default=(0.0, ""))
    shared = len([word for word in words if word in library.by_id[where].stems]) if where else 0
    if (
        shared >= 2
        and best >= _TELLING
        and ours <= _LITTLE * best
        and not _has_more(claim, cited, where, library)
    ):
        return where
    return _a_log(claim, cited, library)


def _of_another_measure(claim: Claim, cited: list[Item], library: Library) -> str | None:
    """Return the figures of what *claim* says is measured, when it cites those of something else only."""
    told = [measure for measure in _MEASURED if measure.search(claim.text)]
    if (
        len(told) != 1
        or not cited
        or any(item.kind != "metric" or told[0].search(item.text) for item in cited)
    ):
        return None
    if not all(any(measure.search(item.text) for measure in _MEASURED) for item in cited):
        return None
    return next((i.id for i in library.items if i.kind == "metric" and told[0].search(i.text)), None)


def _elsewhere(claim: Claim, rarity: dict[str, float], names: frozenset[str], library: Library) -> str | None:
    """Return the evidence that shares two words with *claim*, one no service's, when what it cites shares none.

    An alert sums up what the others tell, and so shares words with any of them.
    """
    told = frozenset(rarity)
    if any(told & item.stems for item in library.cited(claim.evidence)):
        return None
    marks = frozenset(_MARK.findall(claim.text.lower()))
    for item in (one for one in library.items if one.kind != "alert"):
        shared = told & item.stems
        also = len(marks.intersection(_MARK.findall(item.text.lower())))
        weight = _weight(shared, item, rarity) + also * _TELLING / 2
        speaks = shared - names and len(shared) + also >= _TWO and weight >= _TELLING
        if speaks and not _has_more(claim, library.cited(claim.evidence), item.id, library):
            return item.id
    return None


def _shares_figures(claim: Claim, cited: list[Item], library: Library) -> bool:
    """Say whether a number or a time of day of *claim* stands in what it cites: then it speaks of it."""
    pool = Pool(cited, library)
    figures = [q for q in quantities(claim.text) if _telling(q) or q.kind is not Kind.COUNT]
    if any(name in item.text for name in _VERSION.findall(claim.text) for item in cited):
        return True
    times = {second for item in cited for second in item.moments}
    spans = [abs(a - b) for a in times for b in times if a != b]
    if any(abs(q.value - span) < 0.5 * q.scale for q in figures if q.kind is Kind.TIME for span in spans):
        return True
    stated = [q for item in cited for q in item.quantities]
    kinds = {q.kind for q in stated} | {Kind.SHARE for q in stated if q.whole}
    figures = [q for q in figures if _telling(q) or q.kind in kinds]
    if any(
        pool.states(q) or ((q.whole or q.per or q.kind in {Kind.FOLD, Kind.SHARE}) and pool.gives(q))
        for q in figures
    ):
        return True
    return any(clock.is_at(second) for clock in clocks(claim.text) for second in times)


def _has_more(claim: Claim, cited: list[Item], better: str, library: Library) -> bool:
    """Say whether what is cited has a number of *claim* that the *better* evidence does not have."""
    mine, theirs = Pool(cited, library), Pool([library.by_id[better]], library)
    figures = [q for q in quantities(claim.text) if q.kind is not Kind.COUNT or q.value > 2]
    if (_numbers(claim.text) - _numbers(library.by_id[better].text)) & _numbers(
        *(item.text for item in cited)
    ):
        return True
    return any(_has(mine, figure) and not _has(theirs, figure) for figure in figures)


def _numbers(*texts: str) -> frozenset[str]:
    return frozenset(number for text in texts for number in _NUMBER.findall(text))


def _has(pool: Pool, figure: Quantity) -> bool:
    if figure.kind in {Kind.TIME, Kind.COUNT}:
        return pool.states(figure)  # what lies between two times, and sums, are too often there by chance
    return pool.gives(figure)


def _telling(figure: Quantity) -> bool:
    """Say whether a number is of a kind that does not stand in any text by chance."""
    return figure.digits >= 2 or figure.value >= 1000 or figure.whole is not None or figure.per is not None


def _a_log(claim: Claim, cited: list[Item], library: Library) -> str | None:
    """Return the log that tells of an exception, when a claim of one cites figures only."""
    if not _THROWN.search(claim.text) or any(
        item.kind != "metric" or _FAILED.search(item.text) for item in cited
    ):
        return None
    return next((item.id for item in library.items if item.kind == "log" and _THROWN.search(item.text)), None)


def _rarity(word: str, library: Library) -> float:
    holding = sum(word in item.stems for item in library.items)
    holding = holding or sum(len(word) >= _LONG and word in item.squashed for item in library.items)
    return math.log(1 + len(library.items) / holding) if holding else 0.0


def _weight(words: frozenset[str], item: Item, rarity: dict[str, float], *, within: bool = False) -> float:
    """Return how rare the words of *item* among *words* are; *within* another one ("altnames") they count as well."""
    return sum(rarity[word] for word in words if word in item.stems or (within and word in item.squashed))
