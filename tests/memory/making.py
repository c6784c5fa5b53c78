"""Small incidents and a small embedder for tests of memory."""

import asyncio
import hashlib
import math
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakSet

from sqlalchemy.ext.asyncio import AsyncEngine

from memory.embedder import Vector
from memory.incident import Incident
from memory.recollection import Question
from memory.words import words_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def an_incident(id_: str = "inc-1", **said: Any) -> Incident:  # noqa: ANN401
    known: dict[str, Any] = {"workspace": "T1", "title": "Checkout answers 500", "started_at": days_ago(30)}
    return Incident(id_, **(known | said))


def a_question(text: str, **said: Any) -> Question:  # noqa: ANN401
    known: dict[str, Any] = {"workspace": "T1", "now": NOW}
    return Question(text, **(known | said))


STRANGERS: WeakSet[threading.Thread] = WeakSet()
"""Threads that do not end: of an engine that some other test left open. Each is waited for once."""


async def let_go(engine: AsyncEngine) -> None:
    """Close *engine* and wait for aiosqlite's threads, which would else answer to a loop that is gone."""
    await engine.dispose()
    for thread in threading.enumerate():
        if thread.name.endswith("(_connection_worker_thread)") and thread not in STRANGERS:
            await asyncio.to_thread(thread.join, 5)
            if thread.is_alive():
                STRANGERS.add(thread)


class WordEmbed:
    """An embedder of words without meaning: each word is a direction. Quick, and as exact as its contract."""

    size = 64

    def __init__(self, model_id: str = "words@1") -> None:
        self.model_id = model_id

    def close(self) -> None:
        """Hold nothing."""

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> Vector:
        sums = [1e-3] * self.size
        for word in words_of(text):
            digest = hashlib.blake2b(f"{self.model_id}{word}".encode(), digest_size=self.size).digest()
            sums = [held + byte / 128 - 1 for held, byte in zip(sums, digest, strict=True)]
        length = math.sqrt(math.fsum(number * number for number in sums))
        return [number / length for number in sums]
