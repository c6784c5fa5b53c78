"""A budget with one cap over everything that an evaluation may spend, whatever hour or day it is.

What is set aside counts as spent, so that calls in parallel cannot overshoot; a run that goes on counts what its
books already hold. It knows no arm and no case.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from router.budget import Budget
from router.spending import Caps


@dataclass(slots=True)
class CappedBudget(Budget):
    """Sets money aside as `Budget` does, and never more than *cap* in all. *reached*: a call was refused for it."""

    cap: Decimal = Decimal(0)
    taken: Decimal = Decimal(0)
    reached: bool = False
    _amounts: dict[str, Decimal] = field(default_factory=dict, init=False)

    async def reserve(self, name: str, case: str, amount: Decimal, caps: Caps) -> bool:
        """Set *amount* aside unless it goes beyond the cap; see `Budget.reserve`."""
        if self.taken + amount > self.cap:
            self.reached = True
            return False
        self.taken += amount
        self._amounts[name] = amount
        try:
            kept = await Budget.reserve(self, name, case, amount, caps)
        except BaseException:
            self.taken -= self._amounts.pop(name)
            raise
        if not kept:
            self.taken -= self._amounts.pop(name)
        return kept

    def settle(self, name: str, cost: Decimal | None) -> None:
        """Replace what was set aside by what it cost; see `Budget.settle`."""
        asked = self._amounts.pop(name)
        if cost is not None:
            self.taken += cost - asked
        Budget.settle(self, name, cost)
