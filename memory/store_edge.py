"""The index in a folder of this machine, by Qdrant's own engine in-process. Only importer of qdrant_edge.

The engine is official and beta, and holds the GIL while it works, so: one thread makes all calls, nothing here is
the truth, and `optimize()` is never called (it froze a process for 40 s at 22,000 points). One process a
folder; a second is refused by the engine's lock. The type stubs are wrong in places; what is written here ran.
"""

import asyncio
import contextlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from memory.index_form import ARMS, RETRIEVING, hits, payload_of
from memory.store import Entry, Hit, Probe, Scope, StoreDamaged, StoreInUse, StoreUnavailable, point_id
from memory.words import Sparse

T = TypeVar("T")


class EdgeStore:
    """Incidents of one embedding model in one folder."""

    def __init__(self, folder: Path, model_id: str, size: int) -> None:
        """Open, or make, the index for *model_id* below *folder* when it is first needed."""
        slug = "".join(letter if letter.isalnum() else "-" for letter in model_id)
        self._folder = folder / slug
        self._model_id = model_id
        self._size = size
        self._shard: Any = None
        self._damaged = False
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="index")

    async def put(self, entries: Sequence[Entry]) -> None:
        """Write entries; one that is there already is replaced."""
        await self._run(lambda: self._put(entries))

    async def remove(self, incident_ids: Iterable[str]) -> None:
        """Take entries out."""
        points = [point_id(incident_id) for incident_id in incident_ids]
        if points:
            await self._run(lambda: self._update("delete_points", points))

    async def search(self, probe: Probe, scope: Scope, candidates: int) -> list[Hit]:
        """Return the best of each arm, each scored by all arms.

        Raises:
            StoreDamaged: the files cannot be read.
            StoreUnavailable: another process has the folder.
        """
        return await self._run(lambda: self._search(probe, scope, candidates), reads=True)

    async def count(self) -> int:
        """Return how many incidents it holds."""
        return await self._run(self._count, reads=True)

    async def clear(self) -> None:
        """Throw the folder away, or put it aside when it could not be read; it is made anew when needed."""
        await self._run(self._clear)

    async def close(self) -> None:
        """Flush, let go of the folder's lock, and end the thread."""
        await self._run(self._close)
        self._worker.shutdown(wait=False)

    async def _run(self, work: Callable[[], T], *, reads: bool = False) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, work)
        except StoreUnavailable as error:
            self._damaged |= isinstance(error, StoreDamaged)
            raise
        except Exception as error:  # the engine raises bare Exception for everything
            self._damaged |= reads
            kind = StoreDamaged if reads else StoreUnavailable  # a write may fail for want of space
            raise kind(f"The index in {self._folder} failed: {error}") from error

    def _open(self) -> Any:  # noqa: ANN401 - the engine ships types that do not hold
        if self._shard is None:
            import qdrant_edge as edge  # noqa: PLC0415 - a vendor, loaded when used

            self._folder.parent.mkdir(parents=True, exist_ok=True)
            there = self._folder.is_dir() and any(self._folder.iterdir())
            try:
                self._shard = edge.EdgeShard.load(str(self._folder)) if there else self._create(edge)
            except Exception as error:
                raise _why_not(self._folder, error) from error
        return self._shard

    def _create(self, edge: Any) -> Any:  # noqa: ANN401
        cosine = {"size": self._size, "distance": edge.Distance.Cosine}
        most_alike = edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim)
        shard = edge.EdgeShard.create(
            str(self._folder),
            edge.EdgeConfig(
                vectors={
                    "symptom": edge.EdgeVectorParams(**cosine),
                    "case": edge.EdgeVectorParams(**cosine),
                    "passages": edge.EdgeVectorParams(**cosine, multivector_config=most_alike),
                },
                sparse_vectors={
                    "words": edge.EdgeSparseVectorParams(),
                    "pairs": edge.EdgeSparseVectorParams(),
                },
            ),
        )
        operation, kind = edge.UpdateOperation, edge.PayloadSchemaType
        for name in ("workspace", "channel", "visibility", "status", "signatures"):
            shard.update(operation.create_field_index(name, kind.Keyword))
        for name in ("started_at", "invalid_at"):
            shard.update(operation.create_field_index(name, kind.Float))
        return shard

    def _put(self, entries: Sequence[Entry]) -> None:
        import qdrant_edge as edge  # noqa: PLC0415

        def sparse(vector: Sparse) -> Any:  # noqa: ANN401
            return edge.SparseVector(list(vector), list(vector.values()))

        points = [
            edge.Point(
                point_id(entry.incident_id),
                {
                    "symptom": list(entry.symptom),
                    "case": list(entry.case),
                    "passages": [list(vector) for vector in entry.passages],
                    "words": sparse(entry.words),
                    "pairs": sparse(entry.pairs),
                },
                payload_of(entry, self._model_id),
            )
            for entry in entries
        ]
        if points:
            self._update("upsert_points", points)

    def _update(self, operation: str, argument: object) -> None:
        shard = self._open()
        import qdrant_edge as edge  # noqa: PLC0415

        shard.update(getattr(edge.UpdateOperation, operation)(argument))

    def _search(self, probe: Probe, scope: Scope, candidates: int) -> list[Hit]:
        shard = self._open()
        import qdrant_edge as edge  # noqa: PLC0415

        asked = _queries(edge, probe)
        rules = _rules(edge, scope)

        def scores(arms: Sequence[str], limit: int, condition: Any) -> list[dict[str, float]]:  # noqa: ANN401
            found = []
            for arm in arms:  # one call an arm: the engine holds the GIL for as long as a call takes
                request = edge.QueryRequest(
                    limit=limit, query=asked[arm], filter=condition, with_payload=["id"]
                )
                (answer,) = shard.query_batch(edge.QueryBatchRequest([request]))
                found.append({str(point.payload["id"]): point.score for point in answer})
            return found

        found = {
            id_ for arm in scores([a for a in RETRIEVING if a in asked], candidates, rules) for id_ in arm
        }
        if probe.signatures:
            marked = edge.FieldCondition(key="signatures", match=edge.MatchAny(list(probe.signatures)))
            both = edge.Filter(must=[rules, marked])
            found |= set(scores(["case"], candidates, both)[0])
        if not found:
            return []
        points: set[Any] = {point_id(id_) for id_ in found}
        among = edge.Filter(must=[rules, edge.HasIdCondition(points)])
        arms = [arm for arm in ARMS if arm in asked]
        table = dict(zip(arms, scores(arms, len(found), among), strict=True))
        return hits(found, table)

    def _count(self) -> int:
        return int(self._open().info().points_count)

    def _clear(self) -> None:
        if not self._damaged:
            self._close()
            shutil.rmtree(self._folder, ignore_errors=True)
            return
        with contextlib.suppress(Exception):  # what is damaged may not even close
            self._close()
        aside = self._folder.with_name(f"{self._folder.name}.damaged")
        shutil.rmtree(aside, ignore_errors=True)
        self._folder.rename(aside)
        self._damaged = False

    def _close(self) -> None:
        shard, self._shard = self._shard, None
        if shard is not None:
            shard.flush()
            shard.close()


def _queries(edge: Any, probe: Probe) -> dict[str, Any]:  # noqa: ANN401
    vector = list(probe.vector)
    asked = {
        "symptom": edge.Query.Nearest(vector, using="symptom"),
        "case": edge.Query.Nearest(vector, using="case"),
        "passages": edge.Query.Nearest([vector], using="passages"),
    }
    for arm, sparse in (("words", probe.words), ("pairs", probe.pairs)):
        if sparse:
            asked[arm] = edge.Query.Nearest(edge.SparseVector(list(sparse), list(sparse.values())), using=arm)
    return asked


def _rules(edge: Any, scope: Scope) -> Any:  # noqa: ANN401
    """Return the filter of what may be shown. An empty MatchAny matches nothing, which is what is meant."""

    def any_of(key: str, values: Iterable[str]) -> Any:  # noqa: ANN401
        return edge.FieldCondition(key=key, match=edge.MatchAny(sorted(values)))

    public = any_of("visibility", ["org"])  # a keyword: this engine matches no booleans
    may_see = [public, *([any_of("channel", scope.channels)] if scope.channels else [])]
    not_those = [any_of("status", scope.hidden)] if scope.hidden else []
    if scope.until is not None:
        later = edge.RangeFloat(gt=scope.until.timestamp())
        not_those.append(edge.FieldCondition(key="started_at", range=later))
    if scope.valid_at is not None:
        by_then = edge.RangeFloat(lte=scope.valid_at.timestamp())
        not_those.append(edge.FieldCondition(key="invalid_at", range=by_then))
    if scope.exclude:
        not_those.append(edge.HasIdCondition({point_id(id_) for id_ in scope.exclude}))
    return edge.Filter(
        must=[any_of("workspace", scope.workspaces), edge.Filter(should=may_see)], must_not=not_those
    )


def _why_not(folder: Path, error: Exception) -> StoreUnavailable:
    if "WouldBlock" in str(error):
        return StoreInUse(f"The index in {folder} is in use by another process; only one can have it.")
    return StoreDamaged(
        f"The index in {folder} cannot be opened ({error}); `reindex` builds it anew from SQL."
    )
