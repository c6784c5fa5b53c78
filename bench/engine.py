"""How quick is the index, beside ChromaDB and qdrant-client's local mode?

`python -m bench.engine [--sizes 1000,10000,50000] [--slow-upto 10000]`. Same vectors, same filter, same machine,
same run, each engine in processes of its own. An engine that is not installed is null, and said so.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from bench.common import arguments, print_result, print_table

NEEDS = {"ours": "qdrant_edge", "qdrant_local": "qdrant_client", "chroma": "chromadb"}
QUERIES = {"ours": 200, "qdrant_local": 20, "chroma": 100}
SLOW = frozenset({"qdrant_local"})
FIGURES = ("p50_ms", "p95_ms", "insert_per_s", "open_s", "rss_mb")


def main() -> None:
    """Measure every engine at every size."""
    parser = arguments("Index engines: ours, qdrant-client local, ChromaDB.", data=False)
    parser.add_argument("--sizes", default="1000,10000,50000", help="numbers of incidents, comma-separated")
    parser.add_argument(
        "--slow-upto", type=int, default=10_000, help="largest size for engines that take minutes"
    )
    options = parser.parse_args()
    console = Console(stderr=True)
    sizes: dict[str, dict[str, dict[str, float | None] | None]] = {}
    for size in (int(text) for text in options.sizes.split(",")):
        rows: list[Sequence[object]] = []
        sizes[str(size)] = {}
        for system, needs in NEEDS.items():
            if find_spec(needs) is None:
                console.print(f"{system}: {needs} is not installed; pip install {needs} to compare")
                measured = None
            elif system in SLOW and size > options.slow_upto:
                console.print(
                    f"{system}: left out at {size}, it takes minutes; raise --slow-upto to wait for it"
                )
                measured = None
            else:
                console.print(f"{system} at {size} …")
                measured = _measure(system, size)
            sizes[str(size)][system] = {name: measured[name] for name in FIGURES} if measured else None
            if measured:
                rows.append((system, *(measured[name] for name in (*FIGURES, "stall_ms"))))
        print_table(f"{size} incidents, filtered", ("", *FIGURES, "stall_ms"), rows)
    print_result({"sizes": sizes})


def _measure(system: str, size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "index"
        return _run(system, size, place, "fill") | _run(system, size, place, "ask")


def _run(system: str, size: int, place: Path, phase: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.engine_worker", system, str(size), str(place), phase]
    done = subprocess.run(  # noqa: S603 - our own module
        [*command, str(QUERIES[system])], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
