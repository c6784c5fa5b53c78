"""Run git on a local repository with arguments that only read, bounded in time and bytes.

Hooks, pagers, external diff programs, lazy fetches and the user's own configuration are off, so that a hostile
repository runs nothing. It knows no kind of telemetry.
"""

import asyncio
import os
import re
import shutil
from pathlib import Path

from tools.tool import Unavailable

_SAFE = (
    "--no-pager", "--no-optional-locks", "--literal-pathspecs",
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false",
    "-c", "diff.external=", "-c", "protocol.allow=never", "-c", "log.showSignature=false",
)  # fmt: skip
_BRANCH = re.compile(r"[A-Za-z0-9_][\w./-]*")


class NoSuchObject(Unavailable):
    """The repository has no such commit."""


def check_branch(branch: str) -> None:
    """Raise ValueError when *branch* is no name of one."""
    if not _BRANCH.fullmatch(branch):
        raise ValueError(f"git: {branch!r} is not the name of a branch")


async def read_git(repository: Path, *arguments: str, timeout_s: float, max_bytes: int) -> bytes:
    """Return the first *max_bytes* of what git says. Raises `Unavailable`, `NoSuchObject` for an unknown commit."""
    program = shutil.which("git")
    if program is None:
        raise Unavailable("git: the program is not installed")
    process = await asyncio.create_subprocess_exec(
        program, "-C", str(repository), *_SAFE, *arguments,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1",
             "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"},
    )  # fmt: skip
    try:
        async with asyncio.timeout(timeout_s):
            return await _told(process, repository, max_bytes)
    except TimeoutError:
        raise Unavailable(f"git: no answer within {timeout_s:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _told(process: asyncio.subprocess.Process, repository: Path, max_bytes: int) -> bytes:
    assert process.stdout is not None
    assert process.stderr is not None
    told = bytearray()
    while chunk := await process.stdout.read(65_536):
        told += chunk
        if len(told) > max_bytes:  # what follows is more of the same: the beginning is kept
            return bytes(told[:max_bytes])
    complaint = (await process.stderr.read(4_000)).decode("utf-8", "replace")
    if await process.wait():
        raise _trouble(complaint, repository)
    return bytes(told)


def _trouble(complaint: str, where: Path) -> Unavailable:
    unknown = (
        "unknown revision", "bad revision", "ambiguous argument", "bad object", "Not a valid object name",
        "not a valid object name", "Needed a single revision",
    )  # fmt: skip
    if any(words in complaint for words in unknown):
        return NoSuchObject(f"git: {where} has no such commit or branch as was asked for")
    if "not a git repository" in complaint or "cannot change to" in complaint:
        return Unavailable(f"git: {where} is not a git repository")
    if "dubious ownership" in complaint:
        return Unavailable(f"git: {where} belongs to another user")
    last = complaint.strip().splitlines()[-1][:200] if complaint.strip() else "?"
    return Unavailable(f"git: {where} cannot be read: {last}")
