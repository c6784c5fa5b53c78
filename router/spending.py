"""How much is spent against what may be, and what the policy does about it. Pure.

Where the money is counted is `router/budget.py`'s business.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter

from router.policy import Degrade, Policy


@dataclass(frozen=True, slots=True)
class Spent:
    """Dollars spent or reserved so far: for this question, its case, the running hour and day (UTC)."""

    request: Decimal = Decimal(0)
    case: Decimal = Decimal(0)
    hour: Decimal = Decimal(0)
    day: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that may be spent, in dollars."""

    request: Decimal
    case: Decimal
    hour: Decimal
    day: Decimal


@dataclass(frozen=True, slots=True)
class Purse:
    """What is left, and the steps down that apply. *scope* is the tightest budget, *share* of it is spent."""

    caps: Caps
    spent: Spent
    scope: str
    share: Decimal
    steps: tuple[Degrade, ...]
    overdrawn: bool

    @property
    def no_optional(self) -> bool:
        """Whether optional work is dropped."""
        return bool(self.steps)

    @property
    def code_only(self) -> bool:
        """Whether no model is asked any more."""
        return any(step.do == "code_only" for step in self.steps)

    @property
    def cap(self) -> Degrade | None:
        """The lowest cap that applies on tier and effort."""
        return next((step for step in reversed(self.steps) if step.do == "cap"), None)

    def short_of(self, usd: Decimal) -> str | None:
        """Return the first budget that cannot pay *usd* more, or None when all can."""
        for scope in ("request", "case", "hour", "day"):
            if getattr(self.spent, scope) + usd > getattr(self.caps, scope):
                return scope
        return None


@lru_cache(maxsize=64)
def caps_for(severity: str, policy: Policy) -> Caps:
    """Return the budgets that hold for an alert of *severity*, its overdraft included."""
    budget = policy.text.budget
    overdraft = budget.overdraft
    factor = overdraft.factor if overdraft and severity in overdraft.severity else Decimal(1)
    return Caps(
        budget.request_usd, budget.case_usd * factor, budget.hour_usd * factor, budget.day_usd * factor
    )


def purse_for(severity: str, spent: Spent, policy: Policy) -> Purse:
    """Return what is left for an alert of *severity*, with the policy's steps down."""
    caps = caps_for(severity, policy)
    scope, share = _tightest(spent, caps)
    usual = caps_for("", policy)
    plain = share if usual == caps else _tightest(spent, usual)[1]
    steps = tuple(step for step in policy.text.degrade if share >= step.at)
    return Purse(caps, spent, scope, share, steps, overdrawn=plain >= 1 > share)


def _tightest(spent: Spent, caps: Caps) -> tuple[str, Decimal]:
    shares = (
        ("case", spent.case / caps.case),
        ("hour", spent.hour / caps.hour),
        ("day", spent.day / caps.day),
    )
    return max(shares, key=itemgetter(1))
