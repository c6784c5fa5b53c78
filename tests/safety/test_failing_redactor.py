"""A redactor that breaks closes every door: to models, Slack, memory, the intake, out of a tool, to logs."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli.logs import WITHHELD as LINE_WITHHELD
from bot.cli.logs import safe_line
from bot.door import door
from bot.model_door import ModelDoor
from bot.store.intake import Envelope, Intake
from bot.store.schema import intake
from memory.incident import Incident
from memory.opening import MemorySettings, open_memory
from router.ledger import Summary
from router.messages import Ask, Message, Task, Text, ToolResult
from router.outcomes import RouterEvent, Selected
from tools.redact import redact
from tools.telemetry import Window
from tools.tool import Findings, Observation, Scope, Status, ToolCall
from tools.toolbox import WITHHELD, Toolbox

KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
AT = datetime(2026, 11, 27, tzinfo=UTC)


def fails(_: str) -> str:
    raise RuntimeError("a rule broke")


class Router:
    """A router that keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []

    async def ask(self, ask: Ask) -> AsyncGenerator[RouterEvent, None]:
        self.asked.append(ask)
        nothing: tuple[RouterEvent, ...] = ()
        for event in nothing:
            yield event

    async def without_model(self, task: Task, case: str, what: str) -> Selected:
        raise NotImplementedError

    async def summary(self, case: str) -> Summary:
        raise NotImplementedError


async def test_to_the_model() -> None:
    said = Message("user", (Text(KEY), ToolResult("t1", f"log: {KEY}")))
    own = Message("assistant", (Text("let me look"),))
    router = Router()
    for redactor in (fails, redact):
        ask = Ask(Task.COMPLEX_REASONING, "INC-1", (said, own))
        assert [event async for event in ModelDoor(router, redactor).ask(ask)] == []
    closed, open_ = router.asked
    assert KEY not in repr(router.asked)
    assert "WITHHELD" in repr(closed)
    assert "REDACTED:github_token" in repr(open_)
    assert closed.messages[1] == open_.messages[1] == own


def test_to_slack() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": f"key {KEY}"}}
    gated = door((), fails)({"text": KEY, "blocks": [section]})
    assert KEY not in json.dumps(gated)
    assert "WITHHELD" in gated["text"]


class _Nothing(BaseModel):
    pass


class Leaky:
    """A tool whose every field holds a secret."""

    name, description, arguments = "leaky", "Shows a key.", _Nothing

    async def look(self, _arguments: BaseModel, _scope: Scope) -> Findings:
        seen = Observation(
            "log", f"token {KEY}", "test", query=KEY, link=f"https://x/{KEY}", facts={"key": [KEY]}
        )
        return Findings(ToolCall("leaky", {}), Status.FOUND, (seen,), note=KEY)


async def test_out_of_a_tool() -> None:
    scope = Scope(Window(AT - timedelta(hours=1), AT), AT)
    found = await Toolbox((Leaky(),), fails).run(ToolCall("leaky", {}), scope)
    assert KEY not in repr(found)
    assert found.note == WITHHELD
    assert KEY not in repr(await Toolbox((Leaky(),), redact).run(ToolCall("leaky", {}), scope))


async def test_to_memory(engine: AsyncEngine, tmp_path: Path) -> None:
    memory = await open_memory(engine, MemorySettings(tmp_path), redact=fails)
    try:
        with pytest.raises(RuntimeError):
            await memory.retain(Incident("I-1", "T1", KEY, symptoms=KEY, root_cause=KEY))
        assert not await memory.records.select()
    finally:
        await memory.close()


async def test_to_the_intake_nothing_is_acknowledged(engine: AsyncEngine) -> None:
    with pytest.raises(RuntimeError):
        await Intake(engine, "me", fails).keep(Envelope("T1", "E1", "event", {"text": f"a {KEY}"}), AT)
    async with engine.connect() as connection:
        assert not (await connection.execute(sa.select(intake))).all()


def test_to_logs() -> None:
    assert safe_line(KEY, fails) == LINE_WITHHELD
