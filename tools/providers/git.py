"""Deployments from a local git repository: what reached a branch, with its diff.

git runs as tools/providers/git_program.py has it: reading only. A deployment is a commit on the branch's first
parents (a merge counts once, with all it brought), at its committer date. Output and time are bounded.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tools.providers.git_program import NoSuchObject, check_branch, read_git
from tools.providers.moments import moment
from tools.telemetry import ChangedFile, Deployment, Window

_SHOWN = ("--no-color", "--no-ext-diff", "--no-textconv", "--diff-merges=first-parent")
_FORMAT = "--format=%x1e%H%x1f%cI%x1f%an%x1f%s%x1f"
_SHA = re.compile(r"[0-9a-f]{4,64}")
_COUNTED = re.compile(r"(\d+|-)\t(\d+|-)\t(.+)")
MAX_COMMITS = 300


@dataclass(frozen=True, slots=True)
class GitSettings:
    """Which repository, which branch, whose paths.

    *services* maps the beginning of a path to the service that it belongs to. *link* is a page for a commit with
    `{sha}` in it. Sizes in bytes, times in seconds.
    """

    repository: Path
    branch: str = "HEAD"
    services: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    max_bytes: int = 4_000_000
    timeout_s: float = 10.0


class GitDeploys:
    """The commits of a branch as deployments (a DeploySource)."""

    name = "git"

    def __init__(self, settings: GitSettings) -> None:
        """Prepare to read; nothing runs yet.

        Raises:
            ValueError: the branch is no name of one.
        """
        check_branch(settings.branch)
        self._settings = settings

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return the commits in *window*, newest first, with their files and without their diffs."""
        told = await self._git(
            "log", "--first-parent", *_SHOWN, "--numstat", _FORMAT, f"--max-count={MAX_COMMITS}",
            f"--since={window.start.isoformat()}", f"--until={window.end.isoformat()}",
            "--end-of-options", self._settings.branch, "--",
        )  # fmt: skip
        found = [each for each in map(self._deployment, told.split("\x1e")) if each is not None]
        kept = [
            each for each in found if each.at in window and (service is None or each.service in {service, ""})
        ]
        return sorted(kept, key=lambda each: each.at, reverse=True)

    async def diff(self, sha: str) -> Deployment | None:
        """Return the commit *sha* with its diff, None when the repository has no such commit."""
        wanted = sha.strip().lower()
        if not _SHA.fullmatch(wanted):
            return None
        try:
            told = await self._git(
                "show",
                *_SHOWN,
                "--numstat",
                "--patch",
                _FORMAT,
                "--end-of-options",
                f"{wanted}^{{commit}}",
                "--",
            )
        except NoSuchObject:
            return None
        return self._deployment(told.partition("\x1e")[2])

    def _deployment(self, told: str) -> Deployment | None:
        fields = told.split("\x1f", 4)
        at = moment(fields[1]) if len(fields) == 5 else None
        if at is None:
            return None
        sha, _, author, title, rest = fields
        counts, _, patch = rest.partition("\ndiff --git ")
        files = tuple(_file(found) for found in map(_COUNTED.fullmatch, counts.splitlines()) if found)
        return self._made(sha, at, author, title, files, f"diff --git {patch}" if patch else "")

    def _made(
        self, sha: str, at: datetime, author: str, title: str, files: tuple[ChangedFile, ...], diff: str
    ) -> Deployment:
        link = self._settings.link.replace("{sha}", sha) or None
        return Deployment(sha, at, title, self._service(files), author, files, diff, link)

    def _service(self, files: Sequence[ChangedFile]) -> str:
        """Return the service that most of the files belong to, empty when none does."""
        owners = [
            service
            for file in files
            for prefix, service in self._settings.services.items()
            if file.path.startswith(prefix)
        ]
        return Counter(owners).most_common(1)[0][0] if owners else ""

    async def _git(self, *arguments: str) -> str:
        told = self._settings
        said = await read_git(told.repository, *arguments, timeout_s=told.timeout_s, max_bytes=told.max_bytes)
        return said.decode("utf-8", "replace")


def _file(found: re.Match[str]) -> ChangedFile:
    added, deleted, path = found.groups()
    return ChangedFile(path, int(added) if added != "-" else 0, int(deleted) if deleted != "-" else 0)
