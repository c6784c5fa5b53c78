"""What fires now, from Alertmanager's API v2 (`GET /api/v2/alerts`), without what is silenced or inhibited."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.moments import moment
from tools.reads import Endpoint, Read
from tools.telemetry import FiringAlert

ALERTS = Read("GET", "/api/v2/alerts")
READS = (ALERTS,)
MAX_ALERTS = 500


@dataclass(frozen=True, slots=True)
class AlertmanagerSettings:
    """Where it answers; *page_url* is where people open it, when that differs."""

    endpoint: Endpoint
    service_labels: tuple[str, ...] = ("service", "job")
    page_url: str = ""


class AlertmanagerAlerts(HttpSource):
    """The alerts of an Alertmanager (an AlertSource)."""

    def __init__(
        self, settings: AlertmanagerSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("alertmanager", settings.endpoint, READS, transport)
        self._settings = settings

    async def firing(self) -> Sequence[FiringAlert]:
        """Return what fires now and is neither silenced nor inhibited."""
        query = {"active": "true", "silenced": "false", "inhibited": "false"}
        answer = await self._http.read_json(ALERTS, query=query)
        found = [alert_of(each, self._settings.service_labels) for each in self._rows(answer)[:MAX_ALERTS]]
        return [replace(each, link=self._link(each.name)) for each in found if each is not None]

    def _link(self, name: str) -> str | None:
        page = (self._settings.page_url or self._settings.endpoint.url).rstrip("/")
        matcher = quote(f'{{alertname="{name}"}}')
        return f"{page}/#/alerts?filter={matcher}" if "@" not in page else None


def alert_of(row: JsonValue, service_labels: Sequence[str]) -> FiringAlert | None:
    """Read one alert of API v2; None without a name or a start. Its link is left to the caller."""
    labels, since = shapes.texts(row, "labels"), moment(shapes.at(row, "startsAt"))
    if since is None or "alertname" not in labels:
        return None
    return FiringAlert(
        name=labels["alertname"],
        service=next((labels[each] for each in service_labels if labels.get(each)), ""),
        severity=labels.get("severity", "unknown"),
        since=since,
        summary=shapes.text(row, "annotations", "summary") or shapes.text(row, "annotations", "description"),
        labels=labels,
        runbook=shapes.text(row, "annotations", "runbook_url") or shapes.text(row, "annotations", "runbook"),
    )
