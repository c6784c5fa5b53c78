"""Writes down what happens in a case, then shows it: journal first, thread second, always in this order.

It is the only place that appends to a journal. It knows no investigation step and no Slack payload.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.investigation.casefile import CaseFile, fold
from bot.investigation.events import Event, Recorded
from bot.store.cases import CaseRow, Cases
from bot.thread import Thread


@dataclass(frozen=True)
class Dossier:
    """The case files of this workspace."""

    cases: Cases
    thread: Thread
    now: Callable[[], datetime]

    async def read(self, row: CaseRow) -> CaseFile:
        """Fold a case from its journal."""
        return fold(await self.cases.journal(row.number))

    async def record(self, row: CaseRow, events: Sequence[Event]) -> CaseFile:
        """Journal *events*, then show the case; return it as it stands."""
        at = self.now()
        await self.cases.append(row.number, [Recorded(at, event) for event in events])
        case = await self.read(row)
        await self.thread.show(row, case)
        return case
