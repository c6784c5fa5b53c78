"""When the index is down: the same words, counted straight from SQL among the newest incidents.

No meaning, no exact marks, no old incidents; whoever answers from this says so.
"""

import asyncio

from memory import tables as t
from memory.incident import Incident
from memory.passages import counted_text
from memory.privacy import may_show, scope_of
from memory.recollection import Question
from memory.records import Records
from memory.store import Hit
from memory.words import AskedWords, Sparse, document_vectors

NEWEST = 1_000


async def hits_by_words(records: Records, question: Question, asked: AskedWords) -> tuple[list[Hit], int]:
    """Return hits with word scores only, and among how many incidents they were looked for."""
    workspaces = sorted(scope_of(question).workspaces)
    newest = await records.newest(NEWEST, t.incidents.c.workspace.in_(workspaces))
    visible = [incident for incident in newest if may_show(incident, question)]
    return await asyncio.to_thread(_scored, visible, asked), len(visible)


def _scored(incidents: list[Incident], asked: AskedWords) -> list[Hit]:
    hits = []
    for incident in incidents:
        held = document_vectors(counted_text(incident))
        words, pairs = _dot(asked.words, held.words), _dot(asked.pairs, held.pairs)
        if words > 0:
            hits.append(Hit(incident.id, symptom=0.0, case=0.0, passage=0.0, words=words, pairs=pairs))
    return hits


def _dot(asked: Sparse, held: Sparse) -> float:
    return sum(weight * held[number] for number, weight in asked.items() if number in held)
