"""App Home and channel settings: what a lead sees, and that a channel's rules are honoured."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.channel_modal import read_channel_modal
from bot.blocks.home import home_view, times
from bot.blocks.steps import arranged
from bot.blocks.thread import Reply
from bot.blocks.words import section
from bot.channel_rules import ChannelRules, dollars, hours, read_rules
from bot.digest import Digest
from bot.home import HomeFacts, learned_since
from bot.identity import permalink
from bot.investigation.alert import Alert, Severity
from bot.investigation.casefile import CaseFile
from bot.investigation.ending import Resolution
from bot.investigation.events import Recorded, Remembered, Resolved
from bot.office import Office
from memory.incident import Incident
from memory.memory import Memory
from sandbox.server import Sandbox
from sandbox.wire import SlackError
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of

WAIT = 30.0
NIGHT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Office]:
    async with bot_in(sandbox, tmp_path) as running:
        yield running


async def home_of(sandbox: Sandbox, user: str = "U0002") -> dict[str, Any]:
    """Open App Home and return it as it is published thereafter."""
    before = sandbox.open_home(user)

    def published() -> dict[str, Any] | None:
        now = sandbox.modals.homes.get(user)
        return now if now is not None and now is not before else None

    found: dict[str, Any] = await sandbox.wait_for(published, WAIT, "App Home")
    return found


async def concluded(bot: Office) -> None:
    """Wait until the newest case has come to its verdict, shown or not."""
    async with asyncio.timeout(WAIT):
        while not [row for row in await bot.cases.recent() if row.state == "concluded"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def set_rules(sandbox: Sandbox, bot: Office, **chosen: str) -> dict[str, str]:
    """Set the rules of the alert channel through App Home, as a person does; return the errors."""
    for _ in range(3):
        home = await home_of(sandbox, sandbox.me)
        try:
            await sandbox.click_in_view(home["id"], "channel_settings")
        except SlackError:
            continue  # drawn anew meanwhile: a person clicks again
        break
    view = await sandbox.wait_for(sandbox.view, WAIT)
    filled: dict[str, Any] = {
        name: {"value": {"selected_option": {"text": {"type": "plain_text", "text": value}, "value": value}}}
        for name, value in chosen.items()
        if name not in {"quiet", "dollars"}
    }
    filled |= {name: {"value": {"value": chosen[name]}} for name in ("quiet", "dollars") if name in chosen}
    done = await sandbox.submit_view(view["id"], filled)
    return dict(done.errors or {})


async def test_home_tells_what_is_open_what_it_cost_and_each_channel(sandbox: Sandbox, bot: Office) -> None:
    root = sandbox.post_webhook(alert_post())["ts"]
    await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, root)[1:])), WAIT)
    told = text_of(await home_of(sandbox))
    thread = permalink(bot.write_back.address, ALERTS, root) if bot.write_back else ""
    assert "Open cases" in told and f"<{thread}|INC-1>" in told, "a case leads to its thread"
    assert ", first a" not in told, "what began is told; when, its thread tells"
    assert "answered by code at $0" in told
    assert "First useful line after" in told
    assert "No model was asked;" in told
    assert f"<#{ALERTS}>" in told and "investigates by itself" in told


async def test_settings_are_kept_and_shown(sandbox: Sandbox, bot: Office) -> None:
    sandbox.post_as("U0002", ALERTS, "hello")
    await sandbox.settled()
    await bot.intake.saw(ALERTS, "1.0")
    chosen = {"mode": "shadow", "floor": "high", "steps": "card", "quiet": "22-7", "dollars": "$2.5"}
    assert not await set_rules(sandbox, bot, **chosen)
    rules = await bot.channels.rules(ALERTS)
    assert rules == ChannelRules(True, True, "card", Severity.HIGH, (22, 7), Decimal("2.50"))
    told = text_of(await home_of(sandbox, "U0003"))
    assert (
        "shadow: posts nothing, one card, from severity high up, quiet 22–07 UTC, "
        "models for at most $2.50 a day, $0 spent today" in told
    )


async def test_what_memory_sees_leads_to_the_threads_and_says_when_it_is_old(
    sandbox: Sandbox, bot: Office
) -> None:
    assert bot.home is not None and bot.write_back is not None
    memory, home = bot.write_back.remembering.memory, bot.home
    assert isinstance(memory, Memory)

    def pool(n: int) -> Incident:
        link = permalink(bot.write_back.address, ALERTS, f"{n}.000100") if bot.write_back else None
        began = datetime.now(UTC) - timedelta(days=9 - n)
        title = "Database pool exhausted, checkout times out"
        return Incident(f"OLD-{n}", home.team, title, services=("checkout",), started_at=began, link=link)

    await memory.retain(pool(1), pool(2), pool(3))
    await home.reflect_anew()  # the one of the start may have seen nothing yet
    told = text_of(await home_of(sandbox))
    assert "happened 3 times on checkout" in told and "incidents changed since" not in told
    links = [f"<{pool(n).link}|OLD-{n}>" for n in (1, 2, 3)]
    assert f"({', '.join(links)})" in told
    await memory.retain(pool(4))
    assert "UTC, incidents changed since)" in text_of(await home_of(sandbox))
    await home.reflect_anew()
    told = text_of(await home_of(sandbox))
    assert "happened 4 times on checkout" in told and "incidents changed since" not in told
    digest = Digest(home, bot.replies, bot.poster, "C0002", lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    assert await digest.weekly()
    posted = await sandbox.wait_for(
        lambda: [m for m in sandbox.messages("C0002") if "The week" in text_of(m)], WAIT
    )
    assert links[0] in text_of(posted[0])


async def test_hours_that_are_none_are_refused_beside_their_field(sandbox: Sandbox, bot: Office) -> None:
    await bot.intake.saw(ALERTS, "1.0")
    assert set(await set_rules(sandbox, bot, quiet="at night")) == {"quiet"}
    assert set(await set_rules(sandbox, bot, quiet="9 pm", dollars="much")) == {"quiet", "dollars"}
    assert await bot.channels.rules(ALERTS) == ChannelRules()


async def test_a_channel_that_only_wants_to_be_asked_is_left_alone(sandbox: Sandbox, bot: Office) -> None:
    await bot.channels.set(ALERTS, ChannelRules(auto=False), "U0002")
    alert = sandbox.post_webhook(alert_post())
    asked = sandbox.post_as("U0002", ALERTS, "@IncidentOS investigate", thread_ts=alert["ts"])
    await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, alert["ts"])[1:])), WAIT)
    assert [row.place.thread_ts for row in await bot.cases.recent()] == [alert["ts"]]
    assert asked["ts"] > alert["ts"]


async def test_in_shadow_mode_nothing_is_posted_and_the_verdict_is_kept(
    sandbox: Sandbox, bot: Office
) -> None:
    await bot.channels.set(ALERTS, ChannelRules(shadow=True), "U0002")
    alert = sandbox.post_webhook(alert_post())

    await concluded(bot)
    await sandbox.settled()
    assert sandbox.thread(ALERTS, alert["ts"])[1:] == []
    assert not sandbox.message(ALERTS, alert["ts"]).get("reactions")
    assert (await bot.case_at(ALERTS, alert["ts"])).verdict is not None


async def test_one_card_holds_the_whole_case(sandbox: Sandbox, bot: Office) -> None:
    await bot.channels.set(ALERTS, ChannelRules(steps="card"), "U0002")
    root = sandbox.post_webhook(alert_post())["ts"]
    await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, root)[1:])), WAIT)
    thread = sandbox.thread(ALERTS, root)[1:]
    assert len(thread) == 1
    assert "*Recall*" in text_of(thread[0]) and "*Cause:*" in text_of(thread[0])


async def test_the_week_is_told_once_on_monday_and_only_when_something_happened(
    sandbox: Sandbox, bot: Office
) -> None:
    monday = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
    root = sandbox.post_webhook(alert_post())["ts"]
    await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, root)[1:])), WAIT)

    def digest(now: datetime, channel: str = "C0002") -> Digest:
        assert bot.home is not None
        return Digest(bot.home, bot.replies, bot.poster, channel, lambda: now)

    assert not await digest(monday - timedelta(days=1)).weekly()
    assert not await digest(monday - timedelta(hours=2)).weekly()
    assert not await digest(monday, channel="").weekly()
    assert await digest(monday).weekly()

    def posted() -> list[dict[str, Any]]:
        return [message for message in sandbox.messages("C0002") if "*The week*" in text_of(message)]

    await sandbox.wait_for(posted, WAIT)
    async with asyncio.timeout(WAIT):
        while await bot.replies.ts_of("digest:2026-W47") is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert not await digest(monday + timedelta(hours=1)).weekly()
    await sandbox.settled()
    told = posted()
    assert len(told) == 1 and "answered by code at $0" in text_of(told[0])


def alert(severity: Severity) -> Alert:
    return Alert("alertmanager", "x", NIGHT, severity=severity)


def test_floor_and_quiet_hours_hold_but_never_against_a_critical_alert() -> None:
    quiet = ChannelRules(quiet=(22, 7))
    assert quiet.leaves_alone(alert(Severity.WARNING), NIGHT) == "quiet hours"
    assert not quiet.leaves_alone(alert(Severity.WARNING), NIGHT.replace(hour=12))
    assert not quiet.leaves_alone(alert(Severity.CRITICAL), NIGHT)
    assert ChannelRules(floor=Severity.HIGH).leaves_alone(alert(Severity.WARNING), NIGHT)
    assert not ChannelRules(floor=Severity.WARNING).leaves_alone(alert(Severity.UNKNOWN), NIGHT)


@given(
    st.dictionaries(
        st.sampled_from(["auto", "shadow", "steps", "floor", "quiet", "dollars"]), st.integers() | st.text()
    )
)
def test_rules_of_another_release_are_read_as_far_as_they_go(kept: dict[str, Any]) -> None:
    assert isinstance(read_rules(kept), ChannelRules)


@pytest.mark.parametrize(
    ("text", "told"), [("22-7", (22, 7)), (" 9 to 17 ", (9, 17)), ("", None), ("0-24", None)]
)
def test_hours_are_read(text: str, told: tuple[int, int] | None) -> None:
    assert hours(text) == told


@pytest.mark.parametrize("text", ["25-3", "night", "7", "22:00-7:00"])
def test_other_words_are_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match="22-7"):
        hours(text)
    said = {"quiet": {"value": {"value": text}}}
    empty: dict[str, Any] = {name: {"value": {}} for name in ("mode", "floor", "steps")}
    assert read_channel_modal({"state": {"values": {**empty, **said}}}) == {
        "quiet": "Hours of the day in UTC, such as 22-7."
    }


def test_each_step_is_its_own_reply_and_waiting_is_none() -> None:
    evidence = Reply(
        "evidence", "Evidence", (section("*Evidence* · 1 of 2\n✔ `a` · 3 ms\n      seen\n⏳ `b` …"),)
    )
    told = arranged([evidence], "each")
    assert [reply.slot for reply in told] == ["evidence", "evidence:1"]
    assert "seen" in str(told[1].blocks)


async def test_cost_and_why_are_told_to_one_person(sandbox: Sandbox, bot: Office) -> None:
    root = sandbox.post_webhook(alert_post())["ts"]
    await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, root)[1:])), WAIT)

    async def asked(words: str) -> str:
        done = await sandbox.command("/incident", words, channel=ALERTS)
        return str(done.answer)

    cost = await asked("cost")
    assert "Spend, last 7 days" in cost and "answered by code at $0" in cost
    for words in ("why", "why INC-1", "WHY 1"):
        why = await asked(words)
        assert "Why INC-1 was routed so" in why and "no API key" in why
    assert "no case INC-99" in await asked("why INC-99")
    assert "thread opens" in await asked("why is checkout down?")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("5", "5"),
        ("$2.50", "2.5"),
        (" $ 0.01 ", "0.01"),
        ("0", "0"),
        ("10000", "10000"),
        ("", None),
        ("  ", None),
    ],
)
def test_dollars_are_read_as_people_write_them(text: str, read: str | None) -> None:
    assert dollars(text) == (None if read is None else Decimal(read))


@pytest.mark.parametrize("text", ["-1", "NaN", "Infinity", "1e9", "2.505", "ten", "10000.01", "1,50", "$$1"])
def test_what_is_no_money_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Dollars a day"):
        dollars(text)


def remembered(number: int, at: datetime) -> CaseFile:
    """A case that began ten days before NIGHT and was remembered *at*."""
    end = Resolution(
        f"cause {number}", f"fix {number}", "did_not" if number == 4 else "worked", (), at, "U1", 9
    )
    case = CaseFile(f"INC-{number}", alert(Severity.HIGH), NIGHT - timedelta(days=10), ALERTS)
    for event in (Resolved(end), Remembered(f"INC-{number}", indexed=True)):
        case = case.after(Recorded(at, event))
    return case


def test_what_was_learned_this_week_is_told_by_name_the_newest_first() -> None:
    cases = [remembered(number, NIGHT - timedelta(days=5 - number)) for number in (2, 4, 1, 3)]
    old = remembered(9, NIGHT - timedelta(days=8))
    found = learned_since(NIGHT - timedelta(days=7), [*cases, old])
    facts = HomeFacts((), found, None, None, None, None, None, ())
    told = text_of({"blocks": home_view(facts, NIGHT)["blocks"]})
    assert "`INC-4` cause 4 → fix 4 (did not work)" in told
    assert told.index("INC-4") < told.index("INC-3") < told.index("INC-2")
    assert "INC-1" not in told and "INC-9" not in told and "… and 1 more" in told


def test_a_week_in_which_nothing_was_learned_is_not_told() -> None:
    facts = HomeFacts((), learned_since(NIGHT, [remembered(1, NIGHT)]), None, None, None, None, None, ())
    assert "Learned" not in text_of({"blocks": home_view(facts, NIGHT)["blocks"]})


def test_minutes_that_people_round_to_nothing_are_said_as_such() -> None:
    def told(resolve_s: float) -> str:
        return times(HomeFacts((), (), None, None, None, resolve_s, None, ()))

    assert "Resolved after less than a minute" in told(0.0)
    assert "Resolved after 12 min" in told(720.0)


async def test_only_who_may_spend_sets_what_a_channel_may_spend(sandbox: Sandbox, tmp_path: Path) -> None:
    async with bot_in(sandbox, tmp_path, INCIDENTOS_MAY_SPEND="U0002") as bot:
        await bot.intake.saw(ALERTS, "1.0")
        refused = await set_rules(sandbox, bot, floor="high", dollars="900")
        assert "INCIDENTOS_MAY_SPEND" in refused["dollars"]
        assert await bot.channels.rules(ALERTS) == ChannelRules()
        assert not await set_rules(sandbox, bot, floor="high"), "what costs nothing they may set"
        assert (await bot.channels.rules(ALERTS)).floor is Severity.HIGH
