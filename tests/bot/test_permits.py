"""Who may: refused people and places have no effect, are told once and politely, and leave a note."""

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.guard import Guard
from bot.permits import NOT_YOU, Permits, Wish
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict

IDS = st.from_regex(r"[UCDG][A-Z0-9]{2,9}", fullmatch=True)


@given(st.frozensets(IDS, min_size=1), IDS)
def test_what_is_not_named_is_refused(named: frozenset[str], asked: str) -> None:
    permits = Permits(named, named)
    assert permits.listens(asked) == (asked in named and not asked.startswith("D"))
    assert permits.allows(asked) == (asked in named)


@given(IDS)
def test_nobody_is_refused_where_nobody_is_named_but_direct_messages(asked: str) -> None:
    assert Permits().allows(asked)
    assert Permits().listens(asked) == (not asked.startswith("D"))


async def test_a_refusal_is_told_once_an_hour_and_only_where_we_listen() -> None:
    told: list[tuple[str, str]] = []

    async def whisper(channel: str, user: str, text: str) -> None:
        assert text == NOT_YOU
        told.append((channel, user))

    at = datetime(2026, 11, 22, tzinfo=UTC)
    guard = Guard(lambda: at, Permits(frozenset({"C1"}), frozenset({"U1"})), whisper)
    assert not await guard.refuses_wish(Wish("U1", "C1"))
    assert "U2" in await guard.refuses_wish(Wish("U2", "C1"))
    assert "U2" in await guard.refuses_wish(Wish("U2", "C1"))
    assert "channel" in await guard.refuses_wish(Wish("U1", "C2"))
    assert "U3" in await guard.refuses_wish(Wish("U3", "C1", aloud=False))
    assert told == [("C1", "U2")]


async def test_a_stranger_has_no_effect_and_memory_learns_from_allowed_people_only(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        settings = {"INCIDENTOS_CHANNELS": ALERTS, "INCIDENTOS_PEOPLE": "U0001"}
        async with bot_in(sandbox, tmp_path, **settings) as bot:
            me = f"<@{sandbox.workspace.app.bot_user}>"
            root = str(sandbox.post_webhook(alert_post())["ts"])
            verdict = await sandbox.wait_for(
                lambda: next((m for m in sandbox.thread(ALERTS, root)[1:] if is_verdict(m)), None), 60.0
            )
            sandbox.post_as("U0003", ALERTS, f"{me} resolved: it was the moon", root)
            sandbox.react(ALERTS, verdict["ts"], "white_check_mark", "U0003")
            sandbox.post_as("U0001", "C0002", f"{me} what is going on?")
            await sandbox.wait_for(lambda: sandbox.calls_of("chat.postEphemeral") or None, 30.0)
            sandbox.post_as("U0001", ALERTS, f"{me} resolved: rolled the release back", root)

            async def drafted() -> bool:
                return (await bot.case_at(ALERTS, root)).draft is not None

            for _ in range(300):
                if await drafted():
                    break
                await sandbox.settled(0.1)
            case = await bot.case_at(ALERTS, root)
            assert case.draft is not None
            assert case.draft.by == "U0001"
            assert not case.judgements
            assert case.resolution is None, "a draft is no outcome: nothing is remembered yet"
            assert not sandbox.messages("C0002")[1:], "silence where we do not listen"
            assert [call.args["user"] for call in sandbox.calls_of("chat.postEphemeral")] == ["U0003"]
