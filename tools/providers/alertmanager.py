"""What fires now, from Alertmanager's API v2 (`GET /api/v2/alerts`), without what is silenced or inhibited."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import httpx2
from pydantic import JsonValue

from tools.providers.moments import moment
from tools.readonly_http import ReadOnlyHttp
from tools.reads import Endpoint, Read
from tools.telemetry import FiringAlert
from tools.tool import Unavailable

ALERTS = Read("GET", "/api/v2/alerts")
READS = (ALERTS,)
MAX_ALERTS = 500


@dataclass(frozen=True, slots=True)
class AlertmanagerSettings:
    """Where it answers; *page_url* is where people open it, when that differs."""

    endpoint: Endpoint
    service_labels: tuple[str, ...] = ("service", "job")
    page_url: str = ""


class AlertmanagerAlerts:
    """The alerts of an Alertmanager (an AlertSource)."""

    name = "alertmanager"

    def __init__(
        self, settings: AlertmanagerSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        self._settings = settings
        self._http = ReadOnlyHttp(self.name, settings.endpoint, READS, transport=transport)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def firing(self) -> Sequence[FiringAlert]:
        """Return what fires now and is neither silenced nor inhibited."""
        query = {"active": "true", "silenced": "false", "inhibited": "false"}
        answer = await self._http.read_json(ALERTS, query=query)
        if not isinstance(answer, list):
            raise Unavailable(f"{self.name}: the answer is not in the form of its API v2")
        found = [self._alert(each) for each in answer[:MAX_ALERTS]]
        return [each for each in found if each is not None]

    def _alert(self, row: JsonValue) -> FiringAlert | None:
        if not isinstance(row, dict):
            return None
        labels, since = texts(row.get("labels")), moment(row.get("startsAt"))
        notes = texts(row.get("annotations"))
        if since is None or "alertname" not in labels:
            return None
        return FiringAlert(
            name=labels["alertname"],
            service=next((labels[each] for each in self._settings.service_labels if labels.get(each)), ""),
            severity=labels.get("severity", "unknown"),
            since=since,
            summary=notes.get("summary") or notes.get("description", ""),
            labels=labels,
            link=self._link(labels["alertname"]),
        )

    def _link(self, name: str) -> str | None:
        page = (self._settings.page_url or self._settings.endpoint.url).rstrip("/")
        matcher = quote(f'{{alertname="{name}"}}')
        return f"{page}/#/alerts?filter={matcher}" if "@" not in page else None


def texts(value: JsonValue) -> dict[str, str]:
    """Return the texts of a JSON object of labels, empty when it is none."""
    return (
        {key: each for key, each in value.items() if isinstance(each, str)} if isinstance(value, dict) else {}
    )
