"""The sense of a sentence as evidence of what is asked: a small linear model over sentence vectors.

Learnt from our own examples, which takes seconds of embedding; what was learnt is shipped in `requests_ear.npz`
(`python -m bot.cli.learn_requests` makes it anew, a test holds it to the examples).
It hears meaning across other wording, where cues are deaf; English mostly, as the embedder is. Without it,
`bot/requests.py` still reads by cues and wording.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.requests import Ask, bare, plain
from bot.requests_examples import EXAMPLES

Floats = NDArray[np.float64]

_STEPS: Final = 400
_RATE: Final = 5.0
_DECAY: Final = 1e-3
_LABELS: Final = tuple(Ask)


class Embeds(Protocol):
    """What makes vectors of length 1 of texts, as `memory.embedder` does."""

    @property
    def model_id(self) -> str:
        """Name and version of the model."""
        ...

    def embed(self, texts: Sequence[str]) -> Awaitable[Sequence[Sequence[float]]]:
        """Return one vector a text, in order."""
        ...


SHIPPED: Final = Path(__file__).with_name("requests_ear.npz")


class Ear:
    """Hears what a text asks for. Made by `learn`; safe to share."""

    def __init__(self, embed: Embeds, weights: Floats, bias: Floats) -> None:
        self._embed = embed
        self._weights = weights
        self._bias = bias

    def write(self, file: Path, mark: str) -> None:
        """Write what was learnt, with the *mark* of the examples that it was learnt from."""
        weights, bias = self._weights.astype(np.float32), self._bias.astype(np.float32)
        np.savez(file, weights=weights, bias=bias, mark=np.array(mark))

    async def hear(self, text: str) -> Mapping[Ask, float]:
        """Return the log-likelihood of each reading of *text*; the likeliest is nearest to 0."""
        vector = np.asarray((await self._embed.embed([plain(bare(text))]))[0], dtype=np.float64)
        return dict(zip(_LABELS, _log_softmax(vector @ self._weights + self._bias).tolist(), strict=True))


async def learn(embed: Embeds) -> Ear:
    """Return an ear that has learnt the examples; some seconds of embedding."""
    rows = _rows()
    vectors = np.asarray(await embed.embed([text for _, text in rows]), dtype=np.float64)
    answers = np.asarray([_LABELS.index(Ask(label)) for label, _ in rows])
    weights, bias = await asyncio.to_thread(_fit, vectors, answers)
    return Ear(embed, weights, bias)


def shipped(embed: Embeds, file: Path = SHIPPED) -> Ear | None:
    """Return the ear that was shipped; None when it was learnt from other examples or for another embedder."""
    if not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as told:
        if str(told["mark"]) != mark_of(embed):
            return None
        return Ear(embed, told["weights"].astype(np.float64), told["bias"].astype(np.float64))


def mark_of(embed: Embeds) -> str:
    """Return what an ear of our examples for *embed* is known by."""
    return hashlib.sha256(f"{embed.model_id}\n{_rows()}".encode()).hexdigest()[:16]


@cache
def _rows() -> list[tuple[str, str]]:
    return [(label, plain(text)) for label, texts in EXAMPLES.items() for text in texts]


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
