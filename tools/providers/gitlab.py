"""Deployments from GitLab's REST API v4: the successful deployments of an environment, and the diffs of commits."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.moments import moment
from tools.reads import Endpoint, Query, Read
from tools.telemetry import ChangedFile, Deployment, Window

DEPLOYMENTS = Read("GET", "/api/v4/projects/{project}/deployments")
COMMIT = Read("GET", "/api/v4/projects/{project}/repository/commits/{sha}")
DIFF = Read("GET", "/api/v4/projects/{project}/repository/commits/{sha}/diff")
READS = (DEPLOYMENTS, COMMIT, DIFF)


@dataclass(frozen=True, slots=True)
class GitlabSettings:
    """Which project ("group/name" or its number). A token goes into the endpoint's headers as PRIVATE-TOKEN."""

    endpoint: Endpoint
    project: str
    service: str = ""
    environment: str = "production"


class GitlabDeploys(HttpSource):
    """The deployments of a GitLab project (a DeploySource)."""

    def __init__(
        self, settings: GitlabSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("gitlab", settings.endpoint, READS, transport)
        self._settings = settings

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return the deployments in *window*, newest first, without their diffs."""
        if service is not None and self._settings.service not in {service, ""}:
            return ()
        asked: Query = {
            "environment": self._settings.environment,
            "status": "success",
            "updated_after": window.start.isoformat(),
            "updated_before": window.end.isoformat(),
            "order_by": "updated_at",
            "sort": "desc",
            "per_page": 100,
        }
        answer = await self._http.read_json(
            DEPLOYMENTS, names={"project": self._settings.project}, query=asked
        )
        found = [each for each in map(self._deployment, self._rows(answer)) if each and each.at in window]
        return sorted(found, key=lambda each: each.at, reverse=True)

    async def diff(self, sha: str) -> Deployment | None:
        """Return the commit *sha* with its diff, None when the project has none."""
        names = {"project": self._settings.project, "sha": sha}
        commit = await self._http.read_json(COMMIT, names=names, missing_is_none=True)
        at = moment(shapes.at(commit, "committed_date"))
        if at is None:
            return None
        changes = shapes.objects(await self._http.read_json(DIFF, names=names, query={"per_page": 100}))
        return Deployment(
            sha=shapes.text(commit, "id"),
            at=at,
            title=shapes.text(commit, "title"),
            service=self._settings.service,
            author=shapes.text(commit, "author_name"),
            files=tuple(_file(each) for each in changes),
            diff="\n".join(_patch(each) for each in changes),
            link=shapes.text(commit, "web_url") or None,
        )

    def _deployment(self, row: JsonValue) -> Deployment | None:
        finished = shapes.at(row, "deployable", "finished_at") or shapes.at(row, "updated_at")
        at, sha = moment(finished), shapes.text(row, "sha")
        if at is None or not sha:
            return None
        return Deployment(
            sha=sha,
            at=at,
            title=shapes.text(row, "deployable", "commit", "title") or shapes.text(row, "ref"),
            service=self._settings.service,
            author=shapes.text(row, "user", "name"),
            link=shapes.text(row, "deployable", "commit", "web_url") or None,
        )


def _patch(change: JsonValue) -> str:
    old, new = shapes.text(change, "old_path"), shapes.text(change, "new_path")
    return f"--- a/{old}\n+++ b/{new}\n{shapes.text(change, 'diff')}"


def _file(change: JsonValue) -> ChangedFile:
    lines = shapes.text(change, "diff").splitlines()
    return ChangedFile(
        shapes.text(change, "new_path"),
        sum(line.startswith("+") for line in lines),
        sum(line.startswith("-") for line in lines),
    )
