"""Runbooks from a local git repository, a bare mirror included: the Markdown of a branch, read again when it moves.

Nothing is checked out or unpacked to disk; links in the repository are not followed.
"""

import asyncio
import io
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.providers.git_program import check_branch, read_git
from tools.providers.runbook_folder import MAX_BYTES, MAX_FILES, runbook_of
from tools.telemetry import Runbook
from tools.tool import Unavailable


@dataclass(frozen=True, slots=True)
class RunbookRepositorySettings:
    """Which repository and branch, which *folder* in it, and the page that it is published at."""

    repository: Path
    branch: str = "HEAD"
    folder: str = ""
    link_prefix: str = ""
    max_bytes: int = 50_000_000
    timeout_s: float = 10.0


class RunbookRepository:
    """The Markdown files of a branch (a RunbookSource)."""

    name = "runbook repository"

    def __init__(self, settings: RunbookRepositorySettings) -> None:
        """Prepare to read; nothing runs yet. Raises ValueError when the branch is no name of one."""
        check_branch(settings.branch)
        self._settings = settings
        self._commit = b""
        self._kept: tuple[Runbook, ...] = ()

    async def runbooks(self) -> Sequence[Runbook]:
        """Return all runbooks, in the order of their paths. Raises `Unavailable`."""
        try:
            commit = await self._git(
                "rev-parse", "--verify", "--end-of-options", f"{self._settings.branch}^{{commit}}"
            )
            if commit != self._commit:
                tree = commit.decode("ascii", "replace").strip()
                folder = self._settings.folder.strip("/")
                packed = await self._git("archive", "--format=tar", f"{tree}:{folder}" if folder else tree)
                self._kept = await asyncio.to_thread(self._read, packed)
                self._commit = commit
        except Unavailable as problem:
            raise Unavailable(f"{self.name}: {str(problem).removeprefix('git: ')}") from problem
        return self._kept

    async def _git(self, *arguments: str) -> bytes:
        told = self._settings
        return await read_git(told.repository, *arguments, timeout_s=told.timeout_s, max_bytes=told.max_bytes)

    def _read(self, packed: bytes) -> tuple[Runbook, ...]:
        found: list[Runbook] = []
        try:
            with tarfile.open(fileobj=io.BytesIO(packed), mode="r:") as archive:
                for member in archive:
                    if member.isfile() and member.name.endswith(".md") and member.size <= MAX_BYTES:
                        file = archive.extractfile(member)
                        text = file.read().decode("utf-8", "replace") if file else ""
                        found.append(runbook_of(member.name, text, self._link(member.name)))
                    if len(found) >= MAX_FILES:
                        break
        except tarfile.ReadError:
            pass  # cut at max_bytes: what was read before counts
        return tuple(sorted(found, key=lambda each: each.id))

    def _link(self, place: str) -> str | None:
        return f"{self._settings.link_prefix.rstrip('/')}/{place}" if self._settings.link_prefix else None
