"""The bot's tests of SQL run on SQLite and, where its binaries are installed, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.postgres import emptied
from bot.store.database import create_tables, engine_for
from memory.embedder import MiniLm


@pytest.fixture(scope="session", autouse=True)
def _model_is_held(minilm: MiniLm) -> None:
    """Keep the embedding model loaded from one bot to the next."""


@pytest.fixture(params=["sqlite", "postgresql"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres")
        await emptied(url)
    opened = engine_for(url, tmp_path)
    await create_tables(opened)
    yield opened
    await opened.dispose()
