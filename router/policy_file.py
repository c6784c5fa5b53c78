"""Reading `routes.toml`: what it says, held against itself, the price list and the calendar.

Every refusal is a `PolicyError` with file and line. It knows no state of affairs and decides nothing.
"""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from router.policy import ModelFacts, Policy, PolicyText
from router.policy_checks import Where, contradictions
from router.prices import Price, Unpriced, listed_price, stated_price
from router.toml_lines import line_of, syntax_line

DEFAULT = Path(__file__).with_name("routes.toml")

PriceOf = Callable[[str, datetime], Price]

# What Claude 5.x answers with 400. Named here so that the refusal can say more than "unknown key".
REFUSED_BY_5X = {
    "temperature": "sampling parameters",
    "top_p": "sampling parameters",
    "top_k": "sampling parameters",
    "budget_tokens": "a thinking budget: use effort",
    "thinking": "a thinking budget: use effort",
    "tool_choice": "a forced tool: give the question a schema instead",
    "prefill": "a prefilled answer",
}

# Last days of service that the vendor has announced (anthropic 2.12, resources/messages). A test holds this
# against the installed SDK; a file may add to it under [models].
RETIREMENTS = {
    "claude-opus-4-0": date(2026, 6, 15),
    "claude-opus-4-20250514": date(2026, 6, 15),
    "claude-sonnet-4-0": date(2026, 6, 15),
    "claude-sonnet-4-20250514": date(2026, 6, 15),
    "claude-mythos-preview": date(2026, 6, 30),
    "claude-sonnet-4-5": date(2026, 11, 30),
    "claude-sonnet-4-5-20250929": date(2026, 11, 30),
    "claude-3-7-sonnet-latest": date(2026, 2, 19),
    "claude-3-7-sonnet-20250219": date(2026, 2, 19),
    "claude-3-5-haiku-latest": date(2026, 2, 19),
    "claude-3-5-haiku-20241022": date(2026, 2, 19),
    "claude-3-opus-20240229": date(2026, 1, 5),
    "claude-3-sonnet-20240229": date(2025, 7, 21),
}


class PolicyError(ValueError):
    """routes.toml says something that cannot be meant; the message begins with file and line."""


def read_policy(path: Path = DEFAULT, *, now: datetime, price_of: PriceOf = listed_price) -> Policy:
    """Read and check a policy file as of *now* (aware); prices are read once, here.

    Raises:
        PolicyError: the file is missing, is no TOML, or says something that cannot be meant.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as failed:
        raise PolicyError(f"{path}: the routing policy cannot be read ({failed.strerror}).") from failed
    except UnicodeDecodeError as failed:
        raise PolicyError(f"{path}: the routing policy cannot be read ({failed}).") from failed
    return parse_policy(text, source=str(path), now=now, price_of=price_of)


def parse_policy(
    text: str,
    *,
    source: str = "routes.toml",
    now: datetime,
    price_of: PriceOf = listed_price,
    in_force: bool = False,
) -> Policy:
    """Check the *text* of a policy; see `read_policy`. One that was *in_force* is read, not judged once more."""

    def refuse(where: Where, what: str) -> PolicyError:
        return PolicyError(f"{source}:{line_of(text, where)}: {what}")

    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise PolicyError(f"{source}:{syntax_line(broken)}: not valid TOML: {broken}") from broken
    try:
        policy = _FORM.validate_python(said)
    except ValidationError as wrong:
        # what stands there wrongly has a line, and is often why something else is missing
        first = min(wrong.errors(), key=lambda error: error["type"] == "missing")
        raise refuse(first["loc"], _in_words(first["loc"], str(first["msg"]))) from wrong
    for where, what in () if in_force else contradictions(policy):
        raise refuse(where, what)
    prices = _prices(policy, now, price_of, refuse)
    for where, what in () if in_force else _falling(policy, prices):
        raise refuse(where, what)
    sha = hashlib.sha256(text.encode() + _PRICES.dump_json(prices)).hexdigest()[:12]
    return Policy(policy, prices, sha, source, text)


_FORM = TypeAdapter(PolicyText)
_PRICES = TypeAdapter(dict[str, Price])


def prices_as_json(policy: Policy) -> str:
    """Return the prices of *policy* as JSON, to be kept beside its records."""
    return _PRICES.dump_json(dict(policy.prices)).decode()


def prices_from_json(kept: str) -> PriceOf:
    """Return prices as they were when `prices_as_json` kept them, for replaying old decisions."""
    prices = _PRICES.validate_json(kept)

    def price_of(model: str, on: datetime) -> Price:
        del on  # they are dated already
        if model not in prices:
            raise Unpriced(f"No price was kept for {model}.")
        return prices[model]

    return price_of


def _in_words(where: Where, said: str) -> str:
    key = str(where[-1]) if where else ""
    if key in REFUSED_BY_5X:
        return f"{key}: Claude 5.x answers 400 to {REFUSED_BY_5X[key]}; take it out."
    place = ".".join(str(part) for part in where if part != "[key]")
    said = _INSTANCE.sub("a table", said)
    for theirs, ours in _THEIR_WORDS.items():
        said = said.replace(theirs, ours)
    said = said.replace("Input should be", "no such name; there are" if key == "[key]" else "it should be")
    return f"{place}: {'no such key' if 'Unexpected' in said else said}."


# pydantic speaks of Python's types; the file's reader knows TOML's
_THEIR_WORDS = {
    "Field required": "it is missing",
    "a valid tuple": 'a list: ["…"]',
    "a valid string": "text in quotes",
    "a valid integer, unable to parse string as an integer": "a whole number",
    "Tuple should have at least 1 item after validation, not 0": "it names nobody",
    "String should have at least 1 character": "it is empty",
}
_INSTANCE = re.compile(r"a dictionary or an instance of \w+")


def _prices(
    policy: PolicyText, now: datetime, price_of: PriceOf, refuse: Callable[[Where, str], PolicyError]
) -> dict[str, Price]:
    prices: dict[str, Price] = {}
    for name, tier in policy.tiers.items():
        for model in tier.models:
            facts = policy.models.get(model, ModelFacts())
            retired = facts.retires or RETIREMENTS.get(model)
            if retired is not None and retired < now.astimezone(UTC).date():
                raise refuse(("tiers", name, "model"), f"{model} was retired on {retired}")
            if facts.prices is None:
                try:
                    prices[model] = price_of(model, now)
                except Unpriced as unknown:
                    raise refuse(("tiers", name, "model"), str(unknown)) from unknown
            else:
                prices[model] = _stated(model, facts, facts.prices, refuse)
                if facts.as_of is not None and facts.as_of > now.astimezone(UTC).date():
                    told = f"the price of {model} is dated {facts.as_of}, a day to come"
                    raise refuse(("models", model, "as_of"), told)
        if tier.model is not None:
            least = prices[tier.model].worst(1000, tier.max_tokens)
            if least > policy.budget.request_usd:
                raise refuse(
                    ("budget", "request_usd"),
                    f"budget.request_usd does not pay for one call of {name} (up to ${least})",
                )
    return prices


def _falling(policy: PolicyText, prices: Mapping[str, Price]) -> Iterator[tuple[Where, str]]:
    """Find rungs whose model costs less than that of the rung below, in and out, by the public lists.

    What a file prices itself (a gateway's model, a local one) may be strong and cheap.
    """
    listed = [
        (name, tier.model, prices[tier.model].standard.base)
        for name, tier in policy.tiers.items()
        if tier.model is not None and policy.models.get(tier.model, ModelFacts()).prices is None
    ]
    for (below, _, low), (name, model, high) in pairwise(listed):
        if high.input < low.input and high.output < low.output:
            yield (
                ("tiers", name, "model"),
                f"the ladder is not in order: {model} costs less than what {below} asks",
            )


_CLASSES = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")


def _stated(
    model: str,
    facts: ModelFacts,
    stated: Mapping[str, Decimal],
    refuse: Callable[[Where, str], PolicyError],
) -> Price:
    where = ("models", model, "prices")
    if facts.as_of is None:
        raise refuse(where, f"the price of {model} has no date: add as_of")
    if not {"input", "output"} <= set(stated) <= set(_CLASSES):
        raise refuse(where, f"a price has input and output, and possibly {', '.join(_CLASSES[2:])}")
    if min(stated.values()) < 0:
        raise refuse(where, f"a price of {model} is below zero")
    return stated_price(model, stated, facts.as_of.isoformat(), facts.context)
