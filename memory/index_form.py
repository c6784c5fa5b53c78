"""The form that every Qdrant index of ours has: its arms, the fields it filters by, and how hits are put together.

Pure; it knows no vendor.
"""

from collections.abc import Iterable
from typing import Any

from memory.store import Entry, Hit

ARMS = ("symptom", "case", "passages", "words", "pairs")
RETRIEVING = ("case", "words")
"""The arms that find candidates; all arms score them. Measured: fifty of each lose nothing against all."""


def payload_of(entry: Entry, model_id: str) -> dict[str, Any]:
    """Return the fields that an index filters by; moments are seconds since 1970."""
    return {
        "id": entry.incident_id,
        "workspace": entry.workspace,
        "channel": entry.channel,
        "visibility": "private" if entry.private else "org",
        "status": entry.status,
        "signatures": list(entry.signatures),
        "model": model_id,
        **({"started_at": entry.started_at.timestamp()} if entry.started_at else {}),
        **({"invalid_at": entry.invalid_at.timestamp()} if entry.invalid_at else {}),
    }


def hits(found: Iterable[str], table: dict[str, dict[str, float]]) -> list[Hit]:
    """Return a hit for each id, from the scores of each arm; an arm that says nothing says 0."""

    def score(arm: str, id_: str) -> float:
        return table.get(arm, {}).get(id_, 0.0)

    return [
        Hit(
            id_,
            symptom=score("symptom", id_),
            case=score("case", id_),
            passage=score("passages", id_),
            words=score("words", id_),
            pairs=score("pairs", id_),
        )
        for id_ in sorted(found)
    ]
