"""Which case an alert belongs to: one that stands already, its neighbour's, the storm's, or a new one.

Repeats are counted in memory for one breath of the worker and journalled by `settle` together with the closing
of their intake rows: ten thousand equal alerts cost a few journal lines, one case, one edited reply. It knows
no Slack payload and no investigation step.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import structlog

from bot.aftermath import Aftermath
from bot.dossier import Dossier
from bot.investigation.alert import Alert, Severity
from bot.investigation.events import AlertRepeated
from bot.store.cases import CaseRow, Cases, Place
from bot.store.early import ended_early, note_early, said_at
from bot.store.intake import Work

log = structlog.get_logger()
How = Literal["repeat", "neighbour", "storm", "changed"]


@dataclass(frozen=True, slots=True)
class Grouping:
    """When alerts are one trouble.

    Repeats join for *join* after the last one; alerts of the same or a neighbouring service join a case opened
    within *near*. When *storm_cases* cases were opened within *storm_within*, it is a storm: until no alert has
    come for *storm_over*, new troubles are told in one digest instead of a thread each.
    """

    join: timedelta = timedelta(hours=4)
    near: timedelta = timedelta(minutes=5)
    storm_cases: int = 20
    storm_within: timedelta = timedelta(minutes=5)
    storm_over: timedelta = timedelta(minutes=10)


@dataclass(slots=True)
class _Counted:
    row: CaseRow
    alerts: dict[tuple[How, str], AlertRepeated] = field(default_factory=dict)
    works: list[tuple[int, str]] = field(default_factory=list)
    elsewhere: dict[str, Place] = field(default_factory=dict)


async def _nowhere(_row: CaseRow, _at: Place) -> None:
    """Tell nobody."""


async def open_to_all(_channel: str) -> bool:
    """Hide no channel."""
    return False


@dataclass(frozen=True)
class Joining:
    """Where alerts find their case. *point* tells in another channel which case has the same alert.

    *hides* says whether a channel is private: what is told in one joins no case of another channel, nor the reverse.
    """

    cases: Cases
    dossier: Dossier
    aftermath: Aftermath
    opened: Callable[[], None]
    now: Callable[[], datetime]
    grouping: Grouping = field(default_factory=Grouping)
    neighbours: Callable[[str], Collection[str]] = lambda _service: ()
    point: Callable[[CaseRow, Place], Awaitable[None]] = _nowhere
    hides: Callable[[str], Awaitable[bool]] = open_to_all
    _counted: dict[int, _Counted] = field(default_factory=dict)

    async def alert(
        self, alert: Alert, at: Place, work: Work, *, flapped: bool = False, edited: bool = False
    ) -> str | None:
        """Give *alert* its case; return what came of it, or None when it is counted until `settle`."""
        row, how = await self._case_of(alert, at)
        late = work.envelope.seen_late
        if row is None and how == "storm":
            row, _ = await self.open(_storm(at, alert), at, seen_late=late)
            log.warning("storm_began", case=row.id)
        if row is None:
            row, new = await self.open(alert, at, seen_late=late, told_by=work.id)
            if new:
                return f"opened {row.id}{await self._ended_early(row, alert, work)}"
            how = "repeat"
        if row.place == at and how == "repeat" and not flapped:
            if not edited:
                return f"already {row.id}"
            how = "changed"
        self._count(row, alert, how, work, flapped=flapped)
        if how == "repeat" and at.channel != row.place.channel:
            self._counted[row.number].elsewhere.setdefault(at.channel, at)
        return None

    async def open(
        self,
        alert: Alert,
        at: Place,
        *,
        alone: bool = False,
        seen_late: bool = False,
        told_by: int | None = None,
    ) -> tuple[CaseRow, bool]:
        """Open a case, or find the one that another replica opened for the same trouble (see `Cases.open`)."""
        opening = partial(
            self.cases.open,
            alert,
            at,
            self.now(),
            since=self.now() - self.grouping.join,
            seen_late=seen_late,
            told_by=told_by,
        )
        row, new = await opening(joined_by="none" if alone else "all")
        if not new and not await self._shares(row, at):
            row, new = await opening(joined_by="channel")
        if new:
            log.info("case_opened", case=row.id, source=alert.source, severity=alert.severity)
            self.opened()
        return row, new

    async def cleared(self, alert: Alert, work: Work) -> str:
        """Note that the alert of a case is over; of a case that began later, an older end says nothing."""
        await self.settle()
        if not (live := await self._begun_before(alert, work)):
            note = await note_early(self.cases.engine, work.id, alert.fingerprint)
            if not (live := await self._begun_before(alert, work)):
                return note
        news = [await self.aftermath.cleared(row, alert.source) for row in live]
        return f"cleared{'' if any(news) else ' already'} {', '.join(row.id for row in live)}"

    async def _begun_before(self, alert: Alert, work: Work) -> list[CaseRow]:
        over = said_at(work.envelope.body)
        live = await self.cases.alike(alert.fingerprint, self.now() - self.grouping.join)
        return [row for row in live if float(row.place.thread_ts) <= over]

    async def _ended_early(self, row: CaseRow, alert: Alert, work: Work) -> str:
        """Clear a new case whose end was read before its beginning."""
        if not await ended_early(self.cases.engine, alert.fingerprint, said_at(work.envelope.body)):
            return ""
        await self.aftermath.cleared(row, alert.source)
        return ", and it is over already"

    async def settle(self) -> None:
        """Journal what was counted, close its intake rows in the same transaction, show it."""
        while self._counted:
            _, counted = self._counted.popitem()
            again = any(told.how == "repeat" for told in counted.alerts.values())
            taken_back = await self.aftermath.came_back(counted.row) if again else []
            events = [*taken_back, *counted.alerts.values()]
            await self.dossier.record(counted.row, events, counted.works)
            for at in counted.elsewhere.values():
                await self.point(counted.row, at)

    def forget(self) -> None:
        """Drop what was counted and could not be journalled: its intake rows are still ours to do."""
        self._counted.clear()

    async def _case_of(self, alert: Alert, at: Place) -> tuple[CaseRow | None, How]:
        now, rules = self.now(), self.grouping
        row = await self.cases.joined(alert.fingerprint, now - rules.join, at.channel)
        if row and await self._shares(row, at):
            return row, "repeat"
        if alert.service and rules.near:
            services = {alert.service, *self.neighbours(alert.service)}
            row = await self.cases.beside(services, now - rules.near, at.channel)
            if row and await self._shares(row, at):
                return row, "neighbour"
        if row := await self.cases.joined(_storm(at, alert).fingerprint, now - rules.storm_over, at.channel):
            return row, "storm"
        many = await self.cases.opened_since(now - rules.storm_within) >= rules.storm_cases
        return None, "storm" if many else "repeat"

    async def _shares(self, row: CaseRow, at: Place) -> bool:
        """Say whether what is told at *at* may be told in *row*'s thread."""
        if row.place.channel == at.channel:
            return True
        return not (await self.hides(at.channel) or await self.hides(row.place.channel))

    def _count(self, row: CaseRow, alert: Alert, how: How, work: Work, *, flapped: bool) -> None:
        counted = self._counted.setdefault(row.number, _Counted(row))
        key = (how, alert.fingerprint)
        before = counted.alerts.get(key) or AlertRepeated(alert, times=0, how=how)
        more = 0 if how == "changed" else 1
        counted.alerts[key] = replace(
            before, alert=alert, times=before.times + more, flaps=before.flaps + flapped
        )
        counted.works.append((work.id, f"{how} of {row.id}"))


def _storm(at: Place, alert: Alert) -> Alert:
    return Alert(
        source="storm",
        title="Alert storm: many services at once",
        description=f"It began to be counted with: {alert.title}",
        starts_at=alert.starts_at,
        severity=Severity.CRITICAL,
        dedupe_key=f"storm:{at.channel}",
    )
