"""How alike a remembered incident is to a question, in numbers and in words. Pure.

The weights were measured, not guessed: bench/recall.py prints what each is worth. It knows no store, no SQL,
and nothing of fixes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from memory.incident import Incident
from memory.passages import counted_text
from memory.recollection import Question, Tier
from memory.store import Hit
from memory.words import surfaces_of, words_of


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each thing that speaks for a match counts.

    The cosines to what was reported and to the best passage, of which the higher one counts, and the shares of
    the asked words, of the asked word pairs and of the exact marks that the incident holds.
    """

    symptom: float = 1.0
    passage: float = 1.0
    words: float = 1.4
    pairs: float = 1.0
    signatures: float = 0.2


STEEPNESS, MIDDLE = 2.5, 0.92
"""The logistic that turns the sum into the chance that the best match is the same trouble, fitted on public
incident reports and bug duplicates (bench/recall.py prints how well it holds)."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which relevance on memory says "seen before" and "possibly related"."""

    seen_before: float = 0.75
    possibly_related: float = 0.62

    def tier(self, relevance: float) -> Tier:
        """Return the tier that *relevance* reaches."""
        if relevance >= self.seen_before:
            return Tier.SEEN_BEFORE
        return Tier.POSSIBLY_RELATED if relevance >= self.possibly_related else Tier.NONE


@dataclass(frozen=True, slots=True)
class Recency:
    """How age counts: *weight* is what an endlessly old incident loses, halved every *half_life*.

    The weight is small on purpose. On 93 questions about recurring incidents a weight of 0.2 cost four points
    of MRR, 0.02 less than one: age settles which of equals comes first and invents no likeness. Among fixes,
    where old advice does harm, verdicts decay in full (memory/verdicts.py).
    """

    half_life: timedelta = timedelta(days=180)
    weight: float = 0.02

    def kept(self, age: timedelta) -> float:
        """Return the share of a verdict's weight that is left after *age*, 0 to 1."""
        return math.pow(2.0, -max(age / self.half_life, 0.0))

    def factor(self, last_seen: datetime | None, now: datetime) -> float:
        """Return what a relevance is multiplied by; an unknown age loses nothing."""
        if last_seen is None:
            return 1.0
        return 1.0 - self.weight * (1.0 - self.kept(now - last_seen))


def likeness(hit: Hit, signatures: float, weights: Weights) -> float:
    """Return the weighted sum of all that speaks for a hit; *signatures* is the share of exact marks found."""
    meaning = max(weights.symptom * hit.symptom, weights.passage * hit.passage, 0.0)
    found = weights.words * hit.words + weights.pairs * hit.pairs
    return meaning + found + weights.signatures * signatures


def chance(likeness: float) -> float:
    """Return the chance, 0 to 1, that something this alike is the same trouble."""
    return 1.0 / (1.0 + math.exp(-STEEPNESS * (likeness - MIDDLE)))


def shared_marks(asked: tuple[str, ...], incident: Incident) -> tuple[str, ...]:
    """Return the exact marks of the question that *incident* bears, whatever their case."""
    borne = {mark.lower() for mark in incident.signatures}
    return tuple(mark for mark in asked if mark.lower() in borne)


MOST_WORDS = 5
LOOKED_THROUGH = 8_000  # characters of an incident in which words are looked for to be named
IMPORTED = "imported, not resolved with us"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was read from it: the weight of each word, and its exact marks."""

    question: Question
    weights: Mapping[str, float]
    marks: tuple[str, ...]


def reasons_for(asked: Asked, incident: Incident, hit: Hit, recency: Recency) -> tuple[str, ...]:
    """Say in sentences why *incident* was recalled: exact marks, words, meaning, service, age."""
    question, weights = asked.question, asked.weights
    reasons = [f"same {_kind_of(mark)}{mark}" for mark in shared_marks(asked.marks, incident)][:3]
    held = set(words_of(counted_text(incident)[:LOOKED_THROUGH]))
    shown = surfaces_of(question.text)
    matched = sorted((word for word in weights if word in held), key=lambda word: -weights[word])
    names = list(dict.fromkeys(shown.get(word, word) for word in matched))[:MOST_WORDS]
    if names:
        reasons.append(f"matched words: {', '.join(names)}")
    meaning = max(hit.symptom, hit.passage)
    if meaning >= 0.35:
        reasons.append(f"{'very close' if meaning >= 0.6 else 'close'} in meaning ({meaning:.2f})")
    same = [name for name in incident.services if name.lower() in {s.lower() for s in question.services}]
    reasons += [f"same service {name}" for name in same[:2]]
    if incident.last_seen_at is not None:
        factor = recency.factor(incident.last_seen_at, question.now)
        weight = "in full" if factor >= 0.995 else f"{factor * 100:.0f} %"
        reasons.append(f"{age_in_words(question.now - incident.last_seen_at)}, counts {weight}")
    if incident.source == "import":
        reasons.append(IMPORTED)
    if incident.source == "example":
        reasons.append("a public example, not one of ours")
    return tuple(reasons)


def age_in_words(age: timedelta) -> str:
    """Return an age as people say it."""
    days = age.days
    for size, name in ((365, "year"), (30, "month"), (7, "week"), (1, "day")):
        if days >= 2 * size or (size == 1 and days == 1):
            count = days // size
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "today"


def _kind_of(mark: str) -> str:
    if mark.startswith(("exit code ", "HTTP ")):
        return ""
    return "exception " if mark.endswith(("Exception", "Error")) else "error code "
