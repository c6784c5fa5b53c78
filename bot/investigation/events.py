"""Everything that can happen in a case, as facts in the past tense. One closed union.

They carry no clock and no storage id: `Recorded` adds the time, the journal adds the order.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from bot.investigation.alert import Alert
from bot.investigation.ending import FixOutcome, Reopened, Resolution
from bot.investigation.look_progress import LookProgressed
from bot.investigation.precedent import Precedents
from bot.investigation.verdict import Verdict
from router.ledger import Summary
from router.outcomes import Answer, Attempt, Failure, Selection
from tools.tool import Findings, ToolCall


@dataclass(frozen=True, slots=True)
class AlertReceived:
    """Something called for attention; the case *case* was opened for it. *seen_late*: found when catching up.

    *channel* is where its thread stands: what memory keeps of other private channels is not read there.
    """

    case: str
    alert: Alert
    seen_late: bool = False
    channel: str = ""
    type: Literal["alert_received"] = "alert_received"


@dataclass(frozen=True, slots=True)
class AlertRepeated:
    """Alerts that belong to this case: it told again, its text changed, a neighbour's, or one of a storm.

    *times* is how often since the last such line, *flaps* how many of them came back after a resolution.
    """

    alert: Alert
    times: int = 1
    flaps: int = 0
    how: Literal["repeat", "neighbour", "storm", "changed"] = "repeat"
    type: Literal["alert_repeated"] = "alert_repeated"


@dataclass(frozen=True, slots=True)
class AlertCleared:
    """Whoever raised the alert says that it is over."""

    source: str
    type: Literal["alert_cleared"] = "alert_cleared"


@dataclass(frozen=True, slots=True)
class StayedClear:
    """The alert has stayed clear for a while: what people said worked is confirmed."""

    minutes: float
    type: Literal["stayed_clear"] = "stayed_clear"


@dataclass(frozen=True, slots=True)
class Recalled:
    """Memory offered what it knew, possibly nothing."""

    precedents: Precedents
    took_s: float
    type: Literal["recalled"] = "recalled"


@dataclass(frozen=True, slots=True)
class EvidenceRequested:
    """Someone wanted to look: code (first look) or a model. The tools have not run yet."""

    calls: tuple[ToolCall, ...]
    by: Literal["code", "model"]
    type: Literal["evidence_requested"] = "evidence_requested"


@dataclass(frozen=True, slots=True)
class EvidenceCollected:
    """A tool ran, well or badly."""

    findings: Findings
    type: Literal["evidence_collected"] = "evidence_collected"


@dataclass(frozen=True, slots=True)
class ModelSelected:
    """The router chose who answers: a model, or code at $0."""

    selection: Selection
    type: Literal["model_selected"] = "model_selected"


@dataclass(frozen=True, slots=True)
class ModelAttempted:
    """A model call ended, well or badly."""

    attempt: Attempt
    type: Literal["model_attempted"] = "model_attempted"


@dataclass(frozen=True, slots=True)
class ModelAnswered:
    """A model's answer was kept."""

    answer: Answer
    type: Literal["model_answered"] = "model_answered"


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """No model answered; what is known without one stands."""

    failure: Failure
    type: Literal["model_failed"] = "model_failed"


@dataclass(frozen=True, slots=True)
class Billed:
    """What the case has cost so far; the newest one counts."""

    bill: Summary
    type: Literal["billed"] = "billed"


@dataclass(frozen=True, slots=True)
class Concluded:
    """There is a verdict. Nothing follows but people."""

    verdict: Verdict
    type: Literal["concluded"] = "concluded"


@dataclass(frozen=True, slots=True)
class Steered:
    """A person added something to consider ("it is not the database")."""

    by: str
    text: str
    type: Literal["steered"] = "steered"


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """A person asked: *id* is the message's ts, *about* what it calls for, *hint* another reading if not sure."""

    id: str
    by: str
    text: str
    about: str
    hint: str = ""
    type: Literal["question_asked"] = "question_asked"


@dataclass(frozen=True, slots=True)
class QuestionLooked:
    """What was looked at to answer a question; it is evidence of the case from now on."""

    id: str
    findings: tuple[Findings, ...]
    type: Literal["question_looked"] = "question_looked"


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """The answer to a question. *lines* are plain text, *cites* evidence ids; *markdown* a whole document instead.

    *mode* is who answered; *why* tells, when it was code, why no model did. *unverified* holds what the checks
    object to; *file* is the id under which Slack holds the document.
    """

    id: str
    lines: tuple[str, ...]
    cites: tuple[str, ...] = ()
    mode: Literal["model", "code"] = "code"
    why: str = ""
    selections: tuple[Selection, ...] = ()
    unverified: tuple[str, ...] = ()
    markdown: str = ""
    file: str = ""
    type: Literal["question_answered"] = "question_answered"


@dataclass(frozen=True, slots=True)
class Stopped:
    """A person stopped the investigation."""

    by: str
    type: Literal["stopped"] = "stopped"


@dataclass(frozen=True, slots=True)
class FixJudged:
    """A person said how a fix fared; *withdrawn* takes an earlier judgement of theirs back."""

    by: str
    outcome: FixOutcome
    withdrawn: bool = False
    type: Literal["fix_judged"] = "fix_judged"


@dataclass(frozen=True, slots=True)
class ResolutionDrafted:
    """A person asked to close the case; this draft waits for them to accept or edit it."""

    draft: Resolution
    type: Literal["resolution_drafted"] = "resolution_drafted"


@dataclass(frozen=True, slots=True)
class Resolved:
    """People closed the case; this is what memory keeps."""

    resolution: Resolution
    type: Literal["resolved"] = "resolved"


@dataclass(frozen=True, slots=True)
class Remembered:
    """Memory has the outcome, in SQL; *indexed* when it can be recalled by meaning already."""

    incident: str
    indexed: bool
    type: Literal["remembered"] = "remembered"


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """The wait for a busy model is over: it is asked once more, and the verdict stands until it has answered."""

    type: Literal["asked_again"] = "asked_again"


@dataclass(frozen=True, slots=True)
class Degraded:
    """Something failed; *line* tells people what, what still works and when it is tried again."""

    what: str
    line: str
    type: Literal["degraded"] = "degraded"


Event = Annotated[
    AlertReceived
    | AlertRepeated
    | AlertCleared
    | StayedClear
    | Recalled
    | EvidenceRequested
    | LookProgressed
    | EvidenceCollected
    | ModelSelected
    | ModelAttempted
    | ModelAnswered
    | ModelFailed
    | Billed
    | Concluded
    | Steered
    | QuestionAsked
    | QuestionLooked
    | QuestionAnswered
    | Stopped
    | FixJudged
    | ResolutionDrafted
    | Resolved
    | Reopened
    | Remembered
    | AskedAgain
    | Degraded,
    Field(discriminator="type"),
]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event and when it was recorded (aware, UTC)."""

    at: datetime
    event: Event
