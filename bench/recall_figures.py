"""From rankings to figures: hit rates, MRR, nDCG, AUROC, false matches, intervals. Pure."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system said to one question: ids best first, how sure it was of the first, and whether it dared."""

    ids: tuple[str, ...]
    sure: float
    answered: bool
    gold: frozenset[str]

    @property
    def rank(self) -> int | None:
        """The place of the first right id, from 1, or None."""
        return next((place for place, id_ in enumerate(self.ids, 1) if id_ in self.gold), None)


def figures(answers: Sequence[Answer]) -> dict[str, float | int | None]:
    """Return the figures of one system on one kind; rates are over answerable questions only."""
    known = [answer for answer in answers if answer.gold]
    novel = [answer for answer in answers if not answer.gold]
    return {
        "n": len(answers),
        "hit1": _mean([hit(answer, 1) for answer in known]),
        "hit5": _mean([hit(answer, 5) for answer in known]),
        "mrr10": _mean([reciprocal(answer) for answer in known]),
        "ndcg10": _mean([_ndcg(answer) for answer in known]),
        "auroc": auroc([a.sure for a in known], [a.sure for a in novel]),
        "false_match": _mean([float(answer.answered) for answer in novel]),
    }


def hit(answer: Answer, places: int) -> float:
    """Return 1 when a right id is among the first *places*."""
    return float(answer.rank is not None and answer.rank <= places)


def reciprocal(answer: Answer) -> float:
    """Return one over the place of the first right id among ten, else 0."""
    return 1.0 / answer.rank if answer.rank and answer.rank <= 10 else 0.0


def _ndcg(answer: Answer) -> float:
    gained = math.fsum(
        1 / math.log2(place + 1) for place, i in enumerate(answer.ids[:10], 1) if i in answer.gold
    )
    best = math.fsum(1 / math.log2(place + 1) for place in range(1, min(10, len(answer.gold)) + 1))
    return gained / best


def auroc(known: Sequence[float], novel: Sequence[float]) -> float | None:
    """Return the chance that an answerable question scores above an unanswerable one."""
    if not known or not novel:
        return None
    wins = math.fsum((k > n) + 0.5 * (k == n) for k in known for n in novel)
    return wins / (len(known) * len(novel))


def interval(answers: Sequence[Answer], figure: Callable[[Answer], float]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean over answerable questions."""
    values = [figure(answer) for answer in answers if answer.gold]
    if not values:
        return 0.0, 0.0
    dice = random.Random(7)  # noqa: S311 - resampling, the same each run
    means = sorted(math.fsum(dice.choices(values, k=len(values))) / len(values) for _ in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES)]


def threshold_for(sure: Sequence[float], answered: int) -> float:
    """Return the sureness at which a system would answer as many of these questions as *answered*."""
    if answered <= 0:
        return math.inf
    return sorted(sure, reverse=True)[min(answered, len(sure)) - 1]


def risk(answers: Sequence[Answer], coverage: float) -> tuple[float | None, float | None]:
    """Return what share of its answers is right, and what share of the unanswerable questions it answers too.

    It dares to answer *coverage* of the answerable questions, those that it is surest of.
    """
    known = [answer for answer in answers if answer.gold]
    bar = threshold_for([answer.sure for answer in known], round(coverage * len(known)))
    dared = [hit(answer, 1) for answer in known if answer.sure >= bar]
    return _mean(dared), _mean([float(answer.sure >= bar) for answer in answers if not answer.gold])


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
