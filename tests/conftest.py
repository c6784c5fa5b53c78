"""What all tests share: a fresh database, a fixed clock, and no way out of this machine."""

import gc
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.postgres import BINARIES, MISSING, cluster
from bot.store.database import create_tables, engine_for
from memory.embedder import MiniLm

GUARD = Path(__file__).parent / "guard"
# machines are noisy: how long an example takes decides nothing
settings.register_profile(
    "quick", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=300)  # `make faults`
settings.load_profile("quick")
# the default draws every local variable of a traceback, which takes seconds and stops the loop that is being tried
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

gc.set_threshold(50_000, 20, 50)  # thousands of collected tests are looked through rarely
MEMORY_DISK = Path("/dev/shm")
if MEMORY_DISK.is_dir() and shutil.disk_usage(MEMORY_DISK).free > 4 * 2**30:
    tempfile.tempdir = str(MEMORY_DISK)  # what tests write outlives no test, so no disk need be waited for
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


def pytest_collection_finish() -> None:
    """Look no more through what lives to the end anyway: the modules and the collected tests."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine: green means green offline."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:  # noqa: ANN401 (socket's own signature)
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            msg = f"a test tried to reach {address[0]}"
            raise AssertionError(msg)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    # the guard of processes that a test starts: tests/guard/sitecustomize.py
    monkeypatch.setenv("PYTHONPATH", str(GUARD), prepend=os.pathsep)


@pytest.fixture(scope="session")
def minilm() -> Iterator[MiniLm]:
    """The real embedding model, loaded; every bot of this process shares it."""
    model = MiniLm()
    model._worker.submit(model._loaded).result()
    yield model
    model.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL of our own."""
    if not BINARIES:
        pytest.skip(MISSING)
    with cluster() as url:
        yield url


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    opened = engine_for(None, tmp_path)
    await create_tables(opened)
    yield opened
    await opened.dispose()
