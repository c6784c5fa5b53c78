"""What recall is compared with: words only, meaning only, newest first, and chance.

Each sees the same texts and may return the same incidents as ours. BM25 is the textbook one, with stemming,
stop words and CamelCase split, over the whole corpus; dense is one MiniLM vector a text.
"""

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from memory.embedder import Embed
from memory.incident import Incident
from memory.passages import case_text, counted_text
from memory.recollection import Question
from memory.words import STOP_WORDS, stem

Scores = Mapping[str, float]
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


class Baseline(Protocol):
    """A way to score every incident for a question."""

    async def scores(self, question: Question) -> Scores:
        """Return a score for each incident, higher is liker."""
        ...


class Bm25:
    """Okapi BM25, k1 1.2, b 0.75."""

    def __init__(self, incidents: Sequence[Incident]) -> None:
        """Count the words of *incidents*."""
        counts = {incident.id: Counter(_words(counted_text(incident))) for incident in incidents}
        self._lengths = {id_: sum(words.values()) for id_, words in counts.items()}
        self._usual = sum(self._lengths.values()) / max(1, len(counts))
        self._postings: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for id_, words in counts.items():
            for word, n in words.items():
                self._postings[word].append((id_, n))

    async def scores(self, question: Question) -> Scores:
        """Return BM25 scores."""
        scores = dict.fromkeys(self._lengths, 0.0)
        for word, asked in Counter(_words(question.text)).items():
            postings = self._postings.get(word, [])
            rarity = math.log1p((len(scores) - len(postings) + 0.5) / (len(postings) + 0.5))
            for id_, n in postings:
                norm = 1.2 * (0.25 + 0.75 * self._lengths[id_] / self._usual)
                scores[id_] += asked * rarity * n * 2.2 / (n + norm)
        return scores


def _words(text: str) -> list[str]:
    parts = (part.lower() for word in re.findall(r"[A-Za-z0-9]+", text) for part in _CAMEL.findall(word))
    return [stem(part) for part in parts if part not in STOP_WORDS]


class Dense:
    """Cosine of one vector of the question with one vector of the whole incident."""

    def __init__(self, incidents: Sequence[Incident], embed: Embed) -> None:
        """Remember what to embed."""
        self._incidents = incidents
        self._embed = embed
        self._matrix: np.ndarray[tuple[int, int], np.dtype[np.float32]] | None = None

    async def scores(self, question: Question) -> Scores:
        """Return cosines."""
        if self._matrix is None:
            vectors = await self._embed.embed([case_text(incident) for incident in self._incidents])
            self._matrix = np.array(vectors, dtype=np.float32)
        asked = np.array((await self._embed.embed([question.text]))[0], dtype=np.float32)
        cosines = (self._matrix @ asked).tolist()
        return {incident.id: cosine for incident, cosine in zip(self._incidents, cosines, strict=True)}


class Recency:
    """The newest first, whatever was asked."""

    def __init__(self, incidents: Sequence[Incident]) -> None:
        """Remember the dates."""
        self._scores = {i.id: i.started_at.timestamp() if i.started_at else 0.0 for i in incidents}

    async def scores(self, question: Question) -> Scores:  # noqa: ARG002 - it does not look
        """Return dates as numbers."""
        return self._scores


class Random:
    """Chance."""

    def __init__(self, incidents: Sequence[Incident]) -> None:
        """Remember what there is."""
        self._ids = [incident.id for incident in incidents]

    async def scores(self, question: Question) -> Scores:
        """Return dice, the same each run."""
        dice = random.Random(question.text)  # noqa: S311
        return {id_: dice.random() for id_ in self._ids}
