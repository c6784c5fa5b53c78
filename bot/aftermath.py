"""What follows a verdict, as timers: "worked" is provisional until it stays clear, a busy model is asked once more.

A person's "worked" counts at once, is confirmed when the alert has stayed clear for a while, and is taken back
when the alert comes back before that. It knows no Slack and no sender; what is asked is drawn in bot/blocks.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.dossier import Dossier
from bot.investigation.casefile import CaseFile
from bot.investigation.events import AlertCleared, AskedAgain, Event, FixJudged, StayedClear
from bot.investigation.waiting import may_be_asked
from bot.store.cases import CaseRow, Cases
from bot.store.listed import Listed
from bot.store.timers import Timer, Timers
from tools.sources import AlertSource
from tools.tool import Unavailable

log = structlog.get_logger()
STAYS_CLEAR = "stays_clear"
ASKS_AGAIN = "asks_again"
ABSENT_TWICE = 2  # one poll may fall between two evaluations of a rule


@dataclass(frozen=True)
class Aftermath:
    """The time after an alert. *calm* is how long it must stay clear."""

    cases: Cases
    dossier: Dossier
    timers: Timers
    judged: Callable[[CaseFile, FixJudged], Awaitable[None]]
    now: Callable[[], datetime]
    calm: timedelta = timedelta(minutes=30)

    async def cleared(self, row: CaseRow, source: str) -> bool:
        """Note that the alert of a case is over, once; say whether it was news."""
        case = await self.dossier.read(row)
        if case.cleared_at is not None:
            return False
        await self.timers.set(Timer(_key(row), row.number, STAYS_CLEAR, self.now() + self.calm))
        await self.dossier.record(row, [AlertCleared(source)])
        return True

    async def came_back(self, row: CaseRow) -> list[Event]:
        """Return the judgements that do not hold any more, because the alert is back; memory forgets them too."""
        case = await self.dossier.read(row)
        if case.cleared_at is None:
            return []
        await self.timers.cancel(_key(row))
        taken_back: list[Event] = []
        for said in case.judgements:
            if said.outcome == "worked" and case.calm_minutes is None:
                withdrawn = FixJudged(said.by, "worked", withdrawn=True)
                await self.judged(case, withdrawn)
                taken_back.append(withdrawn)
        return taken_back

    async def tick(self) -> None:
        """Do what has fallen due."""
        for timer in await self.timers.due(self.now()):
            try:
                await self._do(timer)
            except Exception:  # it falls due again when its lease is over; the others must not wait for it
                log.exception("timer_failed", timer=timer.key)
            else:
                await self.timers.done(timer.key, self.now())

    async def _do(self, timer: Timer) -> None:
        row = await self.cases.by_number(timer.case_number)
        if row is None:
            return
        case = await self.dossier.read(row)
        if timer.kind == ASKS_AGAIN:
            await self._ask_again(row, case)
        elif timer.kind == STAYS_CLEAR and case.cleared_at is not None and case.calm_minutes is None:
            minutes = (self.now() - case.cleared_at).total_seconds() / 60
            await self.dossier.record(row, [StayedClear(round(minutes, 1))])
            log.info("stayed_clear", case=row.id)

    async def _ask_again(self, row: CaseRow, case: CaseFile) -> None:
        """Hand the case back to the workers, with its evidence as it stands, unless people ended it meanwhile."""
        if row.state != "concluded" or not may_be_asked(case):
            return
        if not case.asking_again:
            await self.dossier.record(row, [AskedAgain()])
        await self.cases.set_state(row.number, "open", self.now())
        log.info("model_asked_again", case=row.id)


def wait_for_model(row: CaseRow, due_at: datetime) -> Timer:
    """Return the timer after which a busy model is asked once more about a case."""
    return Timer(f"{row.id}:{ASKS_AGAIN}", row.number, ASKS_AGAIN, due_at)


class Polling:
    """Asks the monitors whether the alerts of our cases still fire: some never tell that they are over.

    An alert counts as over only when this monitor once listed it and then twice did not: a name that it does not
    know, or a monitor that cannot be read, clears nothing.
    """

    def __init__(self, cases: Cases, aftermath: Aftermath, sources: Sequence[AlertSource]) -> None:
        self._cases = cases
        self._aftermath = aftermath
        self._sources = tuple(sources)
        self._listed = Listed(cases.engine)
        self._absent: dict[tuple[str, int], int] = {}

    async def tick(self) -> None:
        """Ask each monitor once."""
        live = [row for row in await self._cases.recent(100) if row.state in {"concluded", "investigating"}]
        files = [(row, await self._aftermath.dossier.read(row)) for row in live]
        burning = [(row, case) for row, case in files if case.cleared_at is None]
        if not burning:
            return
        for source in self._sources:
            try:
                firing = await source.firing()
            except Unavailable as away:
                log.info("monitor_not_polled", source=source.name, why=str(away))
                continue
            names = [(each.name, each.service) for each in firing]
            known = await self._listed.by(source.name, [row.number for row, _ in burning])
            for row, case in burning:
                if any(_same(case, name, service) for name, service in names):
                    await self._present(source.name, row, known)
                elif row.number in known:
                    await self._missing(source.name, row)

    async def _present(self, source: str, row: CaseRow, known: Collection[int]) -> None:
        self._absent.pop((source, row.number), None)
        if row.number not in known:
            await self._listed.note(source, row.number)

    async def _missing(self, source: str, row: CaseRow) -> None:
        key = (source, row.number)
        self._absent[key] = self._absent.get(key, 0) + 1
        if self._absent[key] >= ABSENT_TWICE:
            del self._absent[key]
            await self._listed.forget(source, row.number)
            await self._aftermath.cleared(row, f"{source}, asked")


def _same(case: CaseFile, name: str, service: str | None) -> bool:
    told = case.alert
    if told.labels.get("alertname", "") != name and name not in told.title.split():
        return False
    return not service or not told.service or service == told.service


def _key(row: CaseRow) -> str:
    return f"{row.id}:{STAYS_CLEAR}"
