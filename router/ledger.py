"""What a case cost, and what it would have cost otherwise. Pure: it folds records that others keep.

The counterfactual's unit is the question: one call each on the strong model, with that model's cache kept warm
by all of them. Repairs, climbs and retries count on the actual side only; questions that code answered are
told apart as avoided calls. How long a model that was not asked would have answered is unknown, so the same
output is assumed and the figure is an estimate. It knows no database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from router.messages import Usage
from router.outcomes import Attempt, Status
from router.prices import Price


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
class Asked:
    """One question as the ledger sees it: its *attempts*, and its prompt's prefixes (digest, tokens)."""

    attempts: tuple[Attempt, ...]
    prefixes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The cost of a case. *kept_aside_usd* is set aside for calls whose bill is unknown, and part of *usd*.

    *all_strong_usd* is an estimate; *seconds* is the time spent in calls, one after another.
    """

    models: tuple[ModelCost, ...] = ()
    usd: Decimal = Decimal(0)
    kept_aside_usd: Decimal = Decimal(0)
    all_strong_usd: Decimal = Decimal(0)
    strong_model: str = ""
    seconds: float = 0.0
    avoided: int = 0
    questions: int = 0

    @property
    def calls(self) -> int:
        """All calls that were made, whatever came of them."""
        return sum(model.calls for model in self.models)

    @property
    def cached_share(self) -> float | None:
        """The share of prompt tokens that were read from a cache; None when no prompt was sent."""
        prompt = sum(model.usage.prompt for model in self.models)
        return sum(model.usage.cache_read for model in self.models) / prompt if prompt else None


def summarise(questions: Iterable[Asked], avoided: int, strong: Price, shortest: int) -> Summary:
    """Fold *questions* of one case, in order. *shortest* is the strong model's least cached prefix, in tokens."""
    models: dict[str, ModelCost] = {}
    aside, seconds, count = Decimal(0), 0.0, 0
    would = Decimal(0)
    warm: set[str] = set()
    for question in questions:
        count += 1
        for attempt in question.attempts:
            model = attempt.selection.model or ""
            one = ModelCost(model, 1, attempt.usage, attempt.usd)
            models[model] = models[model] + one if model in models else one
            seconds += attempt.latency_s
            aside += attempt.usd if attempt.status is Status.UNKNOWN else Decimal(0)
        would += _on(strong, question, warm, shortest)
    ranked = tuple(sorted(models.values(), key=lambda one: one.usd, reverse=True))
    usd = sum((one.usd for one in ranked), Decimal(0))
    return Summary(ranked, usd, aside, would, strong.model, seconds, avoided, count)


def _on(strong: Price, question: Asked, warm: set[str], shortest: int) -> Decimal:
    """Return what one call on the strong model would have cost for this question; remember its prefixes."""
    answered = [attempt for attempt in question.attempts if attempt.usage.prompt]
    if not answered:
        return Decimal(0)
    usage = answered[-1].usage
    expected = question.prefixes[-1][1] if question.prefixes else 0
    scale = usage.prompt / expected if expected else 0.0
    read = 0
    for digest, tokens in question.prefixes:
        if digest in warm:
            read = int(tokens * scale)
    warm.update(digest for digest, _ in question.prefixes)
    read = min(read, usage.prompt) if read >= shortest else 0
    rest = usage.prompt - read
    fresh = usage.input if usage.input < rest else 0
    return strong.cost(Usage(fresh, usage.output, rest - fresh, 0, read))
