"""Memory: retain incidents, recall what is like a question, and learn from verdicts.

SQL is the truth, the index a copy that may be down or behind: then recall matches by words from SQL and says so.
It knows neither Slack nor any model vendor; redaction is given to it and applied before anything is kept.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from memory import tables as t
from memory.embedder import Embed
from memory.incident import EVERYWHERE, Feedback, Incident, NotTheSame
from memory.indexing import Indexer, Progress
from memory.mending import Mending
from memory.outbox import Outbox
from memory.recalling import Recaller, RecallSettings
from memory.recollection import Question, Recollection
from memory.records import Records
from memory.redaction import lasting, redacted
from memory.signatures import signatures_of
from memory.store import Store, StoreUnavailable

log = structlog.get_logger(__name__)

EXAMPLES_NOTE = "examples"
DERIVED_NOTES = "reflection:"
"""How the names of notes begin that hold what was derived from incidents."""


class MemoryUnavailable(Exception):
    """The truth itself cannot be read or written; the message is one honest line."""


def _as_it_is(text: str) -> str:
    return text


class Memory:
    """Everything we remember, for all workspaces."""

    def __init__(
        self,
        records: Records,
        store: Store,
        embed: Embed,
        *,
        redact: Callable[[str], str] = _as_it_is,
        settings: RecallSettings | None = None,
    ) -> None:
        """Put the parts together; `memory.opening.open_memory` chooses them by settings."""
        self.records = records
        self.store = store
        self.embed = embed
        self._redact = lasting(redact)
        self._outbox = Outbox(records.engine)
        self._mending = Mending(self._outbox, store, embed.model_id)
        self._indexer = Indexer(self._outbox, store, embed, self._mending)
        self._recaller = Recaller(
            records, self._outbox, store, embed, settings or RecallSettings(), self._mending
        )

    async def recall(self, question: Question) -> Recollection:
        """Return what is like *question*, best first, with reasons, fixes and how sure memory is.

        Matches below the tiers are listed with tier "none", so that a person may look at what came nearest;
        the recollection's own tier is that of its best match.

        Raises:
            MemoryUnavailable: the database cannot be read.
        """
        began = time.perf_counter()
        question = replace(question, text=self._redact(question.text))
        try:
            recollection = await self._recaller.recall(question)
        except SQLAlchemyError as error:
            raise MemoryUnavailable(f"Memory's database cannot be read: {_line(error)}") from error
        return replace(recollection, took_s=time.perf_counter() - began)

    async def retain(self, *incidents: Incident) -> list[str]:
        """Remember incidents; return the ids of those that were new or had changed.

        Redacted first, then written to SQL, then to the index if it is there; if not, the outbox keeps them.

        Raises:
            MemoryUnavailable: the database cannot be written.
        """
        kept = await asyncio.to_thread(self._prepared, incidents)
        try:
            changed = await self.records.put(kept)
        except SQLAlchemyError as error:
            raise MemoryUnavailable(f"Memory's database cannot be written: {_line(error)}") from error
        if changed:
            await self._try_to_index()
        return changed

    async def would_change(self, *incidents: Incident) -> list[str]:
        """Return the ids of those that `retain` would write, and write nothing."""
        kept = await asyncio.to_thread(self._prepared, incidents)
        known = await self.records.get(incident.id for incident in kept)
        return [incident.id for incident in kept if known.get(incident.id) != incident]

    async def channels(self, workspace: str) -> list[str]:
        """Return the channels that incidents of *workspace* were handled in."""
        return await self.records.channels(workspace)

    async def set_private(self, workspace: str, channel: str, *, private: bool) -> list[str]:
        """Hide the incidents of a channel from all others, or show them; return the ids of those that changed."""
        columns = t.incidents.c
        theirs = await self.records.select(
            columns.workspace == workspace, columns.channel == channel, columns.private != private
        )
        return await self.retain(*(replace(incident, private=private) for incident in theirs))

    async def judge(self, verdict: Feedback) -> None:
        """Keep a verdict on a fix; `outcome=None` takes the person's verdict back."""
        await self.records.judge(replace(verdict, why=self._redact(verdict.why)))

    async def not_the_same(self, said: NotTheSame) -> None:
        """Keep that a recalled incident is another problem: it is not shown for that case again."""
        await self.records.part(said)

    async def withdraw(self, *incident_ids: str) -> int:
        """Delete incidents everywhere: text, fixes, verdicts, vectors, and what was derived from any.

        Insights are made anew from the rest when they are next asked for. Returns how many incidents there were.
        """
        gone = await self.records.delete(incident_ids)
        if gone:
            await self.records.forget_notes(DERIVED_NOTES)
        await self._try_to_index()
        return gone

    async def load_examples(self, examples: Iterable[Incident]) -> int:
        """Remember the public examples, once: not again after they were forgotten. Return how many are new."""
        if await self.records.setting(EXAMPLES_NOTE) == "forgotten":
            return 0
        self._mending.only_examples = not await self.waiting()
        try:
            loaded = await self.retain(
                *(replace(i, workspace=EVERYWHERE, source="example") for i in examples)
            )
        finally:
            self._mending.only_examples = False
        await self.records.note(EXAMPLES_NOTE, "loaded")
        return len(loaded)

    async def forget_examples(self) -> int:
        """Delete all public examples for good; return how many there were."""
        examples = await self.records.select(t.incidents.c.source == "example")
        await self.records.note(EXAMPLES_NOTE, "forgotten")
        return await self.withdraw(*(incident.id for incident in examples))

    async def index_pending(self, on_progress: Progress | None = None) -> int:
        """Bring the index up to date; return how many incidents were written.

        Raises:
            StoreUnavailable: the index is down; everything keeps waiting.
            MemoryUnavailable: the database is; likewise.
        """
        try:
            return await self._indexer.catch_up(on_progress)
        except SQLAlchemyError as error:
            raise MemoryUnavailable(f"Memory's database cannot be read: {_line(error)}") from error

    async def reindex(self, on_progress: Progress | None = None) -> int:
        """Write the whole index anew from SQL while recall goes on; return how many incidents it holds.

        Raises:
            StoreUnavailable: the index is down; everything keeps waiting.
        """
        return await self._indexer.rebuild(on_progress)

    async def look_at_index(self) -> None:
        """Look whether the index is whole; what is damaged or lost waits to be written anew from now on.

        Raises:
            StoreUnavailable: it cannot be reached, or another process has it.
        """
        await self._mending.look()
        self._mending.total, self._mending.done = await self.waiting(), 0

    def mended(self) -> str:
        """Return as one line what was found damaged or lost since this was asked last; empty when nothing was."""
        return self._mending.news()

    async def waiting(self) -> int:
        """Return how many changes the index still has to learn."""
        return await self._outbox.waiting(self.embed.model_id)

    async def close(self) -> None:
        """Let go of the index."""
        await self.store.close()

    def _prepared(self, incidents: Iterable[Incident]) -> list[Incident]:
        """Return *incidents* as they may be kept; each pattern gives the interpreter away, so not on the loop."""
        return [_signed(redacted(incident, self._redact)) for incident in incidents]

    async def _try_to_index(self) -> None:
        try:
            await self._indexer.catch_up()
        except StoreUnavailable as error:
            log.warning("index is behind", why=str(error), waiting=await self.waiting())


def _signed(clean: Incident) -> Incident:
    found = signatures_of(f"{clean.title}\n{clean.symptoms}\n{clean.root_cause}\n{clean.report}")
    return replace(clean, signatures=tuple(dict.fromkeys((*clean.signatures, *found))))


def _line(error: SQLAlchemyError) -> str:
    return str(error).splitlines()[0]
