"""`active_alerts`: what else fires now, the oldest trouble of the same service first.

Facts of an observation: alert, service, severity, minutes_before_onset (negative = began after it), labels.
"""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from tools.asking import ask_all, deadline_of, remarks_of
from tools.from_onset import from_onset
from tools.sources import AlertSource
from tools.telemetry import FiringAlert
from tools.tool import PLAIN_NAME, Findings, Observation, Scope, Status, ToolCall

SHOWN = 25


class ActiveAlerts(BaseModel):
    """What may be asked of `active_alerts`."""

    model_config = ConfigDict(extra="forbid")
    service: str | None = Field(
        default=None, max_length=200, pattern=PLAIN_NAME, description="Only this service; leave out for all."
    )


class AlertsTool:
    """Lists what fires now, from all sources."""

    name = "active_alerts"
    description = (
        "Lists the alerts that fire now, with service, severity and since when, those of the service first."
    )
    arguments: type[BaseModel] = ActiveAlerts

    def __init__(self, sources: Sequence[AlertSource]) -> None:
        """Ask all of *sources*."""
        self._sources = tuple(sources)

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        """List what fires."""
        assert isinstance(arguments, ActiveAlerts)
        answers, problems = await ask_all(
            self._sources, lambda source: source.firing(), what="alerts", by=deadline_of(scope)
        )
        told = [(source.name, each) for source, found in answers for each in found]
        firing = [
            each
            for each in _once(told)
            if arguments.service is None or each[1].service.casefold() == arguments.service.casefold()
        ]
        firing.sort(key=lambda each: (each[1].service != scope.service, each[1].since))
        observations = tuple(_observation(each, source, scope.onset) for source, each in firing[:SHOWN])
        remarks = remarks_of(answers)
        said = [f"{len(firing)} alerts fire" if firing else "nothing fires", *problems, *remarks]
        if len(firing) > SHOWN:
            said.insert(1, f"the {len(firing) - SHOWN} newest not shown")
        status = Status.FOUND if observations else Status.NOTHING
        return Findings(
            ToolCall(self.name), status, observations, "; ".join(said), problems=problems, remarks=remarks
        )


def _once(told: Sequence[tuple[str, FiringAlert]]) -> list[tuple[str, FiringAlert]]:
    """Return each alert once: Alertmanager and a pager may tell the same."""
    first: dict[tuple[object, ...], tuple[str, FiringAlert]] = {}
    for source, each in told:
        own = tuple(sorted(each.labels.items())) if each.labels else each.since
        first.setdefault((each.name, each.service, own), (source, each))
    return list(first.values())


def _observation(alert: FiringAlert, source: str, onset: datetime) -> Observation:
    minutes = round((onset - alert.since).total_seconds() / 60, 1)
    when = from_onset(minutes)
    of = f" on {alert.service}" if alert.service else ""
    summary = f": {alert.summary[:300]}" if alert.summary else ""
    return Observation(
        kind="alert",
        text=f"{alert.name}{of} ({alert.severity}) since {alert.since:%Y-%m-%d %H:%M:%S} UTC, {when}{summary}",
        source=source,
        at=alert.since,
        service=alert.service or None,
        query=f'alertname="{alert.name}"',
        link=alert.link,
        facts={
            "alert": alert.name,
            "service": alert.service,
            "severity": alert.severity,
            "minutes_before_onset": minutes,
            "labels": dict(alert.labels),
        },
    )
