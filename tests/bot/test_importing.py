"""Importing a channel's past from Slack: shown first, to one person; stored by a button; only for who may."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.importing import BUSY, HOW, NOT_SEEN, offered
from bot.history.span import MOST_DAYS, Span, asked_for, carried, days_before
from bot.office import Office
from bot.permits import NOBODYS, Right, refusal
from bot.store.intake import LEASE, Envelope, Work
from memory.import_record import LeftOut
from memory.importing import ImportReport
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, bot_in

WAIT = 30.0
MAY = {"INCIDENTOS_MAY_IMPORT": "U0002"}
AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


def tell(sandbox: Sandbox, number: int, channel: str = ALERTS) -> str:
    """Let people speak of one incident under a post; return its root's ts."""
    text = f"[FIRING:1] HighErrorRate shop-{number} (critical)"
    root = str(sandbox.post_as("U0003", channel, text)["ts"])
    sandbox.post_as("U0002", channel, f"root cause: pool of shop-{number} ran dry", thread_ts=root)
    sandbox.post_as("U0002", channel, "raised the limit to 40, all green", thread_ts=root)
    return root


async def whispered(sandbox: Sandbox, words: str, count: int = 1) -> dict[str, Any]:
    """Return what is shown to one person alone, once *words* stand in it *count* times."""

    def found() -> dict[str, Any] | None:
        shown = [each.args for each in sandbox.calls_of("chat.postEphemeral") if words in str(each.args)]
        return shown[count - 1] if len(shown) >= count else None

    return await sandbox.wait_for(found, WAIT)


def offer_of(sandbox: Sandbox) -> str:
    """Return the ts of the newest message with the button."""
    answers = [
        each.answer for each in sandbox.calls_of("chat.postEphemeral") if "import_history" in str(each.args)
    ]
    return str((answers[-1] or {})["message_ts"])


async def asks(sandbox: Sandbox, text: str, *, user: str = "U0002", channel: str = ALERTS) -> str:
    said = await sandbox.command("/incident", f"import {text}".strip(), user=user, channel=channel)
    return str((said.answer or {}).get("text", ""))


async def kept(bot: Office) -> int:
    return await bot._house.memory.records.count()


async def test_what_would_come_is_shown_and_the_button_brings_it_once(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    for number in range(3):
        tell(sandbox, number)
    sandbox.post_as("U0003", ALERTS, "good morning")
    async with bot_in(sandbox, tmp_path, **MAY) as bot:
        assert "Nothing is stored yet" in await asks(sandbox, f"<#{ALERTS}|alerts> 30")
        shown = await whispered(sandbox, "import_history")
        assert shown["user"] == "U0002"
        assert (
            "3 incidents understood, 3 of them new or changed, 1 left out (1 × without a thread below)"
            in str(shown)
        )
        assert "Import 3 incidents" in str(shown["blocks"])
        assert await kept(bot) == 0
        ts = offer_of(sandbox)
        tell(sandbox, 9)  # after the look: not what was shown
        await sandbox.click(ALERTS, ts, "import_history", user="U0002")
        await whispered(sandbox, "Imported 3 incidents")
        assert await kept(bot) == 3
        await sandbox.click(ALERTS, ts, "import_history", user="U0002")
        await whispered(sandbox, "Nothing changed: memory has the 3 incidents")
        said = await sandbox.command("/incident", "recall HighErrorRate shop-1", user="U0002")
        assert "imported, not resolved with us" in str(said.answer)
        assert not sandbox.messages("C0002"), "nothing is told to anyone else"


async def test_who_may_not_is_told_so_alone_and_it_is_recorded_for_words_and_button(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    tell(sandbox, 1)
    async with bot_in(sandbox, tmp_path, **MAY) as bot:
        assert await asks(sandbox, f"<#{ALERTS}|alerts>", user="U0003") == refusal(Right.IMPORT)
        await asks(sandbox, f"<#{ALERTS}|alerts>")
        await whispered(sandbox, "import_history")
        await sandbox.click(ALERTS, offer_of(sandbox), "import_history", user="U0003")
        refused = await whispered(sandbox, "named who may have me import")
        assert refused["user"] == "U0003"
        assert await kept(bot) == 0
        (row,) = await bot.refusals.recent()
        assert (row["who"], row["channel"], row["what"], row["times"]) == ("U0003", ALERTS, "import", 2)


async def test_by_default_nobody_may(sandbox: Sandbox, tmp_path: Path) -> None:
    async with bot_in(sandbox, tmp_path) as bot:
        assert await asks(sandbox, f"<#{ALERTS}|alerts>") == NOBODYS
        assert [row["what"] for row in await bot.refusals.recent()] == ["import"]


async def test_a_private_channel_is_imported_from_within_and_stays_there(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    members = {"U0002", "U0003", sandbox.workspace.app.bot_user}
    secret = sandbox.workspace.create_channel("secret", members=members, is_private=True).id
    root = tell(sandbox, 7, secret)
    async with bot_in(sandbox, tmp_path, **MAY) as bot:
        await asks(sandbox, f"<#{secret}|secret>")
        await whispered(sandbox, NOT_SEEN)
        await asks(sandbox, "#no-such-channel")
        await whispered(sandbox, NOT_SEEN, 2)
        await asks(sandbox, "#secret", channel=secret)
        await whispered(sandbox, "import_history")
        await sandbox.click(secret, offer_of(sandbox), "import_history", user="U0002")
        await whispered(sandbox, "Imported 1 incident")
        id_ = f"slack:{secret}:{root}"
        assert (await bot._house.memory.records.get([id_]))[id_].private
        for channel, told in ((ALERTS, False), (secret, True)):
            said = await sandbox.command("/incident", "recall shop-7 errors", user="U0002", channel=channel)
            assert ("raised the limit" in str(said.answer)) is told


async def test_a_channel_that_is_not_listened_to_is_not_imported(sandbox: Sandbox, tmp_path: Path) -> None:
    async with bot_in(sandbox, tmp_path, **MAY, INCIDENTOS_CHANNELS=ALERTS):
        await asks(sandbox, "<#C0002|other>")
        await whispered(sandbox, NOT_SEEN)
        assert await asks(sandbox, "") == HOW
        sandbox.post_as("U0002", ALERTS, f"@IncidentOS import <#{ALERTS}|alerts> 30")
        await whispered(sandbox, HOW)
        assert not sandbox.thread(ALERTS, str(sandbox.messages(ALERTS)[-1]["ts"]))[1:], "no case is opened"


async def test_a_run_that_slack_cuts_tells_what_stays_and_goes_on(sandbox: Sandbox, tmp_path: Path) -> None:
    tell(sandbox, 1)
    async with bot_in(sandbox, tmp_path, **MAY) as bot:
        await asks(sandbox, f"<#{ALERTS}|alerts>")
        await whispered(sandbox, "import_history")
        sandbox.faults.add(Fault("error", method="conversations.history", error="not_in_channel"))
        await sandbox.click(ALERTS, offer_of(sandbox), "import_history", user="U0002")
        told = await whispered(sandbox, "The import stopped")
        assert "invite the bot" in told["text"] and "press the button again" in told["text"]
        await sandbox.click(ALERTS, offer_of(sandbox), "import_history", user="U0002")
        await whispered(sandbox, "Imported 1 incident")
        assert await kept(bot) == 1


async def test_one_at_a_time_and_no_further_than_the_bound(sandbox: Sandbox, tmp_path: Path) -> None:
    for number in range(4):
        tell(sandbox, number)
    async with bot_in(sandbox, tmp_path, **MAY) as bot:
        assert bot.importing is not None
        async with bot.importing._busy:
            await asks(sandbox, f"<#{ALERTS}|alerts>")
            await whispered(sandbox, BUSY)
        ours = replace(bot.importing, page=2, most=2)
        wanted = {"user": "U0002", "channel": ALERTS, "text": "#alerts"}
        ours.start(Work(0, Envelope("T0001", "import:1", "import", wanted), datetime.now(UTC), 0))
        await whispered(sandbox, "Import 2 incidents")
        await sandbox.click(ALERTS, offer_of(sandbox), "import_history", user="U0002")
        await whispered(sandbox, "Imported 2 incidents")
        assert await kept(bot) == 2, "no more than what was shown"


async def test_a_work_that_takes_longer_than_its_lease_stays_ours(sandbox: Sandbox, tmp_path: Path) -> None:
    async with bot_in(sandbox, tmp_path) as bot:
        await bot._worker.drain()  # type: ignore[union-attr]
        await bot.intake.keep(Envelope("T0001", "import:1", "import", {}), AT)
        (work,) = await bot.intake.take_many(AT, 1)
        assert await bot.intake.hold(work, AT + LEASE / 2)
        assert not await bot.intake.take_many(AT + LEASE * 1.2, 1)
        await bot.intake.done(work)
        assert not await bot.intake.hold(work, AT + LEASE)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("<#C0001|alerts> 30", ("C0001", 30)),
        ("<#C0001>", ("C0001", 90)),
        ("#alerts the last 7 days", ("alerts", 7)),
        ("from alerts 14d", ("alerts", 14)),
        ("", None),
        ("#alerts 0", None),
        (f"#alerts {MOST_DAYS + 1}", None),
        ("#alerts and everything else", None),
        ("<@U0001>", None),
    ],
)
def test_what_is_asked_for(text: str, meant: tuple[str, int] | None) -> None:
    assert asked_for(text) == meant


@given(st.from_regex(r"[CG][A-Z0-9]{2,20}", fullmatch=True), st.integers(1, MOST_DAYS))
def test_a_button_carries_the_span_that_was_shown(channel: str, days: int) -> None:
    span = days_before(channel, days, AT)
    assert carried(span.value()) == span
    assert float(span.latest) - float(span.oldest) == timedelta(days=days).total_seconds()


@given(st.text(max_size=60))
def test_a_value_that_is_not_ours_is_no_span(value: str) -> None:
    found = carried(value)
    assert found is None or found.value() == value


def test_what_was_left_out_is_counted_by_reason_and_foreign_words_stay_words() -> None:
    left = (
        LeftOut("12 posts", "without a thread below", 12),
        *(LeftOut(f"thread {n}", f"is INC-{n}, which memory has from its own resolution") for n in range(3)),
        LeftOut(
            "x", "memory has another incident under this id (“<!channel> hello”): give it an id of its own"
        ),
    )
    report = ImportReport(18, 2, 0, ("slack:C1:1: “<!channel> down”: no date",) * 7, left)
    blocks = str(offered(report, Span("C1", "1700000000.000000", "1790000000.000000")))
    assert "16 left out (12 × without a thread below; 3 × is a case, which memory has" in blocks
    assert "<!channel>" not in blocks
    assert "… 2 more like these" in blocks
    assert "Import 2 incidents" in blocks
    nothing = ImportReport(18, 0, 2, (), left)
    assert "import_history" not in str(offered(nothing, Span("C1", "1.000000", "2.000000")))
