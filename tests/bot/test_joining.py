"""Ends that are read before their alerts, ends of earlier cases, and posts that are edited to and fro."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.aftermath import Aftermath
from bot.dossier import Dossier
from bot.inbox import Inbox, Me
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile
from bot.investigation.events import FixJudged
from bot.joining import Joining
from bot.poster import Poster
from bot.store.cases import Cases, Place
from bot.store.database import create_tables, engine_for
from bot.store.intake import Envelope, Intake, Work
from bot.store.replies import Replies
from bot.store.timers import Timers
from bot.thread import Thread
from tests.bot.office import alert_post
from tests.faults.machine import Wall

ALERT = Alert("monitor", "disk full", datetime(2026, 11, 22, 2, 0, tzinfo=UTC), dedupe_key="disk")


class Told:
    """What is told to `Joining`, one envelope after the other."""

    def __init__(self, joining: Joining, intake: Intake) -> None:
        self.joining = joining
        self._intake = intake
        self._number = 0

    async def _work(self, event: dict[str, Any]) -> Work:
        self._number += 1
        await self._intake.keep(Envelope("T1", f"E{self._number}", "event", event), now())
        work = await self._intake.take(now())
        assert work is not None
        return work

    async def fires(self, ts: str, *, flapped: bool = False) -> str | None:
        work = await self._work({"ts": ts})
        told = await self.joining.alert(ALERT, Place("C1", ts), work, flapped=flapped)
        await self.joining.settle()
        return told

    async def ends(self, ts: str) -> str:
        return await self.joining.cleared(ALERT, await self._work({"ts": ts}))

    async def cases(self) -> list[CaseFile]:
        return [await self.joining.dossier.read(row) for row in await self.joining.cases.recent()]


def now() -> datetime:
    return datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


async def nothing(_case: CaseFile, _said: FixJudged) -> None:
    """Memory is not part of this."""


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    engine = engine_for(None, tmp_path)
    await create_tables(engine)
    cases, replies = Cases(engine, "a"), Replies(engine)
    dossier = Dossier(cases, Thread(replies, Poster(replies, Wall(), now), now), now)
    after = Aftermath(cases, dossier, Timers(engine), nothing, now)
    yield Told(Joining(cases, dossier, after, lambda: None, now), Intake(engine, "a"))
    await engine.dispose()


async def test_an_end_that_is_read_before_its_alert_is_not_lost(told: Told) -> None:
    assert "no case of ours" in await told.ends("20.0")
    assert "over already" in str(await told.fires("10.0"))
    (case,) = await told.cases()
    assert case.cleared_at is not None


async def test_an_end_before_the_alert_is_no_end_of_it(told: Told) -> None:
    await told.ends("20.0")
    await told.fires("30.0")
    assert "no case of ours" in await told.ends("25.0")
    (case,) = await told.cases()
    assert case.cleared_at is None
    await told.ends("40.0")
    (case,) = await told.cases()
    assert case.cleared_at is not None


async def test_a_post_that_is_edited_back_to_firing_takes_the_end_back(told: Told) -> None:
    await told.fires("10.0")
    await told.ends("20.0")
    await told.fires("10.0", flapped=True)
    (case,) = await told.cases()
    assert (case.cleared_at, case.flaps, case.repeats) == (None, 1, 1)


async def test_a_post_that_is_read_again_counts_nothing(told: Told) -> None:
    await told.fires("10.0")
    assert await told.fires("10.0") == "already INC-1"
    assert [case.repeats for case in await told.cases()] == [0]


def test_an_edit_from_resolved_to_firing_is_heard_as_coming_back_by_who_never_saw_it() -> None:
    """Another replica may have read the post before."""
    fires = {"ts": "1.0", "bot_id": "B1", **alert_post()}
    over = {
        "ts": "1.0",
        "bot_id": "B1",
        **alert_post("[RESOLVED] HighErrorRate gateway (shop critical)", "good"),
    }
    edit = {"type": "message", "subtype": "message_changed", "channel": "C1", "message": fires}
    heard = Inbox(Me("U0BOT", "B0BOT")).read({**edit, "previous_message": over})
    assert getattr(heard, "came_back", False)
