"""Synthetic incidents for the engines: clustered vectors, words with Zipf's law, two workspaces. The same each run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from memory.store import Entry, Probe, Scope

SIZE = 384
CLUSTERS = 200
VOCABULARY = 20_000
WORDS = 25
START = datetime(2020, 1, 1, tzinfo=UTC)
SCOPE = Scope(
    frozenset({"T1", "*"}), frozenset({"C1"}), frozenset({"retired"}), until=datetime(2026, 1, 1, tzinfo=UTC)
)


def entries(count: int) -> Iterator[Entry]:
    """Return *count* incidents, half of them in the workspace that is asked about."""
    dice = np.random.default_rng(11)
    centres = dice.normal(size=(CLUSTERS, SIZE))
    for number in range(count):
        vector = _near(dice, centres[number % CLUSTERS])
        words = _words(dice)
        yield Entry(
            incident_id=f"incident-{number}",
            workspace="T1" if number % 2 else "T2",
            channel=f"C{number % 7}",
            private=number % 5 == 0,
            status="retired" if number % 50 == 0 else "resolved",
            signatures=(),
            started_at=START + timedelta(hours=number),
            invalid_at=None,
            symptom=vector,
            case=vector,
            passages=[vector],
            words=words,
            pairs=words,
        )


def probes(count: int) -> list[Probe]:
    """Return *count* questions near the clusters."""
    dice = np.random.default_rng(11)
    centres = dice.normal(size=(CLUSTERS, SIZE))
    dice = np.random.default_rng(12)
    made = []
    for number in range(count):
        words = dict.fromkeys(_words(dice), 1 / WORDS)
        made.append(Probe(_near(dice, centres[number % CLUSTERS]), words, words))
    return made


def _near(dice: np.random.Generator, centre: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
    vector = centre + dice.normal(scale=0.6, size=SIZE)
    found: list[float] = (vector / np.linalg.norm(vector)).tolist()
    return found


def _words(dice: np.random.Generator) -> dict[int, float]:
    return {int(term) % VOCABULARY: 0.45 for term in dice.zipf(1.3, WORDS)}
