"""Slack delivers late, twice, garbled, from too many, or not at all: rows S01 to S18 and U04 to U06."""

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.inbox import Inbox, Me
from bot.office import Office
from bot.store.database import create_tables, engine_for
from bot.store.intake import MAX_TRIES, Envelope, Intake
from bot.store.schema import intake as intake_rows
from bot.wiring import now
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, text_of
from tests.faults.conftest import WAIT, verdict_under


async def one_case(bot: Office, sandbox: Sandbox) -> None:
    await sandbox.settled(WAIT)
    await nothing_waits(bot)
    assert len(await bot.cases.recent()) == 1


async def nothing_waits(bot: Office) -> None:
    async with asyncio.timeout(WAIT):
        while await bot.intake.waiting():  # noqa: ASYNC110 (SQL tells nobody when it changes)
            await asyncio.sleep(0.05)


async def test_s01_an_event_that_slack_tells_twice(sandbox: Sandbox, bot: Office) -> None:
    sandbox.faults.add(Fault(envelope="events_api", times=1, kind="duplicate"))
    await verdict_under(sandbox, sandbox.post_webhook(alert_post())["ts"])
    await one_case(bot, sandbox)


async def test_s02_one_post_under_two_event_ids(sandbox: Sandbox, bot: Office) -> None:
    root = sandbox.post_as("U0002", ALERTS, "@IncidentOS investigate the gateway")
    await verdict_under(sandbox, root["ts"])
    await one_case(bot, sandbox)


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


async def test_s09_a_storm_is_told_in_one_digest(sandbox: Sandbox, tmp_path: Path) -> None:
    from tests.bot.office import bot_in  # noqa: PLC0415 (with settings of its own)

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


async def test_s10_a_flapping_alert_stays_one_case(sandbox: Sandbox, bot: Office) -> None:
    alert = sandbox.post_webhook(alert_post())
    verdict = await verdict_under(sandbox, alert["ts"])
    for _ in range(5):
        sandbox.post_webhook(alert_post("[RESOLVED] HighErrorRate gateway (shop critical)", "good"))
        sandbox.post_webhook(alert_post())
    await sandbox.wait_for(
        lambda: "flapped 5×" in text_of(sandbox.message(ALERTS, verdict["ts"])), WAIT, "the counter"
    )
    await one_case(bot, sandbox)


async def test_s11_the_same_alert_in_several_channels(sandbox: Sandbox, bot: Office) -> None:
    alert = sandbox.post_as_app("C0001", alert_post(), name="Alertmanager")
    sandbox.post_as_app("C0002", alert_post(), name="Alertmanager")
    await verdict_under(sandbox, alert["ts"])
    await one_case(bot, sandbox)


async def test_s12_an_alert_that_is_edited(sandbox: Sandbox, bot: Office) -> None:
    alert = sandbox.post_webhook(alert_post())
    verdict = await verdict_under(sandbox, alert["ts"])
    sandbox.edit_message(ALERTS, alert["ts"], alert_post("[FIRING:3] HighErrorRate gateway (shop critical)"))
    await sandbox.wait_for(
        lambda: "text changed" in text_of(sandbox.message(ALERTS, verdict["ts"])), WAIT, "the note"
    )
    await one_case(bot, sandbox)


async def test_s13_a_thread_that_is_deleted(sandbox: Sandbox, bot: Office) -> None:
    alert = sandbox.post_webhook(alert_post())
    sandbox.delete_message(ALERTS, alert["ts"])
    other = sandbox.post_webhook(alert_post("[FIRING:1] DiskFull users (shop critical)"))
    await verdict_under(sandbox, other["ts"])


async def test_s14_a_channel_that_refuses_us_stops_nothing_else(sandbox: Sandbox, bot: Office) -> None:
    sandbox.faults.add(
        Fault(method="chat.postMessage", channel="C0002", kind="error", error="not_in_channel", times=None)
    )
    sandbox.post_as_app("C0002", alert_post(), name="Alertmanager")
    other = sandbox.post_webhook(alert_post("[FIRING:1] DiskFull users (shop critical)"))
    await verdict_under(sandbox, other["ts"])
    refused = [call for call in sandbox.calls_of("chat.postMessage") if call.fault is not None]
    assert len(refused) <= 8, "no loop of posts that are refused"


async def test_s17_frames_that_nobody_can_read(sandbox: Sandbox, bot: Office) -> None:
    sandbox.socket.send_raw("not json")
    sandbox.socket.send_raw(
        '{"type": "events_api", "envelope_id": "x1", "payload": {"type": "event_callback"}}'
    )
    odd = "\ud800 \x00 " + "x" * 200_000
    event = {"type": "message", "channel": ALERTS, "ts": "1.0", "text": odd, "bot_id": "B1"}
    sandbox.socket.send_raw(
        json.dumps(
            {
                "type": "events_api",
                "envelope_id": "x2",
                "payload": {
                    "type": "event_callback",
                    "event_id": "EvOdd",
                    "team_id": "T0001",
                    "event": event,
                },
            }
        )
    )
    await verdict_under(sandbox, sandbox.post_webhook(alert_post())["ts"])
    await nothing_waits(bot)


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


async def test_s18_our_own_posts_and_other_bots_talk_open_nothing(sandbox: Sandbox, bot: Office) -> None:
    sandbox.post_as_app(ALERTS, {"text": "Lunch is at noon"}, name="Lunchbot")
    await verdict_under(sandbox, sandbox.post_webhook(alert_post())["ts"])
    await one_case(bot, sandbox)


async def test_u04_reactions_of_bots_count_for_nothing(sandbox: Sandbox, bot: Office) -> None:
    alert = sandbox.post_webhook(alert_post())
    verdict = await verdict_under(sandbox, alert["ts"])
    await sandbox.wait_for(lambda: sandbox.message(ALERTS, verdict["ts"]).get("reactions"), WAIT)
    await sandbox.settled(WAIT)
    assert (await bot.case_at(ALERTS, alert["ts"])).judgements == (), "the seeded marks are ours"


async def test_u05_five_hundred_reactions(sandbox: Sandbox, bot: Office) -> None:
    alert = sandbox.post_webhook(alert_post())
    verdict = await verdict_under(sandbox, alert["ts"])
    for _ in range(100):
        sandbox.react(ALERTS, verdict["ts"], "tada")
        sandbox.unreact(ALERTS, verdict["ts"], "tada")
    sandbox.react(ALERTS, verdict["ts"], "white_check_mark")
    await sandbox.wait_for(lambda: "✅ worked" in text_of(sandbox.message(ALERTS, verdict["ts"])), WAIT)
    assert len((await bot.case_at(ALERTS, alert["ts"])).judgements) == 1


async def test_u06_an_unlisted_channel_is_left_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    from tests.bot.office import bot_in  # noqa: PLC0415 (with settings of its own)

    async with bot_in(sandbox, tmp_path, INCIDENTOS_CHANNELS="C0001") as bot:
        sandbox.post_as_app("C0002", alert_post(), name="Alertmanager")
        await verdict_under(sandbox, sandbox.post_webhook(alert_post())["ts"])
        await nothing_waits(bot)
        assert [row.place.channel for row in await bot.cases.recent()] == ["C0001"]


@pytest.mark.parametrize("words", ["", "help", "recall", "\u202e\x00", "investigate " + "x" * 5000])
async def test_u09_a_command_of_any_words_is_answered(sandbox: Sandbox, bot: Office, words: str) -> None:
    answered = await sandbox.command("/incident", words, channel=ALERTS)
    assert answered.acked_at is not None
    assert (answered.answer or {}).get("text")


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
