"""The sense of a sentence as evidence of what is asked: a small linear model over sentence vectors.

Learnt from our own examples in a second or two of arithmetic, after embedding them once (kept in a file that is
renewed when examples or embedder change). It hears meaning across other wording, where cues are deaf. English
mostly, as the embedder is. Without it, `bot/requests.py` still reads by cues and wording.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from bot.requests import Ask, bare, plain
from bot.requests_examples import EXAMPLES

Floats = NDArray[np.float64]

_STEPS: Final = 400
_RATE: Final = 5.0
_DECAY: Final = 1e-3
_LABELS: Final = tuple(Ask)
_log = structlog.get_logger(__name__)


class Embeds(Protocol):
    """What makes vectors of length 1 of texts, as `memory.embedder` does."""

    @property
    def model_id(self) -> str:
        """Name and version of the model."""
        ...

    def embed(self, texts: Sequence[str]) -> Awaitable[Sequence[Sequence[float]]]:
        """Return one vector a text, in order."""
        ...


class Ear:
    """Hears what a text asks for. Made by `learn`; safe to share."""

    def __init__(self, embed: Embeds, weights: Floats, bias: Floats) -> None:
        self._embed = embed
        self._weights = weights
        self._bias = bias

    async def hear(self, text: str) -> Mapping[Ask, float]:
        """Return the log-likelihood of each reading of *text*; the likeliest is nearest to 0."""
        vector = np.asarray((await self._embed.embed([plain(bare(text))]))[0], dtype=np.float64)
        return dict(zip(_LABELS, _log_softmax(vector @ self._weights + self._bias).tolist(), strict=True))


async def learn(embed: Embeds, kept: Path | None = None, said: Callable[[str], None] = _log.info) -> Ear:
    """Return an ear that has learnt the examples; *kept* is a folder where their vectors are kept for next time."""
    rows = [(label, plain(text)) for label, texts in EXAMPLES.items() for text in texts]
    mark = hashlib.sha256(f"{embed.model_id}\n{rows}".encode()).hexdigest()[:16]
    file = kept / f"examples-{mark}.npy" if kept else None
    vectors = await asyncio.to_thread(_load, file)
    if vectors is None:
        said(f"Learning what people ask for from {len(rows)} examples, once")
        vectors = np.asarray(await embed.embed([text for _, text in rows]), dtype=np.float64)
        await asyncio.to_thread(_keep, file, vectors)
    answers = np.asarray([_LABELS.index(Ask(label)) for label, _ in rows])
    weights, bias = await asyncio.to_thread(_fit, vectors, answers)
    return Ear(embed, weights, bias)


def _load(file: Path | None) -> Floats | None:
    if file is None or not file.is_file():
        return None
    loaded: Floats = np.load(file, allow_pickle=False).astype(np.float64)
    return loaded


def _keep(file: Path | None, vectors: Floats) -> None:
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, vectors.astype(np.float32))


def _fit(vectors: Floats, answers: NDArray[np.int_]) -> tuple[Floats, Floats]:
    """Return weights and bias of a softmax regression with weight decay; deterministic."""
    weights, bias = np.zeros((vectors.shape[1], len(_LABELS))), np.zeros(len(_LABELS))
    wanted = np.eye(len(_LABELS))[answers]
    for _ in range(_STEPS):
        error = (np.exp(_log_softmax(vectors @ weights + bias)) - wanted) / len(answers)
        weights -= _RATE * (vectors.T @ error + _DECAY * weights)
        bias -= _RATE * error.sum(axis=0)
    return weights, bias


def _log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=-1, keepdims=True)
    logged: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logged
