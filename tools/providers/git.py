"""Deployments from a local git repository: what reached a branch, with its diff.

git runs with fixed arguments that only read; hooks, pagers, external diff programs, lazy fetches and the user's own
configuration are off, so that a hostile repository runs nothing. A deployment is a commit on the branch's first
parents (a merge counts once, with all it brought), at its committer date. Output and time are bounded.
"""

import asyncio
import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tools.providers.moments import moment
from tools.telemetry import ChangedFile, Deployment, Window
from tools.tool import Unavailable

_SAFE = (
    "--no-pager", "--no-optional-locks", "--literal-pathspecs",
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false",
    "-c", "diff.external=", "-c", "protocol.allow=never", "-c", "log.showSignature=false",
)  # fmt: skip
_SHOWN = ("--no-color", "--no-ext-diff", "--no-textconv", "--diff-merges=first-parent")
_FORMAT = "--format=%x1e%H%x1f%cI%x1f%an%x1f%s%x1f"
_SHA = re.compile(r"[0-9a-f]{4,64}")
_BRANCH = re.compile(r"[A-Za-z0-9_][\w./-]*")
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
        if not _BRANCH.fullmatch(settings.branch):
            raise ValueError(f"git: {settings.branch!r} is not the name of a branch")
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
        except _NoSuchObject:
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
        program = shutil.which("git")
        if program is None:
            raise Unavailable("git: the program is not installed")
        process = await asyncio.create_subprocess_exec(
            program, "-C", str(self._settings.repository), *_SAFE, *arguments,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1",
                 "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"},
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return await self._told(process)
        except TimeoutError:
            raise Unavailable(f"git: no answer within {self._settings.timeout_s:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _told(self, process: asyncio.subprocess.Process) -> str:
        assert process.stdout is not None
        assert process.stderr is not None
        told = bytearray()
        while chunk := await process.stdout.read(65_536):
            told += chunk
            if len(told) > self._settings.max_bytes:  # what follows is more diff: the beginning is kept
                return told[: self._settings.max_bytes].decode("utf-8", "replace")
        complaint = (await process.stderr.read(4_000)).decode("utf-8", "replace")
        if await process.wait():
            raise _trouble(complaint, self._settings)
        return told.decode("utf-8", "replace")


class _NoSuchObject(Unavailable):
    """The repository has no such commit."""


def _file(found: re.Match[str]) -> ChangedFile:
    added, deleted, path = found.groups()
    return ChangedFile(path, int(added) if added != "-" else 0, int(deleted) if deleted != "-" else 0)


def _trouble(complaint: str, settings: GitSettings) -> Unavailable:
    where = settings.repository
    if any(
        words in complaint
        for words in ("unknown revision", "bad revision", "ambiguous argument", "bad object")
    ):
        return _NoSuchObject(f"git: {where} has no such commit or branch as was asked for")
    if "not a git repository" in complaint or "cannot change to" in complaint:
        return Unavailable(f"git: {where} is not a git repository")
    if "dubious ownership" in complaint:
        return Unavailable(f"git: {where} belongs to another user")
    return Unavailable(
        f"git: {where} cannot be read: {complaint.strip().splitlines()[-1][:200] if complaint.strip() else '?'}"
    )
