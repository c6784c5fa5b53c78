"""What tokens cost: dated price sheets of models, and the exact price of a call's usage.

The only importer of `genai_prices`, whose tables others keep current; read once, when the policy is loaded.
It knows no policy and no budget. An unknown model is `Unpriced`, loudly, and never $0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from importlib.metadata import version

from router.messages import Usage

MILLION = Decimal(1_000_000)


class Unpriced(LookupError):
    """No dated price is known for a model; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per million tokens, by the class a token is billed as."""

    input: Decimal
    output: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    cache_read: Decimal

    @property
    def dearest_input(self) -> Decimal:
        """The most that a token of the prompt can cost when a five-minute cache is written."""
        return max(self.input, self.cache_write_5m, self.cache_read)

    def cost(self, usage: Usage) -> Decimal:
        """Return the exact price of *usage* at these rates."""
        return (
            self.input * usage.input
            + self.output * usage.output
            + self.cache_write_5m * usage.cache_write_5m
            + self.cache_write_1h * usage.cache_write_1h
            + self.cache_read * usage.cache_read
        ) / MILLION


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rates by length of prompt: past an edge, every token of the request costs the later rates."""

    base: Rates
    edges: tuple[tuple[int, Rates], ...] = ()

    def rates(self, prompt_tokens: int) -> Rates:
        """Return the rates for a request whose prompt, cached parts included, has *prompt_tokens*."""
        found = self.base
        for edge, rates in self.edges:
            if prompt_tokens > edge:
                found = rates
        return found


@dataclass(frozen=True, slots=True)
class Price:
    """A model's prices with their date and source; *batch* is None where no batch price is known."""

    model: str
    standard: Sheet
    batch: Sheet | None
    context: int | None
    as_of: str

    def cost(self, usage: Usage, *, batch: bool = False) -> Decimal:
        """Return the exact price of one call. Raises `Unpriced` for a batch call without a batch price."""
        sheet = self.batch if batch else self.standard
        if sheet is None:
            raise Unpriced(f"No batch price is known for {self.model} (prices of {self.as_of}).")
        return sheet.rates(usage.prompt).cost(usage)

    def worst(self, prompt_tokens: int, max_tokens: int) -> Decimal:
        """Return the most that a call can cost: the whole prompt at the dearest class, all output used."""
        rates = self.standard.rates(prompt_tokens)
        return (rates.dearest_input * prompt_tokens + rates.output * max_tokens) / MILLION

    def expected(self, prompt_tokens: int, warm_tokens: int, max_tokens: int) -> Decimal:
        """Return an upper estimate: *warm_tokens* read from the cache, the rest written, all output used."""
        warm = min(warm_tokens, prompt_tokens)
        usage = Usage(output=max_tokens, cache_write_5m=prompt_tokens - warm, cache_read=warm)
        return self.cost(usage)


def cents(usd: Decimal) -> str:
    """Write dollars for people, rounded up so that a price never looks smaller than it is."""
    step = Decimal("0.0001") if usd < Decimal("0.01") else Decimal("0.001")
    return f"${usd.quantize(step if usd < 1 else Decimal('0.01'), ROUND_CEILING)}"


def dollars(amount: Decimal) -> str:
    """Write dollars that were spent with as many digits as matter: $0, $0.00002, $0.0042, $1.27."""
    if not amount:
        return "$0"
    if amount < Decimal("0.00005"):
        return f"${amount.quantize(Decimal((0, (1,), amount.adjusted()))):f}"
    return f"${amount:.2f}" if amount >= Decimal("0.10") else f"${amount:.4f}"


def dollar_range(low: Decimal, high: Decimal) -> str:
    """Write a range of dollars, or the one figure where both ends are written alike: $0.03–0.05."""
    first, last = dollars(low), dollars(high)
    return first if first == last else f"{first}–{last.removeprefix('$')}"


def stated_price(model: str, stated: Mapping[str, Decimal], as_of: str, context: int | None) -> Price:
    """Return a price that the policy file itself states (a gateway's, a local model's).

    *stated* has the keys input, output and possibly the three cache classes, in dollars per million tokens.
    """
    plain = stated["input"]
    rates = Rates(
        plain,
        stated["output"],
        stated.get("cache_write_5m", plain),
        stated.get("cache_write_1h", plain),
        stated.get("cache_read", plain),
    )
    return Price(model, Sheet(rates), None, context, f"routes.toml, {as_of}")


def listed_price(model: str, on: datetime) -> Price:
    """Return the public list price of an Anthropic *model* as of *on* (aware).

    Raises:
        Unpriced: the table has no such model, or lacks one of the five token classes.
    """
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - 0.3 s that nobody pays for --help

    as_of = f"genai-prices {version('genai-prices')}, {on:%Y-%m-%d}"
    try:
        _, info = get_snapshot().find_provider_model(model, None, "anthropic", None)
    except LookupError as gone:
        raise Unpriced(f"No price is known for {model} ({as_of}): state one in [models.{model!r}].") from gone
    standard = _sheet(model, vars(info.get_prices(on)), as_of)
    has_batch = any(dict(variant.when) == {"processing": "batch"} for variant in info.price_variants or ())
    batched = vars(info.get_prices(on, {"processing": "batch"})) if has_batch else None
    batch = None if batched is None else _sheet(model, batched, as_of)
    return Price(model, standard, batch, info.context_window, as_of)


_CLASSES = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_write_5m": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "cache_read": "cache_read_mtok",
}


def _sheet(model: str, listed: Mapping[str, object], as_of: str) -> Sheet:
    missing = [name for name, key in _CLASSES.items() if listed.get(key) is None]
    if missing:
        raise Unpriced(f"The price of {model} lacks {', '.join(missing)} ({as_of}).")
    prices = {name: listed[key] for name, key in _CLASSES.items()}
    edges = sorted({tier.start for price in prices.values() for tier in getattr(price, "tiers", ())})
    base = Rates(**{name: _at(price, 0) for name, price in prices.items()})
    return Sheet(base, tuple((e, Rates(**{n: _at(p, e + 1) for n, p in prices.items()})) for e in edges))


def _at(price: object, prompt_tokens: int) -> Decimal:
    """Return the rate of one token class for a prompt of *prompt_tokens*."""
    if isinstance(price, Decimal):
        return price
    found: Decimal = getattr(price, "base")  # noqa: B009 - the vendor's class is not ours to import at the top
    for tier in getattr(price, "tiers", ()):
        if prompt_tokens > tier.start:
            found = tier.price
    return found
