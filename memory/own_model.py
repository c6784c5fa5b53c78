"""An embedding model that the operator puts into a folder, in the form in which sentence-transformers exports ONNX.

Wanted are `model.onnx` (or `onnx/model.onnx`), `tokenizer.json`, `tokenizer_config.json` and `config.json`;
`1_Pooling/config.json` says whether a text's vector is the mean of its tokens or the first. It does not run the model,
and fetches none.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from memory.weights import ModelFiles, WeightsUnavailable

GRAPHS = ("model.onnx", "onnx/model.onnx")
POOLING = "1_Pooling/config.json"
WANTED = ("tokenizer.json", "tokenizer_config.json", "config.json")


def own_model(folder: Path) -> ModelFiles:
    """Return the model in *folder*; its id changes with its weights, so that vectors of two are never compared.

    Raises:
        WeightsUnavailable: *folder* does not hold such a model; the message says what is missing.
    """
    graph = next((name for name in GRAPHS if (folder / name).is_file()), None)
    missing = [name for name in WANTED if not (folder / name).is_file()]
    if graph is None or missing:
        lacking = ", ".join(([] if graph else ["model.onnx"]) + missing)
        raise WeightsUnavailable(
            f"The embedding model in {folder} (INCIDENTOS_EMBEDDING_MODEL) lacks {lacking}. Put an ONNX export "
            "of a sentence-transformers model there, or leave the setting empty for the model that is shipped."
        )
    try:
        size = int(_read(folder / "config.json")["hidden_size"])
        pooling = folder / POOLING
        first = bool(pooling.is_file() and _read(pooling).get("pooling_mode_cls_token"))
        mark = _mark(folder, graph)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsUnavailable(
            f"The embedding model in {folder} (INCIDENTOS_EMBEDDING_MODEL) cannot be read: {error!r}."
        ) from error
    return ModelFiles(folder, f"{folder.name}@{mark}", size, graph, first_token=first)


def _read(path: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return held


def _mark(folder: Path, graph: str) -> str:
    """Return a hash of all that the vectors depend on: graph, weights beside it, tokenizer, pooling."""
    told = hashlib.sha256()
    beside = sorted(path for path in (folder / graph).parent.glob("*.onnx*") if path.is_file())
    settings = [folder / name for name in (*WANTED, POOLING) if (folder / name).is_file()]
    for path in (*beside, *settings):
        with path.open("rb") as file:
            told.update(hashlib.file_digest(file, "sha256").digest())
    return told.hexdigest()[:12]
