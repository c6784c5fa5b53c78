"""From the truth to the index: what waits in the outbox is embedded and written.

It knows no ranking. Embedding is the slow part, so batches are small and whoever waits for a recall gets in
between.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from memory.embedder import Embed, Vector
from memory.incident import Incident
from memory.mending import Mending
from memory.outbox import Outbox, Pending
from memory.passages import case_text, counted_text, passages_of, symptom_text
from memory.store import Entry, Store, StoreUnavailable
from memory.words import document_vectors

BATCH = 16

Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are."""


@dataclass(slots=True)
class Indexer:
    """Brings one index up to date; one run at a time."""

    outbox: Outbox
    store: Store
    embed: Embed
    mending: Mending
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def catch_up(self, on_progress: Progress | None = None) -> int:
        """Index everything that waits; return how many incidents were written.

        Raises:
            StoreUnavailable: the index is down; what was not written keeps waiting.
        """
        model = self.embed.model_id
        done = 0
        async with self._busy:
            await self.mending.look()
            total = self.mending.total = await self.outbox.waiting(model)
            self.mending.done = 0
            while batch := await self.outbox.pending(model, BATCH):
                await self._write(batch)
                done += len(batch)
                self.mending.done = done
                if on_progress:
                    on_progress(done, max(total, done))
            self.mending.total = self.mending.done = 0
            if gone := await self.outbox.removals(model):
                await self.store.remove(gone)
                await self.outbox.removed(model, gone)
        return done

    async def rebuild(self, on_progress: Progress | None = None) -> int:
        """Write the whole index anew, in place, so that recall goes on meanwhile; return how many incidents.

        An index that cannot be read, or holds what the truth does not, is emptied first.
        """
        await self.outbox.start_over(self.embed.model_id)
        done = await self.catch_up(on_progress)
        if await self.store.count() != done:
            await self.store.clear()
            await self.outbox.start_over(self.embed.model_id)
            done = await self.catch_up(on_progress)
        return done

    async def _write(self, batch: list[Pending]) -> None:
        entries: list[Entry] = []
        words: dict[str, list[int]] = {}
        texts = [_texts(item.incident) for item in batch]
        distinct = list(dict.fromkeys(text for group in texts for text in group))
        vectors = dict(zip(distinct, await self.embed.embed(distinct), strict=True))
        _refuse_what_is_no_vector(vectors)
        for item, group in zip(batch, texts, strict=True):
            incident = item.incident
            # Counting a long report takes tens of milliseconds that the event loop should not stand still.
            counted = await asyncio.to_thread(document_vectors, counted_text(incident))
            words[incident.id] = list(counted.words)
            entries.append(
                Entry(
                    incident_id=incident.id,
                    workspace=incident.workspace,
                    channel=incident.channel,
                    private=incident.private,
                    status=incident.status.value,
                    signatures=tuple(mark.lower() for mark in incident.signatures),
                    started_at=incident.started_at,
                    invalid_at=incident.invalid_at,
                    symptom=vectors[group[0]],
                    case=vectors[group[1]],
                    passages=[vectors[text] for text in group[2:]],
                    words=counted.words,
                    pairs=counted.pairs,
                )
            )
        await self.outbox.begin(self.embed.model_id, batch)
        await self.store.put(entries)
        await self.outbox.done(self.embed.model_id, batch, words)


def _refuse_what_is_no_vector(vectors: Mapping[str, Vector]) -> None:
    """Let nothing into the index that would be near everything or nothing; it keeps waiting in SQL.

    Raises:
        StoreUnavailable: an embedder made zeros, or no numbers at all.
    """
    for vector in vectors.values():
        length = math.fsum(number * number for number in vector)
        if not math.isfinite(length) or length == 0.0:
            raise StoreUnavailable(
                "The embedding model made a vector without direction; nothing was indexed."
            )


def _texts(incident: Incident) -> list[str]:
    return [symptom_text(incident), case_text(incident), *passages_of(incident)]
