"""What a case cost, as the footer tells it. Plain figures, made by the router's ledger."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ModelUse:
    """Calls and tokens of one model in a case."""

    model: str
    calls: int
    tokens_in: int
    tokens_out: int
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Bill:
    """The cost of a case. *all_strong_usd* is an estimate: the same calls all on the strong model.

    *avoided* counts the questions that code answered; *seconds* is the time spent waiting for models.
    """

    models: tuple[ModelUse, ...] = ()
    usd: Decimal = Decimal(0)
    all_strong_usd: Decimal = Decimal(0)
    avoided: int = 0
    seconds: float | None = None
