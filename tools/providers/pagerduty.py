"""Open incidents from PagerDuty's REST API v2, with who is on them, and who is on call for each service."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.moments import moment
from tools.reads import Endpoint, Query, Read
from tools.telemetry import FiringAlert, Owner

INCIDENTS = Read("GET", "/incidents")
SERVICES = Read("GET", "/services")
ON_CALLS = Read("GET", "/oncalls")
READS = (INCIDENTS, SERVICES, ON_CALLS)
PAGES = 3
_PAGE = 100
_SEVERITY = {"high": "critical", "low": "warning"}


@dataclass(frozen=True, slots=True)
class PagerDutySettings:
    """The API (https://api.pagerduty.com) with *key*, a read-only REST key."""

    endpoint: Endpoint
    key: str


class PagerDutyIncidents(HttpSource):
    """The open incidents and the on-calls of a PagerDuty account (an AlertSource and an OwnerSource)."""

    def __init__(
        self, settings: PagerDutySettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        headers = {
            **settings.endpoint.headers,
            "Authorization": f"Token token={settings.key}",
            "Accept": "application/vnd.pagerduty+json;version=2",
        }
        super().__init__("pagerduty", replace(settings.endpoint, headers=headers), READS, transport)

    async def firing(self) -> Sequence[FiringAlert]:
        """Return what is triggered or acknowledged now."""
        query: Query = {
            "statuses[]": ["triggered", "acknowledged"],
            "limit": 100,
        }
        answer = await self._http.read_json(INCIDENTS, query=query)
        found = [_alert(each) for each in self._rows(answer, "incidents")]
        return [each for each in found if each is not None]

    async def owners(self) -> Sequence[Owner]:
        """Return who is on call for each service: the first level of its escalation policy, now."""
        services = await self._pages(SERVICES, "services", {})
        policies = {shapes.text(each, "escalation_policy", "id") for each in services} - {""}
        if not policies:
            return ()
        asked: Query = {"escalation_policy_ids[]": sorted(policies)[:_PAGE], "earliest": "true"}
        people: dict[str, list[str]] = {}
        for each in await self._pages(ON_CALLS, "oncalls", asked):
            if shapes.whole(each, "escalation_level") == 1:
                name = shapes.text(each, "user", "summary")
                people.setdefault(shapes.text(each, "escalation_policy", "id"), []).append(name)
        found = [
            (shapes.text(each, "name"), people.get(shapes.text(each, "escalation_policy", "id"), []))
            for each in services
        ]
        return [
            Owner(name, on_call=", ".join(dict.fromkeys(filter(None, who))), on_call_source=self.name)
            for name, who in found
            if name and any(who)
        ]

    async def _pages(self, read: Read, rows: str, asked: Query) -> list[dict[str, JsonValue]]:
        found: list[dict[str, JsonValue]] = []
        for page in range(PAGES):
            answer = await self._http.read_json(read, query={**asked, "limit": _PAGE, "offset": page * _PAGE})
            found += self._rows(answer, rows)
            if shapes.at(answer, "more") is not True:
                break
        return found


def _alert(row: JsonValue) -> FiringAlert | None:
    since, title = moment(shapes.at(row, "created_at")), shapes.text(row, "title")
    if since is None or not title:
        return None
    people = [shapes.text(each, "assignee", "summary") for each in shapes.objects(row, "assignments")]
    return FiringAlert(
        name=title,
        service=shapes.text(row, "service", "summary"),
        severity=_SEVERITY.get(shapes.text(row, "urgency"), "unknown"),
        since=since,
        summary=f"{shapes.text(row, 'status')}, assigned to {', '.join(people) or 'nobody'}",
        labels={"status": shapes.text(row, "status"), "number": shapes.text(row, "incident_number")},
        link=shapes.text(row, "html_url") or None,
    )
