"""The index in a Qdrant server or cluster, or in this process's memory for tests. Only importer of qdrant_client.

One collection an embedding model, so that vectors of two models never meet. The client's `:memory:` mode is
plain Python: right, and slow beyond a few thousand incidents. No server could be had where this was written:
what is known of it is known through the client's own local mode and the contract suite.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from memory.index_form import ARMS, RETRIEVING, hits, payload_of
from memory.store import Entry, Hit, Probe, Scope, StoreUnavailable, point_id
from memory.words import Sparse

IN_MEMORY = ":memory:"
READ_S = 2.0  # somebody waits for a recall; without the index it goes on by words
WRITE_S = 10.0


class QdrantStore:
    """Incidents of one embedding model in one collection."""

    def __init__(self, url: str, model_id: str, size: int, *, api_key: str | None = None) -> None:
        """Speak to the server at *url*, or keep everything in memory when it is ":memory:"."""
        slug = "".join(letter if letter.isalnum() else "-" for letter in model_id)
        self._url = url
        self._key = api_key
        self._model_id = model_id
        self._collection = f"incidents-{slug}"
        self._size = size
        self._client: Any = None

    async def put(self, entries: Sequence[Entry]) -> None:
        """Write entries; one that is there already is replaced.

        Raises:
            StoreUnavailable: the server cannot be reached.
        """
        from qdrant_client import models  # noqa: PLC0415 - it takes seconds to load

        def sparse(vector: Sparse) -> models.SparseVector:
            return models.SparseVector(indices=list(vector), values=list(vector.values()))

        points = [
            models.PointStruct(
                id=point_id(entry.incident_id),
                vector={
                    "symptom": list(entry.symptom),
                    "case": list(entry.case),
                    "passages": [list(vector) for vector in entry.passages],
                    "words": sparse(entry.words),
                    "pairs": sparse(entry.pairs),
                },
                payload=payload_of(entry, self._model_id),
            )
            for entry in entries
        ]
        if points:
            await self._ask("upsert", points=points, wait=True)

    async def remove(self, incident_ids: Iterable[str]) -> None:
        """Take entries out."""
        from qdrant_client import models  # noqa: PLC0415

        points: list[Any] = [point_id(incident_id) for incident_id in incident_ids]
        if points:
            await self._ask("delete", points_selector=models.PointIdsList(points=points), wait=True)

    async def search(self, probe: Probe, scope: Scope, candidates: int) -> list[Hit]:
        """Return the best of each arm, each scored by all arms.

        Raises:
            StoreUnavailable: the server cannot be reached.
        """
        from qdrant_client import models  # noqa: PLC0415

        asked = _queries(probe)
        rules = _rules(scope)
        found = {
            id_ for arm in await self._scores(asked, RETRIEVING, candidates, rules) for id_ in arm
        } | await self._marked(asked, probe, rules, candidates)
        if not found:
            return []
        among = models.Filter(must=[rules, models.HasIdCondition(has_id=[point_id(id_) for id_ in found])])
        arms = [arm for arm in ARMS if arm in asked]
        return hits(found, dict(zip(arms, await self._scores(asked, arms, len(found), among), strict=True)))

    async def count(self) -> int:
        """Return how many incidents it holds."""
        answer = await self._ask("count", exact=True)
        return int(answer.count)

    async def clear(self) -> None:
        """Drop the collection; it is made anew when needed."""
        await self._ask("delete_collection")
        await self._close_client()

    async def close(self) -> None:
        """Close the connection."""
        await self._close_client()

    async def _marked(self, asked: dict[str, Any], probe: Probe, rules: Any, limit: int) -> set[str]:  # noqa: ANN401
        from qdrant_client import models  # noqa: PLC0415

        if not probe.signatures:
            return set()
        match = models.MatchAny(any=list(probe.signatures))
        both = models.Filter(must=[rules, models.FieldCondition(key="signatures", match=match)])
        return set((await self._scores(asked, ["case"], limit, both))[0])

    async def _scores(
        self,
        asked: dict[str, Any],
        arms: Sequence[str],
        limit: int,
        condition: Any,  # noqa: ANN401
    ) -> list[dict[str, float]]:
        from qdrant_client import models  # noqa: PLC0415

        requests = [
            models.QueryRequest(
                query=asked[arm], using=arm, filter=condition, limit=limit, with_payload=["id"]
            )
            for arm in arms
            if arm in asked
        ]
        answers = await self._ask("query_batch_points", requests=requests)
        return [{str(point.payload["id"]): point.score for point in answer.points} for answer in answers]

    async def _ask(self, call: str, **arguments: Any) -> Any:  # noqa: ANN401
        from qdrant_client.common.client_exceptions import QdrantException  # noqa: PLC0415
        from qdrant_client.http.exceptions import ApiException  # noqa: PLC0415

        within = READ_S if call.startswith("query") else WRITE_S
        try:
            async with asyncio.timeout(within):
                client = await self._connected()
                return await getattr(client, call)(collection_name=self._collection, **arguments)
        except TimeoutError as error:  # a server that hangs must not hold a whole investigation
            raise StoreUnavailable(f"Qdrant at {self._url}: no answer within {within:g} s") from error
        except (ApiException, QdrantException, OSError, ValueError) as error:
            raise StoreUnavailable(f"Qdrant at {self._url}: {error}") from error

    async def _connected(self) -> Any:  # noqa: ANN401
        if self._client is None:
            from qdrant_client import AsyncQdrantClient  # noqa: PLC0415

            place: dict[str, Any] = {"location": IN_MEMORY} if self._url == IN_MEMORY else {"url": self._url}
            client = AsyncQdrantClient(**place, api_key=self._key, timeout=10, check_compatibility=False)
            if not await client.collection_exists(self._collection):
                await self._create(client)
            self._client = client
        return self._client

    async def _create(self, client: Any) -> None:  # noqa: ANN401
        from qdrant_client import models  # noqa: PLC0415

        cosine: dict[str, Any] = {"size": self._size, "distance": models.Distance.COSINE}
        most_alike = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
        await client.create_collection(
            self._collection,
            vectors_config={
                "symptom": models.VectorParams(**cosine),
                "case": models.VectorParams(**cosine),
                "passages": models.VectorParams(**cosine, multivector_config=most_alike),
            },
            sparse_vectors_config={
                "words": models.SparseVectorParams(),
                "pairs": models.SparseVectorParams(),
            },
        )
        if self._url == IN_MEMORY:
            return  # payload indexes have no effect there, and the client warns about them
        schema = models.PayloadSchemaType
        tenant = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
        kinds: dict[str, Any] = {"workspace": tenant}
        kinds |= dict.fromkeys(("channel", "visibility", "status", "signatures"), schema.KEYWORD)
        kinds |= dict.fromkeys(("started_at", "invalid_at"), schema.FLOAT)
        for name, kind in kinds.items():
            await client.create_payload_index(self._collection, name, field_schema=kind)

    async def _close_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()


def _queries(probe: Probe) -> dict[str, Any]:
    from qdrant_client import models  # noqa: PLC0415

    vector = list(probe.vector)
    asked: dict[str, Any] = {"symptom": vector, "case": vector, "passages": [vector]}
    for arm, sparse in (("words", probe.words), ("pairs", probe.pairs)):
        if sparse:
            asked[arm] = models.SparseVector(indices=list(sparse), values=list(sparse.values()))
    return asked


def _rules(scope: Scope) -> Any:  # noqa: ANN401
    """Return the filter of what may be shown."""
    from qdrant_client import models  # noqa: PLC0415

    def any_of(key: str, values: Iterable[str]) -> models.FieldCondition:
        return models.FieldCondition(key=key, match=models.MatchAny(any=sorted(values)))

    public = any_of("visibility", ["org"])
    may_see: list[Any] = [public, *([any_of("channel", scope.channels)] if scope.channels else [])]
    not_those: list[Any] = [any_of("status", scope.hidden)] if scope.hidden else []
    if scope.until is not None:
        later = models.Range(gt=scope.until.timestamp())
        not_those.append(models.FieldCondition(key="started_at", range=later))
    if scope.valid_at is not None:
        by_then = models.Range(lte=scope.valid_at.timestamp())
        not_those.append(models.FieldCondition(key="invalid_at", range=by_then))
    if scope.exclude:
        not_those.append(models.HasIdCondition(has_id=[point_id(id_) for id_ in scope.exclude]))
    return models.Filter(
        must=[any_of("workspace", scope.workspaces), models.Filter(should=may_see)], must_not=not_those
    )
