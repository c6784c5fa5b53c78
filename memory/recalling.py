"""The way of a question: words and vector, candidates, privacy, ranking, verdicts, reasons.

Reads only. It knows no Slack and no model vendor; who may write is memory's matter.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import structlog

from memory.by_words import hits_by_words
from memory.embedder import Embed
from memory.incident import Incident
from memory.mending import Mending
from memory.no_model import NoModel
from memory.outbox import Outbox
from memory.parting import parted_from, thresholds_from
from memory.privacy import counted_in, may_show, scope_of
from memory.ranking import Asked, Recency, Thresholds, Weights, chance, likeness, reasons_for, shared_marks
from memory.recollection import Match, Question, Recollection, Tier
from memory.records import Records
from memory.signatures import signatures_of
from memory.store import Hit, Probe, Store, StoreDamaged, StoreUnavailable
from memory.verdicts import Attempt, attempts_of, fix_records, over_all, standing, with_outcomes
from memory.words import AskedWords, asked_vectors, number_of, words_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RecallSettings:
    """How recall weighs and decides; *candidates* is how many each arm of the index brings."""

    weights: Weights = field(default_factory=Weights)
    recency: Recency = field(default_factory=Recency)
    thresholds: Thresholds = field(default_factory=Thresholds)
    candidates: int = 50


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its likeness as a chance, before and after age."""

    incident: Incident
    hit: Hit
    relevance: float
    score: float


@dataclass(frozen=True, slots=True)
class Recaller:
    """Answers questions from the truth and one index."""

    records: Records
    outbox: Outbox
    store: Store
    embed: Embed
    settings: RecallSettings
    mending: Mending

    async def recall(self, question: Question) -> Recollection:
        """Return what is like *question*, best first; a dead index makes the answer poorer and says so."""
        rarity = await self.outbox.rarity(
            counted_in(question), {number_of(word) for word in words_of(question.text)}
        )
        asked = asked_vectors(question.text, rarity)
        marks = signatures_of(question.text)
        hits, note = await self._hits(question, asked, marks)
        incidents = await self.records.get(hit.incident_id for hit in hits)
        parted = await self.records.parted()
        shown = [
            (incidents[hit.incident_id], hit)
            for hit in hits
            if hit.incident_id in incidents and may_show(incidents[hit.incident_id], question)
        ]
        ranked = self._ranked(question, shown, marks)
        ranked = parted_from(question.about, ranked, parted)[: question.limit]
        thresholds = thresholds_from(self.settings.thresholds, parted)
        return await self._told(Asked(question, asked.weights, marks), ranked, thresholds, note)

    async def _hits(
        self, question: Question, asked: AskedWords, marks: tuple[str, ...]
    ) -> tuple[list[Hit], str]:
        try:
            vector = (await self.embed.embed([question.text]))[0]
            probe = Probe(vector, asked.words, asked.pairs, tuple(mark.lower() for mark in marks))
            found = await self.store.search(probe, scope_of(question), self.settings.candidates)
        except StoreUnavailable as error:
            log.warning("recalling by words only", why=str(error))
            if isinstance(error, StoreDamaged):
                self.mending.doubt(str(error))
            hits, searched = await hits_by_words(self.records, question, asked)
            return hits, _by_words_only(error, searched)
        if not (note := self.mending.under_way):
            return found, ""
        by_words, _ = await hits_by_words(self.records, question, asked)
        known = {hit.incident_id for hit in found}
        return [*found, *(hit for hit in by_words if hit.incident_id not in known)], note

    def _ranked(
        self, question: Question, shown: Iterable[tuple[Incident, Hit]], marks: tuple[str, ...]
    ) -> list[Ranked]:
        ranked = []
        for incident, hit in shown:
            share = len(shared_marks(marks, incident)) / len(marks) if marks else 0.0
            alike = likeness(hit, share, self.settings.weights)
            factor = self.settings.recency.factor(incident.last_seen_at, question.now)
            ranked.append(Ranked(incident, hit, chance(alike), chance(alike * factor)))
        return sorted(ranked, key=lambda r: (-r.score, r.incident.id))

    async def _told(
        self, asked: Asked, ranked: list[Ranked], thresholds: Thresholds, note: str
    ) -> Recollection:
        votes = standing(await self.records.verdicts([r.incident.id for r in ranked]))
        attempts = {r.incident.id: attempts_of(r.incident, votes) for r in ranked}
        matches = await asyncio.to_thread(
            lambda: tuple(self._match(asked, r, attempts, thresholds) for r in ranked)
        )
        near = [match for match in matches if match.tier is not Tier.NONE]
        question, recency = asked.question, self.settings.recency
        fixes, in_vain = over_all(attempts, near, question.now, recency, question.services)
        return Recollection(matches[0].tier if matches else Tier.NONE, matches, fixes, in_vain, note)

    def _match(
        self, asked: Asked, r: Ranked, attempts: Mapping[str, list[Attempt]], thresholds: Thresholds
    ) -> Match:
        own = attempts[r.incident.id]
        question, recency = asked.question, self.settings.recency
        records = fix_records([(a, r.score) for a in own], question.now, recency, question.services)
        return Match(
            incident=with_outcomes(r.incident, own),
            score=r.score,
            relevance=r.relevance,
            tier=thresholds.tier(r.relevance),
            reasons=reasons_for(asked, r.incident, r.hit, recency),
            fixes=tuple(records),
        )


def _by_words_only(why: StoreUnavailable, searched: int) -> str:
    """Say what fails, what works and when the index is asked again."""
    match why:
        case NoModel():
            what, then = "No embedding model", "`app.py doctor` says why; it is tried at the next start."
        case StoreDamaged():
            what, then = "The index is damaged", "It is built anew from SQL within a minute."
        case _:
            what, then = "The index is unreachable", "It is asked again with the next question."
    return f"{what}: matched by words only, among the newest {searched}. {then}"
