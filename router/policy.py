"""The routing policy as values: tasks, tiers, overrides, remedies, budgets, deadlines.

`router/policy_file.py` reads it from `routes.toml` and refuses what cannot be meant. It knows no price list,
no vendor's wire and no state of affairs; `router/decide.py` puts those together.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from router.messages import Task
from router.outcomes import Effort, FailureCode, FindingCode
from router.prices import Price

CLOSED = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

Seconds = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]

EFFORTS: tuple[Effort, ...] = ("low", "medium", "high", "xhigh", "max")
Severity = Literal["critical", "warning", "info", "unknown"]
Check = Literal["form", "citations", "quotes", "entities", "numbers", "time", "facts", "confidence"]


class Remedy(StrEnum):
    """What can be done about a finding or a fault. Ordered from the cheapest to the dearest."""

    RETRY = "retry"  # the same again, after a pause
    MORE_TOKENS = "more_tokens"  # the same model, twice the room for its answer
    TRIM = "trim"  # the same model, a shorter prompt
    REPAIR = "repair"  # the same model, shown its answer and what is wrong with it, once
    FETCH_MORE = "fetch_more"  # evidence is missing, which no model can mend: back to the caller
    PEER = "peer"  # another model of the same tier
    FALLBACK = "fallback"  # another model, of the same tier or above: this one will not answer this
    UP = "up"  # the next tier


REMEDIES = tuple(Remedy)


@dataclass(frozen=True, slots=True, config=CLOSED)
class ModelFacts:
    """What price lists do not say about a model, and a price of our own where they have none.

    *retires* is the last day it is served. *min_cache_prefix* is the shortest prompt that is cached, in
    tokens. *prices* are dollars per million tokens, dated by *as_of*. *effort* says whether it takes one.
    """

    retires: date | None = None
    min_cache_prefix: int = Field(default=1024, ge=0)
    context: int | None = Field(default=None, gt=0)
    effort: bool = True
    prices: Mapping[str, Decimal] | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True, config=CLOSED)
class Tier:
    """One rung of the ladder. *model* is None on the rung where code does the work.

    *max_prompt_tokens* is where the rung stops being the cheap one; *cache* how long its prompt prefix is
    kept by the vendor; *fallbacks* are its peers, asked when the model itself cannot.
    """

    model: str | None = None
    effort: Effort | None = None
    max_tokens: int = Field(default=0, ge=0)
    max_prompt_tokens: int | None = Field(default=None, gt=0)
    cache: Literal["5m", "none"] = "5m"
    fallbacks: tuple[str, ...] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """All models of this rung, the first choice first; empty where code does the work."""
        return () if self.model is None else (self.model, *self.fallbacks)


@dataclass(frozen=True, slots=True, config=CLOSED)
class Route:
    """How one task is routed: where it starts, how far it may climb, what its answers are held against.

    *deadline_s* is for the whole question, *call_s* for one call (None: as long as the question has). A stated
    confidence below *min_confidence* asks for a stronger model; no confidence, however high, accepts an answer.
    """

    start: str
    ceiling: str
    why: str
    checks: tuple[Check, ...] = ()
    effort: Effort | None = None
    max_tokens: int | None = Field(default=None, gt=0)
    min_confidence: float = Field(default=0.0, ge=0.0, le=1.0)
    deadline_s: Seconds = 60.0
    call_s: Seconds | None = None


@dataclass(frozen=True, slots=True, config=CLOSED)
class When:
    """What an override applies to; an empty list means any. *settled*: whether code's suspect stands on evidence."""

    severity: tuple[Severity, ...] = ()
    service: tuple[str, ...] = ()
    task: tuple[Task, ...] = ()
    settled: bool | None = None


@dataclass(frozen=True, slots=True, config=CLOSED)
class Override:
    """An exception to the routes; the first that matches wins, and its *id* is in the reason."""

    id: Annotated[str, Field(min_length=1)]
    when: When
    why: str
    start: str | None = None
    ceiling: str | None = None
    effort: Effort | None = None
    max_tokens: int | None = Field(default=None, gt=0)


@dataclass(frozen=True, slots=True, config=CLOSED)
class Limits:
    """How long we go on. *max_wait_s*: a longer wait ends the question, with the time to try again."""

    max_attempts: int = Field(default=4, ge=1, le=10)
    max_climbs: int = Field(default=2, ge=0, le=5)
    max_retries: int = Field(default=2, ge=0, le=5)
    max_wait_s: float = Field(default=15.0, ge=0.0, allow_inf_nan=False)
    backoff_s: Seconds = 0.5
    stall_repeats: int = Field(default=3, ge=2)
    stall_window: int = Field(default=6, ge=2)


@dataclass(frozen=True, slots=True, config=CLOSED)
class BreakerRule:
    """When a model is left alone: *failures* within *within_s* seconds, for *open_s* seconds."""

    failures: int = Field(default=5, ge=1)
    within_s: Seconds = 30.0
    open_s: Seconds = 30.0


@dataclass(frozen=True, slots=True, config=CLOSED)
class Overdraft:
    """Alerts this loud may spend *factor* times the case, hour and day budgets; each such call says so."""

    severity: Annotated[tuple[Severity, ...], Field(min_length=1)]
    factor: Annotated[Decimal, Field(ge=1)]


@dataclass(frozen=True, slots=True, config=CLOSED)
class Budget:
    """Dollars: for one question with all its attempts, one case, the running hour and day (UTC)."""

    request_usd: Annotated[Decimal, Field(gt=0)]
    case_usd: Annotated[Decimal, Field(gt=0)]
    hour_usd: Annotated[Decimal, Field(gt=0)]
    day_usd: Annotated[Decimal, Field(gt=0)]
    overdraft: Overdraft | None = None


@dataclass(frozen=True, slots=True, config=CLOSED)
class Degrade:
    """A step down when the share *at* of a budget is spent: drop optional work, cap the rung, or code only."""

    at: Annotated[Decimal, Field(gt=0, le=1)]
    do: Literal["no_optional", "cap", "code_only"]
    tier: str | None = None
    effort: Effort | None = None


@dataclass(frozen=True, slots=True, config=CLOSED)
class PolicyText:
    """What the file says, before it is held against itself, the prices and the calendar."""

    version: Literal[1]
    tiers: Mapping[str, Tier]
    tasks: Mapping[Task, Route]
    remedies: Mapping[FindingCode, tuple[Remedy, ...]]
    faults: Mapping[FailureCode, tuple[Remedy, ...]]
    budget: Budget
    models: Mapping[str, ModelFacts] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    limits: Limits = field(default_factory=Limits)
    breaker: BreakerRule = field(default_factory=BreakerRule)
    degrade: tuple[Degrade, ...] = ()


@dataclass(frozen=True, eq=False, config=CLOSED)
class Policy:
    """A policy that can be meant, with the prices it was read with. Compared by identity: one is in force.

    *sha* names text and prices together, *toml* is the text itself, *source* where it was read.
    """

    text: PolicyText
    prices: Mapping[str, Price]
    sha: str
    source: str
    toml: str

    @cached_property
    def ladder(self) -> tuple[str, ...]:
        """The tiers' names from the bottom up."""
        return tuple(self.text.tiers)

    def price(self, model: str) -> Price:
        """Return the price of a model of the policy."""
        return self.prices[model]

    def min_cache_prefix(self, model: str) -> int:
        """Return the shortest prompt that *model*'s vendor caches, in tokens."""
        return self.text.models.get(model, _NO_FACTS).min_cache_prefix

    def takes_effort(self, model: str) -> bool:
        """Say whether *model* takes an effort."""
        return self.text.models.get(model, _NO_FACTS).effort

    @cached_property
    def rising(self) -> bool:
        """Whether each rung's first model is at least as dear as the one below, in every class of tokens."""
        rates = [self.prices[tier.model].standard.base for tier in self.text.tiers.values() if tier.model]
        return all(
            low.input <= high.input
            and low.output <= high.output
            and low.cache_write_5m <= high.cache_write_5m
            for low, high in pairwise(rates)
        )

    @cached_property
    def least_edge(self) -> int:
        """The shortest prompt, in tokens, past which some model of the policy costs more a token."""
        return min((edge for p in self.prices.values() for edge, _ in p.standard.edges), default=10**12)

    @cached_property
    def strongest(self) -> str:
        """The first model at or above the highest tier that a task starts at: what "all strong" is compared with."""
        start = max(self.ladder.index(route.start) for route in self.text.tasks.values())
        return next(model for rung in self.ladder[start:] if (model := self.text.tiers[rung].model))

    @cached_property
    def weakest(self) -> str:
        """The model of the lowest rung that has one: what "all weak" is compared with."""
        return next(model for rung in self.ladder if (model := self.text.tiers[rung].model))

    @cached_property
    def topmost(self) -> str:
        """The first model of the highest rung, the third that all is compared with."""
        return next(model for rung in reversed(self.ladder) if (model := self.text.tiers[rung].model))


_NO_FACTS = ModelFacts()
