"""What App Home and the weekly digest tell: gathered from cases, memory and the router's books. Only reads."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

import sqlalchemy as sa
import structlog

from bot.channel_rules import ChannelRules
from bot.dossier import Dossier
from bot.investigation.casefile import CaseFile
from bot.investigation.events import Remembered
from bot.store.cases import CaseRow, Cases
from bot.store.channels import Channels
from bot.store.intake import Intake
from bot.store.schema import replies
from memory.insights import Reflection, last_reflection, reflect_now
from memory.memory import Memory, MemoryUnavailable

log = structlog.get_logger()

WEEK = timedelta(days=7)
MOST_CASES = 200

Spend = Callable[[datetime], Awaitable[Mapping[str, Any]]]
SpentToday = Callable[[str], Awaitable[Decimal]]  # a channel → dollars
Explained = Callable[[str], Awaitable[Mapping[str, Any]]]  # a case's id → `router.reports.why`'s object
Reflect = Callable[[str, datetime], Awaitable[Reflection]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How sure verdicts were on average, and how often people then said that the fix worked."""

    votes: int
    said: float
    worked: float


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """Everything that App Home tells. *spend* is `router.reports.cost`'s object of the last week, or None.

    *spent_today* are the dollars of the channels that have a limit. *address* is the workspace's, for links to threads.
    *learned* are the cases whose outcome memory took in this week, the newest first.
    """

    files: tuple[tuple[CaseRow, CaseFile], ...]
    learned: tuple[CaseFile, ...]
    reflection: Reflection | None
    spend: Mapping[str, Any] | None
    first_line_s: float | None
    resolve_s: float | None
    calibration: Calibration | None
    channels: tuple[tuple[str, ChannelRules], ...]
    spent_today: Mapping[str, Decimal] = field(default_factory=dict)
    address: str = ""


@dataclass(frozen=True)
class Home:
    """Gathers the facts that everyone may read: what *hides* calls a private channel's stays there."""

    cases: Cases
    dossier: Dossier
    intake: Intake
    channels: Channels
    spend: Spend
    reflect: Reflect
    team: str
    now: Callable[[], datetime]
    hides: Callable[[str], Awaitable[bool]]
    explained: Explained
    today: SpentToday
    renew: Reflect
    address: str

    async def reflect_anew(self) -> None:
        """Let memory look again at many incidents when they have changed; App Home tells what it saw last."""
        try:
            await self.renew(self.team, self.now())
        except MemoryUnavailable as down:
            log.warning("not_reflected", why=str(down))

    async def facts(self) -> HomeFacts:
        """Return the facts as they stand."""
        now = self.now()
        rows = await self._readable(await self.cases.recent(MOST_CASES))
        files = tuple([(row, await self.dossier.read(row)) for row in rows])
        week = [case for row, case in files if row.opened_at > now - WEEK]
        ended = [case.resolution.minutes * 60 for case in week if case.resolution]
        rules = await self.channels.all()
        known = sorted({*await self.intake.listened(), *rules})
        return HomeFacts(
            files=files,
            learned=learned_since(now - WEEK, [case for _, case in files]),
            reflection=await self._reflection(now),
            spend=await self._spend(now),
            first_line_s=_median(await self._first_lines(rows, now)),
            resolve_s=_median(ended),
            calibration=calibration([case for _, case in files]),
            channels=tuple((channel, rules.get(channel, ChannelRules())) for channel in known),
            spent_today=await self._spent_today(
                [each for each, has in rules.items() if has.dollars is not None]
            ),
            address=self.address,
        )

    async def _readable(self, rows: Sequence[CaseRow]) -> list[CaseRow]:
        hidden = {channel: await self.hides(channel) for channel in {row.place.channel for row in rows}}
        return [row for row in rows if not hidden[row.place.channel]]

    async def _reflection(self, now: datetime) -> Reflection | None:
        try:
            return await self.reflect(self.team, now)
        except MemoryUnavailable as down:
            log.warning("home_without_memory", why=str(down))
            return None

    async def _spend(self, now: datetime) -> Mapping[str, Any] | None:
        try:
            return await self.spend(now - WEEK)
        except (sa.exc.SQLAlchemyError, OSError) as down:
            log.warning("home_without_books", why=str(down).splitlines()[0])
            return None

    async def _spent_today(self, channels: Sequence[str]) -> Mapping[str, Decimal]:
        try:
            return {channel: await self.today(channel) for channel in channels}
        except (sa.exc.SQLAlchemyError, OSError) as down:
            log.warning("home_without_books", why=str(down).splitlines()[0])
            return {}

    async def _first_lines(self, rows: Sequence[CaseRow], now: datetime) -> list[float]:
        """Return for each case of the week how long its alert stood until our first line stood under it."""
        week = {row.number: float(row.place.thread_ts) for row in rows if row.opened_at > now - WEEK}
        if not week:
            return []
        first = (
            sa.select(replies.c.case_number, sa.func.min(replies.c.ts))
            .where(replies.c.case_number.in_(week), replies.c.ts.is_not(None), replies.c.kind == "message")
            .group_by(replies.c.case_number)
        )
        async with self.cases.engine.connect() as connection:
            found = (await connection.execute(first)).all()
        return [max(0.0, float(ts) - week[number]) for number, ts in found]


async def reflection_of(memory: Memory, team: str, now: datetime) -> Reflection:
    """Return what memory saw last in many incidents, marked stale when that has changed; never seen, it looks.

    Raises:
        MemoryUnavailable: the database cannot be read.
    """
    try:
        return await last_reflection(memory, team, now) or await reflect_now(memory, team, now)
    except sa.exc.SQLAlchemyError as error:
        raise MemoryUnavailable(str(error).splitlines()[0]) from error


async def renewed_reflection(memory: Memory, team: str, now: datetime) -> Reflection:
    """Return what memory sees in many incidents, made anew when what it rests on has changed: each is asked about.

    Raises:
        MemoryUnavailable: the database cannot be read.
    """
    try:
        known = await last_reflection(memory, team, now)
        return known if known is not None and not known.stale else await reflect_now(memory, team, now)
    except sa.exc.SQLAlchemyError as error:
        raise MemoryUnavailable(str(error).splitlines()[0]) from error


def learned_since(then: datetime, files: Sequence[CaseFile]) -> tuple[CaseFile, ...]:
    """Return those of *files* that memory took in after *then*, the newest first, whenever they began."""
    when = {
        case.id: entry.at
        for case in files
        if case.resolution and case.remembered
        for entry in case.history
        if isinstance(entry.event, Remembered) and entry.at > then
    }
    return tuple(
        sorted((case for case in files if case.id in when), key=lambda case: when[case.id], reverse=True)
    )


def calibration(files: Sequence[CaseFile]) -> Calibration | None:
    """Return how sure verdicts were beside how often their fix worked; None before three people have voted."""
    votes = [
        (case.verdict.confidence, {"worked": 1.0, "partly": 0.5}.get(vote.outcome, 0.0))
        for case in files
        if case.verdict and case.verdict.confidence is not None
        for vote in case.judgements
        if vote.outcome != "not_same"
    ]
    if len(votes) < 3:
        return None
    said = sum(sure for sure, _ in votes) / len(votes)
    return Calibration(len(votes), said, sum(worked for _, worked in votes) / len(votes))


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None
