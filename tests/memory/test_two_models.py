"""Onto another embedding model while recall goes on: two indexes, never a mixed answer, and nothing lost."""

import asyncio
import hashlib
import math
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from memory.embedder import Embed, Vector
from memory.memory import Memory
from memory.records import Records
from memory.store import Store, StoreInUse
from memory.store_edge import EdgeStore
from memory.store_qdrant import QdrantStore
from tests.memory.making import WordEmbed, a_question, an_incident

TOLD = (
    "database pool exhausted",
    "disk full on the log node",
    "gateway certificate expired",
    "mail queue stuck",
)
MANY = [an_incident(f"inc-{n}", title=f"{TOLD[n % 4]} in cell {n}") for n in range(40)]


class TrigramEmbed:
    """Another embedder: each three letters are a direction of thirty-two. Likeness of spelling, and no other size."""

    size = 32
    model_id = "trigrams@1"

    def __init__(self) -> None:
        self.made = 0
        self.half_done = asyncio.Event()
        self.go_on = asyncio.Event()

    def close(self) -> None:
        """Hold nothing."""

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        self.made += len(texts)
        if self.made > 20 and not self.go_on.is_set():  # stand still half-way, for as long as the test looks
            self.half_done.set()
            await self.go_on.wait()
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> Vector:
        counts = [1e-3] * self.size
        small = f"  {text.lower()}  "
        for at in range(len(small) - 2):
            digest = hashlib.blake2b(small[at : at + 3].encode(), digest_size=2).digest()
            counts[digest[0] % self.size] += 1 if digest[1] % 2 else -1
        length = math.sqrt(math.fsum(each * each for each in counts))
        return [each / length for each in counts]


@pytest.mark.parametrize("embed", [WordEmbed(), TrigramEmbed()])
async def test_both_embedders_hold_to_the_contract(embed: Embed) -> None:
    first, again, other = await embed.embed(["pool exhausted", "pool exhausted", "disk full"])
    assert first == again and len(first) == embed.size
    assert math.isclose(math.fsum(each * each for each in first), 1.0, abs_tol=1e-6)
    alike = math.fsum(a * b for a, b in zip(first, other, strict=True))
    assert alike < 0.9


@pytest.fixture(params=["embedded", "client"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """Two indexes in one place, as two models have them."""
    made: tuple[Store, Store]
    if request.param == "embedded":
        made = tuple(EdgeStore(tmp_path / "index", e.model_id, e.size) for e in (WordEmbed(), TrigramEmbed()))  # type: ignore[assignment]
    else:
        made = tuple(QdrantStore(":memory:", e.model_id, e.size) for e in (WordEmbed(), TrigramEmbed()))  # type: ignore[assignment]
    yield made
    for store in made:
        await store.close()


async def test_reindexing_onto_another_model_while_the_old_one_answers(
    records: Records, stores: tuple[Store, Store]
) -> None:
    trigrams = TrigramEmbed()
    old, new = Memory(records, stores[0], WordEmbed()), Memory(records, stores[1], trigrams)
    await old.retain(*MANY)
    asked = a_question("database pool exhausted in cell 8", limit=3)
    before = [match.incident.id for match in (await old.recall(asked)).matches]
    assert before[0] == "inc-8"

    seen: list[tuple[int, int]] = []
    rebuilding = asyncio.create_task(new.reindex(lambda done, of: seen.append((done, of))))
    await trigrams.half_done.wait()
    assert [match.incident.id for match in (await old.recall(asked)).matches] == before
    assert await stores[0].count() == 40 > await stores[1].count() > 0
    trigrams.go_on.set()
    half = await new.recall(asked)
    assert half.matches, "the new index answers from what it has"

    assert await rebuilding == 40
    assert [done for done, _ in seen] == sorted(done for done, _ in seen) and seen[-1] == (40, 40)
    assert (await stores[0].count(), await stores[1].count()) == (40, 40)
    assert (await new.recall(asked)).matches[0].incident.id == "inc-8"
    assert await new.reindex() == 40, "again changes nothing"
    assert (await new.recall(asked)).matches[0].incident.id == "inc-8"


async def test_an_index_that_another_process_has_is_told_apart_and_the_work_waits_for_it(
    records: Records, tmp_path: Path
) -> None:
    embed = WordEmbed()
    bot = Memory(records, EdgeStore(tmp_path / "index", embed.model_id, embed.size), embed)
    await bot.retain(*MANY[:4])
    terminal = Memory(records, EdgeStore(tmp_path / "index", embed.model_id, embed.size), embed)
    with pytest.raises(StoreInUse):
        await terminal.reindex()
    assert await terminal.waiting() == 4
    assert await bot.index_pending() == 4, "the bot takes it up at its next look"
    assert await terminal.waiting() == 0
    await bot.close()
    await terminal.close()
