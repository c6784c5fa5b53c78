"""A private PostgreSQL for tests and benches: made in a temporary folder, on a free port, ended with them.

Uses the binaries that Debian installs. As root, which PostgreSQL refuses, it runs as the user `postgres`.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from bot.store.database import engine_for

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
MISSING = "PostgreSQL's binaries are not installed (apt install postgresql)"


@contextmanager
def cluster() -> Iterator[str]:
    """Start one and give its URL, with an empty database; each name after it in the path is one more.

    Raises:
        RuntimeError: the binaries are missing or it does not start.
    """
    if not BINARIES:
        raise RuntimeError(MISSING)
    binaries = BINARIES[-1].parent
    root = Path(tempfile.mkdtemp(prefix="pg-"))
    port = _free_port()
    data, log = root / "data", root / "log"
    as_user = _as_postgres(root)
    try:
        _run([*as_user, str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "bot", "--no-sync"])
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {root} -c max_connections=60"
        start = ["start", "-w", "-D", str(data), "-l", str(log), "-o", options]
        _run([*as_user, str(binaries / "pg_ctl"), *start])
        yield f"postgresql://bot@127.0.0.1:{port}/postgres"
    finally:
        stop = [*as_user, str(binaries / "pg_ctl"), "stop", "-m", "immediate", "-D", str(data)]
        subprocess.run(stop, capture_output=True, check=False)  # noqa: S603 (Debian's own binary)
        shutil.rmtree(root, ignore_errors=True)


def _as_postgres(root: Path) -> list[str]:
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    os.chown(root, user.pw_uid, user.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def _run(words: list[str]) -> None:
    done = subprocess.run(  # noqa: S603 (Debian's own binaries)
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, cwd="/"
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace")[-500:] or "PostgreSQL does not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def emptied(url: str) -> str:
    """Drop everything in the database of *url*, and return it."""
    opened = engine_for(url, Path())
    async with opened.begin() as connection:
        await connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        await connection.execute(sa.text("CREATE SCHEMA public"))
    await opened.dispose()
    return url
