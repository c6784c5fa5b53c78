"""Writes down what happens in a case, then shows it: journal first, always in this order; monitoring is told as well.

It is the only place that appends to a journal. It knows no investigation step and no Slack payload.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.investigation.casefile import CaseFile, fold
from bot.investigation.ending import Reopened
from bot.investigation.events import Event, Recorded
from bot.signals import Watch, unwatched
from bot.store.cases import CaseRow, Cases
from bot.store.reopening import reopen
from bot.thread import Thread

MOST_OPEN = 200  # case files kept folded; the others are folded anew when they are asked for


@dataclass(frozen=True)
class Dossier:
    """The case files of this workspace."""

    cases: Cases
    thread: Thread
    now: Callable[[], datetime]
    watch: Watch = unwatched
    _folded: OrderedDict[int, CaseFile] = field(default_factory=OrderedDict)

    async def read(self, row: CaseRow) -> CaseFile:
        """Fold a case from its journal; what was folded before is only continued."""
        known = self._folded.get(row.number)
        lines = await self.cases.journal(row.number, len(known.history) if known else 0)
        if known is None:
            case = fold(lines)
        else:
            case = known
            for line in lines:
                case = case.after(line)
        newest = self._folded.get(row.number)
        if newest is None or len(newest.history) <= len(case.history):
            self._folded[row.number] = case
            self._folded.move_to_end(row.number)
        while len(self._folded) > MOST_OPEN:
            self._folded.popitem(last=False)
        return case

    def close(self, number: int) -> None:
        """Forget what was folded of a case: its journal has been changed or is gone."""
        self._folded.pop(number, None)

    async def record(
        self,
        row: CaseRow,
        events: Sequence[Event],
        closed: Sequence[tuple[int, str]] = (),
        *,
        held: bool = False,
    ) -> CaseFile:
        """Journal *events* (and close the intake rows that they came from), then show the case as it stands.

        Raises:
            LeaseLost: with *held*, the case is not ours any more; nothing is written.
        """
        at = self.now()
        news = [Recorded(at, event) for event in events]
        await self.cases.append(row.number, news, closed, held=held)
        return await self._shown(row, news)

    async def end(self, row: CaseRow, events: Sequence[Event], state: str = "resolved") -> CaseFile | None:
        """Journal the end of a case and show it; None, and nothing is written, when somebody has closed it before.

        *state* "remembered" is the step after "resolved".
        """
        at = self.now()
        news = [Recorded(at, event) for event in events]
        if not await self.cases.resolve(row.number, news, at, state):
            return None
        return await self._shown(row, news)

    async def reopen(self, row: CaseRow, event: Reopened) -> CaseFile | None:
        """Journal that the end is taken back and show it; None, and nothing is written, when the case is not closed."""
        at = self.now()
        news = [Recorded(at, event)]
        if not await reopen(self.cases.engine, row.number, news, at):
            return None
        return await self._shown(row, news)

    async def _shown(self, row: CaseRow, news: Sequence[Recorded]) -> CaseFile:
        case = await self.read(row)
        self.watch(case, news)
        await self.thread.show(row, case)
        return case
