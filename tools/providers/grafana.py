"""What fires in Grafana's own alerting, which answers in the form of Alertmanager's API v2 at a path of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import httpx2

from tools.providers import shapes
from tools.providers.alertmanager import alert_of
from tools.providers.http_source import HttpSource
from tools.reads import Endpoint, Read
from tools.telemetry import FiringAlert

ALERTS = Read("GET", "/api/alertmanager/grafana/api/v2/alerts")
READS = (ALERTS,)


@dataclass(frozen=True, slots=True)
class GrafanaSettings:
    """Where it answers, with a service account's token (role Viewer) in the endpoint."""

    endpoint: Endpoint
    service_labels: tuple[str, ...] = ("service", "job")


class GrafanaAlerts(HttpSource):
    """The alerts of a Grafana (an AlertSource)."""

    def __init__(
        self, settings: GrafanaSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("grafana", settings.endpoint, READS, transport)
        self._settings = settings

    async def firing(self) -> Sequence[FiringAlert]:
        """Return what fires now and is neither silenced nor inhibited."""
        query = {"active": "true", "silenced": "false", "inhibited": "false"}
        answer = await self._http.read_json(ALERTS, query=query)
        found = [(row, alert_of(row, self._settings.service_labels)) for row in self._rows(answer)]
        return [
            replace(each, link=self._link(shapes.text(row, "generatorURL"))) for row, each in found if each
        ]

    def _link(self, page: str) -> str | None:
        """Return the rule's page when it is Grafana's own; a link to elsewhere is none of ours to show."""
        own = self._settings.endpoint.url.rstrip("/")
        return page if page.startswith(f"{own}/") else None
