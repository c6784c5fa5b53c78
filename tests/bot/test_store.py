"""The durable queue, the cases and their journals, on the real database."""

import asyncio
import socket
import threading
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.investigation.alert import Alert, Severity
from bot.investigation.casefile import fold
from bot.investigation.events import AlertCleared, Recorded, Remembered, Steered
from bot.store.cases import Cases, Place
from bot.store.database import create_tables, engine_for, reading
from bot.store.held import LeaseLost
from bot.store.intake import LEASE, MAX_TRIES, MOST_PAUSE, Envelope, Intake
from bot.store.schema import intake as intake_rows
from tools.redact import redact

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def envelope(event_id: str, content_key: str | None = None) -> Envelope:
    return Envelope("T1", event_id, "event", {"text": "x"}, content_key)


def alert(title: str = "checkout down", severity: Severity = Severity.CRITICAL) -> Alert:
    return Alert("alertmanager", title, NOW, severity=severity)


async def test_a_redelivery_is_kept_once(engine: AsyncEngine) -> None:
    intake = Intake(engine, "a")
    assert await intake.keep(envelope("E1"), NOW)
    assert not await intake.keep(envelope("E1"), NOW)
    assert await intake.waiting() == 1


async def test_the_same_content_under_two_event_ids_is_kept_once(engine: AsyncEngine) -> None:
    intake = Intake(engine, "a")
    assert await intake.keep(envelope("E1", "C1:1.0:posted"), NOW)
    assert not await intake.keep(envelope("E2", "C1:1.0:posted"), NOW)


async def test_work_is_taken_in_order_and_once(engine: AsyncEngine) -> None:
    intake = Intake(engine, "a")
    for number in range(20):
        await intake.keep(envelope(f"E{number}"), NOW)
    others = [Intake(engine, f"w{number}") for number in range(4)]

    async def take_all(worker: Intake) -> list[str]:
        taken = []
        while work := await worker.take(NOW):
            taken.append(work.envelope.event_id)
            await worker.done(work)
        return taken

    shares = await asyncio.gather(*(take_all(worker) for worker in others))
    assert sorted(chain.from_iterable(shares)) == sorted(f"E{number}" for number in range(20))
    assert all(share == sorted(share, key=lambda event: int(event[1:])) for share in shares)


async def test_kills_do_not_count_as_failures(engine: AsyncEngine) -> None:
    intake = Intake(engine, "a")
    await intake.keep(envelope("E1"), NOW)
    # taken by one process after another, each killed in the middle
    takes = [await intake.take_many(NOW + again * 2 * LEASE, 10) for again in range(12)]
    (work,) = takes[-1]
    assert await intake.again(work, "a fault of the moment", NOW), "its first failure, whoever died before"


async def test_a_dead_workers_envelope_is_taken_over_after_its_lease(engine: AsyncEngine) -> None:
    await Intake(engine, "a").keep(envelope("E1"), NOW)
    assert await Intake(engine, "dead").take(NOW)
    heir = Intake(engine, "heir")
    assert await heir.take(NOW + LEASE / 2) is None
    taken = await heir.take(NOW + LEASE * 2)
    assert taken and taken.tries == 0, "who died says nothing of the envelope"


async def test_what_fails_again_and_again_is_closed_as_failed(engine: AsyncEngine) -> None:
    intake = Intake(engine, "a")
    await intake.keep(envelope("E1"), NOW)
    now, going_on = NOW, True
    for _ in range(MAX_TRIES):
        work = await intake.take(now)
        assert work
        going_on = await intake.again(work, "boom", now)
        assert await intake.take(now) is None, "what failed waits a while"
        now += MOST_PAUSE * 2
    assert not going_on
    assert await intake.take(now) is None


async def test_the_newest_message_seen_never_goes_back(engine: AsyncEngine) -> None:
    intake = Intake(engine, "a")
    await intake.saw("C1", "100.2")
    await intake.saw("C1", "99.9")
    assert await intake.seen("C1") == "100.2"


async def test_a_thread_has_one_case(engine: AsyncEngine) -> None:
    cases = Cases(engine, "a")
    first, new = await cases.open(alert(), Place("C1", "1.0"), NOW)
    second, again = await cases.open(alert(), Place("C1", "1.0"), NOW)
    assert (new, again) == (True, False)
    assert first.number == second.number
    assert fold(await cases.journal(first.number)).alert == alert()


async def test_the_loudest_case_is_claimed_first_and_by_one_worker(engine: AsyncEngine) -> None:
    cases = Cases(engine, "a")
    await cases.open(alert("quiet", Severity.INFO), Place("C1", "1.0"), NOW)
    loud, _ = await cases.open(alert("loud"), Place("C1", "2.0"), NOW)
    claimed = await cases.claim(NOW)
    assert claimed and claimed.number == loud.number
    other = await Cases(engine, "b").claim(NOW)
    assert other and other.number != loud.number
    assert await Cases(engine, "c").claim(NOW) is None


async def test_a_dead_workers_case_is_taken_over(engine: AsyncEngine) -> None:
    dead, heir = Cases(engine, "dead"), Cases(engine, "heir")
    row, _ = await dead.open(alert(), Place("C1", "1.0"), NOW)
    await dead.claim(NOW)
    later = NOW + LEASE * 2
    assert await heir.claim(later)
    assert not await dead.hold(row.number, later)


async def test_a_worker_that_stood_still_beyond_its_lease_writes_nothing(engine: AsyncEngine) -> None:
    still, heir = Cases(engine, "still"), Cases(engine, "heir")
    row, _ = await still.open(alert(), Place("C1", "1.0"), NOW)
    await still.claim(NOW)
    await still.append(row.number, [Recorded(NOW, Steered("U1", "its own"))], held=True)
    await heir.claim(NOW + LEASE * 2)
    with pytest.raises(LeaseLost):
        await still.append(row.number, [Recorded(NOW, Steered("U1", "too late"))], held=True)
    await still.set_state(row.number, "concluded", NOW, held=True)
    assert len(await heir.journal(row.number)) == 2
    assert await heir.hold(row.number, NOW), "and ends nothing for its heir"


async def test_many_writers_of_one_journal_lose_nothing(engine: AsyncEngine) -> None:
    cases = Cases(engine, "a")
    row, _ = await cases.open(alert(), Place("C1", "1.0"), NOW)
    await asyncio.gather(
        *(cases.append(row.number, [Recorded(NOW, Steered("U1", str(number)))]) for number in range(20))
    )
    told = [entry.event.text for entry in await cases.journal(row.number) if isinstance(entry.event, Steered)]
    assert sorted(told, key=int) == [str(number) for number in range(20)]


@pytest.mark.parametrize(
    ("state", "joins"), [("concluded", True), ("resolved", False), ("remembered", False)]
)
async def test_a_repeat_joins_a_live_case_only(engine: AsyncEngine, state: str, joins: bool) -> None:
    cases = Cases(engine, "a")
    row, _ = await cases.open(alert(), Place("C1", "1.0"), NOW)
    await cases.set_state(row.number, state, NOW)
    found = await cases.joined(alert().fingerprint, NOW - timedelta(hours=1))
    assert (found is not None) is joins


async def test_a_journal_is_read_back_as_it_was_written(engine: AsyncEngine) -> None:
    cases = Cases(engine, "a")
    row, _ = await cases.open(alert(), Place("C1", "1.0"), NOW)
    await cases.append(row.number, [Recorded(NOW, AlertCleared("alertmanager"))])
    assert fold(await cases.journal(row.number)).cleared_at == NOW


async def test_no_secret_and_no_one_time_address_is_kept(engine: AsyncEngine) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    body = {
        "text": f"token {secret} seen",
        "response_url": "https://hooks.slack.example/x",
        "blocks": [{"elements": [{"text": f"again {secret}", "token": "t"}]}],
    }
    intake = Intake(engine, "a", redact)
    assert await intake.keep(Envelope("T1", "E1", "event", body), NOW)
    async with reading(engine) as connection:
        kept = str(await connection.scalar(sa.select(intake_rows.c.body)))
    assert secret not in kept
    assert "REDACTED" in kept
    assert "response_url" not in kept
    assert '"token"' not in kept


async def test_many_at_once_are_committed_together_and_each_once(engine: AsyncEngine) -> None:
    intake = Intake(engine, "a")
    kept = await asyncio.gather(*(intake.keep(envelope(f"E{number % 50}"), NOW) for number in range(300)))
    assert sum(kept) == 50
    assert await intake.waiting() == 50


async def test_memory_is_noted_once_whoever_is_faster(engine: AsyncEngine) -> None:
    ours, theirs = Cases(engine, "a"), Cases(engine, "b")
    row, _ = await ours.open(alert(), Place("C1", "1.0"), NOW)
    assert await ours.resolve(row.number, [], NOW)
    noted = [Recorded(NOW, Remembered("INC-1", indexed=True))]
    told = await asyncio.gather(
        *(cases.resolve(row.number, noted, NOW, "remembered") for cases in (ours, theirs))
    )
    assert sorted(told) == [False, True]
    kinds = [entry.event.type for entry in await ours.journal(row.number)]
    assert kinds.count("remembered") == 1


async def test_what_is_given_back_leaves_what_is_worked_on_beside(engine: AsyncEngine) -> None:
    intake = Intake(engine, "a")
    for name in ("E1", "E2"):
        await intake.keep(envelope(name), NOW)
    beside, _ = await intake.take_many(NOW, 2)
    await intake.release({beside.id})
    again = await intake.take_many(NOW, 2)
    assert [work.envelope.event_id for work in again] == ["E2"]


async def test_a_writer_that_is_cancelled_leaves_no_lock(tmp_path: Path) -> None:
    """Also while somebody, here a traceback, still holds what it was reading."""
    engine = engine_for(None, tmp_path)
    await create_tables(engine)
    loop, reading_now, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def held() -> int:
        loop.call_soon_threadsafe(reading_now.set)
        return int(go_on.wait(20))

    async def written(then: str) -> None:
        async with engine.begin() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver
            await driver.create_function("held", 0, held)
            await connection.execute(sa.update(intake_rows).values(tries=1))
            await connection.execute(sa.text(then))

    writer = asyncio.create_task(written("SELECT held() UNION ALL SELECT 2"))
    await reading_now.wait()
    writer.cancel()
    go_on.set()
    (told,) = await asyncio.gather(writer, return_exceptions=True)
    assert isinstance(told, asyncio.CancelledError)
    await asyncio.wait_for(written("SELECT 1"), 20)
    await engine.dispose()


async def test_a_server_that_is_away_is_the_databases_own_error(tmp_path: Path) -> None:
    """As the network's error it would end the worker's loops, and nothing would be taken once it is back."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    engine = engine_for(f"postgresql://bot@127.0.0.1:{port}/none", tmp_path)
    with pytest.raises(sa.exc.OperationalError, match="Connect call failed"):
        await Cases(engine, "a").claim(NOW)
    await engine.dispose()
