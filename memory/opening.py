"""Put a Memory together from settings: which index, which folder, which model cache.

The composition root calls it with what it read from the environment; nothing here reads any.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from memory.embedder import Embed, MiniLm, OnnxModel
from memory.memory import Memory
from memory.no_model import NoEmbed, NoIndex
from memory.own_model import own_model
from memory.recalling import RecallSettings
from memory.records import Records
from memory.store import Store
from memory.store_edge import EdgeStore
from memory.store_qdrant import QdrantStore
from memory.weights import DEFAULT_CACHE, Progress, WeightsUnavailable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MemorySettings:
    """Where memory lives. *data* holds the embedded index; with *qdrant_url* a Qdrant server holds it instead.

    *model* is a folder with another embedding model than the one that is shipped.
    """

    data: Path
    qdrant_url: str | None = None
    qdrant_api_key: str | None = None
    cache: Path = DEFAULT_CACHE
    model: Path | None = None
    recall: RecallSettings = field(default_factory=RecallSettings)


def open_store(embed: Embed, settings: MemorySettings) -> Store:
    """Return the index for *embed*'s model."""
    if settings.qdrant_url:
        return QdrantStore(settings.qdrant_url, embed.model_id, embed.size, api_key=settings.qdrant_api_key)
    return EdgeStore(settings.data / "index", embed.model_id, embed.size)


async def open_memory(
    engine: AsyncEngine,
    settings: MemorySettings,
    *,
    redact: Callable[[str], str] | None = None,
    on_progress: Progress | None = None,
    words_will_do: bool = False,
) -> Memory:
    """Return a memory on *engine*, with its tables made and the embedding model ready.

    With *words_will_do* a model that cannot be made leaves recall by words, which every answer then says.

    Raises:
        WeightsUnavailable: the embedding model can neither be found nor made; the message says what to do.
    """
    records = Records(engine)
    await records.create_tables()
    embed: Embed
    store: Store
    try:
        own = settings.model
        embed = OnnxModel(own_model(own)) if own else MiniLm(settings.cache, on_progress=on_progress)
        store = open_store(embed, settings)
    except WeightsUnavailable as missing:
        if not words_will_do:
            raise
        log.error("no_embedding_model", why=str(missing))  # noqa: TRY400 (what to mend, not where it arose)
        embed, store = NoEmbed(str(missing)), NoIndex(str(missing))
    return Memory(records, store, embed, redact=redact or (lambda text: text), settings=settings.recall)
