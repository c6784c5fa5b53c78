from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.postgres import emptied
from bot.store.database import engine_for
from router.calls import Model
from router.policy import Policy
from router.router import Router
from router.tables import metadata
from tests.router.world import NOW, Ticking, policy

Opened = Callable[..., Awaitable[Router]]


@pytest.fixture(params=["sqlite", "postgresql"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """The router's tables on each database that we serve."""
    url = None
    if request.param == "postgresql":
        url = await emptied(request.getfixturevalue("postgres"))
    opened = engine_for(url, tmp_path)
    async with opened.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield opened
    await opened.dispose()


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    opened = engine_for(None, tmp_path)
    async with opened.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield opened
    await opened.dispose()


@pytest.fixture
async def open_router(books: AsyncEngine) -> AsyncIterator[Opened]:
    """Routers on one database, with a clock whose sleeps take no time; closed at the end."""
    routers: list[Router] = []

    async def opened(
        model: Model | None, rules: Policy | None = None, clock: Ticking | None = None
    ) -> Router:
        ticking = clock or Ticking()
        router = await Router.open(rules or policy(), model, books, now=lambda: NOW)
        router.clock = router.health.clock = router.warmth.clock = ticking
        router.sleep = ticking.sleep
        router.audit._behind.every_s = 60.0  # so that a slow machine flushes nothing by itself
        routers.append(router)
        return router

    yield opened
    for router in routers:
        await router.aclose()
