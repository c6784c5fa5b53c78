"""Nothing runs away: the table in docs/threat-model.md says what the code holds; some bounds are tried here."""

# ruff: noqa: ARG002 (the fakes have the whole signature of what they stand for)

import asyncio
import dataclasses
import importlib
import json
import re
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.cli.logs import MOST as MOST_LINE
from bot.cli.logs import safe_line
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile, fold
from bot.investigation.conclusion import SINGLE_SOURCE_CAP, from_answer, from_suspects
from bot.investigation.events import AlertReceived, Recorded
from bot.investigation.evidence import Evidence
from bot.investigation.investigator import Investigator, Limits
from bot.investigation.precedent import Precedents
from bot.investigation.suspects import Suspects, rank
from bot.senders.post import MOST_CHARACTERS, read_post
from bot.store.kept import DEEPEST, MOST_TEXT, to_keep
from router.ledger import Summary
from router.messages import Ask, Offered, Reply, Task, Text, ToolUse
from router.outcomes import Answer, Answered, RouterEvent, Selected, Selection
from tools.tool import Findings, Kind, Observation, Scope, Status, ToolCall

HOME = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ROWS = re.findall(
    r"^\| (.+?) \| (.+?) \| `([\w.]+)` \| `([^`]+)`(?: \([\w]+\))? \|$",
    (HOME / "docs" / "threat-model.md").read_text(encoding="utf-8").partition("## Bounds")[2],
    re.MULTILINE,
)


def _value(place: str) -> object:
    """Return what stands at `module.NAME` or is the default of `module.Class.field`."""
    module, _, name = place.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except ModuleNotFoundError:
        owner, _, cls = module.rpartition(".")
        fields = dataclasses.fields(getattr(importlib.import_module(owner), cls))
        return next(field.default for field in fields if field.name == name)


@pytest.mark.parametrize(("what", "bound", "place", "test"), ROWS, ids=[row[0] for row in ROWS])
def test_the_table_says_what_the_code_holds(what: str, bound: str, place: str, test: str) -> None:
    if "." in place:
        value = _value(place)
        if isinstance(value, timedelta):
            value = 1 if value == timedelta(hours=1) else value.total_seconds()
        if re.match(r"[\d.]+", bound):
            assert float(str(value)) == float(bound.split(maxsplit=1)[0]), what
    file, _, name = test.partition("::")
    if name:
        assert f"def {name}(" in (HOME / file).read_text(encoding="utf-8"), f"{what}: {test} is not there"


def test_the_table_is_read() -> None:
    assert len(ROWS) >= 20


class _Memory:
    async def recall(
        self,
        alert: Alert,
        symptoms: str = "",
        services: Sequence[str] = (),
        case: str = "",
        channel: str = "",
    ) -> Precedents:
        return Precedents("none")


class _Router:
    """A model that wants ten tools each time it is asked, for ever."""

    def __init__(self) -> None:
        self.asked = 0

    async def ask(self, ask: Ask) -> AsyncGenerator[RouterEvent, None]:
        self.asked += 1
        uses = (ToolUse(f"t{self.asked}-{n}", "search_logs", {"contains": f"x{n}"}) for n in range(10))
        yield Answered(Answer(Reply(tuple(uses), "tool_use", "greedy"), ()))

    async def without_model(self, task: Task, case: str, what: str) -> Selected:
        return Selected(Selection("s", task, case, "t0", None, None, 0, (), Decimal(0), Decimal(0), "sha"))

    async def summary(self, case: str) -> Summary:
        return Summary()


class _Tools:
    """Tools that find nothing, or never come back."""

    def __init__(self, *, hangs: bool = False) -> None:
        self.ran: list[ToolCall] = []
        self._hangs = hangs

    def offered(self) -> Sequence[Offered]:
        return ()

    async def run(self, call: ToolCall, scope: Scope) -> Findings:
        self.ran.append(call)
        if self._hangs:
            await asyncio.Event().wait()
        return Findings(call, Status.NOTHING)


def _new_case() -> CaseFile:
    alert = Alert("alertmanager", "HighErrorRate gateway", AT, service="gateway")
    return fold([Recorded(AT, AlertReceived("INC-1", alert))])


async def _played(tools: _Tools, router: _Router, limits: Limits) -> CaseFile:
    case = _new_case()
    async for event in Investigator(_Memory(), router, tools, lambda: AT, limits).investigate(case):
        case = case.after(Recorded(AT, event))
    return case


async def test_a_model_that_only_calls_tools_ends() -> None:
    tools, router, limits = _Tools(), _Router(), Limits()
    case = await _played(tools, router, limits)
    assert case.verdict is not None
    assert router.asked <= limits.turns
    assert len([call for call in tools.ran if call.id]) <= limits.turns * limits.calls_a_turn


async def test_a_look_that_hangs_ends() -> None:
    case = await _played(_Tools(hangs=True), _Router(), Limits(turns=1, gather_s=0.05))
    assert case.verdict is not None
    assert case.verdict.outcome == "inconclusive"


def _one_source(*cited: str) -> CaseFile:
    kinds: dict[str, Kind] = {"log": "log", "metric": "metric", "recall": "recall"}
    observed = (
        Evidence(each, Observation(kinds[each.partition(":")[0]], "store: pool timeout", "x", AT, "store"))
        for each in cited
    )
    return dataclasses.replace(_new_case(), evidence=tuple(observed))


@pytest.mark.parametrize(
    ("cited", "capped"),
    [
        (("log:1",), True),
        (("log:1", "log:2"), True),
        (("log:1", "recall:1"), True),
        (("log:1", "metric:1"), False),
    ],
)
def test_one_source_is_capped_and_says_so(cited: tuple[str, ...], *, capped: bool) -> None:
    case = _one_source(*cited)
    told = {
        "cause": "store: the pool ran into a timeout", "services": ["store"], "confidence": 0.97, "fix": None,
        "claims": [{"text": "store: pool timeout", "evidence": list(cited)}],
    }  # fmt: skip
    reply = Reply((Text(json.dumps(told)),), "end_turn", "sure")
    verdict = from_answer(case, rank(case.evidence, case.alert), Answer(reply, ()))
    assert (verdict.mode, verdict.outcome) == ("model", "concluded")
    assert verdict.confidence == (SINGLE_SOURCE_CAP if capped else 0.97)
    assert any("second source" in each for each in verdict.not_checked) == capped


def test_code_alone_is_capped_on_one_source_as_well() -> None:
    suspects = Suspects(cause="store errs", services=(), deploys=(), confidence=0.95, cites=("log:1",))
    verdict = from_suspects(_new_case(), suspects, "no key")
    assert verdict.confidence == SINGLE_SOURCE_CAP
    assert any("second source" in each for each in verdict.not_checked)


def test_a_post_is_read_to_a_bound() -> None:
    text = "a " * (2 * MOST_CHARACTERS)
    post = {"type": "message", "channel": "C1", "ts": "1.0", "subtype": "bot_message", "text": text}
    read = read_post(post)
    assert sum(map(len, read.lines)) <= MOST_CHARACTERS
    assert all(len(each) <= MOST_CHARACTERS for each in read.fallbacks)


def test_what_is_kept_of_an_envelope_is_bounded() -> None:
    deep: Any = "end"
    for _ in range(200):
        deep = {"in": [deep]}
    kept = to_keep({"text": "x" * (3 * MOST_TEXT), "deep": deep}, str)
    assert len(kept["text"]) == MOST_TEXT
    assert str(kept["deep"]).count("in") <= DEEPEST


def test_a_line_of_ours_is_bounded() -> None:
    assert len(safe_line("x" * (2 * MOST_LINE))) == MOST_LINE
