"""How whole the index is: damaged or lost ones are put aside and built anew from SQL, and that is told.

It decides from two counts and from what a read said; it knows no vectors and no ranking.
"""

import time
from dataclasses import dataclass

import structlog

from memory.outbox import Outbox
from memory.store import Store, StoreDamaged

log = structlog.get_logger(__name__)

A_FEW = 16  # so many may wait in passing: nobody is told
ONCE_IN_S = 3600.0  # an index that fails again at once is not built anew for ever


@dataclass(slots=True)
class Mending:
    """One index's state of repair. *done* of *total* incidents are written in the run that goes on.

    With *only_examples* that run brings none of a team's own, which nobody waits for.
    """

    outbox: Outbox
    store: Store
    model_id: str
    done: int = 0
    total: int = 0
    only_examples: bool = False
    _doubt: str = ""
    _told: str = ""
    _mended_at: float | None = None

    def doubt(self, why: str) -> None:
        """Note that a question found the index unreadable; the next `look` acts on it."""
        self._doubt = why

    async def look(self) -> None:
        """Put a damaged index aside, and let everything wait to be written when it is damaged or empty.

        Raises:
            StoreUnavailable: it cannot be reached, or another process has it.
        """
        why, self._doubt = self._doubt, ""
        held = 0
        try:
            held = await self.store.count()
        except StoreDamaged as damaged:
            why = str(damaged)
        if why:
            if self._mended_at is not None and time.monotonic() - self._mended_at < ONCE_IN_S:
                raise StoreDamaged(f"{why} It was built anew within the hour, so it is left for a person.")
            await self.store.clear()
        elif held:
            return
        elif lost := await self.outbox.indexed(self.model_id):
            why = f"The index is empty, though {lost} incidents were written to it."
        else:
            return
        self._mended_at = time.monotonic()
        await self.outbox.start_over(self.model_id)
        self._told = f"{why} Nothing is lost: it is built anew from SQL, and recall says how far that is."
        log.warning("index_built_anew", why=why)

    def news(self) -> str:
        """Return what was mended since this was asked last, as one line; empty when nothing was."""
        told, self._told = self._told, ""
        return told

    @property
    def under_way(self) -> str:
        """How far the index is while it is being built, as one line; empty when it is (nearly) whole."""
        if self.total - self.done <= A_FEW or self.only_examples:
            return ""
        share = self.done / self.total
        return f"The index holds {share:.0%} of {self.total:,} incidents so far; the rest is found by words."
