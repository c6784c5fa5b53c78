"""What the same questions would have cost on one model alone, as far as that can be known. Pure.

The unit is the question: one call each on that model, its cache kept warm by all of them, those of other cases
included where they are known, for as long as the vendor keeps it. Repairs, climbs and retries
count on the actual side only; what code answered is told apart as avoided. How long a model that was not asked would
have answered is unknown: then the figure is a range, from half as long to twice as long as the answer that came. Where
that model did answer, its own length is taken. How good its answers would have been is not known, and not claimed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from router.messages import Usage
from router.outcomes import Attempt
from router.prices import Price
from router.warmth import KEPT_S

SHORTER, LONGER = 0.5, 2.0  # assumed of a model that was not asked, against the one that was
LABEL = "estimated"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the ledger sees it: its *attempts*, its prompt's prefixes (digest, tokens), when it was asked."""

    attempts: tuple[Attempt, ...]
    prefixes: tuple[tuple[str, int], ...]
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Reference:
    """A model to compare with: its price, and its least cached prefix in tokens."""

    price: Price
    shortest: int


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Dollars that all questions would have cost on *model*: at least, with answers as long as they were, at most."""

    model: str
    low: Decimal = Decimal(0)
    same: Decimal = Decimal(0)
    high: Decimal = Decimal(0)

    def __add__(self, other: "Otherwise") -> "Otherwise":
        return Otherwise(self.model, self.low + other.low, self.same + other.same, self.high + other.high)


@dataclass(slots=True)
class Alone:
    """A model that is asked everything; it remembers until when which prefixes are warm in its cache."""

    reference: Reference
    _warm: dict[str, float] = field(default_factory=dict, init=False)

    def after(self, question: Asked) -> Otherwise:
        """Return what one call of this model would have cost for *question*, the next one in order."""
        price = self.reference.price
        answered = [attempt for attempt in question.attempts if attempt.usage.prompt]
        if not answered:
            return Otherwise(price.model)
        prompt = self._prompt(answered[0].usage, question)
        least, same, most = _lengths(answered, price.model)
        low, middle, high = (price.cost(replace(prompt, output=tokens)) for tokens in (least, same, most))
        return Otherwise(price.model, low, middle, high)

    def _prompt(self, usage: Usage, question: Asked) -> Usage:
        """Return the tokens of the prompt as they would have been billed, and remember its prefixes."""
        expected = question.prefixes[-1][1] if question.prefixes else 0
        scale = usage.prompt / expected if expected else 0.0
        read = 0
        for digest, tokens in question.prefixes:
            if self._warm.get(digest, 0.0) > question.at:
                read = int(tokens * scale)
            self._warm[digest] = question.at + KEPT_S
        read = min(read, usage.prompt) if read >= self.reference.shortest else 0
        first = question.attempts[0]
        if first.selection.model == self.reference.price.model:
            read = max(read, first.usage.cache_read)  # what it did find, it would have found
        rest = usage.prompt - read
        fresh = usage.input if usage.input < rest else 0
        return Usage(fresh, 0, rest - fresh, 0, read)


def _lengths(answered: Sequence[Attempt], model: str) -> tuple[int, int, int]:
    """Return the tokens of *model*'s answer: its own where it answered, else a range around the answer that came."""
    own = [attempt.usage.output for attempt in answered if attempt.selection.model == model]
    if own:
        return own[-1], own[-1], own[-1]
    came = answered[-1].usage.output
    return int(came * SHORTER), came, int(came * LONGER)
