"""One engine, one size, one process: fill a folder, or open it and ask. Prints one JSON object.

`python -m bench.engine_worker SYSTEM SIZE FOLDER fill|ask`. A process of its own, so that memory and cold
opening are the engine's and nobody else's.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from bench.engine_data import SCOPE, SIZE, entries, probes
from memory.store import Entry, Probe, Store
from memory.store_edge import EdgeStore

BATCH = 100
CANDIDATES = 50


class Engine(Protocol):
    """What is measured of an engine."""

    async def put(self, part: list[Entry]) -> None:
        """Write a batch."""
        ...

    async def ask(self, probe: Probe) -> int:
        """Search within the scope; return how many came back."""
        ...

    async def close(self) -> None:
        """Let go."""
        ...


class Hybrid:
    """A store of the product, hybrid with every arm."""

    def __init__(self, store: Store) -> None:
        """Take the opened *store*."""
        self._store = store

    async def put(self, part: list[Entry]) -> None:
        """Write a batch."""
        await self._store.put(part)

    async def ask(self, probe: Probe) -> int:
        """Search."""
        return len(await self._store.search(probe, SCOPE, CANDIDATES))

    async def close(self) -> None:
        """Flush."""
        await self._store.close()


def ours(folder: Path) -> Hybrid:
    """The product's embedded index."""
    return Hybrid(EdgeStore(folder, "bench", SIZE))


def qdrant_local(folder: Path) -> Hybrid:
    """qdrant-client's local mode in a folder, the same search."""
    from bench.engine_local import FolderStore  # noqa: PLC0415 - seconds to load

    return Hybrid(FolderStore(folder, "bench", SIZE))


class Chroma:
    """ChromaDB's persistent client: dense with the same filter, for it has no hybrid search in a folder."""

    def __init__(self, folder: Path) -> None:
        """Open *folder*."""
        import chromadb  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415 - a bench extra

        client = chromadb.PersistentClient(str(folder))
        self._collection: Any = client.get_or_create_collection(
            "incidents", metadata={"hnsw:space": "cosine"}
        )

    async def put(self, part: list[Entry]) -> None:
        """Write a batch."""
        self._collection.add(
            ids=[entry.incident_id for entry in part],
            embeddings=[list(entry.case) for entry in part],
            metadatas=[
                {
                    "workspace": entry.workspace, "channel": entry.channel, "private": entry.private,
                    "status": entry.status, "started": entry.started_at.timestamp() if entry.started_at else 0.0,
                }
                for entry in part
            ],
        )  # fmt: skip

    async def ask(self, probe: Probe) -> int:
        """Search."""
        until = SCOPE.until.timestamp() if SCOPE.until else 0.0
        where = {
            "$and": [
                {"workspace": {"$in": sorted(SCOPE.workspaces)}},
                {"$or": [{"private": False}, {"channel": {"$in": sorted(SCOPE.channels)}}]},
                {"status": {"$nin": sorted(SCOPE.hidden)}},
                {"started": {"$lte": until}},
            ]
        }
        found = self._collection.query(
            query_embeddings=[list(probe.vector)], n_results=CANDIDATES, where=where
        )
        return len(found["ids"][0])

    async def close(self) -> None:
        """Nothing to do."""


SYSTEMS: dict[str, Callable[[Path], Engine]] = {"ours": ours, "qdrant_local": qdrant_local, "chroma": Chroma}


async def fill(engine: Engine, count: int) -> dict[str, float]:
    """Write everything; the time to make the data is not counted."""
    spent = 0.0
    for part in _batches(entries(count)):
        began = time.perf_counter()
        await engine.put(part)
        spent += time.perf_counter() - began
    await engine.close()
    return {"insert_per_s": round(count / spent, 1)}


async def ask(make: Callable[[], Engine], queries: int) -> dict[str, float]:
    """Open cold, ask, and watch how long the event loop stalls meanwhile."""
    asked = probes(queries)
    began = time.perf_counter()
    engine = make()
    if await engine.ask(asked[0]) == 0:
        sys.exit("found nothing: the folder was not filled")
    opened = time.perf_counter() - began
    took: list[float] = []
    stalled = await _watching(_ask_all(engine, asked, took))
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    await engine.close()
    took.sort()
    return {
        "p50_ms": round(1000 * took[len(took) // 2], 2),
        "p95_ms": round(1000 * took[int(0.95 * (len(took) - 1))], 2),
        "open_s": round(opened, 3),
        "rss_mb": round(rss, 1),
        "stall_ms": round(1000 * stalled, 1),
    }


async def _ask_all(engine: Engine, asked: list[Probe], took: list[float]) -> None:
    for probe in asked:
        began = time.perf_counter()
        await engine.ask(probe)
        took.append(time.perf_counter() - began)


async def _watching(work: Awaitable[None]) -> float:
    """Run *work*; return the longest time that the loop did not come round to a waiting task."""
    running = asyncio.ensure_future(work)
    longest = 0.0
    while not running.done():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - began - 0.001)
    await running
    return longest


def _batches(items: Iterable[Entry]) -> Iterable[list[Entry]]:
    part: list[Entry] = []
    for item in items:
        part.append(item)
        if len(part) == BATCH:
            yield part
            part = []
    if part:
        yield part


def main() -> None:
    """Do one phase of one engine."""
    system, count, folder, phase, queries = sys.argv[1:6]
    make = SYSTEMS[system]
    if phase == "fill":
        result = asyncio.run(fill(make(Path(folder)), int(count)))
    else:
        result = asyncio.run(ask(lambda: make(Path(folder)), int(queries)))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
