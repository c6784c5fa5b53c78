"""What a channel may spend on models in a day (UTC): set aside beside the budgets of the policy, never instead of them.

Every call for a channel is counted, also while the channel has no limit, so that one set at noon knows the morning.
It does not know where limits are kept or who set them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from sqlalchemy.ext.asyncio import AsyncEngine

from router.budget import DAY, Budget
from router.endings import withheld
from router.outcomes import Reason, ReasonCode, Selection
from router.prices import cents
from router.spending import Caps
from router.tables import channel_holds

UNLIMITED = Decimal(1_000_000)  # far beyond any day, and exact in pico-dollars

Limit = Callable[[str], Awaitable[Decimal | None]]


async def no_limit(_channel: str) -> Decimal | None:
    """Limit nothing."""
    return None


@dataclass(slots=True)
class Allowance:
    """The day's money of every channel, counted in *budget* (of `router.tables.channel_holds`).

    *limit* returns a channel's dollars a day, None for no limit. Without a budget nothing is counted or refused.
    """

    budget: Budget | None = None
    limit: Limit = no_limit
    _open: set[str] = field(default_factory=set, init=False)

    @classmethod
    def counted_in(
        cls, engine: AsyncEngine, writer: str, now: Callable[[], datetime], limit: Limit
    ) -> "Allowance":
        """Return the allowance of one writer whose books are in *engine*."""
        return cls(Budget(engine, writer, now, channel_holds), limit)

    async def within(self, selection: Selection, channel: str, paid_by: Budget) -> Selection:
        """Return *selection* with its money set aside for *channel* too, or as one that no call may follow.

        What the day cannot pay, and what could not be written, goes back to *paid_by*.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the books cannot be read or written.
        """
        try:
            short = await self._refuses(selection, channel)
        except BaseException:
            paid_by.settle(selection.id, Decimal(0))
            raise
        if short is None:
            return selection
        paid_by.settle(selection.id, Decimal(0))
        return withheld(selection, short)

    async def _refuses(self, selection: Selection, channel: str) -> Reason | None:
        """Set the money of *selection* aside for *channel*; say why when what is left today does not pay it."""
        if self.budget is None or not channel:
            return None
        limit = await self.limit(channel)
        today = _today(channel, self.budget)
        caps = Caps(UNLIMITED, UNLIMITED if limit is None else limit, UNLIMITED, UNLIMITED)
        if await self.budget.reserve(selection.id, today, selection.reserved_usd, caps):
            self._open.add(selection.id)
            return None
        left = max(Decimal(0), caps.case - (await self.budget.spent(today)).case)
        whole = {"limit": f"${caps.case:.2f}", "left": f"${left.quantize(Decimal('0.01'), ROUND_FLOOR)}"}
        return Reason(
            ReasonCode.CHANNEL_SPENT, {"scope": "day", "needs": cents(selection.reserved_usd), **whole}
        )

    def settle(self, name: str, cost: Decimal | None, paid_by: Budget) -> None:
        """Replace what was set aside for *name*, here and in *paid_by*, by what it cost; see `Budget.settle`."""
        paid_by.settle(name, cost)
        if self.budget is not None and name in self._open:
            self._open.discard(name)
            self.budget.settle(name, cost)

    async def spent_today(self, channel: str) -> Decimal:
        """Return the dollars that *channel* has spent or set aside today.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the books cannot be read.
        """
        if self.budget is None:
            return Decimal(0)
        return (await self.budget.spent(_today(channel, self.budget))).case

    async def aclose(self) -> None:
        """Write what waits to be written."""
        if self.budget is not None:
            await self.budget.aclose()


def _today(channel: str, budget: Budget) -> str:
    """Return the name under which *budget* counts the running day of *channel*."""
    return f"{channel}@{int(budget.now().timestamp()) // DAY}"
