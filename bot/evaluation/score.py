"""Scoring by code: was the guilty service or deployment named, what did it cost, and how sure are the figures. Pure.

The interval of a share is Wilson's, which stays wide on few cases however they came out; the others are the 95 % of
2,000 bootstrap samples over cases, drawn with a fixed seed: the same results give the same interval. It knows no model.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from router.learning import wilson

SAMPLES = 2000
SEED = 20_261_127


@dataclass(frozen=True, slots=True)
class Truth:
    """What is guilty in one case. Any of *deploys* will do; without services and deploys none is guilty."""

    case: str
    set: str
    services: tuple[str, ...]
    deploys: tuple[str, ...]
    has_deploys: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What one arm made of one case. *sha* is the arm's policy; *usd* an exact decimal as text."""

    case: str
    arm: str
    sha: str
    services: tuple[str, ...]
    deploys: tuple[str, ...]
    outcome: str
    mode: str
    usd: str
    seconds: float
    calls: int
    strong_calls: int
    unverified: bool


def right(result: Result, truth: Truth, depth: int = 1) -> bool:
    """Say whether the guilty one is among the first *depth*: a service, else a deployment, else that none is."""
    if truth.services:
        return bool(set(truth.services) & set(result.services[:depth]))
    if truth.deploys:
        return any(_same(sha, guilty) for sha in result.deploys[:depth] for guilty in truth.deploys)
    return not result.deploys


def accuses_innocent(result: Result, truth: Truth) -> bool | None:
    """Say whether a deployment is accused though none is guilty; None where that cannot be asked."""
    if not truth.has_deploys or truth.deploys:
        return None
    return bool(result.deploys)


def figures(
    results: Sequence[Result], truths: Mapping[str, Truth], without: Mapping[str, bool]
) -> dict[str, Any]:
    """Return one arm's figures. *without* says by case whether the arm without a model was right."""
    hits = {one.case: right(one, truths[one.case]) for one in results}
    accused = [one for r in results if (one := accuses_innocent(r, truths[r.case])) is not None]
    by_set: dict[str, list[bool]] = defaultdict(list)
    for case, hit in hits.items():
        by_set[truths[case].set].append(hit)
    gains = [float(hit) - float(without[case]) for case, hit in hits.items() if case in without]
    return {
        "n": len(results),
        "accuracy": share(list(hits.values())),
        "at_3": _mean([right(one, truths[one.case], 3) for one in results]),
        "gain": interval(gains),
        "usd": interval([float(one.usd) for one in results]),
        "seconds": interval([one.seconds for one in results]),
        "total_usd": str(sum((Decimal(one.usd) for one in results), Decimal(0))),
        "calls": sum(one.calls for one in results),
        "strong_calls": sum(one.strong_calls for one in results),
        "unverified": sum(one.unverified for one in results),
        "accused_innocent": [sum(accused), len(accused)],
        "by_set": {name: [sum(mine), len(mine)] for name, mine in sorted(by_set.items())},
    }


def share(hits: Sequence[bool]) -> dict[str, float] | None:
    """Return the share of *hits* and its 95 % interval, None when there are none."""
    if not hits:
        return None
    low, high = wilson(sum(hits), len(hits))
    return {"mean": round(sum(hits) / len(hits), 4), "low": round(low, 4), "high": round(high, 4)}


def interval(values: Sequence[float]) -> dict[str, float] | None:
    """Return mean and 95 % bootstrap interval of *values*, None when there are none."""
    if not values:
        return None
    dice = random.Random(SEED)  # noqa: S311 - repeatable on purpose
    count = len(values)
    means = sorted(sum(dice.choices(values, k=count)) / count for _ in range(SAMPLES))
    low, high = means[int(0.025 * SAMPLES)], means[int(0.975 * SAMPLES) - 1]
    return {"mean": round(sum(values) / count, 4), "low": round(low, 4), "high": round(high, 4)}


def of_arm(results: Iterable[Result], chosen: Callable[[Result], bool]) -> list[Result]:
    """Return the newest result of each case among those that *chosen* takes, in the order of their cases."""
    return [each for _, each in sorted({one.case: one for one in results if chosen(one)}.items())]


def _same(one: str, other: str) -> bool:
    return bool(one and other) and (one.startswith(other) or other.startswith(one))


def _mean(hits: Sequence[bool]) -> float | None:
    return round(sum(hits) / len(hits), 4) if hits else None
