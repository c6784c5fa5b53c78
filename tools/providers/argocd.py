"""Deployments from Argo CD: the sync history of its applications, each application a service."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.moments import moment
from tools.reads import Endpoint, Read
from tools.telemetry import Deployment, Window

APPLICATIONS = Read("GET", "/api/v1/applications")
REVISION = Read("GET", "/api/v1/applications/{name}/revisions/{sha}/metadata")
READS = (APPLICATIONS, REVISION)
_FIELDS = "items.metadata.name,items.spec,items.status.history"


@dataclass(frozen=True, slots=True)
class ArgoCdSettings:
    """Where it answers; *project* limits it to one Argo CD project. *page_url* is where people open it."""

    endpoint: Endpoint
    project: str = ""
    page_url: str = ""


class ArgoCdDeploys(HttpSource):
    """The sync history of Argo CD (a DeploySource). It knows which revision went out, not what it changed."""

    def __init__(
        self, settings: ArgoCdSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("argocd", settings.endpoint, READS, transport)
        self._settings = settings

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return the syncs in *window*, newest first."""
        found = [each for each in await self._all() if each.at in window and service in {None, each.service}]
        return sorted(found, key=lambda each: each.at, reverse=True)

    async def diff(self, sha: str) -> Deployment | None:
        """Return the sync of revision *sha* with the author and message of its commit, without a diff."""
        newest = sorted(await self._all(), key=lambda each: each.at, reverse=True)
        known = next((each for each in newest if each.sha.startswith(sha)), None)
        if known is None:
            return None
        names = {"name": known.service, "sha": known.sha}
        told = await self._http.read_json(REVISION, names=names, missing_is_none=True)
        title = shapes.text(told, "message").partition("\n")[0] or known.title
        author = shapes.text(told, "author") or known.author
        return Deployment(known.sha, known.at, title, known.service, author, link=known.link)

    async def _all(self) -> list[Deployment]:
        query = {
            "fields": _FIELDS,
            **({"projects": self._settings.project} if self._settings.project else {}),
        }
        answer = await self._http.read_json(APPLICATIONS, query=query)
        return [each for row in shapes.objects(answer, "items") for each in self._history(row)]

    def _link(self, application: str) -> str | None:
        page = (self._settings.page_url or self._settings.endpoint.url).rstrip("/")
        return f"{page}/applications/{quote(application, safe='')}" if "@" not in page else None

    def _history(self, application: JsonValue) -> list[Deployment]:
        service = shapes.text(application, "metadata", "name")
        found: list[Deployment] = []
        for entry in shapes.objects(application, "status", "history"):
            at, sha = moment(shapes.at(entry, "deployedAt")), shapes.text(entry, "revision")
            if at is None or not sha:
                continue
            path = shapes.text(entry, "source", "path") or shapes.text(entry, "source", "chart")
            told = f" ({path})" if path else ""
            by = shapes.text(entry, "initiatedBy", "username")
            found.append(
                Deployment(sha, at, f"Sync of {service}{told}", service, by, link=self._link(service))
            )
        return found
