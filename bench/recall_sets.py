"""The sets that recall is measured on, read from a data folder: incidents to remember, questions, right answers.

Forms: `corpus.jsonl` with `queries_KIND.jsonl`, and `SET_corpus.jsonl` with `SET_queries.jsonl`. Only reads.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.common import data_folder, read_jsonl
from memory.import_record import LeftOut, Origin, incident_from
from memory.incident import Incident
from memory.moments import moment_of
from memory.recollection import Question

WORKSPACE = "bench"
SHORTEST_MASKED = 150


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and the ids that answer it; none means that "nothing similar" is right."""

    question: Question
    gold: frozenset[str]


@dataclass(frozen=True, slots=True)
class RecallSet:
    """A kind of question over a corpus. Sets with the same *corpus* name remember the same incidents."""

    kind: str
    corpus: str
    incidents: tuple[Incident, ...]
    asked: tuple[Asked, ...]


def recall_sets(root: Path) -> list[RecallSet]:
    """Return every set below *root*; exits with one line when there is none."""
    folders = {data_folder(root, "incident_recall"), data_folder(root, "duplicate_incidents")}
    sets = [found for folder in sorted(folders) for found in (*_kinds(folder), *_duplicates(folder))]
    if not sets:
        sys.exit(f"No corpus.jsonl with queries_*.jsonl and no *_corpus.jsonl below {root}.")
    return sets


def _kinds(folder: Path) -> Iterator[RecallSet]:
    if not (folder / "corpus.jsonl").is_file():
        return
    records = read_jsonl(folder / "corpus.jsonl")
    whole = _incidents(records)
    masked = tuple(_masked(record) for record in records if _in_masked_index(record))
    for path in sorted(folder.glob("queries_*.jsonl")):
        kind = path.stem.removeprefix("queries_")
        corpus, incidents = ("masked", masked) if kind == "symptom" else ("incidents", whole)
        yield RecallSet(kind, corpus, incidents, _asked(read_jsonl(path), incidents))


def _duplicates(folder: Path) -> Iterator[RecallSet]:
    for path in sorted(folder.glob("*_corpus.jsonl")):
        name = path.name.removesuffix("_corpus.jsonl")
        queries = folder / f"{name}_queries.jsonl"
        if queries.is_file():
            incidents = _incidents(read_jsonl(path))
            yield RecallSet(name, name, incidents, _asked(read_jsonl(queries), incidents))


def _incidents(records: list[dict[str, Any]]) -> tuple[Incident, ...]:
    made = (incident_from(record, Origin(WORKSPACE, "bench")) for record in records)
    return tuple(incident for incident in made if not isinstance(incident, LeftOut))


def _in_masked_index(record: Mapping[str, Any]) -> bool:
    return (
        not record.get("held_out_of_masked_index") and len(record.get("text_masked") or "") >= SHORTEST_MASKED
    )


def _masked(record: Mapping[str, Any]) -> Incident:
    """Return the record's masked text alone: its other fields hold the question."""
    return Incident(record["id"], WORKSPACE, "", report=record["text_masked"], source="import")


def _asked(queries: list[dict[str, Any]], incidents: tuple[Incident, ...]) -> tuple[Asked, ...]:
    dates = [incident.started_at for incident in incidents if incident.started_at]
    after_all = max(dates, default=datetime(2026, 1, 1, tzinfo=UTC)) + timedelta(days=1)
    blank = Question("", WORKSPACE, after_all, limit=10)
    return tuple(
        Asked(
            replace(
                blank,
                text=query["query"],
                now=moment_of(query.get("query_date")) or after_all,
                exclude=frozenset(query.get("exclude") or ()),
            ),
            frozenset(query["gold"]),
        )
        for query in queries
    )
