"""Does recall find the same trouble told in other words, and does it say so when there is none?

`python -m bench.recall --data DIR [--ablate] [--kinds a,b] [--vectors FILE]`. Ours is the product's own path: a
`Memory` on SQLite and the embedded index in a temporary folder, asked through `Memory.recall`.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from sqlalchemy.ext.asyncio import create_async_engine

from bench.common import arguments, print_result, print_table
from bench.recall_baselines import Baseline, Bm25, Dense, Random, Recency
from bench.recall_figures import Answer, figures, hit, interval, reciprocal, risk, threshold_for
from bench.recall_sets import Asked, RecallSet, recall_sets
from bench.vectors import KeptVectors
from memory.embedder import Embed, MiniLm
from memory.incident import Incident
from memory.memory import Memory
from memory.privacy import may_show
from memory.ranking import Recency as Age
from memory.ranking import Weights
from memory.recalling import RecallSettings
from memory.recollection import Tier
from memory.records import Records
from memory.store_edge import EdgeStore

ABLATIONS: Mapping[str, RecallSettings] = {
    "no words": RecallSettings(weights=Weights(words=0.0)),
    "no word pairs": RecallSettings(weights=Weights(pairs=0.0)),
    "no exact marks": RecallSettings(weights=Weights(signatures=0.0)),
    "no passages": RecallSettings(weights=Weights(passage=0.0)),
    "no symptom vector": RecallSettings(weights=Weights(symptom=0.0)),
    "no meaning": RecallSettings(weights=Weights(symptom=0.0, passage=0.0)),
    "no age": RecallSettings(recency=Age(weight=0.0)),
    "age ten times": RecallSettings(recency=Age(weight=0.2)),
    "20 candidates": RecallSettings(candidates=20),
    "200 candidates": RecallSettings(candidates=200),
}
COVERAGES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
COMPARED = ("ours", "bm25", "dense")
COLUMNS = ("n", "hit1", "hit5", "mrr10", "ndcg10", "auroc", "false_match")


async def main() -> None:
    """Measure, print tables on standard error, and one JSON object as the last line."""
    parser = arguments("Recall: ours beside BM25, dense, newest first and chance.")
    parser.add_argument("--ablate", action="store_true", help="also show what each part is worth")
    parser.add_argument("--kinds", default="", help="only these kinds, comma-separated")
    parser.add_argument("--vectors", type=Path, help="keep vectors between runs in this file")
    options = parser.parse_args()
    embed = KeptVectors(MiniLm(), options.vectors)
    wanted = set(filter(None, options.kinds.split(",")))
    sets = [found for found in recall_sets(options.data) if not wanted or found.kind in wanted]
    kinds: dict[str, object] = {}
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for corpus in dict.fromkeys(found.corpus for found in sets):
            (Path(folder) / corpus).mkdir()
            same = [found for found in sets if found.corpus == corpus]
            kinds |= await _measure(same, Path(folder) / corpus, embed, took, options)
    embed.save()
    took.sort()
    p50, p95 = (round(1000 * took[int(share * (len(took) - 1))], 2) for share in (0.5, 0.95))
    print_result({"kinds": kinds, "p50_ms": p50, "p95_ms": p95})


async def _measure(
    sets: Sequence[RecallSet], folder: Path, embed: Embed, took: list[float], options: argparse.Namespace
) -> dict[str, object]:
    """Index one corpus and ask every set that is over it."""
    incidents = sets[0].incidents
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/incidentos.db")
    store = EdgeStore(folder / "index", embed.model_id, embed.size)
    records = Records(engine)
    await records.create_tables()
    await _index(Memory(records, store, embed), incidents, sets[0].corpus)
    result: dict[str, object] = {}
    for found in sets:
        ours = await _ask(Memory(records, store, embed), found.asked, took)
        systems = {"ours": ours} | await _ask_baselines(found, embed, ours)
        _print(found.kind, systems)
        result[found.kind] = {name: figures(answers) for name, answers in systems.items()}
        if options.ablate:
            await _ablate(found, Memory(records, store, embed), ours)
    await store.close()
    await engine.dispose()
    return result


async def _index(memory: Memory, incidents: Sequence[Incident], name: str) -> None:
    await memory.records.put(incidents)
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(f"indexing {name}", total=len(incidents))
        await memory.index_pending(lambda done, total: bar.update(task, completed=done, total=total))


async def _ask(memory: Memory, asked: Sequence[Asked], took: list[float] | None = None) -> list[Answer]:
    answers = []
    for one in asked:
        said = await memory.recall(one.question)
        if took is not None:
            took.append(said.took_s)
        answers.append(
            Answer(
                tuple(match.incident.id for match in said.matches),
                max((match.relevance for match in said.matches), default=0.0),
                said.tier is not Tier.NONE,
                one.gold,
            )
        )
    return answers


async def _ask_baselines(found: RecallSet, embed: Embed, ours: Sequence[Answer]) -> dict[str, list[Answer]]:
    """Ask the baselines; each answers as many answerable questions as ours did, so that refusing compares."""
    incidents = found.incidents
    baselines: dict[str, Baseline] = {
        "bm25": Bm25(incidents),
        "dense": Dense(incidents, embed),
        "recency": Recency(incidents),
        "random": Random(incidents),
    }
    dared = sum(answer.answered for answer in ours if answer.gold)
    return {name: _daring(await _score_all(b, found), dared) for name, b in baselines.items()}


async def _score_all(baseline: Baseline, found: RecallSet) -> list[Answer]:
    answers = []
    for one in found.asked:
        scores = await baseline.scores(one.question)
        visible = [incident.id for incident in found.incidents if may_show(incident, one.question)]
        best = sorted(visible, key=lambda id_: (-scores[id_], id_))[:10]
        answers.append(Answer(tuple(best), scores[best[0]] if best else 0.0, answered=True, gold=one.gold))
    return answers


def _daring(answers: Sequence[Answer], dared: int) -> list[Answer]:
    threshold = threshold_for([answer.sure for answer in answers if answer.gold], dared)
    return [replace(answer, answered=answer.sure >= threshold) for answer in answers]


async def _ablate(found: RecallSet, memory: Memory, ours: Sequence[Answer]) -> None:
    rows: list[Sequence[object]] = [("ours", *(figures(ours)[column] for column in COLUMNS))]
    for name, settings in ABLATIONS.items():
        changed = Memory(memory.records, memory.store, memory.embed, settings=settings)
        measured = figures(await _ask(changed, found.asked))
        rows.append((name, *(measured[column] for column in COLUMNS)))
    print_table(f"{found.kind}: what each part is worth", ("", *COLUMNS), rows)


def _print(kind: str, systems: Mapping[str, Sequence[Answer]]) -> None:
    rows, spreads = [], []
    for name, answers in systems.items():
        measured = figures(answers)
        rows.append((name, *(measured[column] for column in COLUMNS)))
        spreads.append((name, *(f"{low:.3f} to {high:.3f}" for low, high in _intervals(answers))))
    print_table(kind, ("", *COLUMNS), rows)
    print_table(f"{kind}: 95 % of resamples lie in", ("", "hit1", "mrr10"), spreads)
    _print_risk(kind, systems)


def _print_risk(kind: str, systems: Mapping[str, Sequence[Answer]]) -> None:
    """Print what daring to answer costs: by our own thresholds, and beside the baselines at equal coverage."""
    steps = []
    for threshold in (0.35, 0.45, 0.55, 0.65, 0.75, 0.85):
        known = [answer.sure for answer in systems["ours"] if answer.gold]
        coverage = sum(sure >= threshold for sure in known) / max(1, len(known))
        steps.append((threshold, coverage, *risk(systems["ours"], coverage)))
    print_table(
        f"{kind}: risk and coverage", ("relevance ≥", "answered", "of these right", "false match"), steps
    )
    compared = {name: answers for name, answers in systems.items() if name in COMPARED}
    rows = [
        (coverage, *(figure for answers in compared.values() for figure in risk(answers, coverage)))
        for coverage in COVERAGES
    ]
    columns = [f"{name}: {what}" for name in compared for what in ("right", "false match")]
    print_table(f"{kind}: at equal coverage", ("answered", *columns), rows)


def _intervals(answers: Sequence[Answer]) -> list[tuple[float, float]]:
    return [interval(answers, lambda answer: hit(answer, 1)), interval(answers, reciprocal)]


if __name__ == "__main__":
    asyncio.run(main())
