"""Texts to vectors, on this machine. The only file that imports fastembed.

One worker thread runs the model, so that the event loop stays free. It knows no incidents and no store.
"""

import asyncio
import contextlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

from memory.weights import DEFAULT_CACHE, ModelFiles, Progress, prepare_model

if TYPE_CHECKING:
    from fastembed import TextEmbedding

BATCH = 8
"""Texts per model run: large enough to be quick, small enough that a waiting recall gets its turn soon."""

GENTLE = 10  # niceness of the thread that runs the model
_LOADING = threading.Lock()
_HELD: WeakValueDictionary[tuple[ModelFiles, int], "TextEmbedding"] = WeakValueDictionary()
"""What this process has loaded and somebody still holds: the same model is never held twice."""

Vector = Sequence[float]


class Embed(Protocol):
    """Anything that makes vectors of texts; equal texts get equal vectors."""

    @property
    def model_id(self) -> str:
        """Name and hash of what makes the vectors; vectors of different ids are never compared."""
        ...

    @property
    def size(self) -> int:
        """Numbers in one vector."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector of length 1 for each text, in order."""
        ...

    def close(self) -> None:
        """Let go of the model; nothing is embedded after it."""
        ...


def _give_way_to_others() -> None:
    """Let the process's other threads have the processor first: this one computes for seconds when much is new."""
    with contextlib.suppress(
        AttributeError, OSError
    ):  # a system that knows no niceness of threads goes without
        os.setpriority(os.PRIO_PROCESS, 0, max(GENTLE, os.getpriority(os.PRIO_PROCESS, 0)))  # 0: this thread


class OnnxModel:
    """A model of these files through fastembed, loaded in a fifth of a second when first asked."""

    def __init__(self, files: ModelFiles, *, threads: int = 1) -> None:
        """Run *files* in one worker thread, the graph itself with *threads*."""
        self._files = files
        self._threads = threads
        self._model: TextEmbedding | None = None
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedder")

    @property
    def size(self) -> int:
        """Numbers in one vector."""
        return self._files.size

    @property
    def model_id(self) -> str:
        """Name and hash of the weights."""
        return self._files.model_id

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector of length 1 for each text; text beyond the model's longest input is not seen."""
        loop = asyncio.get_running_loop()
        # Texts of like length share a batch: a short one beside a long one would be padded to its length.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        vectors: dict[int, Vector] = {}
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            made = await loop.run_in_executor(
                self._worker, partial(self._embed_batch, [texts[index] for index in batch])
            )
            vectors.update(zip(batch, made, strict=True))
        return [vectors[index] for index in range(len(texts))]

    def close(self) -> None:
        """Let the worker thread end, and the model's memory go."""
        self._worker.shutdown(wait=True, cancel_futures=True)
        self._model = None

    def _embed_batch(self, texts: list[str]) -> list[Vector]:
        return [
            [float(number) for number in vector] for vector in self._loaded().embed(texts, batch_size=BATCH)
        ]

    def _loaded(self) -> "TextEmbedding":
        if self._model is None:
            self._model = _load(self._files, self._threads)
            _give_way_to_others()  # from now on: a start waits for what is above
        return self._model


def _load(files: ModelFiles, threads: int) -> "TextEmbedding":
    """Load the model of *files*, or share the one that this process holds already."""
    # onnxruntime 1.29 and later tells Microsoft of each process and model, and asks the C environment alone
    os.putenv("ORT_DISABLE_TELEMETRY", "1")
    from fastembed import TextEmbedding  # noqa: PLC0415 - half a second that `--help` should not pay

    with _LOADING:
        model = _HELD.get((files, threads))
        if model is None:
            _make_known(files)
            model = TextEmbedding(
                files.model_id, specific_model_path=str(files.folder), cache_dir=str(files.folder.parent),
                threads=threads,
            )  # fmt: skip
            _HELD[files, threads] = model
        return model


def _make_known(files: ModelFiles) -> None:
    """Tell fastembed of a model that it does not list itself."""
    from fastembed import TextEmbedding  # noqa: PLC0415
    from fastembed.common.model_description import ModelSource, PoolingType  # noqa: PLC0415

    if all(each["model"] != files.model_id for each in TextEmbedding.list_supported_models()):
        TextEmbedding.add_custom_model(
            files.model_id,
            pooling=PoolingType.CLS if files.first_token else PoolingType.MEAN,
            normalization=True,
            sources=ModelSource(hf=files.model_id),  # never asked: the files are given
            dim=files.size,
            model_file=files.graph,
        )


class MiniLm(OnnxModel):
    """all-MiniLM-L6-v2 in fp32, the model that is shipped."""

    def __init__(
        self, cache: Path = DEFAULT_CACHE, *, threads: int = 1, on_progress: Progress | None = None
    ) -> None:
        """Take the model below *cache*, preparing it there when it is not.

        Raises:
            WeightsUnavailable: it can neither be found nor made.
        """
        super().__init__(prepare_model(cache, on_progress), threads=threads)
