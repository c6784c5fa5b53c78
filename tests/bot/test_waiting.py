"""A busy model is asked once more when its time has come, also after a restart, and not when people went on."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.aftermath import wait_for_model
from bot.blocks.verdict import verdict_reply
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile, fold
from bot.investigation.ending import Resolution
from bot.investigation.events import (
    AlertReceived,
    AskedAgain,
    Concluded,
    ModelFailed,
    Recorded,
    Resolved,
    Stopped,
)
from bot.investigation.verdict import Verdict
from bot.investigation.waiting import LONGEST, after_waiting, ask_again_at, may_be_asked
from bot.store.schema import timers
from bot.store.timers import Timers
from router.outcomes import Failure, FailureCode
from sandbox.anthropic_script import Received, Turn, rate_limited
from sandbox.anthropic_server import AnthropicServer
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of
from tests.bot.test_office_model import diagnosis

WAIT = 40.0
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CODE = Verdict("concluded", "evidence_only", "store errs", why="The model is overloaded.")
MODEL = Verdict("concluded", "model", "store has no free connection")
STILL_BUSY = ModelFailed(Failure(FailureCode.OVERLOADED, "busy", AT))
RESOLVED = Resolved(Resolution("pool", "rolled back", "worked", (), AT, "U1", 5))


def case_of(
    *events: object, retry: timedelta | None = timedelta(minutes=1), code: str = "overloaded"
) -> CaseFile:
    failed = ModelFailed(Failure(FailureCode(code), "busy", AT + retry if retry else None))
    begun = (AlertReceived("INC-1", Alert("person", "gateway answers 503", AT)), failed)
    return fold([Recorded(AT, event) for event in (*begun, *events)])  # type: ignore[arg-type]


def test_a_busy_model_is_waited_for() -> None:
    assert ask_again_at(case_of(Concluded(CODE)), AT) == AT + timedelta(minutes=1)
    assert may_be_asked(case_of(Concluded(CODE)))


@pytest.mark.parametrize(
    "case",
    [
        case_of(Concluded(CODE), retry=None),
        case_of(Concluded(CODE), retry=LONGEST * 2),
        case_of(Concluded(CODE), code="key_refused"),
        case_of(Concluded(MODEL)),
        case_of(),
        case_of(Concluded(dataclasses.replace(CODE, outcome="gave_up"))),
        case_of(
            Concluded(CODE),
            AskedAgain(),
            ModelFailed(Failure(FailureCode.OVERLOADED, "busy", AT)),
            Concluded(CODE),
        ),
        case_of(Concluded(CODE), Stopped("U1")),
        case_of(Concluded(CODE), RESOLVED),
    ],
)
def test_what_waiting_does_not_help_is_not_waited_for(case: CaseFile) -> None:
    assert ask_again_at(case, AT) is None


@pytest.mark.parametrize("ended", [Stopped("U1"), RESOLVED, Concluded(MODEL)])
def test_nobody_is_asked_about_what_people_or_a_model_ended(ended: object) -> None:
    assert not may_be_asked(case_of(Concluded(CODE), ended))


def test_the_verdict_stands_while_it_is_asked_and_gives_way_to_more_only() -> None:
    asking = case_of(Concluded(CODE), AskedAgain())
    assert (asking.verdict, asking.finished, asking.failure) == (CODE, False, None)
    for less in (
        CODE,
        dataclasses.replace(MODEL, cause=None, outcome="inconclusive"),
        dataclasses.replace(MODEL, unverified=("a number is not in the evidence",)),
    ):
        assert after_waiting(asking, less) == CODE
    assert after_waiting(asking, MODEL) == MODEL
    assert after_waiting(asking, None) is None
    assert asking.after(Recorded(AT, Concluded(MODEL))).finished


def test_the_verdict_says_that_the_model_is_asked_once_more() -> None:
    waits = case_of(Concluded(CODE))
    assert "The model is asked once more at 02:01 UTC" in str(verdict_reply(waits))
    assert "being asked once more" in str(verdict_reply(waits.after(Recorded(AT, AskedAgain()))))
    for over in (Stopped("U1"), RESOLVED):
        assert "once more" not in str(verdict_reply(waits.after(Recorded(AT, over))))
    assert "once more" not in str(verdict_reply(case_of(Concluded(MODEL))))


async def test_a_wait_survives_a_restart(tmp_path: Path) -> None:
    busy = True

    def script(received: Received) -> Turn:
        return rate_limited("60") if busy else diagnosis(received)

    async with Sandbox() as sandbox, AnthropicServer(script) as server:
        keys = {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": server.url}
        async with bot_in(sandbox, tmp_path, **keys):
            root = str(sandbox.post_webhook(alert_post())["ts"])
            shown = await sandbox.wait_for(
                lambda: next((m for m in sandbox.thread(ALERTS, root)[1:] if is_verdict(m)), None), WAIT
            )
            assert "evidence only" in text_of(shown)
            assert re.search(r"asked once more at \d\d:\d\d UTC", str(shown["blocks"]))
        asked, busy = len(server.requests), False
        async with bot_in(sandbox, tmp_path, **keys) as bot:
            async with bot.cases.engine.connect() as connection:
                (due,) = (await connection.execute(sa.select(timers))).mappings().all()
            assert due["kind"] == "asks_again" and due["done_at"] is None
            row = await bot.cases.by_number(1)
            assert row is not None
            before = await bot.dossier.read(row)
            assert len(server.requests) == asked, "it is not time yet"
            await Timers(bot.cases.engine).set(wait_for_model(row, datetime.now(UTC)))  # its time has come
            await bot.aftermath.tick()
            told = await sandbox.wait_for(
                lambda: (
                    now
                    if "reasoned by a model" in text_of(now := sandbox.message(ALERTS, shown["ts"]))
                    else None
                ),
                WAIT,
            )
            assert re.search("no connection free", text_of(told))
            after = await bot.dossier.read(row)
            assert after.evidence == before.evidence, "with the evidence as it stood"
            assert len([entry for entry in after.history if isinstance(entry.event, AskedAgain)]) == 1
            assert len(server.requests) > asked
