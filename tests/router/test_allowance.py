"""A channel's day: however many cases ask at once, their calls never cost more than it may spend."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import engine_for
from router.allowance import Limit
from router.calls import Model
from router.messages import Usage
from router.outcomes import Failed, FailureCode, RouterEvent, Selected
from router.router import Router
from router.tables import metadata
from tests.router.world import NOW, ScriptedModel, ask, events, fault, heard, policy, shape

RICH = policy(("hour_usd = 8.00", "hour_usd = 800.00"), ("day_usd = 40.00", "day_usd = 4000.00"))


def limited(dollars: str | None) -> Limit:
    async def limit(channel: str) -> Decimal | None:
        return Decimal(dollars) if dollars is not None and channel == "C1" else None

    return limit


@asynccontextmanager
async def opened(
    books: AsyncEngine, model: Model, dollars: str | None, at: list[datetime] | None = None
) -> AsyncIterator[Router]:
    moment = at or [NOW]
    router = await Router.open(RICH, model, books, now=lambda: moment[0], limit=limited(dollars))
    try:
        yield router
    finally:
        await router.aclose()


def paid(told: list[list[RouterEvent]]) -> int:
    return sum(shape(one)[-1] == "answered" for one in told)


@settings(max_examples=8, deadline=None)
@given(
    cents=st.integers(min_value=0, max_value=120),
    output=st.integers(min_value=1, max_value=4096),
    replicas=st.integers(min_value=1, max_value=3),
)
async def test_twenty_cases_at_once_never_overshoot_their_channel(
    tmp_path_factory: pytest.TempPathFactory, cents: int, output: int, replicas: int
) -> None:
    books = engine_for(None, Path(tmp_path_factory.mktemp("books")))
    async with books.begin() as connection:
        await connection.run_sync(metadata.create_all)
    limit, usage = Decimal(cents) / 100, Usage(12, output)
    model = ScriptedModel(lambda _: heard(usage=usage))
    lent = limited(str(limit))
    routers = [await Router.open(RICH, model, books, now=lambda: NOW, limit=lent) for _ in range(replicas)]
    told = await asyncio.gather(
        *(events(routers[n % replicas], ask(case=f"case-{n}", channel="C1")) for n in range(20))
    )
    cost = sum((RICH.price(call.model).cost(usage) for call in model.calls), Decimal(0))
    assert cost <= limit
    assert len(model.calls) == paid(told)
    for router in routers:
        await router.aclose()
    await books.dispose()


async def test_a_spent_channel_says_so_and_others_go_on(either: AsyncEngine) -> None:
    model = ScriptedModel(lambda _: heard(usage=Usage(12, 4096)))
    async with opened(either, model, "0.10") as router:
        told = [await events(router, ask(case=f"case-{n}", channel="C1")) for n in range(20)]
        assert 0 < paid(told) < 20
        end = told[-1][-1]
        assert isinstance(end, Failed)
        assert end.failure.code is FailureCode.OVER_BUDGET
        assert end.failure.message.startswith(
            "Not asked: this channel's budget for today does not allow it ("
        )
        assert " of $0.10 left" in end.failure.message
        assert end.failure.retry_at == NOW.replace(hour=0) + timedelta(days=1)
        selected = told[-1][-2]
        assert isinstance(selected, Selected) and not selected.selection.available
        assert Decimal("0.05") < await router.allowance.spent_today("C1") <= Decimal("0.10")
        before = await router.budget.spent("case-19")
        assert before.case == 0, "what the channel could not pay is given back to the case"
        assert paid([await events(router, ask(channel="C2")), await events(router, ask())]) == 2


async def test_a_limit_of_nothing_asks_no_model(books: AsyncEngine) -> None:
    model = ScriptedModel(lambda _: heard())
    async with opened(books, model, "0") as router:
        assert paid([await events(router, ask(channel="C1"))]) == 0
    assert model.calls == []


async def test_the_morning_counts_for_a_limit_that_is_set_at_noon_until_the_day_is_over(
    books: AsyncEngine,
) -> None:
    at = [NOW]
    model = ScriptedModel(lambda _: heard(usage=Usage(12, 4096)))
    async with opened(books, model, None, at) as router:
        assert paid([await events(router, ask(case=f"case-{n}", channel="C1")) for n in range(4)]) == 4
    async with opened(books, model, "0.10", at) as router:
        assert paid([await events(router, ask(case="later", channel="C1"))]) == 0
        at[0] += timedelta(days=1)
        assert paid([await events(router, ask(case="tomorrow", channel="C1"))]) == 1


async def test_a_call_that_cost_nothing_leaves_the_day_as_it_was(books: AsyncEngine) -> None:
    model = ScriptedModel(lambda _: fault(FailureCode.BAD_REQUEST))
    async with opened(books, model, "0.10") as router:
        for number in range(10):
            told = await events(router, ask(case=f"case-{number}", channel="C1"))
            assert "selected" in shape(told)[0] and "unavailable" not in shape(told)[0]


async def test_a_limit_that_cannot_be_read_sends_nothing_and_keeps_nothing(books: AsyncEngine) -> None:
    async def gone(_channel: str) -> Decimal | None:
        raise OperationalError("SELECT", {}, OSError("database away"))

    model = ScriptedModel(lambda _: heard())
    router = await Router.open(RICH, model, books, now=lambda: NOW, limit=gone)
    told = await events(router, ask(channel="C1"))
    assert shape(told) == ["failed books"]
    assert model.calls == []
    assert (await router.budget.spent("case-1")).case == 0
    await router.aclose()
