"""Whole processes: rows P14 to P17, P20, P21, P23 and X03, and exit codes. `make faults` runs it."""

import asyncio
import gc
import os
import sqlite3
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.investigation.casefile import fold
from bot.store.cases import Cases
from bot.store.database import FILE_NAME, create_tables, engine_for
from bot.wiring import now
from memory.incident import Incident
from memory.opening import MemorySettings, open_memory
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, write_case
from tests.faults import invariants
from tests.faults.conftest import SOON, WAIT, verdict_under
from tests.faults.process import ended, environment, joined, serving
from tests.faults.test_network import Behind, listening_through
from tests.faults.test_process import older_database

NOBODY = 65532


async def left_alone(sandbox: Sandbox, folder: Path, words: tuple[str, ...]) -> int:
    """Run a command of `app.py` to its end."""
    async with serving(sandbox, folder, words=words) as process:
        return await ended(process)


@pytest.mark.timeout(240)
async def test_p14_killed_in_a_migration(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    await older_database(tmp_path / "data")
    write_case(tmp_path / "telemetry", datetime.now(UTC))
    async with Sandbox(timing=SOON) as sandbox:
        async with serving(sandbox, tmp_path, die_at="migrating") as process:
            assert await ended(process) == -9
        async with serving(sandbox, tmp_path) as heir:
            await joined(sandbox, heir)
            root = str(sandbox.post_webhook(alert_post())["ts"])
            await verdict_under(sandbox, root)
            heir.terminate()
            assert await ended(heir) == 0
        engine = engine_for(None, tmp_path / "data")
        assert fold(await Cases(engine, "t").journal(1)).repeats == 1, "the older release's case is all there"
        await invariants.check(sandbox, engine)
        await engine.dispose()


@pytest.mark.timeout(240)
async def test_p15_killed_in_the_middle_of_reindexing(tmp_path: Path) -> None:
    engine = engine_for(None, tmp_path / "data")
    (tmp_path / "data").mkdir()
    await create_tables(engine)
    memory = await open_memory(engine, MemorySettings(tmp_path / "data"))
    past = [
        Incident(
            id=f"OLD-{n}",
            workspace="local",
            title=f"trouble {n}",
            symptoms=f"pool {n} ran dry",
            started_at=now(),
        )
        for n in range(40)
    ]
    await memory.retain(*past)
    await memory.close()
    await engine.dispose()
    async with Sandbox() as sandbox:
        async with serving(sandbox, tmp_path, die_at="indexed", nth=2, words=("reindex",)) as process:
            assert await ended(process) == -9
        assert await left_alone(sandbox, tmp_path, ("reindex",)) == 0
    engine = engine_for(None, tmp_path / "data")
    memory = await open_memory(engine, MemorySettings(tmp_path / "data"))
    assert (await memory.waiting(), await memory.store.count()) == (0, 40)
    await memory.close()
    await engine.dispose()


@pytest.mark.timeout(240)
async def test_p16_killed_during_a_backup(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write_case(tmp_path / "telemetry", datetime.now(UTC))
    source, target = tmp_path / "data" / FILE_NAME, tmp_path / "backup.db"
    async with Sandbox(timing=SOON) as sandbox, bot_in(sandbox, tmp_path) as bot:
        root = str(sandbox.post_webhook(alert_post())["ts"])
        await verdict_under(sandbox, root)
        copying = ("backup", str(source), str(target))
        async with serving(sandbox, tmp_path, die_at="backed_up", nth=3, words=copying) as process:
            assert await ended(process) == -9
        with closing(sqlite3.connect(source)) as live:
            assert live.execute("PRAGMA quick_check").fetchone() == ("ok",)
        target.unlink(missing_ok=True)
        again = ("backup", str(source), str(target))
        async with serving(sandbox, tmp_path, die_at="backed_up", nth=10**9, words=again) as process:
            assert await ended(process) == 0, "the next backup is whole"
        with closing(sqlite3.connect(target)) as copy:
            assert copy.execute("SELECT count(*) FROM cases").fetchone() == (1,)
        await invariants.check(sandbox, bot.cases.engine)


@pytest.mark.timeout(240)
async def test_p17_sigterm_in_the_middle_of_twenty_investigations(tmp_path: Path) -> None:
    write_case(tmp_path / "telemetry", datetime.now(UTC))
    apart = {"INCIDENTOS_STORM_CASES": "1000"}
    async with Sandbox(timing=SOON) as sandbox:
        async with serving(sandbox, tmp_path, settings=apart) as process:
            await joined(sandbox, process)
            roots = [
                str(sandbox.post_webhook(alert_post(f"[FIRING:1] Alert{n} service{n} (shop critical)"))["ts"])
                for n in range(20)
            ]
            await sandbox.wait_for(lambda: any(sandbox.thread(ALERTS, root)[1:] for root in roots), WAIT)
            process.terminate()
            assert await ended(process) == 0
        with closing(sqlite3.connect(tmp_path / "data" / FILE_NAME)) as database:
            held = "SELECT count(*) FROM cases WHERE lease_until IS NOT NULL"
            assert database.execute(held).fetchone() == (0,), "leases are given back"
        async with serving(sandbox, tmp_path, settings=apart) as heir:
            await joined(sandbox, heir)
            for root in roots:
                await verdict_under(sandbox, root)
            engine = engine_for(None, tmp_path / "data")
            await invariants.check(sandbox, engine)
            await engine.dispose()


@pytest.mark.timeout(240)
async def test_p20_a_second_process_on_one_folder(tmp_path: Path) -> None:
    write_case(tmp_path / "telemetry", datetime.now(UTC))
    async with Sandbox(timing=SOON) as sandbox, serving(sandbox, tmp_path) as process:
        await joined(sandbox, process)
        assert await left_alone(sandbox, tmp_path, ("serve",)) == 1
        assert "Another IncidentOS works in" in (tmp_path / "log").read_text(encoding="utf-8")
        assert process.returncode is None, "the first one works on"


@pytest.mark.timeout(400)
async def test_p21_sixty_reconnects_leak_nothing(tmp_path: Path) -> None:
    """A day of reconnects in a minute: threads, open files and tasks stay as they are."""
    async with Behind(timing=SOON) as sandbox, listening_through(sandbox, tmp_path):
        root = str(sandbox.post_webhook(alert_post())["ts"])
        await verdict_under(sandbox, root)
        seen: list[tuple[int, int, int]] = []
        for number in range(60):
            await sandbox.socket.close_all(abort=True)
            await sandbox.wait_for(
                lambda: len(sandbox.socket) == 0 or None, WAIT, "the end of the connection"
            )
            await sandbox.wait_for(lambda: len(sandbox.socket), WAIT, "a connection")
            if number % 10 == 9:
                sandbox.post_webhook(alert_post())
                await sandbox.settled(WAIT)
                gc.collect()
                files = len(await asyncio.to_thread(os.listdir, "/proc/self/fd"))
                seen.append((threading.active_count(), files, len(asyncio.all_tasks())))
        for first, last in zip(seen[0], seen[-1], strict=True):
            assert last <= first + 5, f"threads, files, tasks grow: {seen}"


def as_nobody() -> dict[str, Any]:
    interpreter = Path(sys.executable).resolve()
    open_to_all = all(folder.stat().st_mode & 0o001 for folder in (interpreter, *interpreter.parents))
    if os.geteuid() != 0 or not open_to_all:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


@pytest.mark.timeout(240)
async def test_p23_nobody_without_a_home_in_a_folder_it_cannot_write(tmp_path: Path) -> None:
    """As near to `docker run --read-only --user 65532` as a machine without containers allows.

    Where nobody may not run this interpreter, it runs as ourselves: without a home, writing below its data only.
    """
    write_case(tmp_path / "telemetry", datetime.now(UTC))
    data = tmp_path / "data"
    data.mkdir()
    if as_nobody():
        os.chown(data, NOBODY, NOBODY)
    for folder in (tmp_path, *list(tmp_path.parents)[:2]):
        folder.chmod(0o755)
    async with Sandbox(timing=SOON) as sandbox:
        given = environment(sandbox, tmp_path, {"INCIDENTOS_CACHE": str(data / "cache")})
        given.pop("HOME", None)
        with (tmp_path / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-B", "app.py", "serve"),
                stdout=log,
                stderr=log,
                env=given,
                **as_nobody(),
            )
        try:
            await joined(sandbox, process)
            root = str(sandbox.post_webhook(alert_post())["ts"])
            await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, root)[1:])), WAIT)
            process.terminate()
            assert await ended(process) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@pytest.mark.timeout(240)
async def test_x03_no_token_stands_in_the_log(tmp_path: Path) -> None:
    """The log of a whole life, with a key that the model's address refuses and an alert that holds a password."""
    write_case(tmp_path / "telemetry", datetime.now(UTC))
    key, password = "sk-ant-api03-" + "q7R8" * 12, "correct-horse-battery"
    settings = {"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}
    async with Sandbox(timing=SOON) as sandbox:
        async with serving(sandbox, tmp_path, settings=settings) as process:
            await joined(sandbox, process)
            post = alert_post()
            post["attachments"][0]["text"] += f" password={password}"
            await verdict_under(sandbox, str(sandbox.post_webhook(post)["ts"]))
            process.terminate()
            assert await ended(process) == 0
        log = (tmp_path / "log").read_text(encoding="utf-8")
        database = b"".join(file.read_bytes() for file in (tmp_path / "data").glob(f"{FILE_NAME}*"))
    assert "INC-1" in log
    for secret in (sandbox.bot_token, sandbox.app_token, key, password):
        assert secret not in log
        assert secret.encode() not in database
