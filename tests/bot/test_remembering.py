"""An index that was away learns what it missed, without anybody remembering anything new."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.remembering import Remembering
from memory.incident import Incident
from memory.memory import Memory
from memory.records import Records
from memory.store import Entry, StoreUnavailable
from memory.store_qdrant import QdrantStore
from tests.conftest import Clock
from tests.memory.making import WordEmbed


class Away(QdrantStore):
    """The in-memory index behind a line that can be cut."""

    cut = True

    async def put(self, entries: Sequence[Entry]) -> None:
        if self.cut:
            raise StoreUnavailable("the index is away")
        await super().put(entries)

    async def remove(self, incident_ids: Iterable[str]) -> None:
        if self.cut:
            raise StoreUnavailable("the index is away")
        await super().remove(incident_ids)


async def test_an_index_that_comes_back_learns_what_it_missed(
    engine: AsyncEngine, clock: Clock, tmp_path: Path
) -> None:
    records = Records(engine)
    await records.create_tables()
    embed = WordEmbed()
    store = Away(":memory:", embed.model_id, embed.size)
    memory = Memory(records, store, embed)
    remembering = Remembering(memory, "T1", clock)
    await memory.retain(Incident("INC-1", "T1", "pool dry", symptoms="no connection free"))
    await remembering.catch_up()
    assert await memory.waiting() == 1, "delayed, and not lost"
    store.cut = False
    await remembering.catch_up()
    assert await memory.waiting() == 0
    assert await store.count() == 1
    await memory.close()
