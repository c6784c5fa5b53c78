"""Deployments from GitHub's REST API: its deployments, or the commits of a branch where a team does not use those."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.moments import moment
from tools.reads import Endpoint, Query, Read
from tools.telemetry import ChangedFile, Deployment, Window

DEPLOYMENTS = Read("GET", "/repos/{owner}/{repo}/deployments")
COMMITS = Read("GET", "/repos/{owner}/{repo}/commits")
COMMIT = Read("GET", "/repos/{owner}/{repo}/commits/{sha}")
READS = (DEPLOYMENTS, COMMITS, COMMIT)
DETAILED = 20  # of so many deployments the title is looked up


@dataclass(frozen=True, slots=True)
class GithubSettings:
    """Which repository; *by* says what counts as a deployment. *service* is what the repository deploys."""

    endpoint: Endpoint
    owner: str
    repo: str
    service: str = ""
    by: Literal["deployments", "commits"] = "deployments"
    environment: str = "production"
    branch: str = "main"


class GithubDeploys(HttpSource):
    """The deployments of a GitHub repository (a DeploySource)."""

    def __init__(
        self, settings: GithubSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("github", settings.endpoint, READS, transport)
        self._settings = settings
        self._names = {"owner": settings.owner, "repo": settings.repo}

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return the deployments in *window*, newest first, without their diffs."""
        if service is not None and self._settings.service not in {service, ""}:
            return ()
        found = await (
            self._by_commit(window) if self._settings.by == "commits" else self._by_deployment(window)
        )
        return sorted((each for each in found if each.at in window), key=lambda each: each.at, reverse=True)

    async def diff(self, sha: str) -> Deployment | None:
        """Return the commit *sha* with its diff, None when the repository has none."""
        answer = await self._http.read_json(COMMIT, names={**self._names, "sha": sha}, missing_is_none=True)
        return None if answer is None else self._commit(answer)

    async def _by_commit(self, window: Window) -> list[Deployment]:
        asked: Query = {
            "sha": self._settings.branch,
            "since": window.start.isoformat(),
            "until": window.end.isoformat(),
            "per_page": 100,
        }
        answer = await self._http.read_json(COMMITS, names=self._names, query=asked)
        return [each for each in map(self._commit, self._rows(answer)) if each is not None]

    async def _by_deployment(self, window: Window) -> list[Deployment]:
        asked: Query = {"environment": self._settings.environment, "per_page": 100}
        answer = await self._http.read_json(DEPLOYMENTS, names=self._names, query=asked)
        found = [each for each in map(self._deployment, self._rows(answer)) if each and each.at in window]
        told = await asyncio.gather(*(self.diff(each.sha) for each in found[:DETAILED]))
        detailed = [
            replace(each, title=commit.title, files=commit.files, diff=commit.diff, link=commit.link)
            if commit
            else each
            for each, commit in zip(found, told, strict=False)
        ]
        return [*detailed, *found[DETAILED:]]

    def _deployment(self, row: JsonValue) -> Deployment | None:
        created, sha = moment(shapes.at(row, "created_at")), shapes.text(row, "sha")
        if created is None or not sha:
            return None
        title = (
            shapes.text(row, "description") or f"{shapes.text(row, 'task')} {shapes.text(row, 'ref')}".strip()
        )
        return Deployment(sha, created, title, self._settings.service, shapes.text(row, "creator", "login"))

    def _commit(self, row: JsonValue) -> Deployment | None:
        committed, sha = moment(shapes.at(row, "commit", "committer", "date")), shapes.text(row, "sha")
        if committed is None or not sha:
            return None
        files = shapes.objects(row, "files")
        return Deployment(
            sha=sha,
            at=committed,
            title=shapes.text(row, "commit", "message").partition("\n")[0],
            service=self._settings.service,
            author=shapes.text(row, "author", "login") or shapes.text(row, "commit", "author", "name"),
            files=tuple(
                ChangedFile(
                    shapes.text(each, "filename"),
                    shapes.whole(each, "additions"),
                    shapes.whole(each, "deletions"),
                )
                for each in files
            ),
            diff="\n".join(_patch(each) for each in files),
            link=shapes.text(row, "html_url") or None,
        )


def _patch(file: JsonValue) -> str:
    name = shapes.text(file, "filename")
    return f"--- a/{name}\n+++ b/{name}\n{shapes.text(file, 'patch')}"
