"""Which runbook serves this alert: ours beside BM25, dense vectors and chance.

Reads `corpus.jsonl` {id, title, text} and `queries.jsonl` {gold: [ids], query_full, query_noname, query_text} from
--data (or its runbook_retrieval/). Each wording's own text is its only input; an empty gold means that no runbook
serves it. `auroc`: how well a system's own score tells alerts that have a runbook from those that have none.
"""

import asyncio
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import snowballstemmer
from rich.progress import track

from bench.common import arguments, data_folder, print_result, print_table, read_jsonl
from memory.embedder import MiniLm
from memory.weights import WeightsUnavailable
from tools.runbook_search import RunbookIndex
from tools.telemetry import Runbook

WORDINGS = {"full": "query_full", "noname": "query_noname", "text": "query_text"}
Ranking = tuple[list[str], float]
"""Ids best first, and the system's own score that the first one is right."""
System = Callable[[str], Ranking]


@dataclass(frozen=True, slots=True)
class Query:
    """One alert in its wordings and the runbooks that serve it."""

    gold: frozenset[str]
    texts: Mapping[str, str]


def ours(runbooks: Sequence[Runbook]) -> System:
    """The product's own search."""
    index = RunbookIndex(runbooks)

    def search(text: str) -> Ranking:
        found = index.search(text, limit=10)
        return [each.runbook.id for each in found], found[0].fit if found else 0.0

    return search


def bm25(runbooks: Sequence[Runbook]) -> System:
    """Okapi BM25 as in textbooks (k1 1.2, b 0.75), stemmed, CamelCase split."""
    stem = snowballstemmer.stemmer("english").stemWord
    part = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")

    def split(text: str) -> list[str]:
        return [stem(word.lower()) for word in part.findall(text)]

    texts = [Counter(split(f"{each.title}\n{each.text}")) for each in runbooks]
    lengths = np.array([text.total() for text in texts])
    norms = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())
    holding = Counter(word for text in texts for word in text)
    ids = [each.id for each in runbooks]

    def search(text: str) -> Ranking:
        scores = np.zeros(len(texts))
        for word in split(text):
            if word in holding:
                times = np.array([each[word] for each in texts])
                rarity = math.log(1 + (len(texts) - holding[word] + 0.5) / (holding[word] + 0.5))
                scores += rarity * times * 2.2 / (times + norms)
        return _top(ids, scores)

    return search


def dense(runbooks: Sequence[Runbook], queries: Sequence[Query]) -> System | None:
    """Cosine of the default embedding, or None where the model cannot be had."""
    try:
        model = MiniLm()
    except WeightsUnavailable as problem:
        print(f"dense: left out, {problem}", file=sys.stderr)
        return None
    texts = [f"{each.title}\n{each.text}"[:4000] for each in runbooks]
    asked = sorted({text for query in queries for text in query.texts.values()})

    async def embedded() -> tuple[np.ndarray, np.ndarray]:
        return np.array(await model.embed(texts)), np.array(await model.embed(asked))

    corpus, vectors = asyncio.run(embedded())
    by_text = dict(zip(asked, vectors, strict=True))
    ids = [each.id for each in runbooks]
    return lambda text: _top(ids, corpus @ by_text[text])


def chance(runbooks: Sequence[Runbook]) -> System:
    """A seeded shuffle."""
    dice = random.Random(20260301)  # noqa: S311 — a baseline, no secret
    ids = [each.id for each in runbooks]
    return lambda text: (dice.sample(ids, min(10, len(ids))), dice.random() + 0 * len(text))


def measured(system: System, queries: Sequence[Query], wording: str) -> dict[str, float | int | None]:
    """Return the figures of one system in one wording; null where a figure cannot be had."""
    ranks: list[int | None] = []
    with_one: list[float] = []
    with_none: list[float] = []
    for query in queries:
        ids, score = system(query.texts[wording])
        (with_one if query.gold else with_none).append(score)
        if query.gold:
            ranks.append(next((rank for rank, each in enumerate(ids, 1) if each in query.gold), None))
    found = [rank for rank in ranks if rank is not None and rank <= 10]
    return {
        "n": len(ranks),
        "hit1": _share(sum(rank == 1 for rank in found), len(ranks)),
        "hit5": _share(sum(rank <= 5 for rank in found), len(ranks)),
        "mrr10": _share(sum(1 / rank for rank in found), len(ranks)),
        "auroc": _auroc(with_one, with_none),
    }


def _top(ids: Sequence[str], scores: np.ndarray) -> Ranking:
    best = np.argsort(-scores, kind="stable")[:10]
    return [ids[number] for number in best], float(scores[best[0]]) if len(best) else 0.0


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def _auroc(high: Sequence[float], low: Sequence[float]) -> float | None:
    if not high or not low:
        return None
    above, below = np.array(high)[:, None], np.array(low)[None, :]
    return float(((above > below) + 0.5 * (above == below)).mean())


def _read(folder: Path) -> tuple[list[Runbook], list[Query]]:
    for name in ("corpus.jsonl", "queries.jsonl"):
        if not (folder / name).is_file():
            sys.exit(f"No {name} in {folder}.")
    runbooks = [Runbook(row["id"], row["title"], row["text"]) for row in read_jsonl(folder / "corpus.jsonl")]
    queries = [
        Query(frozenset(row["gold"]), {name: row[key] for name, key in WORDINGS.items() if key in row})
        for row in read_jsonl(folder / "queries.jsonl")
    ]
    return runbooks, queries


def main() -> None:
    """Measure all systems in all wordings."""
    runbooks, queries = _read(data_folder(arguments(__doc__ or "").parse_args().data, "runbook_retrieval"))
    systems = {
        "ours": ours(runbooks),
        "bm25": bm25(runbooks),
        "dense": dense(runbooks, queries),
        "random": chance(runbooks),
    }
    result: dict[str, dict[str, dict[str, float | int | None]]] = {}
    for wording in track(WORDINGS, description="runbooks"):
        asked = [query for query in queries if wording in query.texts]
        if asked:
            result[wording] = {name: measured(each, asked, wording) for name, each in systems.items() if each}
    columns = ("n", "hit1", "hit5", "mrr10", "auroc")
    for wording, figures in result.items():
        rows = [[name, *(each[column] for column in columns)] for name, each in figures.items()]
        print_table(f"runbooks, wording {wording}", ["system", *columns], rows)
    print_result({"wordings": result})


if __name__ == "__main__":
    main()
