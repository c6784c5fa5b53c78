"""What people do to the bot, in good faith or not: rows U01 to U09."""

import asyncio
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.investigation.alert import Alert
from bot.investigation.events import Resolved
from bot.office import Office
from bot.pace import MOST_OF_ONE
from bot.permits import SLOWER
from bot.remembering import Remembering
from bot.store.database import create_tables, engine_for, reading
from bot.store.schema import intake
from bot.wiring import now
from memory.incident import Incident
from memory.opening import MemorySettings, open_memory
from memory.tables import incidents
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, text_of
from tests.faults import invariants
from tests.faults.conftest import WAIT, nothing_waits, verdict_under

ME = "@IncidentOS"


async def verdict_in(sandbox: Sandbox) -> tuple[str, dict[str, Any]]:
    """Post an alert; return its ts and the verdict under it."""
    root = str(sandbox.post_webhook(alert_post())["ts"])
    return root, await verdict_under(sandbox, root)


async def notes_of(engine: AsyncEngine) -> list[str]:
    async with reading(engine) as connection:
        return list((await connection.execute(sa.select(intake.c.note))).scalars())


async def test_u01_two_people_resolve_within_a_second(sandbox: Sandbox, bot: Office) -> None:
    root, _ = await verdict_in(sandbox)
    sandbox.post_as("U0002", ALERTS, f"{ME} resolved: rolled store back", thread_ts=root)

    def draft() -> dict[str, Any] | None:
        return next((m for m in sandbox.thread(ALERTS, root)[1:] if "Closing this case" in text_of(m)), None)

    found = await sandbox.wait_for(draft, WAIT, "the draft")
    await asyncio.gather(
        sandbox.click(ALERTS, found["ts"], "Accept", user="U0002"),
        sandbox.click(ALERTS, found["ts"], "Accept", user="U0003"),
        sandbox.click(ALERTS, found["ts"], "Accept", user="U0003"),
    )
    await nothing_waits(bot)
    case = await bot.case_at(ALERTS, root)
    assert sum(isinstance(entry.event, Resolved) for entry in case.history) == 1
    assert case.resolution is not None
    first = case.resolution.by
    told = {call.args["user"]: call.args["text"] for call in sandbox.calls_of("chat.postEphemeral")}
    assert set(told) == {"U0002", "U0003"} - {first}
    assert all(f"was resolved by <@{first}> already" in text for text in told.values())
    async with reading(bot.cases.engine) as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(incidents)) == 1


async def test_u02_u03_a_mark_is_taken_back_and_people_who_differ_are_asked(
    sandbox: Sandbox, bot: Office
) -> None:
    """The last word of each counts."""
    root, verdict = await verdict_in(sandbox)

    async def shows(words: str, *, still: bool = True) -> None:
        await sandbox.wait_for(
            lambda: (words in text_of(sandbox.message(ALERTS, verdict["ts"]))) is still, WAIT, words
        )

    sandbox.react(ALERTS, verdict["ts"], "white_check_mark", "U0002")
    await shows("✅ worked")
    sandbox.unreact(ALERTS, verdict["ts"], "white_check_mark", "U0002")
    await shows("✅ worked", still=False)
    case = await bot.case_at(ALERTS, root)
    assert case.judgements == ()
    assert [e.event.withdrawn for e in case.history if e.event.type == "fix_judged"] == [False, True]
    async with reading(bot.cases.engine) as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(incidents)) == 0

    sandbox.react(ALERTS, verdict["ts"], "white_check_mark", "U0002")
    sandbox.react(ALERTS, verdict["ts"], "x", "U0003")
    await shows("You differ")
    sandbox.react(ALERTS, verdict["ts"], "white_check_mark", "U0003")
    sandbox.unreact(ALERTS, verdict["ts"], "x", "U0003")  # the older mark goes: the newer word stays
    await shows("You differ", still=False)
    await nothing_waits(bot)
    said = {(each.by, each.outcome) for each in (await bot.case_at(ALERTS, root)).judgements}
    assert said == {("U0002", "worked"), ("U0003", "worked")}


async def test_u04_marks_of_bots_and_strangers_count_for_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    async with bot_in(sandbox, tmp_path, INCIDENTOS_PEOPLE="U0001,U0002") as bot:
        root, verdict = await verdict_in(sandbox)
        await sandbox.wait_for(lambda: sandbox.message(ALERTS, verdict["ts"]).get("reactions"), WAIT)
        item = {"type": "message", "channel": ALERTS, "ts": verdict["ts"]}
        for stranger in ("U0BOT2", "UGUEST", "WSTRANGER"):
            reaction = {"type": "reaction_added", "user": stranger, "reaction": "white_check_mark"}
            sandbox.deliver({**reaction, "item": item, "event_ts": "1.0"})
        await sandbox.settled(WAIT)
        await nothing_waits(bot)
        assert (await bot.case_at(ALERTS, root)).judgements == (), (
            "nor do the marks that we put there ourselves"
        )
        kept = await notes_of(bot.cases.engine)
        assert sum("is not among the people who may" in note for note in kept) == 3


async def test_u05_five_hundred_reactions(sandbox: Sandbox, bot: Office) -> None:
    root, verdict = await verdict_in(sandbox)
    for name in ("tada", "eyes", "rocket", "thumbsup", "fire"):
        for _ in range(50):
            sandbox.react(ALERTS, verdict["ts"], name)
            sandbox.unreact(ALERTS, verdict["ts"], name)
    item = {"type": "message", "channel": ALERTS, "ts": verdict["ts"]}
    tinted = {"type": "reaction_added", "user": "U0002", "reaction": "white_check_mark::skin-tone-2"}
    for number in range(2):
        sandbox.deliver({**tinted, "item": item, "event_ts": f"{number}.0"})
    await sandbox.wait_for(lambda: "✅ worked" in text_of(sandbox.message(ALERTS, verdict["ts"])), WAIT)
    await nothing_waits(bot)
    assert [each.outcome for each in (await bot.case_at(ALERTS, root)).judgements] == ["worked"]


async def test_u06_what_is_not_listed_is_left_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    async with bot_in(sandbox, tmp_path, INCIDENTOS_CHANNELS="C0001", INCIDENTOS_PEOPLE="U0001") as bot:
        sandbox.post_as_app("C0002", alert_post(), name="Alertmanager")
        sandbox.post_as("U0001", "C0002", f"{ME} investigate the gateway")
        for channel, kind in (("D0001", "im"), ("G0009", "group"), ("C0SHARED", "channel")):
            event = {"type": "message", "channel": channel, "channel_type": kind, "ts": "1799999999.000100"}
            sandbox.deliver({**event, "user": "U0001", "text": "<@U0BOT> investigate the gateway"})
        sandbox.post_as("U0003", ALERTS, f"{ME} investigate the gateway")
        root, _ = await verdict_in(sandbox)
        await sandbox.settled(WAIT)
        await nothing_waits(bot)
        rows = await bot.cases.recent()
        assert [row.place.thread_ts for row in rows] == [root], "no case, no tool, no model for anybody else"
        assert not [m for m in sandbox.messages("C0002") if m.get("bot_id") == "B0BOT"]
        refused = [call.args["user"] for call in sandbox.calls_of("chat.postEphemeral")]
        assert refused == ["U0003"], "one short refusal, where we listen"


async def test_u07_another_teams_incidents_are_not_told(tmp_path: Path) -> None:
    engine = engine_for(None, tmp_path)
    await create_tables(engine)
    memory = await open_memory(engine, MemorySettings(tmp_path))
    at = now()
    kept = Incident(
        id="INC-7",
        workspace="T0001",
        title="checkout answers 502",
        symptoms="checkout answers 502, its pool is dry",
        root_cause="the pool was too small",
        started_at=at,
        resolved_at=at,
    )
    await memory.retain(kept)
    asked = Alert("person", "checkout answers 502, its pool is dry", at)
    own = await Remembering(memory, "T0001", now).nearest(asked)
    other = await Remembering(memory, "T0002", now).nearest(asked)
    await memory.close()
    await engine.dispose()
    assert [found.id for found in own.found] == ["INC-7"]
    assert other.found == ()
    assert other.available, "it looked, and there is nothing of theirs"


async def test_u08_fifty_mentions_in_a_minute(sandbox: Sandbox, bot: Office) -> None:
    root, _ = await verdict_in(sandbox)
    for number in range(50):
        sandbox.post_as("U0002", ALERTS, f"{ME} catch me up {number}", thread_ts=root)
    sandbox.post_as("U0003", ALERTS, f"{ME} catch me up", thread_ts=root)
    await sandbox.settled(WAIT)
    await nothing_waits(bot)
    case = await bot.case_at(ALERTS, root)
    asked = [entry.event.by for entry in case.history if entry.event.type == "question_asked"]
    assert asked.count("U0002") == MOST_OF_ONE, "so many a minute are answered"
    assert asked.count("U0003") == 1, "and nobody else has to wait for it"
    told = [call.args["text"] for call in sandbox.calls_of("chat.postEphemeral")]
    assert told == [SLOWER]
    kept = await notes_of(bot.cases.engine)
    assert sum("asks too often" in note for note in kept) == 50 - MOST_OF_ONE, "each of the others is noted"


async def test_u09_a_command_of_any_words_is_answered(sandbox: Sandbox, bot: Office) -> None:
    for words in ("", "help", "recall", "\u202e\x00", "investigate " + "x" * 5000):
        answered = await sandbox.command("/incident", words, channel=ALERTS)
        assert answered.acked_at is not None, words
        assert (answered.answer or {}).get("text"), words


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(words=st.text(max_size=60))
async def test_u09_no_words_go_further_than_reading(sandbox: Sandbox, bot: Office, words: str) -> None:
    answered = await sandbox.command("/incident", f"recall {words}", channel=ALERTS)
    assert answered.acked_at is not None
    assert await bot.cases.recent() == []
    await invariants.check(sandbox, bot.cases.engine)
