"""No silence (I3): within a minute of a fault, on a clock that is ours, there is a line that tells it.

The model's API, Slack, the index and telemetry; the disk's line comes with the refusal itself (P18). Waiting takes no
time here: the clocks are moved by whoever waits.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.blocks.stages import evidence_reply
from bot.door import door
from bot.investigation.alert import Alert
from bot.investigation.casefile import fold
from bot.investigation.events import (
    AlertReceived,
    Degraded,
    Event,
    EvidenceCollected,
    EvidenceRequested,
    Recorded,
)
from bot.investigation.investigator import Investigator, Limits
from bot.poster import Poster
from bot.slack_web import SlackWeb
from bot.store.database import create_tables, engine_for
from bot.store.replies import Replies
from memory.store import StoreUnavailable
from memory.store_qdrant import QdrantStore
from router.messages import Ask
from router.outcomes import Failed, FailureCode, RouterEvent, Selected
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.investigation.test_prompts import Logs, NoMemory, Notes, opened
from tests.conftest import Clock
from tests.faults.test_slack_out import shown, wanted
from tests.memory.making import WordEmbed
from tests.memory.test_store_contract import OURS, probe
from tests.router.conftest import Opened
from tests.router.test_router import CHECKED
from tests.router.world import ScriptedModel, Ticking, ask, events, fault
from tests.tools.every_kind import ONSET
from tests.tools.test_slow_and_dead import LOOKS, SCOPE, everything, patiently, slow, toolbox
from tools.redact import redact
from tools.tool import Findings, Status, ToolCall
from tools.toolbox import Toolbox

MINUTE = 60.0
OUTSIDE = [
    FailureCode.KEY_REFUSED,
    FailureCode.RATE_LIMITED,
    FailureCode.OVERLOADED,
    FailureCode.SERVER_ERROR,
    FailureCode.CONNECTION,
    FailureCode.STREAM_CUT,
    FailureCode.JSON_CUT,
    FailureCode.NOT_THE_API,
    FailureCode.MODEL_GONE,
]


@pytest.mark.parametrize("code", OUTSIDE)
async def test_the_models_api_fails(open_router: Opened, code: FailureCode) -> None:
    """All retries, pauses and other models together take less than a minute, and then it is told."""
    clock = Ticking()
    router = await open_router(ScriptedModel(lambda _: fault(code)), None, clock)
    began = clock.at
    told = await events(router, ask(**CHECKED))
    assert isinstance(told[-1], Failed)
    assert told[-1].failure.message, "what failed"
    assert clock.at - began <= MINUTE


class Hanging(Notes):
    """A router whose model takes the question and says nothing."""

    async def ask(self, ask: Ask) -> AsyncGenerator[RouterEvent, None]:
        self.asked.append(ask)
        selected = await self.without_model(ask.task, ask.case, "")
        yield Selected(replace(selected.selection, deadline_s=75.0))
        await asyncio.Event().wait()


def test_the_model_says_nothing() -> None:
    told: list[Event] = []

    async def investigate() -> None:
        investigator = Investigator(NoMemory(), Hanging(), Toolbox((Logs(),), str), lambda: ONSET)
        async with aclosing(investigator.investigate(opened())) as happening:
            async for event in happening:
                told.append(event)
                if isinstance(event, Degraded):
                    return

    assert patiently(investigate) <= MINUTE
    line = told[-1]
    assert isinstance(line, Degraded)
    assert "not answered for 45 s" in line.line, "what failed"
    assert "stands" in line.line, "what still works"
    assert "at most 30 s more" in line.line, "when it goes on"


async def test_slack_fails_and_is_back(engine: AsyncEngine, sandbox: Sandbox, clock: Clock) -> None:
    """However long it was away: what waits stands within a minute of its return."""
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    poster = Poster(Replies(engine), SlackWeb(client, door(frozenset(), redact)), clock)
    sandbox.faults.add(Fault(method="chat.postMessage", kind="http_error", times=None))
    await poster.replies.want([wanted("the honest line")], clock())
    for _ in range(90):  # half an hour and more
        await poster.send_due()
        clock.pass_(seconds=23)
    assert shown(sandbox) == []
    sandbox.faults.clear()
    waited = 0.0
    while not shown(sandbox):
        clock.pass_(seconds=1)
        waited += 1
        await poster.send_due()
        assert waited <= MINUTE
    assert shown(sandbox) == ["the honest line"]


class Silent:
    """A client of Qdrant whose server takes the question and says nothing."""

    async def query_batch_points(self, **_: Any) -> Any:  # noqa: ANN401
        await asyncio.Event().wait()


def test_the_index_says_nothing() -> None:
    async def ask_it() -> None:
        store = QdrantStore("http://qdrant.example", "m", WordEmbed.size)
        store._client = Silent()
        with pytest.raises(StoreUnavailable, match="no answer within 2 s"):
            await store.search(await probe("anything"), OURS, 5)

    assert patiently(ask_it) <= MINUTE, "then recall goes by words and says so (Q01, Q02)"


def test_no_telemetry_answers() -> None:
    told: list[Findings] = []

    async def gather() -> None:
        found = everything(slow(MINUTE * 10))
        told.extend(await toolbox(found).run_all([ToolCall(name) for name in LOOKS[:5]], SCOPE))
        await found.aclose()

    assert patiently(gather) <= Limits().gather_s <= MINUTE
    assert {each.status for each in told} == {Status.UNAVAILABLE}
    alert = Alert("alertmanager", "HighErrorRate checkout", ONSET)
    calls = tuple(each.call for each in told)
    opening: tuple[Event, ...] = (AlertReceived("INC-1", alert), EvidenceRequested(calls, "code"))
    case = fold([Recorded(ONSET, each) for each in (*opening, *map(EvidenceCollected, told))])
    text = str(evidence_reply(case)[0]["text"]["text"])
    assert text.count("not available") == len(told), "what failed"
    assert "The others stand" in text, "what still works"
    assert "ask me to check here to look again" in text, "and when it is tried again"


@pytest.fixture
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsyncEngine]:
    opened = engine_for(None, tmp_path_factory.mktemp("db"))
    await create_tables(opened)
    yield opened
    await opened.dispose()
