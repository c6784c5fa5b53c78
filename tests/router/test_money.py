"""Money: exact on every token class, additive, and never more than a budget, however many ask at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import engine_for
from router.budget import Budget
from router.messages import Usage
from router.outcomes import Failed, FailureCode
from router.prices import Unpriced, listed_price
from router.spending import Caps
from router.tables import holds, metadata, pico, usd
from tests.router.conftest import Opened
from tests.router.world import NOW, ScriptedModel, ask, events, heard, policy, shape

MILLION = 1_000_000
CLASSES = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")
COUNTS = st.integers(min_value=0, max_value=90_000)
SMALL = st.builds(Usage, *(st.integers(min_value=0, max_value=20_000) for _ in CLASSES))


@pytest.mark.parametrize(
    ("model", "prices"),
    [
        ("claude-haiku-5-5", ("0.10", "0.50", "0.125", "0.20", "0.01")),
        ("claude-sonnet-5-5", ("2", "10", "2.50", "4", "0.10")),
        ("claude-opus-5-5", ("4", "20", "5", "8", "0.20")),
    ],
)
def test_prices_are_those_of_the_public_tables(model: str, prices: tuple[str, ...]) -> None:
    price = listed_price(model, NOW)
    for name, dollars in zip(CLASSES, prices, strict=True):
        assert price.cost(Usage(**{name: 1000})) == Decimal(dollars) / 1000
        assert price.cost(Usage(**{name: 1000}), batch=True) == Decimal(dollars) / 2000
    assert "2026-11-22" in price.as_of


def test_past_the_edge_every_token_of_a_weak_request_costs_five_times() -> None:
    price = listed_price("claude-haiku-5-5", NOW)
    at = Usage(input=60_000, cache_read=40_000, output=1000)
    past = Usage(input=60_001, cache_read=40_000, output=1000)
    assert (
        price.cost(at)
        == (Decimal("0.10") * 60_000 + Decimal("0.01") * 40_000 + Decimal("0.50") * 1000) / MILLION
    )
    assert (
        price.cost(past)
        == (Decimal("0.50") * 60_001 + Decimal("0.05") * 40_000 + Decimal("2.50") * 1000) / MILLION
    )
    flat = listed_price("claude-sonnet-5-5", NOW)
    assert flat.cost(Usage(input=200_000)) == 2 * flat.cost(Usage(input=100_000))


def test_an_unknown_model_is_loud() -> None:
    with pytest.raises(Unpriced, match="claude-nope-9"):
        listed_price("claude-nope-9", NOW)


@given(one=SMALL, other=SMALL)
def test_costs_add_up_below_the_edge(one: Usage, other: Usage) -> None:
    for model in ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"):
        price = listed_price(model, NOW)
        both = one + other
        if both.prompt <= 100_000 or model != "claude-haiku-5-5":
            assert price.cost(both) == price.cost(one) + price.cost(other)


@given(usage=st.builds(Usage, COUNTS, COUNTS, COUNTS, st.just(0), COUNTS))
def test_the_worst_case_is_never_less_than_what_it_costs(usage: Usage) -> None:
    for model in ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"):
        price = listed_price(model, NOW)
        assert price.worst(usage.prompt, usage.output) >= price.cost(usage)


@given(amount=st.decimals(min_value=0, max_value=1000, places=12))
def test_pico_dollars_lose_nothing(amount: Decimal) -> None:
    assert usd(pico(amount)) == amount


def caps(case: str = "1", hour: str = "10", day: str = "100") -> Caps:
    return Caps(Decimal(10), Decimal(case), Decimal(hour), Decimal(day))


async def test_fifty_at_once_never_overshoot(either: AsyncEngine) -> None:
    budget = Budget(either, "w1", lambda: NOW)
    tenth = Decimal("0.1")
    got = await asyncio.gather(*(budget.reserve(f"s{n}", "case", tenth, caps()) for n in range(50)))
    assert sum(got) == 10
    assert (await budget.spent("case")).case == 1
    await budget.aclose()


async def test_replicas_share_one_budget(either: AsyncEngine) -> None:
    writers = [Budget(either, f"w{n}", lambda: NOW) for n in range(4)]
    got = await asyncio.gather(
        *(
            w.reserve(f"{w.writer}-{n}", f"case-{n % 3}", Decimal("0.07"), caps("100", "1", "100"))
            for n in range(15)
            for w in writers
        )
    )
    assert sum(got) * Decimal("0.07") <= 1
    assert sum(got) >= 1  # the first ones did get something
    for writer in writers:
        await writer.aclose()


async def test_what_is_held_survives_a_kill(either: AsyncEngine) -> None:
    first = Budget(either, "w1", lambda: NOW)
    assert await first.reserve("s1", "case", Decimal("0.9"), caps())
    again = Budget(either, "w2", lambda: NOW)  # the first one never came back to settle
    assert (await again.spent("case")).case >= Decimal("0.9")
    assert not await again.reserve("s2", "case", Decimal("0.2"), caps())
    await again.aclose()


async def test_settling_gives_back_what_was_not_spent(either: AsyncEngine) -> None:
    budget = Budget(either, "w1", lambda: NOW)
    assert await budget.reserve("s1", "case", Decimal("0.9"), caps())
    budget.settle("s1", Decimal("0.1"))
    assert (await budget.spent("case")).case == Decimal("0.1")
    assert await budget.reserve("s2", "case", Decimal("0.9"), caps())
    budget.settle("s2", None)  # nobody knows: the reservation is kept
    await budget.aclose()
    assert (await Budget(either, "w2", lambda: NOW).spent("case")).case == 1


async def test_hours_and_days_turn(either: AsyncEngine) -> None:
    at = [NOW]
    budget = Budget(either, "w1", lambda: at[0])
    assert await budget.reserve("s1", "a", Decimal(1), caps("5", "1", "2"))
    budget.settle("s1", Decimal(1))
    assert not await budget.reserve("s2", "a", Decimal(1), caps("5", "1", "2"))
    at[0] += timedelta(hours=1)
    assert await budget.reserve("s3", "a", Decimal(1), caps("5", "1", "2"))
    budget.settle("s3", Decimal(1))
    at[0] += timedelta(hours=1)
    assert not await budget.reserve("s4", "a", Decimal(1), caps("5", "1", "2"))
    at[0] = datetime(2026, 11, 23, tzinfo=UTC)
    assert await budget.reserve("s5", "a", Decimal(1), caps("5", "1", "2"))
    assert (await budget.spent("a")).case == 3
    await budget.flush()
    assert (await budget.spent("a")).case == 3
    await budget.aclose()


STEPS = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(1, 400), st.sampled_from(["keep", "less", "none", "open", "flush"])
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
async def test_no_order_of_events_overshoots(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, str]]
) -> None:
    engine = engine_for(None, Path(tmp_path_factory.mktemp("books")))
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    writers = [Budget(engine, f"w{n}", lambda: NOW) for n in range(2)]
    truth = Decimal(0)
    for number, (who, thousandths, what) in enumerate(steps):
        budget, amount, name = writers[who % 2], Decimal(thousandths) / 1000, f"s{number}"
        if await budget.reserve(name, f"case-{who}", amount, caps("100", "1", "100")):
            paid = {"less": amount / 3, "none": Decimal(0)}.get(what, amount)
            truth += paid
            if what != "open":
                budget.settle(name, None if what == "keep" else paid)
        if what == "flush":
            await budget.flush()
        assert truth <= 1
        assert (await budget.spent(f"case-{who}")).hour >= truth - Decimal(1)
    for budget in writers:
        await budget.aclose()
    async with engine.connect() as connection:
        held = sum(row.held for row in (await connection.execute(holds.select())).all())
    assert truth <= usd(held) <= 1
    await engine.dispose()


async def test_fifty_questions_at_once_stay_within_the_case(open_router: Opened) -> None:
    rules = policy(("case_usd = 1.00", "case_usd = 0.60"))
    model = ScriptedModel(lambda _: heard(usage=Usage(12, 4096)))
    router = await open_router(model, rules)
    told = await asyncio.gather(*(events(router, ask()) for _ in range(50)))
    answered = sum(shape(one)[-1] == "answered" for one in told)
    spent = await router.budget.spent("case-1")
    assert 0 < answered < 50
    assert spent.case <= Decimal("0.60")
    assert len(model.calls) == answered


async def test_unwritable_books_send_nothing(open_router: Opened, books: AsyncEngine) -> None:
    model = ScriptedModel(lambda _: heard())
    router = await open_router(model)
    async with books.begin() as connection:
        await connection.run_sync(holds.drop)
    told = await events(router, ask())
    assert isinstance(told[-1], Failed)
    assert told[-1].failure.code is FailureCode.BOOKS
    assert model.calls == []
    async with books.begin() as connection:
        await connection.run_sync(holds.create)


async def test_a_failed_write_counts_too_much_and_never_too_little(books: AsyncEngine) -> None:
    budget = Budget(books, "w1", lambda: NOW)
    assert await budget.reserve("s1", "case", Decimal("0.3"), caps())
    async with books.begin() as connection:
        await connection.run_sync(holds.drop)
    with pytest.raises(SQLAlchemyError):
        await budget.reserve("s2", "case", Decimal(5), caps("100"))
    async with books.begin() as connection:
        await connection.run_sync(holds.create)
    assert await budget.reserve("s3", "case", Decimal("0.3"), caps())
    assert not await budget.reserve("s4", "case", Decimal("0.5"), caps())
    await budget.aclose()
    assert (await Budget(books, "w2", lambda: NOW).spent("case")).case == Decimal("0.6")
