"""Between a case and memory: what to ask, what to keep, which votes count for what.

It translates both ways between the investigation's nouns and memory's; it knows neither Slack nor SQL.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile
from bot.investigation.events import FixJudged, Remembered
from bot.investigation.precedent import Outcome as FixOutcome
from bot.investigation.precedent import Precedent, Precedents, TriedFix
from bot.written_down import incident_of
from memory.incident import Feedback, Incident, NotTheSame, Outcome
from memory.memory import MemoryUnavailable
from memory.ranking import age_in_words
from memory.recollection import FixRecord, Match, Question, Recollection
from memory.store import StoreUnavailable
from tools.recall import SimilarIncident, TriedThen
from tools.tool import Unavailable

log = structlog.get_logger()


class Memories(Protocol):
    """Memory, as the bot uses it."""

    async def recall(self, question: Question) -> Recollection: ...  # noqa: D102
    async def retain(self, *incidents: Incident) -> list[str]: ...  # noqa: D102
    async def judge(self, verdict: Feedback) -> None: ...  # noqa: D102
    async def not_the_same(self, said: NotTheSame) -> None: ...  # noqa: D102
    async def waiting(self) -> int: ...  # noqa: D102
    async def index_pending(self) -> int: ...  # noqa: D102
    def mended(self) -> str: ...  # noqa: D102
    async def channels(self, workspace: str) -> list[str]: ...  # noqa: D102
    async def set_private(self, workspace: str, channel: str, *, private: bool) -> list[str]: ...  # noqa: D102


async def open_to_all(_channel: str) -> bool:
    """Say that no channel is private: a terminal has none."""
    return False


@dataclass(frozen=True)
class Remembering:
    """Memory for the cases of one workspace; *is_private* tells of a channel whether only some may read it."""

    memory: Memories
    workspace: str
    now: Callable[[], datetime]
    is_private: Callable[[str], Awaitable[bool]] = open_to_all

    async def recall(
        self,
        alert: Alert,
        symptoms: str = "",
        services: Sequence[str] = (),
        case: str = "",
        channel: str = "",
    ) -> Precedents:
        """Ask memory for incidents like *alert*, or that had like *symptoms*; one that is down is told as such."""
        asked = replace(alert, title=symptoms, description="") if symptoms else alert
        known = await self.nearest(asked, services=services, case=case, channel=channel)
        near = tuple(found for found in known.found if found.tier != "none")
        return replace(known, found=near)

    async def nearest(
        self,
        alert: Alert,
        limit: int = 5,
        services: Sequence[str] = (),
        case: str = "",
        channel: str = "",
    ) -> Precedents:
        """Return the same with what came nearest but is not alike by memory's own thresholds.

        *channel* is where the answer will be read: of private incidents only its own are told, whoever asks.
        """
        question = Question(
            text=alert.text,
            workspace=self.workspace,
            now=self.now(),
            services=tuple(services) or ((alert.service,) if alert.service else ()),
            limit=limit,
            about=case,
            channels=frozenset({channel} - {""}),
            exclude=frozenset({case} - {""}),
        )
        try:
            return precedents(await self.memory.recall(question), self.now())
        except MemoryUnavailable as down:
            log.warning("memory_unavailable", why=str(down))
            return Precedents("none", note=str(down), available=False)

    async def remember(self, case: CaseFile, link: str | None = None) -> Remembered:
        """Keep the outcome of a resolved case; the same again changes nothing. *link* is the post it came from.

        Raises:
            PrivacyUnknown: Slack does not say yet whether its channel is private.
            MemoryUnavailable: the database cannot be written.
        """
        await self._keep(case, link)
        return Remembered(case.id, indexed=not await self.memory.waiting())

    async def take_back(self, case: CaseFile, link: str | None = None) -> None:
        """Keep that a remembered case is open again: its cause is not told, its fix counts for nothing, until it ends.

        Raises: as `remember`.
        """
        if any(isinstance(entry.event, Remembered) for entry in case.history):
            await self._keep(case, link)

    async def _keep(self, case: CaseFile, link: str | None) -> None:
        private = bool(case.channel) and await self.is_private(case.channel)
        incident = incident_of(case, self.workspace)
        await self.memory.retain(replace(incident, channel=case.channel, private=private, link=link))

    async def catch_up(self) -> str:
        """Let the index learn what it missed while it was away; when it is still away, everything keeps waiting.

        Returns what was found damaged and is built anew, as one line, or nothing.
        """
        try:
            await self.memory.index_pending()
        except (StoreUnavailable, MemoryUnavailable) as away:
            log.warning("index_still_away", why=str(away))
        return self.memory.mended()

    async def keep_apart(self) -> None:
        """Ask again of every channel whether it is private, and hide or show its incidents as it now is.

        Raises:
            PrivacyUnknown: Slack does not answer; what was private stays private.
        """
        for channel in await self.memory.channels(self.workspace):
            private = await self.is_private(channel)
            if changed := await self.memory.set_private(self.workspace, channel, private=private):
                log.info("channel_privacy_changed", channel=channel, private=private, incidents=len(changed))

    async def judged(self, case: CaseFile, judged: FixJudged) -> None:
        """Count a person's vote where it belongs: on the precedent's fix that was suggested."""
        fix = case.verdict.fix if case.verdict else None
        found = case.precedents.found if case.precedents else ()
        if judged.outcome == "not_same":
            for match in found[:1]:
                said = NotTheSame(
                    match.id, case.id, judged.by, self.now(), match.score, taken_back=judged.withdrawn
                )
                await self.memory.not_the_same(said)
            return
        if fix is None or fix.source != "precedent":
            return
        suggested = next((match for match in found if match.id == fix.reference), None)
        tried = suggested.best_fix if suggested else None
        if suggested and tried:
            outcome = None if judged.withdrawn else Outcome(judged.outcome)
            await self.memory.judge(Feedback(suggested.id, tried.id, judged.by, outcome, self.now()))


def precedents(recollection: Recollection, now: datetime) -> Precedents:
    """Return memory's answer in the investigation's words."""
    found = tuple(_precedent(match, now) for match in recollection.matches)
    return Precedents(recollection.tier.value, found, recollection.note)


def _precedent(match: Match, now: datetime) -> Precedent:
    known = match.incident
    took = known.time_to_resolve
    fixes = tuple(_tried(record, now) for record in match.fixes)
    best = next(
        (fix.outcome for fix in fixes if fix.outcome != "did_not"), fixes[0].outcome if fixes else "unknown"
    )
    return Precedent(
        id=known.id,
        title=known.title,
        score=round(match.score, 3),
        tier=match.tier.value,
        reasons=match.reasons,
        outcome=best,
        cause=known.root_cause,
        services=known.services,
        fixes=fixes,
        resolved_at=known.resolved_at or known.started_at,
        resolved_by=known.resolved_by,
        minutes_to_resolve=took.total_seconds() / 60 if took else None,
        link=known.link,
        example=known.source == "example",
    )


def _tried(record: FixRecord, now: datetime) -> TriedFix:
    return TriedFix(
        action=record.action,
        outcome=_outcome(record),
        record=record_words(record, now),
        by=record.by,
        why=record.why,
        id=record.fix_ids[0] if record.fix_ids else "",
    )


def record_words(record: FixRecord, now: datetime) -> str:
    """Say how a fix has fared: "worked 4 of 5, last 12 days ago"."""
    if not record.tried:
        return "outcome not recorded"
    worked = record.worked + record.partly
    ago = age_in_words(now - record.last_at) if record.last_at else ""
    last = f", {'' if ago == 'today' else 'last '}{ago}" if ago else ""
    return f"worked {worked} of {record.tried}{last}" if worked else f"did not work ({record.tried}×{last})"


def _outcome(record: FixRecord) -> FixOutcome:
    if record.worked:
        return "worked"
    if record.partly:
        return "partly"
    return "did_not" if record.did_not else "unknown"


@dataclass(frozen=True)
class ModelRecall:
    """Memory for a model that asks by itself, as the recall tool wants it (`tools.recall.Recall`)."""

    remembering: Remembering

    async def similar(
        self, text: str, *, service: str, limit: int, channel: str = ""
    ) -> Sequence[SimilarIncident]:
        """Return incidents like *text* that may be read in *channel*, best first.

        Raises:
            Unavailable: memory cannot be read.
        """
        alert = Alert("person", text, self.remembering.now(), service=service)
        known = await self.remembering.nearest(alert, limit, channel=channel)
        if not known.available:
            raise Unavailable(known.note)
        return [_similar(found) for found in known.found if found.tier != "none"]


def _similar(found: Precedent) -> SimilarIncident:
    return SimilarIncident(
        id=found.id,
        title=found.title,
        score=found.score,
        tier=found.tier,
        reasons=found.reasons,
        cause=found.cause,
        services=found.services,
        fixes=tuple(TriedThen(fix.action, fix.outcome, fix.by, fix.record) for fix in found.fixes),
        at=found.resolved_at,
        resolved_by=found.resolved_by,
        minutes_to_resolve=found.minutes_to_resolve,
        link=found.link,
    )
