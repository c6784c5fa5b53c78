"""What memory asks of an index, whoever keeps it: put, remove, find candidates with their scores.

An index is rebuilt from SQL at will; it decides nothing. What a score means is ranking's matter. The nouns here
are the whole contract, and `tests/memory/test_store_contract.py` holds every implementation to it.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from memory.embedder import Vector
from memory.words import Sparse


class StoreUnavailable(Exception):
    """The index cannot be reached or read; the message is one honest line."""


class StoreDamaged(StoreUnavailable):
    """What the index has on disk cannot be read: `clear` puts it aside, and SQL has it all."""


class StoreInUse(StoreUnavailable):
    """Another process of ours has the index: what SQL says is waiting, it will take up."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One incident as the index holds it: vectors to be found by, fields to be filtered by, no texts."""

    incident_id: str
    workspace: str
    channel: str
    private: bool
    status: str
    signatures: tuple[str, ...]
    started_at: datetime | None
    invalid_at: datetime | None
    symptom: Vector
    case: Vector
    passages: Sequence[Vector]
    words: Sparse
    pairs: Sparse


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be found at all. It is applied to every arm of a search, never afterwards.

    *workspaces* are those whose incidents may be shown; private ones only from *channels*. With *hidden*
    statuses left out; with *until* nothing that began later, with *valid_at* nothing that was invalid by then.
    """

    workspaces: frozenset[str]
    channels: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    until: datetime | None = None
    valid_at: datetime | None = None
    exclude: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Probe:
    """A question as an index sees it."""

    vector: Vector
    words: Sparse
    pairs: Sparse
    signatures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate with what each arm says: cosines (-1 to 1) and shares of what was asked (0 to 1)."""

    incident_id: str
    symptom: float
    case: float
    passage: float
    words: float
    pairs: float


class Store(Protocol):
    """An index of incidents for one embedding model."""

    async def put(self, entries: Sequence[Entry]) -> None:
        """Write entries; one that is there already is replaced."""
        ...

    async def remove(self, incident_ids: Iterable[str]) -> None:
        """Take entries out; those that are not there are no matter."""
        ...

    async def search(self, probe: Probe, scope: Scope, candidates: int) -> list[Hit]:
        """Return the best of each arm within *scope*, up to *candidates* an arm, each scored by all arms.

        Raises:
            StoreUnavailable: the index cannot be reached or read.
        """
        ...

    async def count(self) -> int:
        """Return how many incidents it holds."""
        ...

    async def clear(self) -> None:
        """Forget everything; files that could not be read are kept aside for who wants to look."""
        ...

    async def close(self) -> None:
        """Let go of files, threads and connections."""
        ...


_POINTS = uuid.UUID("5f0c1a52-3f1c-4d0f-9d55-0a5b8a1c1f0e")


def point_id(incident_id: str) -> str:
    """Return the UUID by which an index knows an incident; engines take no free text as an id."""
    return str(uuid.uuid5(_POINTS, incident_id))
