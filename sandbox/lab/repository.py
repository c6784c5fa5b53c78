"""The shop's own git repository: its history, a commit for each release, and the deploy list read back from it.

The working copy is what the processes run. Which service a commit releases stands in its trailer
`Service:`. The user's own git settings are not looked at.
"""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.lab.release import Release

SHOP = Path(__file__).parent / "shop"
_SHA_LENGTH = 12
_FIELDS = "%H%x00%aI%x00%an%x00%s%x00%(trailers:key=Service,valueonly)"


@dataclass(frozen=True, slots=True)
class Past:
    """A release that went out before the lab was started."""

    ago: timedelta
    release: Release


class Repository:
    """The git repository in one folder. Its methods block: call them in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, past: Sequence[Past], now: datetime) -> None:
        """Copy the shop here and commit it, then each past release, oldest first, at its own time."""
        ignored = shutil.ignore_patterns("__pycache__", "config")
        shutil.copytree(SHOP, self.folder / "shop", ignore=ignored)
        shutil.copytree(SHOP / "config", self.folder / "config")
        (self.folder / ".gitignore").write_text("__pycache__/\n", encoding="utf-8")
        self._git("init", "--quiet", "--initial-branch=main")
        first = max((each.ago for each in past), default=timedelta()) + timedelta(days=2)
        self._commit("Open the shop", "", "Ines Abel", now - first)
        for each in past:
            self.commit(each.release, now - each.ago)

    def commit(self, release: Release, at: datetime | None = None) -> str:
        """Make the edits, commit them and return the sha. EditRefused: they do not fit the code as it stands."""
        for edit in release.edits:
            edit.apply(self.folder)
        return self._commit(release.title, release.service, release.author, at or datetime.now(UTC))

    def head(self) -> str:
        """Return the sha of what is checked out."""
        return self._git("rev-parse", "HEAD").strip()[:_SHA_LENGTH]

    def deployments(self) -> list[dict[str, Any]]:
        """Return every deployment, oldest first: sha, deployed_at, title, service, author, files, diff."""
        told = self._git("log", "--reverse", "--no-decorate", f"--format={_FIELDS}%x01")
        return [self._row(entry.strip("\n")) for entry in told.split("\x01") if entry.strip()]

    def _row(self, entry: str) -> dict[str, Any]:
        sha, at, author, title, service = entry.split("\x00")
        counted = self._git("show", "--numstat", "--format=", sha)
        files = [
            {"path": path, "added": int(added), "deleted": int(deleted)}
            for added, deleted, path in (line.split("\t") for line in counted.splitlines() if line)
        ]
        first = not self._git("show", "--no-patch", "--format=%P", sha).strip()
        return {
            "sha": sha[:_SHA_LENGTH],
            "deployed_at": at,
            "title": title,
            "service": service.strip(),
            "author": author,
            "files": [] if first else files,
            "diff": "" if first else self._git("show", "--format=", sha),  # the first is the whole shop
        }

    def _commit(self, title: str, service: str, author: str, at: datetime) -> str:
        self._git("add", "--all")
        trailer = ["--message", f"Service: {service}"] if service else []
        who = f"{author} <{author.split(maxsplit=1)[0].lower()}@shop.example>"
        day = at.isoformat(timespec="seconds")
        self._git("commit", "--quiet", "--author", who, "--date", day, "--message", title, *trailer)
        return self.head()

    def _git(self, *arguments: str) -> str:
        hermetic = ["GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C"]
        identity = ["-c", "user.name=Shop deploys", "-c", "user.email=deploys@shop.example"]
        done = subprocess.run(
            ["env", *hermetic, "git", *identity, "-C", str(self.folder), *arguments],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout
