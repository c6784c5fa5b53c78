"""qdrant-client's local mode in a folder, for comparison only: the product never keeps an index this way."""

from pathlib import Path
from typing import Any

from memory.store_qdrant import IN_MEMORY, QdrantStore


class FolderStore(QdrantStore):
    """The product's Qdrant store over local mode with a path."""

    def __init__(self, folder: Path, model_id: str, size: int) -> None:
        """Keep everything in *folder*."""
        super().__init__(IN_MEMORY, model_id, size)
        self._folder = folder

    async def _connected(self) -> Any:  # noqa: ANN401
        if self._client is None:
            from qdrant_client import AsyncQdrantClient  # noqa: PLC0415

            client = AsyncQdrantClient(path=str(self._folder))
            if not await client.collection_exists(self._collection):
                await self._create(client)
            self._client = client
        return self._client
