"""What a case cost, and what it would have cost otherwise. Pure: it folds records that others keep.

What a model alone would have cost is `router/otherwise.py`'s business. It knows no database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from router.messages import Usage
from router.otherwise import Alone, Asked, Otherwise, Reference
from router.outcomes import Status


@dataclass(frozen=True, slots=True)
class ModelCost:
    """Calls, tokens and measured dollars of one model."""

    model: str
    calls: int = 0
    usage: Usage = field(default_factory=Usage)
    usd: Decimal = Decimal(0)

    def __add__(self, other: "ModelCost") -> "ModelCost":
        return ModelCost(self.model, self.calls + other.calls, self.usage + other.usage, self.usd + other.usd)


@dataclass(frozen=True, slots=True)
class Summary:
    """The cost of a case. *kept_aside_usd* is set aside for calls whose bill is unknown, and part of *usd*.

    *all_strong_usd* is an estimate, the middle of *all_strong*; the ranges are None in bills from before them. They
    are of the model that reasoning starts with, of the weakest and of the topmost of the ladder.
    *seconds* is the time spent in calls, one after another.
    """

    models: tuple[ModelCost, ...] = ()
    usd: Decimal = Decimal(0)
    kept_aside_usd: Decimal = Decimal(0)
    all_strong_usd: Decimal = Decimal(0)
    strong_model: str = ""
    seconds: float = 0.0
    avoided: int = 0
    questions: int = 0
    all_strong: Otherwise | None = None
    all_weak: Otherwise | None = None
    all_top: Otherwise | None = None

    @property
    def calls(self) -> int:
        """All calls that were made, whatever came of them."""
        return sum(model.calls for model in self.models)

    @property
    def cached_share(self) -> float | None:
        """The share of prompt tokens that were read from a cache; None when no prompt was sent."""
        prompt = sum(model.usage.prompt for model in self.models)
        return sum(model.usage.cache_read for model in self.models) / prompt if prompt else None


@dataclass(frozen=True, slots=True)
class References:
    """The models that all is compared with: the one that reasoning starts with, the weakest, the topmost."""

    strong: Reference
    weak: Reference
    top: Reference


def summarise(questions: Iterable[Asked], avoided: int, beside: References) -> Summary:
    """Fold *questions* of one case, in order."""
    models: dict[str, ModelCost] = {}
    aside, seconds, count = Decimal(0), 0.0, 0
    alone = [Alone(beside.strong), Alone(beside.weak), Alone(beside.top)]
    costs = [Otherwise(one.reference.price.model) for one in alone]
    for question in questions:
        count += 1
        for attempt in question.attempts:
            model = attempt.selection.model or ""
            one = ModelCost(model, 1, attempt.usage, attempt.usd)
            models[model] = models[model] + one if model in models else one
            seconds += attempt.latency_s
            aside += attempt.usd if attempt.status is Status.UNKNOWN else Decimal(0)
        costs = [cost + one.after(question) for cost, one in zip(costs, alone, strict=True)]
    ranked = tuple(sorted(models.values(), key=lambda one: one.usd, reverse=True))
    usd = sum((one.usd for one in ranked), Decimal(0))
    return Summary(ranked, usd, aside, costs[0].same, costs[0].model, seconds, avoided, count, *costs)
