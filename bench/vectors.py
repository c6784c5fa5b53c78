"""An embedder that keeps what it made, so that a bench can be run again quickly. The vectors are the same."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from memory.embedder import Embed, Vector


class KeptVectors:
    """Vectors of *inner*, kept in memory and, with a *path*, between runs."""

    def __init__(self, inner: Embed, path: Path | None = None) -> None:
        """Read what *path* holds for this model, if anything."""
        self._inner = inner
        self._path = path
        self._kept: dict[str, np.ndarray[tuple[int], np.dtype[np.float32]]] = {}
        if path and path.is_file():
            with np.load(path) as held:
                self._kept = dict(zip(held["keys"].tolist(), held["vectors"], strict=True))

    @property
    def model_id(self) -> str:
        """The model's own id."""
        return self._inner.model_id

    @property
    def size(self) -> int:
        """Numbers in one vector."""
        return self._inner.size

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return the vectors of *texts*, making those that are not kept; single texts are always made.

        A bench asks questions one at a time, and times them.
        """
        keys = [hashlib.sha256(f"{self.model_id}\0{text}".encode()).hexdigest() for text in texts]
        if len(texts) == 1:
            return await self._inner.embed(texts)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._kept}
        for key, vector in zip(new, await self._inner.embed(list(new.values())), strict=True):
            self._kept[key] = np.array(vector, dtype=np.float32)
        return [self._kept[key].tolist() for key in keys]

    def close(self) -> None:
        """Let go of the model."""
        self._inner.close()

    def save(self) -> None:
        """Write everything to the path, if one was given."""
        if self._path:
            np.savez(self._path, keys=np.array(list(self._kept)), vectors=np.array(list(self._kept.values())))
