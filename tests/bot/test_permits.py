"""Who may: refused people and places have no effect, are told once and politely, and leave a note."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.guard import Guard, NotNow
from bot.pace import MOST_IN_CHANNEL, MOST_OF_ONE
from bot.permits import A_GUEST, SLOWER, Permits, Right, Wish, refusal
from bot.roster import Roster, Unknown
from bot.settings import Settings
from bot.store.database import create_tables, engine_for
from bot.store.refusals import Refusals
from bot.store.schema import metadata
from bot.wiring import permits_of
from sandbox.directory import User
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict

IDS = st.from_regex(r"[UCDG][A-Z0-9]{2,9}", fullmatch=True)
AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


class Known:
    """A roster of a few members and groups; None in place of an answer: Slack does not say."""

    def __init__(self, members: set[str], groups: Mapping[str, set[str] | None] | None = None) -> None:
        self._members = members
        self._groups = groups or {}

    async def is_member(self, user: str) -> bool:
        return user in self._members

    async def members(self, group: str) -> frozenset[str]:
        found = self._groups[group]
        if found is None:
            raise Unknown(f"usergroups.users.list: missing_scope ({group})", passing=False)
        return frozenset(found)


class Whispers(list[tuple[str, str, str]]):
    async def __call__(self, channel: str, user: str, text: str, named: Sequence[str] = ()) -> None:  # noqa: ARG002 (as Guard calls it)
        self.append((channel, user, text))


@given(st.frozensets(IDS, min_size=1), IDS)
def test_what_is_not_named_is_refused(named: frozenset[str], asked: str) -> None:
    permits = Permits(named, named)
    assert permits.listens(asked) == (asked in named and not asked.startswith("D"))
    assert permits.named(Right.RESOLVE) == named


@given(IDS)
def test_nobody_named_still_means_no_direct_message(asked: str) -> None:
    assert Permits().listens(asked) == (not asked.startswith("D"))


def test_a_right_that_names_nobody_has_the_people() -> None:
    read = Settings.read({"INCIDENTOS_PEOPLE": "U1,S1", "INCIDENTOS_MAY_RESOLVE": "U2, S2"})
    permits = permits_of(read)
    assert permits.named(Right.INVESTIGATE) == permits.named(Right.SPEND) == {"U1", "S1"}
    assert permits.named(Right.RESOLVE) == {"U2", "S2"}
    assert permits.groups(Right.RESOLVE) == {"S2"}


async def test_a_refusal_is_told_once_an_hour_and_only_where_we_listen() -> None:
    told = Whispers()
    guard = Guard(lambda: AT, Permits(frozenset({"C1"}), frozenset({"U1"})), told, Known({"U2", "U3"}))
    assert not await guard.refuses_wish(Wish("U1", "C1"))
    assert "U2" in await guard.refuses_wish(Wish("U2", "C1"))
    assert "U2" in await guard.refuses_wish(Wish("U2", "C1"))
    assert "channel" in await guard.refuses_wish(Wish("U1", "C2"))
    assert "U3" in await guard.refuses_wish(Wish("U3", "C1", aloud=False))
    assert "nobody" in await guard.refuses_wish(Wish("", "C1"))
    assert told == [("C1", "U2", refusal(Right.INVESTIGATE))]


@pytest.mark.parametrize("right", list(Right))
async def test_a_refusal_of_any_right_is_polite_seen_by_one_person_and_recorded(
    tmp_path: Path, right: Right
) -> None:
    told, engine = Whispers(), engine_for(None, tmp_path)
    await create_tables(engine, metadata)
    permits = Permits(rights={each: frozenset({"U9" if each is right else "U2"}) for each in Right})
    guard = Guard(lambda: AT, permits, told, Known({"U2", "U9"}), Refusals(engine))
    assert await guard.refuses_wish(Wish("U2", "C1", right))
    (kept,) = await Refusals(engine).recent()
    await engine.dispose()
    assert [(channel, user) for channel, user, _ in told] == [("C1", "U2")]
    assert told[0][2] == refusal(right)
    assert "Ask one of them" in told[0][2]
    assert "Nothing was done" in told[0][2]
    assert (kept["who"], kept["channel"], kept["what"], kept["times"]) == ("U2", "C1", right, 1)


async def test_rights_are_apart_and_spending_needs_asking_too() -> None:
    rights = {
        Right.RESOLVE: frozenset({"U1"}),
        Right.SPEND: frozenset({"U1", "U2"}),
        Right.INVESTIGATE: frozenset({"U2"}),
    }
    guard = Guard(lambda: AT, Permits(rights=rights), roster=Known({"U1", "U2"}))
    may = {
        (user, right): not await guard.refuses_wish(Wish(user, "C1", right))
        for user in ("U1", "U2")
        for right in Right
    }
    assert [key for key, allowed in may.items() if allowed] == [
        ("U1", Right.RESOLVE),
        ("U2", Right.INVESTIGATE),
        ("U2", Right.SPEND),
    ]


async def test_a_member_of_a_named_group_may_and_a_guest_in_it_may_not() -> None:
    told = Whispers()
    permits = Permits(people=frozenset({"S1", "U9"}))
    guard = Guard(lambda: AT, permits, told, Known({"U1", "U2"}, {"S1": {"U1", "U3"}}))
    assert not await guard.refuses_wish(Wish("U1", "C1"))
    assert not await guard.refuses_wish(Wish("U9", "C1")), "named directly: no member need be looked up"
    assert "not among" in await guard.refuses_wish(Wish("U2", "C1"))
    assert "guest" in await guard.refuses_wish(Wish("U3", "C1"))
    assert told[-1] == ("C1", "U3", A_GUEST)


async def test_a_group_that_cannot_be_read_admits_nobody_but_those_named_directly() -> None:
    told = Whispers()
    permits = Permits(people=frozenset({"S1", "S2", "U9"}))
    guard = Guard(lambda: AT, permits, told, Known({"U1", "U2"}, {"S1": None, "S2": {"U1"}}))
    assert not await guard.refuses_wish(Wish("U9", "C1"))
    assert not await guard.refuses_wish(Wish("U1", "C1")), "the other group can be read"
    assert "could not be looked up" in await guard.refuses_wish(Wish("U2", "C1"))
    assert "missing_scope" in told[-1][2]
    assert "only people named directly count" in told[-1][2]


async def test_without_anybody_named_a_person_nobody_knows_may_not() -> None:
    assert await Guard(lambda: AT).refuses_wish(Wish("U1", "C1"))
    assert await Guard(lambda: AT, roster=Known(set())).refuses_wish(Wish("U1", "C1"))
    assert not await Guard(lambda: AT, roster=Known({"U1"})).refuses_wish(Wish("U1", "C1"))


async def test_another_workspace_is_not_heard() -> None:
    guard = Guard(lambda: AT, Permits(workspaces=frozenset({"T1"})), roster=Known({"U1"}))
    body = {"user": "U1", "channel": "C1", "text": "x"}
    assert not await guard.refuses("command", body, "T1")
    assert "workspace T2" in await guard.refuses("command", body, "T2")


@pytest.mark.parametrize(
    ("people", "channels", "most"),
    [(["U1"], ["C1", "C2"], MOST_OF_ONE), ([f"U{n}" for n in range(9)], ["C1"], MOST_IN_CHANNEL)],
)
async def test_too_many_wishes_a_minute_wait(people: list[str], channels: list[str], most: int) -> None:
    told, clock = Whispers(), [AT]
    guard = Guard(lambda: clock[0], Permits(), told, Known(set(people)))

    async def asked(number: int) -> str:
        return await guard.refuses_wish(Wish(people[number % len(people)], channels[number % len(channels)]))

    notes = [await asked(number) for number in range(60)]
    assert [bool(note) for note in notes] == [False] * most + [True] * (60 - most)
    assert {text for _, _, text in told} == {SLOWER}
    assert len(told) <= len(people) * len(channels), "each is told once"
    assert not await guard.refuses_wish(Wish("U1", "C1"), counted=False), "a retry was counted before"
    clock[0] += timedelta(minutes=1)
    assert not await asked(0)


async def test_refusals_are_kept_and_their_hour_outlives_the_process(tmp_path: Path) -> None:
    engine, told = engine_for(None, tmp_path), Whispers()
    await create_tables(engine, metadata)
    for _ in range(3):  # three processes, one after the other
        guard = Guard(lambda: AT, Permits(people=frozenset({"U1"})), told, Known({"U2"}), Refusals(engine))
        assert await guard.refuses_wish(Wish("U2", "C1", Right.RESOLVE))
        assert await guard.refuses_wish(Wish("U2", "C1"))
    rows = await Refusals(engine).recent()
    assert {(row["who"], row["channel"], row["what"], row["times"]) for row in rows} == {
        ("U2", "C1", "resolve", 3),
        ("U2", "C1", "investigate", 3),
    }
    assert len(told) == 1
    later = Guard(
        lambda: AT + timedelta(hours=1),
        Permits(people=frozenset({"U1"})),
        told,
        Known({"U2"}),
        Refusals(engine),
    )
    await later.refuses_wish(Wish("U2", "C1"))
    assert len(told) == 2
    await engine.dispose()


async def test_what_slack_says_of_people_and_groups_is_believed_for_a_while() -> None:
    async with Sandbox() as sandbox:
        people = sandbox.workspace.users
        people["U0G"] = User("U0G", "guest", "A Guest", is_restricted=True)
        people["U0X"] = User("U0X", "other", "Of a partner", is_stranger=True)
        people["U0D"] = User("U0D", "gone", "Left", deleted=True)
        sandbox.workspace.usergroups["S0ONCALL"] = ("U0001", "U0002")
        clock = [AT]
        roster = Roster(AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url), lambda: clock[0])
        asked = ["U0001", "U0G", "U0X", "U0D", "U0BOT", "U0NOBODY"]
        assert [await roster.is_member(user) for user in asked] == [True] + [False] * 5
        assert await roster.members("S0ONCALL") == {"U0001", "U0002"}
        sandbox.workspace.usergroups["S0ONCALL"] = ("U0003",)
        assert "U0001" in await roster.members("S0ONCALL")
        clock[0] += timedelta(minutes=11)
        assert await roster.members("S0ONCALL") == {"U0003"}
        sandbox.faults.add(Fault("http_error", method="usergroups.users.list", status=503, times=2))
        clock[0] += timedelta(minutes=11)
        assert await roster.members("S0ONCALL") == {"U0003"}, "what was known holds while Slack is away"
        clock[0] += timedelta(hours=2)
        with pytest.raises(Unknown) as away:
            await roster.members("S0ONCALL")
        assert away.value.passing
        with pytest.raises(Unknown) as refused:
            await roster.members("S0NOSUCH")
        assert not refused.value.passing
        guard = Guard(lambda: AT, Permits(people=frozenset({"S0AWAY"})), roster=roster)
        sandbox.faults.add(Fault("http_error", method="usergroups.users.list", status=503))
        with pytest.raises(NotNow):
            await guard.refuses_wish(Wish("U0001", "C1"))


async def test_a_stranger_has_no_effect_and_memory_learns_from_allowed_people_only(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        sandbox.workspace.usergroups["S0ONCALL"] = ("U0001",)
        settings = {"INCIDENTOS_CHANNELS": ALERTS, "INCIDENTOS_PEOPLE": "S0ONCALL"}
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
            kept = {(row["who"], row["what"]) for row in await bot.refusals.recent()}
            assert kept == {("U0003", "investigate"), ("U0003", "resolve")}
