"""The process and its disk: rows C02 to C05, P15 to P20, and what an older release wrote."""

import asyncio
import json
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.blocks.thread import replies_for
from bot.investigation.alert import Alert
from bot.investigation.casefile import fold
from bot.investigation.events import AlertRepeated, Recorded
from bot.office import Office
from bot.settings import BadSetting, Settings
from bot.store.cases import Cases, Place
from bot.store.database import FILE_NAME, CannotOpen, create_tables, engine_for, owned
from bot.store.journal import EVENT
from bot.store.schema import SCHEMA_VERSION, about, cases, journal
from bot.store.timers import Timer, Timers
from bot.ticking import Ticking
from bot.wiring import now
from router.tables import metadata as router_tables
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict
from tests.faults import invariants
from tests.faults.conftest import WAIT, verdict_under

ALERT = Alert("alertmanager", "checkout down", now())
OLD_ALERT = '{"source":"alertmanager","title":"checkout down","starts_at":"2026-11-01T00:00:00Z"}'
OLDER = [  # a journal's lines as release 1 wrote them: without what later releases added
    f'{{"case":"INC-1","alert":{OLD_ALERT},"type":"alert_received"}}',
    f'{{"alert":{OLD_ALERT},"type":"alert_repeated"}}',
    '{"source":"alertmanager","type":"alert_cleared"}',
]


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    opened = engine_for(None, tmp_path)
    await create_tables(opened)
    yield opened
    await opened.dispose()


async def test_c01_what_fell_due_while_we_were_away_is_done(engine: AsyncEngine) -> None:
    await Timers(engine).set(Timer("INC-1:x", 1, "x", now() - timedelta(hours=3)))
    assert [each.key for each in await Timers(engine).due(now())] == ["INC-1:x"]


async def test_c03_a_job_that_raises_is_called_again() -> None:
    called = asyncio.Event()
    times = 0

    async def job() -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise RuntimeError("once")
        called.set()

    clock = Ticking()
    clock.every(0.05, "job", job)
    clock.start()
    async with asyncio.timeout(WAIT):
        await called.wait()
    clock.stop()


def test_c04_p20_a_second_process_on_one_folder_is_refused(tmp_path: Path) -> None:
    with owned(tmp_path), pytest.raises(CannotOpen, match="Another IncidentOS"), owned(tmp_path):
        pass
    with owned(tmp_path):
        pass


async def test_c05_a_clock_that_jumps_fires_nothing_twice(engine: AsyncEngine) -> None:
    timers, at = Timers(engine), now()
    await timers.set(Timer("INC-1:x", 1, "x", at))
    taken = await timers.due(at + timedelta(hours=3))
    await timers.done(taken[0].key, at)
    assert await timers.due(at - timedelta(hours=3)) == []
    assert await timers.due(at + timedelta(hours=9)) == []


async def test_p15_a_migration_that_is_cut_off_leaves_the_older_schema(tmp_path: Path) -> None:
    await older_database(tmp_path)
    opened = engine_for(None, tmp_path)
    connection = await opened.connect()
    await connection.execute(sa.text("ALTER TABLE cases ADD COLUMN live_key VARCHAR(64)"))
    await connection.close()  # without a commit, as a process that dies in it
    await create_tables(opened, router_tables)
    async with opened.connect() as connection:
        version = await connection.scalar(sa.select(about.c.value).where(about.c.key == "schema"))
    assert version == str(SCHEMA_VERSION)
    await opened.dispose()


async def test_p16_a_backup_taken_while_it_works_can_be_restored(sandbox: Sandbox, tmp_path: Path) -> None:
    backup = tmp_path / "restored" / "data"
    backup.mkdir(parents=True)
    async with bot_in(sandbox, tmp_path) as bot:
        alert = sandbox.post_webhook(alert_post())
        await verdict_under(sandbox, alert["ts"])
        await asyncio.to_thread(back_up, tmp_path / "data" / FILE_NAME, backup / FILE_NAME)
        case = await bot.case_at(ALERTS, alert["ts"])
    shutil.copytree(tmp_path / "telemetry", tmp_path / "restored" / "telemetry")
    async with bot_in(sandbox, tmp_path / "restored") as again:
        restored = await again.case_at(ALERTS, alert["ts"])
        assert (restored.verdict, restored.evidence) == (case.verdict, case.evidence)
        await invariants.check(sandbox, again.cases.engine)


def back_up(source: Path, target: Path) -> None:
    """As docs/operations.md says: SQLite's own online backup."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


async def test_p17_a_drain_gives_leases_back_and_loses_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    async with bot_in(sandbox, tmp_path, INCIDENTOS_NEAR_MINUTES="0") as bot:
        alerts = [
            sandbox.post_webhook(alert_post(f"[FIRING:1] Alert{number} gateway (shop critical)"))
            for number in range(5)
        ]
        await sandbox.settled(WAIT)
        database = bot.cases.engine
    held = sa.select(sa.func.count()).where(cases.c.lease_until.is_not(None))
    async with engine_for(None, tmp_path / "data").connect() as connection:
        assert await connection.scalar(held) == 0
    async with bot_in(sandbox, tmp_path, INCIDENTOS_NEAR_MINUTES="0") as bot:
        for alert in alerts:
            await verdict_under(sandbox, alert["ts"])
        assert bot.cases.engine is not database
        await invariants.check(sandbox, bot.cases.engine)


async def test_p18_a_full_disk_gives_no_ack_and_recovers(sandbox: Sandbox, bot: Office) -> None:
    async def pages(limit: int) -> None:
        reader = bot.cases.engine.execution_options(reads=True)
        opened = [await reader.connect() for _ in range(8)]
        for connection in opened:
            await connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")
        for connection in opened:
            await connection.close()

    await pages(1)  # SQLite answers as on a full disk: "database or disk is full"
    big = alert_post()
    big["attachments"][0]["text"] += " x" * 15_000
    alert = sandbox.post_webhook(big)
    said = await sandbox.wait_for(lambda: sandbox.thread(ALERTS, alert["ts"])[1:], WAIT, "the honest line")
    (line,) = [reply["text"] for reply in said]
    assert "cannot write to my database (database or disk is full)" in line  # what failed,
    assert "Memory and what was posted before still stand" in line  # what works,
    assert "Slack tells me again" in line  # when it is tried again
    assert not any(each.acked_at for each in sandbox.envelopes)
    await pages(1_000_000)
    await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, alert["ts"])[1:])), WAIT)


async def test_p19_a_damaged_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    file.write_bytes(b"not a database" * 100)
    opened = engine_for(None, tmp_path)
    with pytest.raises(CannotOpen, match="Restore a backup"):
        await create_tables(opened)
    assert file.read_bytes().startswith(b"not a database")
    await opened.dispose()


def missing(file: Path) -> None:
    file.unlink()


def no_bytes(file: Path) -> None:
    file.write_bytes(b"")


def no_tables(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.executescript("PRAGMA journal_mode=WAL; VACUUM;")


def no_journal(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("DELETE FROM journal")


@pytest.mark.parametrize(
    ("lose", "said"),
    [
        (missing, "it is missing, though a database is kept there since 20"),
        (no_bytes, "it has no bytes, though a database is kept there since 20"),
        (no_tables, "though a database is kept there since 20"),
        (no_journal, "the journal of 1 case is gone"),
    ],
)
async def test_p19_what_was_lost_is_told_and_never_started_empty(
    tmp_path: Path, lose: Callable[[Path], None], said: str
) -> None:
    file = tmp_path / FILE_NAME
    opened = engine_for(None, tmp_path)
    await create_tables(opened)
    await create_tables(opened)  # what is there is opened again and again
    await Cases(opened, "a").open(ALERT, Place("C1", "1.0"), now())
    await opened.dispose()
    lose(file)
    before = file.read_bytes() if file.exists() else None
    again = engine_for(None, tmp_path)
    with pytest.raises(CannotOpen, match="Restore a backup") as refused:
        await create_tables(again)
    await again.dispose()
    assert said in str(refused.value)
    assert "It was left as it is" in str(refused.value)
    assert (file.read_bytes() if file.exists() else None) == before


async def test_p19_a_log_without_its_database_is_no_new_start(tmp_path: Path) -> None:
    (tmp_path / f"{FILE_NAME}-wal").write_bytes(b"commits")
    opened = engine_for(None, tmp_path)
    with pytest.raises(CannotOpen, match=r"its log incidentos\.db-wal is still there"):
        await create_tables(opened)
    assert (tmp_path / f"{FILE_NAME}-wal").read_bytes() == b"commits"


async def test_p19_a_newer_schema_is_refused(tmp_path: Path) -> None:
    opened = engine_for(None, tmp_path)
    await create_tables(opened)
    async with opened.begin() as connection:
        await connection.execute(about.update().values(value=str(SCHEMA_VERSION + 1)))
    with pytest.raises(CannotOpen, match="newer release"):
        await create_tables(opened)
    await opened.dispose()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "sk-wrong"),
        ("DATABASE_URL_FILE", "/nowhere"),
        ("PROMETHEUS_URL", "not a url"),
        ("INCIDENTOS_AT_ONCE", "-77"),
        ("INCIDENTOS_STORM_CASES", "many"),
    ],
)
def test_p22_a_bad_setting_is_named_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name) as refused:
        Settings.read({name: value})
    assert name.endswith("_FILE") or value not in str(refused.value)


async def older_database(folder: Path) -> None:
    """Make the database of release 1 by taking away what came later."""
    opened = engine_for(None, folder)
    await create_tables(opened, router_tables)
    async with opened.begin() as connection:
        await connection.execute(sa.text("DROP TABLE router_audit_ends"))
        for index in ("cases_live_key", "ix_cases_live_key"):
            await connection.execute(sa.text(f"DROP INDEX IF EXISTS {index}"))
        made = await connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'cases'"))
        await connection.execute(sa.text("DROP TABLE cases"))
        lines = [line for line in str(made).splitlines() if "live_key" not in line]
        await connection.execute(sa.text(re.sub(r",\s*\)\s*$", ")", "\n".join(lines))))
        await connection.execute(about.update().values(value="1"))
        await connection.execute(
            sa.text(
                "INSERT INTO cases (number, channel, thread_ts, fingerprint, service, severity, state, opened_at,"
                " updated_at) VALUES (1, 'C1', '1.0', 'f', '', 'critical', 'concluded', '2026-11-01', '2026-11-01')"
            )
        )
        at = now()
        rows = [
            {"case_number": 1, "seq": seq, "at": at, "version": 1, "type": "x", "body": body}
            for seq, body in enumerate(OLDER, start=1)
        ]
        await connection.execute(journal.insert(), rows)
    await opened.dispose()


async def test_an_older_releases_journal_still_folds(tmp_path: Path) -> None:
    await older_database(tmp_path)
    opened = engine_for(None, tmp_path)
    await create_tables(opened, router_tables)
    kept = Cases(opened, "a")
    case = fold(await kept.journal(1))
    assert (case.repeats, case.cleared_at is not None) == (1, True)
    await kept.append(1, [Recorded(now(), AlertRepeated(ALERT, times=3))])
    assert fold(await kept.journal(1)).repeats == 4
    row, new = await kept.open(ALERT, Place("C1", "2.0"), now())
    assert (row.number, new) == (2, True)
    await opened.dispose()


async def test_the_journal_of_an_older_release_still_folds() -> None:
    """Lines as the release of November 2026 wrote them: never regenerate this file, add one for each release."""
    file = Path(__file__).parent / "journals" / "release-2026-11.jsonl"
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    told = [
        Recorded(
            datetime.fromisoformat(line["at"]).replace(tzinfo=UTC),
            EVENT.validate_json(json.dumps(line["event"])),
        )
        for line in lines
    ]
    case = fold(told)
    assert case.verdict is not None
    assert case.verdict.services[0] == "store"
    assert len(case.evidence) > 5
    assert case.resolution is not None
    assert (case.resolution.by, case.resolution.fix) == ("U0002", "rolled store back")
    assert case.remembered is not None
    assert replies_for(case), "and its thread can be drawn"
