"""Slack delivers late, twice, garbled, from too many, or not at all: rows S01 to S18."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from bot.inbox import Inbox, Me
from bot.office import Office
from bot.store.cases import CaseRow
from bot.store.database import create_tables, engine_for
from bot.store.intake import LEASE, MAX_TRIES, Envelope, Intake
from bot.store.schema import intake as intake_rows
from bot.wiring import now
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, text_of
from tests.faults import invariants
from tests.faults.conftest import WAIT, nothing_waits, one_case, unsent, verdict_under


@asynccontextmanager
async def watched(sandbox: Sandbox, folder: Path, operators: str = "C0002") -> AsyncIterator[Office]:
    """A bot whose operators have a channel."""
    settings = {"INCIDENTOS_OPERATORS_CHANNEL": operators, "INCIDENTOS_NEAR_MINUTES": "0"}
    async with bot_in(sandbox, folder, **settings) as running:
        yield running


def notes(sandbox: Sandbox, words: str, channel: str = "C0002") -> list[dict[str, Any]]:
    return [
        each for each in sandbox.messages(channel) if words in each["text"] and each.get("bot_id") == "B0BOT"
    ]


async def row_of(bot: Office, number: int) -> CaseRow:
    row = await bot.cases.by_number(number)
    assert row is not None
    return row


async def case_ends(bot: Office, number: int) -> None:
    async with asyncio.timeout(WAIT):
        while (await row_of(bot, number)).state != "concluded":  # noqa: ASYNC110 (SQL tells nobody when it changes)
            await asyncio.sleep(0.05)


async def test_s01_s17_s18_what_is_told_twice_or_garbled_or_talk_is_one_case(
    sandbox: Sandbox, bot: Office
) -> None:
    """Frames that nobody can read and another bot's talk come first; the alert itself is told twice."""
    sandbox.socket.send_raw("not json")
    sandbox.socket.send_raw(
        '{"type": "events_api", "envelope_id": "x1", "payload": {"type": "event_callback"}}'
    )
    odd = "\ud800 \x00 " + "x" * 200_000
    event = {"type": "message", "channel": ALERTS, "ts": "1.0", "text": odd, "bot_id": "B1"}
    told = {"type": "event_callback", "event_id": "EvOdd", "team_id": "T0001", "event": event}
    sandbox.socket.send_raw(json.dumps({"type": "events_api", "envelope_id": "x2", "payload": told}))
    sandbox.post_as_app(ALERTS, {"text": "Lunch is at noon"}, name="Lunchbot")
    await sandbox.settled(WAIT)
    sandbox.faults.add(Fault(envelope="events_api", times=1, kind="duplicate"))
    await verdict_under(sandbox, sandbox.post_webhook(alert_post())["ts"])
    await one_case(bot, sandbox)


async def test_s02_one_post_under_several_event_ids(sandbox: Sandbox, bot: Office) -> None:
    root = sandbox.post_as("U0002", ALERTS, "@IncidentOS investigate the gateway")
    told = next(each.payload["event"] for each in sandbox.envelopes if each.kind == "events_api")
    unfurled = {**told, "attachments": [{"fallback": "a page", "from_url": "http://x.example"}]}
    sandbox.deliver(
        {"type": "message", "subtype": "message_changed", "channel": ALERTS, "hidden": True}
        | {"message": unfurled, "previous_message": told, "ts": "1799999999.000100"}
    )
    sandbox.deliver({**told, "type": "app_mention"})
    await verdict_under(sandbox, root["ts"])
    await one_case(bot, sandbox)
    case = await bot.case_at(ALERTS, root["ts"])
    assert sum(entry.event.type == "concluded" for entry in case.history) == 1


async def test_s04_a_database_that_cannot_be_written_gives_no_ack(sandbox: Sandbox, bot: Office) -> None:
    alert = None
    async with bot.cases.engine.begin():  # the writer's turn is taken: nothing else can commit
        alert = sandbox.post_webhook(alert_post())
        await sandbox.wait_for(lambda: sandbox.envelopes, WAIT)
        await asyncio.sleep(0.3)
        assert all(each.acked_at is None for each in sandbox.envelopes)
    await verdict_under(sandbox, alert["ts"])
    await one_case(bot, sandbox)


async def test_s05_the_socket_dies_in_the_middle(sandbox: Sandbox, bot: Office) -> None:
    alert = sandbox.post_webhook(alert_post())
    await sandbox.wait_for(lambda: sandbox.thread(ALERTS, alert["ts"])[1:], WAIT)
    await sandbox.socket.close_all(abort=True)
    await verdict_under(sandbox, alert["ts"])
    await sandbox.wait_for(lambda: len(sandbox.socket), WAIT, "a connection")


async def test_s09_a_storm_is_told_in_one_digest(sandbox: Sandbox, tmp_path: Path) -> None:
    async with bot_in(sandbox, tmp_path, INCIDENTOS_STORM_CASES="3", INCIDENTOS_NEAR_MINUTES="0") as bot:
        for number in range(40):
            sandbox.post_webhook(alert_post(f"[FIRING:1] Alert{number} service{number} (shop critical)"))
        await sandbox.settled(WAIT)
        await nothing_waits(bot)
        assert len(await bot.cases.recent(100)) == 4, "three cases, and the storm"

        def digests() -> list[str]:
            return [m["text"] for m in sandbox.messages(ALERTS) if m["text"].startswith("Alert storm")]

        await sandbox.wait_for(lambda: digests() and "37 alerts" in digests()[0], WAIT, "the digest")
        assert len(digests()) == 1


async def test_s10_s11_s12_an_alert_that_is_edited_flaps_and_comes_elsewhere_too_stays_one_case(
    sandbox: Sandbox, bot: Office
) -> None:
    alert = sandbox.post_as_app("C0001", alert_post(), name="Alertmanager")
    verdict = await verdict_under(sandbox, alert["ts"])

    async def shows(words: str) -> None:
        await sandbox.wait_for(
            lambda: words in text_of(sandbox.message(ALERTS, verdict["ts"])),
            WAIT,
            f"{words!r} in the verdict",
        )

    sandbox.edit_message(ALERTS, alert["ts"], alert_post("[FIRING:3] HighErrorRate gateway (shop critical)"))
    await shows("text changed")
    for _ in range(5):
        sandbox.post_webhook(alert_post("[RESOLVED] HighErrorRate gateway (shop critical)", "good"))
        sandbox.post_webhook(alert_post())
    await shows("flapped 5×")
    others = [sandbox.post_as_app("C0002", alert_post(), name="Alertmanager") for _ in range(2)]
    told = await sandbox.wait_for(lambda: sandbox.thread("C0002", others[0]["ts"])[1:], WAIT, "a pointer")
    assert "This is INC-1" in told[0]["text"]
    assert "<#C0001>" in told[0]["text"]
    assert f"p{alert['ts'].replace('.', '')}|in this thread>" in told[0]["text"]
    await one_case(bot, sandbox)
    assert not sandbox.thread("C0002", others[1]["ts"])[1:], "once a channel"


async def test_s13_a_thread_that_is_deleted(sandbox: Sandbox, tmp_path: Path) -> None:
    async with watched(sandbox, tmp_path) as bot:
        sandbox.faults.add(Fault(method="chat.update", kind="delay", seconds=0.2, times=3))
        alert = sandbox.post_webhook(alert_post())
        await sandbox.wait_for(lambda: sandbox.thread(ALERTS, alert["ts"])[1:], WAIT, "the first reply")
        sandbox.delete_message(ALERTS, alert["ts"])
        await sandbox.wait_for(lambda: notes(sandbox, "was deleted"), WAIT, "the operators' note")
        other = sandbox.post_webhook(alert_post("[FIRING:1] DiskFull users (shop critical)"))
        await verdict_under(sandbox, other["ts"])
        assert [key for key in await unsent(bot) if key.startswith("INC-1:")] == [], (
            "and nothing is left to be posted"
        )
        assert len(notes(sandbox, "INC-1")) == 1


async def test_s14_a_channel_that_refuses_us_stops_nothing_else(sandbox: Sandbox, tmp_path: Path) -> None:
    refusal = Fault(method="chat.postMessage", channel="C0002", kind="error", error="is_archived", times=None)
    async with watched(sandbox, tmp_path, operators="C0001") as bot:
        sandbox.faults.add(refusal)
        sandbox.post_as_app("C0002", alert_post(), name="Alertmanager")
        other = sandbox.post_webhook(alert_post("[FIRING:1] DiskFull users (shop critical)"))
        await verdict_under(sandbox, other["ts"])
        await case_ends(bot, 1)
        await sandbox.wait_for(lambda: notes(sandbox, "is_archived", "C0001"), WAIT, "the operators' note")
        refused = [call for call in sandbox.calls_of("chat.postMessage") if call.fault is not None]
        assert len(refused) <= 8, "no loop of posts that are refused"
        assert len(notes(sandbox, "is_archived", "C0001")) == 1
        await invariants.check(sandbox, bot.cases.engine)


async def test_s16_slack_holds_events_back(sandbox: Sandbox, tmp_path: Path) -> None:
    async with watched(sandbox, tmp_path) as bot:
        first = sandbox.post_webhook(alert_post())
        await verdict_under(sandbox, first["ts"])
        sandbox.faults.add(Fault(envelope="events_api", times=None, kind="drop"))
        missed = sandbox.post_webhook(alert_post("[FIRING:1] DiskFull users (shop critical)"))
        sandbox.faults.clear()
        told = {
            "token": "x",
            "type": "app_rate_limited",
            "team_id": "T0001",
            "minute_rate_limited": 1518467820,
        }
        sandbox.socket.send_raw(
            json.dumps(
                {"type": "events_api", "envelope_id": "lim", "payload": {**told, "api_app_id": "A0001"}}
            )
        )
        await sandbox.wait_for(lambda: notes(sandbox, "holds events back"), WAIT, "the operators' note")
        await sandbox.socket.close_all(abort=True)  # history is read on every connect, and every five minutes
        await verdict_under(sandbox, missed["ts"])
        await invariants.check(sandbox, bot.cases.engine)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["type", "subtype", "text", "user", "bot_id", "ts", "channel", "attachments", "message"]
)


@given(st.dictionaries(FIELDS, JSON, max_size=8))
def test_s17_no_event_of_any_shape_stops_the_inbox(event: dict[str, object]) -> None:
    Inbox(Me("U0BOT", "B0BOT")).read({"type": "message", **event})


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.dictionaries(st.text(max_size=12), JSON, max_size=5), name=st.text(min_size=1, max_size=300))
async def test_s17_no_event_of_any_shape_stops_the_intake(
    tmp_path: Path, body: dict[str, object], name: str
) -> None:
    engine: AsyncEngine = engine_for(None, tmp_path)
    await create_tables(engine)
    intake = Intake(engine, "a")
    await intake.keep(Envelope("T1", name, "event", body, name), now())
    for work in await intake.take_many(now(), 10):
        await intake.done(work)
    await engine.dispose()


async def test_what_can_never_be_worked_on_is_told(sandbox: Sandbox, bot: Office) -> None:
    message = sandbox.post_as("U0002", ALERTS, "good morning")
    await sandbox.settled(WAIT)
    await nothing_waits(bot)
    # an action without its fields, as no release of ours writes it: each try fails
    broken = {"channel": ALERTS, "ts": message["ts"], "user": "U0002"}
    await bot.intake.keep(Envelope("T0001", "broken", "action", broken), now())
    async with bot.cases.engine.begin() as connection:
        await connection.execute(intake_rows.update().values(tries=MAX_TRIES - 1))
    await sandbox.wait_for(lambda: sandbox.thread(ALERTS, message["ts"])[1:], WAIT, "an honest line")
    assert "could not work on this" in sandbox.thread(ALERTS, message["ts"])[1]["text"]


async def test_a_row_that_the_database_refuses_stops_no_other(sandbox: Sandbox, bot: Office) -> None:
    refusal = """CREATE TRIGGER refused BEFORE INSERT ON cases WHEN NEW.severity = 'warning'
        BEGIN SELECT RAISE(ABORT, 'refused'); END"""
    async with bot.cases.engine.begin() as connection:
        await connection.execute(sa.text(refusal))
    sandbox.post_webhook(alert_post("[FIRING:1] HighErrorRate gateway (shop warning)"))
    sound = sandbox.post_webhook(alert_post("[FIRING:1] HighErrorRate store (shop critical)"))
    await verdict_under(sandbox, sound["ts"])


async def test_what_a_passing_fault_left_undone_is_taken_at_the_next_look(
    sandbox: Sandbox, bot: Office
) -> None:
    async with bot.cases.engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE cases RENAME TO cases_away"))
    with capture_logs() as logs:
        alert = sandbox.post_webhook(alert_post())
        async with asyncio.timeout(WAIT):
            while not any(line["event"] == "intake_waits_for_the_database" for line in logs):  # noqa: ASYNC110 (a log tells nobody)
                await asyncio.sleep(0.05)
    async with bot.cases.engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE cases_away RENAME TO cases"))
    async with asyncio.timeout(LEASE.total_seconds() / 2):  # well before the lease would have given it back
        await nothing_waits(bot)
    await verdict_under(sandbox, alert["ts"])
