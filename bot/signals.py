"""What monitoring is told of a case: spans and measurements, read off its recorded facts.

Pure. Names follow OpenTelemetry's conventions for generative AI where they exist. Nothing here holds text of an
alert, a prompt or an answer: ids, names of tools, models and services, states, numbers. It knows no vendor.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.investigation.casefile import CaseFile
from bot.investigation.events import (
    AlertRepeated,
    Concluded,
    Degraded,
    EvidenceCollected,
    FixJudged,
    ModelAttempted,
    Recalled,
    Recorded,
    Resolved,
)
from bot.investigation.verdict import Verdict
from router.outcomes import Attempt
from tools.tool import Findings, Status

Attributes = Mapping[str, str | int | float | bool]
AGENT = "IncidentOS"
OPERATION = "gen_ai.operation.name"


@dataclass(frozen=True, slots=True)
class Span:
    """Something that took time. *whole* marks the case's own span; *failed* says why, empty when it went well."""

    name: str
    start: datetime
    end: datetime
    attributes: Attributes = field(default_factory=dict)
    failed: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of a metric; `METRICS` says its unit and what it is."""

    name: str
    value: float
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's unit and meaning. *adds* marks a counter; the others are histograms."""

    unit: str
    about: str
    adds: bool = False


METRICS: Mapping[str, Metric] = {
    "gen_ai.client.token.usage": Metric("{token}", "tokens of a model call, by type"),
    "gen_ai.client.operation.duration": Metric("s", "how long a model call took"),
    "incidentos.model.cost": Metric("USD", "dollars of model calls, measured from usage", adds=True),
    "incidentos.tool.duration": Metric("s", "how long a tool looked"),
    "incidentos.alerts": Metric("{alert}", "alerts that opened an investigation or joined one", adds=True),
    "incidentos.first_line": Metric("s", "from the opened case to what memory knows"),
    "incidentos.verdict": Metric("s", "from the opened case to its verdict"),
    "incidentos.resolution": Metric("s", "from the first sign to the end, as people wrote it"),
    "incidentos.fixes_judged": Metric("{verdict}", "what people said of fixes", adds=True),
    "incidentos.degraded": Metric("{case}", "parts that failed while a case was open", adds=True),
}

Watch = Callable[[CaseFile, Sequence[Recorded]], None]
"""Called with a case as it stands and what has just been recorded in it; must not raise, must not wait."""


def unwatched(_case: CaseFile, _news: Sequence[Recorded]) -> None:
    """Watch nothing."""


def signals_of(case: CaseFile, news: Recorded) -> tuple[Span | Measured, ...]:  # noqa: PLR0911 (a case a fact)
    """Return what *news*, just recorded in *case*, tells monitoring."""
    event, at = news.event, news.at
    match event:
        case AlertRepeated(alert=alert, times=times, how=how):
            return (Measured("incidentos.alerts", times, {"how": how, "source": alert.source}),)
        case Recalled():
            return _recalled(case, event, at)
        case EvidenceCollected(findings):
            return _looked(findings, at)
        case ModelAttempted(attempt):
            return _asked(attempt, at)
        case Concluded(verdict):
            return _concluded(case, verdict, at)
        case Resolved(end):
            worked = {"outcome": end.worked}
            return (Measured("incidentos.resolution", end.minutes * 60, worked),)
        case FixJudged(outcome=outcome, withdrawn=withdrawn):
            said = {"outcome": outcome, "withdrawn": withdrawn}
            return (Measured("incidentos.fixes_judged", 1, said),)
        case Degraded(what=what):
            return (Measured("incidentos.degraded", 1, {"part": what}),)
        case _:
            return ()


def _recalled(case: CaseFile, event: Recalled, at: datetime) -> tuple[Span | Measured, ...]:
    known = event.precedents
    told: Attributes = {"incidentos.tier": known.tier, "incidentos.matches": len(known.found)}
    span = Span(
        "recall", _before(at, event.took_s), at, told, "" if known.available else "memory unavailable"
    )
    if case.recalls > 1:
        return (span,)
    return (
        span,
        Measured("incidentos.alerts", 1, {"how": "opened", "source": case.alert.source}),
        Measured("incidentos.first_line", _since(case, at), {"tier": known.tier}),
    )


def _looked(findings: Findings, at: datetime) -> tuple[Span | Measured, ...]:
    name = findings.call.name
    told: Attributes = {
        OPERATION: "execute_tool",
        "gen_ai.tool.name": name,
        "incidentos.status": findings.status,
        "incidentos.observations": len(findings.observations),
    }
    blind = findings.status in {Status.UNAVAILABLE, Status.REFUSED}
    span = Span(
        f"execute_tool {name}", _before(at, findings.took_s), at, told, findings.status if blind else ""
    )
    took = Measured("incidentos.tool.duration", findings.took_s, {"tool": name, "status": findings.status})
    return (span, took)


def _asked(attempt: Attempt, at: datetime) -> tuple[Span | Measured, ...]:
    selection, usage = attempt.selection, attempt.usage
    model = selection.model or "none"
    shared: Attributes = {
        OPERATION: "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": model,
        **({"error.type": attempt.failure} if attempt.failure else {}),
    }
    told: Attributes = {
        **shared,
        "gen_ai.request.max_tokens": selection.max_tokens,
        "gen_ai.usage.input_tokens": usage.prompt,
        "gen_ai.usage.output_tokens": usage.output,
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_5m + usage.cache_write_1h,
        "gen_ai.response.finish_reasons": attempt.stop_reason or "",
        "incidentos.task": selection.task,
        "incidentos.tier": selection.tier,
        "incidentos.status": attempt.status,
        "incidentos.usd": float(attempt.usd),
        "incidentos.findings": ",".join(finding.code for finding in attempt.findings),
    }
    return (
        Span(f"chat {model}", _before(at, attempt.latency_s), at, told, attempt.failure or ""),
        Measured("gen_ai.client.operation.duration", attempt.latency_s, shared),
        Measured("gen_ai.client.token.usage", usage.prompt, {**shared, "gen_ai.token.type": "input"}),
        Measured("gen_ai.client.token.usage", usage.output, {**shared, "gen_ai.token.type": "output"}),
        Measured("incidentos.model.cost", float(attempt.usd), {"model": model, "task": selection.task}),
    )


def _concluded(case: CaseFile, verdict: Verdict, at: datetime) -> tuple[Span | Measured, ...]:
    told: Attributes = {
        OPERATION: "invoke_agent",
        "gen_ai.agent.name": AGENT,
        "gen_ai.conversation.id": case.id,
        "incidentos.outcome": verdict.outcome,
        "incidentos.mode": verdict.mode,
        "incidentos.severity": case.alert.severity,
        "incidentos.service": case.alert.service or "",
        "incidentos.evidence": len(case.evidence),
    }
    span = Span(f"invoke_agent {AGENT}", case.opened_at, at, told, whole=True)
    kinds = {"outcome": verdict.outcome, "mode": verdict.mode}
    return (span, Measured("incidentos.verdict", _since(case, at), kinds))


def _since(case: CaseFile, at: datetime) -> float:
    return max(0.0, (at - case.opened_at).total_seconds())


def _before(at: datetime, seconds: float) -> datetime:
    return at - timedelta(seconds=max(0.0, seconds))
