"""The case file: the fold of everything that happened in a case.

All state of an investigation is made here and nowhere else. It knows no clock, no store and no Slack.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from bot.investigation.alert import Alert
from bot.investigation.ending import Reopened, Resolution, TakenBack
from bot.investigation.events import (
    AlertCleared,
    AlertReceived,
    AlertRepeated,
    AskedAgain,
    Billed,
    Concluded,
    Degraded,
    EvidenceCollected,
    EvidenceRequested,
    FixJudged,
    ModelAnswered,
    ModelAttempted,
    ModelFailed,
    ModelSelected,
    QuestionAnswered,
    QuestionAsked,
    QuestionLooked,
    Recalled,
    Recorded,
    Remembered,
    ResolutionDrafted,
    Resolved,
    StayedClear,
    Steered,
    Stopped,
)
from bot.investigation.evidence import Evidence
from bot.investigation.look_progress import LookProgressed
from bot.investigation.precedent import Precedent, Precedents
from bot.investigation.verdict import Verdict
from router.ledger import Summary
from router.outcomes import Answer, Failure
from tools.tool import Findings, Observation, ToolCall

MOST_JOINED = 200  # names of joined alerts that are kept apart


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as it stands. *history* is every fact so far, in order; the rest is folded from it."""

    id: str
    alert: Alert
    opened_at: datetime
    channel: str = ""
    history: tuple[Recorded, ...] = ()
    precedents: Precedents | None = None
    recalls: int = 0
    requested: tuple[ToolCall, ...] = ()
    pending: tuple[ToolCall, ...] = ()
    findings: tuple[Findings, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    answers: int = 0
    last_answer: Answer | None = None
    failure: Failure | None = None
    bill: Summary | None = None
    verdict: Verdict | None = None
    asking_again: bool = False
    stopped_by: str = ""
    repeats: int = 0
    flaps: int = 0
    joined: Mapping[str, int] = field(default_factory=dict)  # other alerts' service or title → how often
    cleared_at: datetime | None = None
    calm_minutes: float | None = None
    judgements: tuple[FixJudged, ...] = ()
    draft: Resolution | None = None
    resolution: Resolution | None = None
    remembered: Remembered | None = None
    taken_back: tuple[TakenBack, ...] = ()  # earlier ends that people took back, oldest first
    reopened_by: str = ""  # until an end is drafted or written anew

    @property
    def finished(self) -> bool:
        """Whether the investigation has nothing left to do."""
        return (self.verdict is not None and not self.asking_again) or bool(self.stopped_by)

    @property
    def wanted(self) -> tuple[ToolCall, ...]:
        """What the last answer wants looked at and nobody has requested yet."""
        if self.last_answer is None:
            return ()
        asked = {call.id for call in self.requested}
        uses = self.last_answer.reply.tool_uses
        return tuple(ToolCall(use.name, use.input, use.id) for use in uses if use.id not in asked)

    @property
    def answered(self) -> bool:
        """Whether the last answer is final: it wants nothing looked at."""
        return self.last_answer is not None and not self.last_answer.reply.tool_uses

    @property
    def people(self) -> frozenset[str]:
        """The users who did something in this case or fixed one like it, whom its thread may therefore name."""
        acted = {
            entry.event.by
            for entry in self.history
            if isinstance(entry.event, Steered | Stopped | FixJudged | QuestionAsked | Reopened)
        }
        ended = {end.by for end in (self.draft, self.resolution) if end}
        fixed = {
            fix.by for found in (self.precedents.found if self.precedents else ()) for fix in found.fixes
        }
        return frozenset(acted | ended | fixed)

    @property
    def ids(self) -> frozenset[str]:
        """The evidence ids that a claim may cite."""
        return frozenset(piece.id for piece in self.evidence)

    def after(self, entry: Recorded) -> "CaseFile":  # noqa: C901, PLR0911, PLR0912 (every event once)
        """Return the case as it stands once *entry* has happened."""
        told = replace(self, history=(*self.history, entry))
        match entry.event:
            case AlertReceived() | LookProgressed():
                return told
            case AlertRepeated():
                return _told_again(told, entry.event)
            case AlertCleared():
                return replace(told, cleared_at=entry.at, calm_minutes=None)
            case StayedClear(minutes):
                return replace(told, calm_minutes=minutes)
            case Recalled(precedents):
                return _with_precedents(told, precedents)
            case EvidenceRequested(calls):
                return replace(told, requested=(*self.requested, *calls), pending=(*self.pending, *calls))
            case EvidenceCollected(findings):
                return _with_findings(told, findings)
            case ModelAnswered(answer):
                return replace(told, answers=self.answers + 1, last_answer=answer)
            case ModelFailed(failure):
                return replace(told, failure=failure)
            case Billed(bill):
                return replace(told, bill=bill)
            case Concluded(verdict):
                return replace(told, verdict=verdict, asking_again=False)
            case AskedAgain():
                return replace(told, failure=None, asking_again=True)
            case Stopped(by):
                return replace(told, stopped_by=by)
            case FixJudged():
                return replace(told, judgements=_judged(self.judgements, entry.event))
            case ResolutionDrafted(draft):
                return replace(told, draft=draft, reopened_by="")
            case Resolved(resolution):
                return replace(told, resolution=resolution, reopened_by="")
            case Reopened():
                return _reopened(told, entry.event)
            case Remembered():
                return replace(told, remembered=entry.event)
            case QuestionLooked(_, looked):
                seen = (observation for findings in looked for observation in findings.observations)
                return replace(told, evidence=_numbered(self.evidence, seen))
            case QuestionAsked() | QuestionAnswered():
                return told
            case ModelSelected() | ModelAttempted() | Steered() | Degraded():
                return told
            case _ as never:
                assert_never(never)


def fold(history: Iterable[Recorded]) -> CaseFile:
    """Return the case that *history* tells.

    Raises:
        ValueError: the history does not begin with the alert.
    """
    entries = iter(history)
    first = next(entries, None)
    if first is None or not isinstance(first.event, AlertReceived):
        msg = "a case begins with its alert"
        raise ValueError(msg)
    case = CaseFile(first.event.case, first.event.alert, first.at, first.event.channel, history=(first,))
    for entry in entries:
        case = case.after(entry)
    return case


def _with_precedents(case: CaseFile, precedents: Precedents) -> CaseFile:
    """Take what memory offered: first for the alert's words, then for what the services say."""
    by = "symptoms" if case.precedents else "alert"
    seen = tuple(_as_observation(found, by) for found in precedents.found)
    return replace(
        case,
        precedents=case.precedents.corrected(precedents) if case.precedents else precedents,
        recalls=case.recalls + 1,
        evidence=_numbered(case.evidence, seen),
    )


def _with_findings(case: CaseFile, findings: Findings) -> CaseFile:
    pending = list(case.pending)
    if findings.call in pending:
        pending.remove(findings.call)
    return replace(
        case,
        pending=tuple(pending),
        findings=(*case.findings, findings),
        evidence=_numbered(case.evidence, findings.observations),
    )


def _numbered(known: tuple[Evidence, ...], seen: Iterable[Observation]) -> tuple[Evidence, ...]:
    """Give every new observation the next id of its kind: ``log:1``, then ``log:2``."""
    counts = Counter(piece.kind for piece in known)
    evidence = list(known)
    for observation in seen:
        counts[observation.kind] += 1
        evidence.append(Evidence(f"{observation.kind}:{counts[observation.kind]}", observation))
    return tuple(evidence)


def _as_observation(found: Precedent, by: str) -> Observation:
    when = f" ({found.resolved_at:%Y-%m-%d})" if found.resolved_at else ""
    cause = f": {found.cause}" if found.cause else ""
    return Observation(
        kind="recall",
        text=f"Earlier incident {found.id}{when} “{found.title}”{cause}",
        source="memory",
        at=found.resolved_at,
        service=found.services[0] if found.services else None,
        link=found.link,
        facts={
            "incident": found.id,
            "by": by,
            "tier": found.tier,
            "score": found.score,
            "services": list(found.services),
        },
    )


def _reopened(case: CaseFile, back: Reopened) -> CaseFile:
    """Take the end back; its words are kept, for whoever closes the case the next time."""
    ends = () if case.resolution is None else (TakenBack(case.resolution, back.by, back.why),)
    return replace(
        case,
        resolution=None,
        remembered=None,
        taken_back=(*case.taken_back, *ends),
        reopened_by=back.by,
    )


def _told_again(case: CaseFile, again: AlertRepeated) -> CaseFile:
    if again.how in {"repeat", "changed"}:
        return replace(
            case,
            repeats=case.repeats + again.times,
            flaps=case.flaps + again.flaps,
            alert=_newer(case.alert, again.alert),
            cleared_at=None if again.times else case.cleared_at,
            calm_minutes=None if again.times else case.calm_minutes,
        )
    name = again.alert.service or again.alert.title[:80]
    if name not in case.joined and len(case.joined) >= MOST_JOINED:
        name = "others"
    return replace(case, joined={**case.joined, name: case.joined.get(name, 0) + again.times})


def _newer(known: Alert, told: Alert) -> Alert:
    """Keep the first onset and link; take the louder words of the repeat."""
    return replace(known, firing_count=max(known.firing_count, told.firing_count))


def _judged(known: tuple[FixJudged, ...], now: FixJudged) -> tuple[FixJudged, ...]:
    """Keep a person's last word on the fix, and apart from it whether it is the same incident at all."""
    if now.withdrawn:
        return tuple(old for old in known if (old.by, old.outcome) != (now.by, now.outcome))
    return (*(old for old in known if old.by != now.by or not _same_question(old, now)), now)


def _same_question(one: FixJudged, other: FixJudged) -> bool:
    return (one.outcome == "not_same") == (other.outcome == "not_same")
