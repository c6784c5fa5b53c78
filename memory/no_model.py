"""Memory without an embedding model: nothing is embedded and no index opened, recall goes by words from SQL.

What would be indexed keeps waiting in SQL until a start that finds the model. It knows no reason beyond the line it
was given.
"""

from collections.abc import Iterable, Sequence
from typing import NoReturn

from memory.embedder import Vector
from memory.store import Entry, Hit, Probe, Scope, StoreUnavailable


class NoModel(StoreUnavailable):
    """There is no embedding model; the message says why and what to do."""


class NoEmbed:
    """Stands where the model would be."""

    model_id = "none"
    size = 1

    def __init__(self, why: str) -> None:
        """Keep *why* there is none."""
        self._why = why

    async def embed(self, texts: Sequence[str]) -> list[Vector]:  # noqa: ARG002 (the contract's signature)
        """Refuse.

        Raises:
            NoModel: always.
        """
        raise NoModel(self._why)

    def close(self) -> None:
        """Hold nothing."""


class NoIndex:
    """Stands where the index would be, so that none is opened or changed without vectors."""

    def __init__(self, why: str) -> None:
        """Keep *why* there is none."""
        self._why = why

    def _refuse(self) -> NoReturn:
        raise NoModel(self._why)

    async def put(self, entries: Sequence[Entry]) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    async def remove(self, incident_ids: Iterable[str]) -> None:  # noqa: ARG002
        """Refuse: what is gone from SQL waits to be taken out."""
        self._refuse()

    async def search(self, probe: Probe, scope: Scope, candidates: int) -> list[Hit]:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    async def count(self) -> int:
        """Refuse."""
        self._refuse()

    async def clear(self) -> None:
        """Refuse: the index of an earlier start stays as it is."""
        self._refuse()

    async def close(self) -> None:
        """Nothing is open."""
