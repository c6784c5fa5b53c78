"""The toolbox: refusals a model can act on, deadlines, redaction that fails closed, texts cut to size."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from tools.cutting import cut, fitted, size
from tools.printable import printable
from tools.telemetry import Window
from tools.tool import Findings, Observation, Scope, Status, ToolCall, Unavailable
from tools.toolbox import WITHHELD, Toolbox

ONSET = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SCOPE = Scope(Window(ONSET, ONSET + timedelta(minutes=5)), ONSET, timeout=timedelta(seconds=0.3))


class Ask(BaseModel):
    """What a test asks."""

    model_config = ConfigDict(extra="forbid")
    service: str = Field(min_length=1)
    limit: int = Field(default=5, ge=1, le=50)


class Echo:
    """A real, small tool: it tells what it was asked."""

    name = "echo"
    description = "Tells what it was asked."
    arguments: type[BaseModel] = Ask

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        assert isinstance(arguments, Ask)
        seen = Observation(
            "log", f"{arguments.service}\npassword=hunter2\n" + "line\n" * arguments.limit, "echo",
            query="token=abc", link="https://u:hunter2@host/", facts={"raw": ["password=hunter2", 3]},
        )  # fmt: skip
        return Findings(
            ToolCall(self.name), Status.FOUND, (seen,), note=f"for {scope.onset:%H:%M} password=x"
        )


class Slow(Echo):
    name = "slow"
    looking = 0
    most_at_once = 0

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        self.looking += 1
        self.most_at_once = max(self.most_at_once, self.looking)
        try:
            await asyncio.sleep(60)
        finally:
            self.looking -= 1
        return await super().look(arguments, scope)


class Dead(Echo):
    name = "dead"

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:  # noqa: ARG002
        raise Unavailable("Loki: 503, password=hunter2")


class Broken(Echo):
    name = "broken"

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:  # noqa: ARG002
        raise ZeroDivisionError("a secret number")


def redact(text: str) -> str:
    return re.sub(r"(password|token)=\S+|hunter2", "[REDACTED]", text)


def raises(text: str) -> str:
    raise RecursionError(text)


BOX = Toolbox([Echo(), Slow(), Dead(), Broken()], redact)
FOR_USER = {"service": "user"}


async def test_what_a_tool_saw_comes_back_redacted_everywhere() -> None:
    found = await BOX.run(ToolCall("echo", FOR_USER, id="toolu_1"), SCOPE)
    assert (found.status, found.call.id) == (Status.FOUND, "toolu_1")
    assert "user" in found.observations[0].text
    assert not re.search(r"hunter2|abc|=x", repr(found))
    assert 0 <= found.took_s < 0.3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "service: Field required"),
        ({"service": "user", "limit": 900}, "limit: Input should be less than or equal to 50"),
        ({"service": "user", "hunter2": "hunter2"}, "Extra inputs are not permitted"),
        ({"service": ["hunter2"]}, "service: Input should be a valid string"),
    ],
)
async def test_a_bad_call_is_refused_with_what_to_change(arguments: dict[str, object], said: str) -> None:
    found = await BOX.run(ToolCall("echo", arguments), SCOPE)  # type: ignore[arg-type]
    assert found.status is Status.REFUSED
    assert said in found.note
    assert "Arguments: service, limit." in found.note
    assert "hunter2" not in found.note


async def test_an_unknown_tool_is_refused_with_the_names_that_exist() -> None:
    found = await BOX.run(ToolCall("delete_pod"), SCOPE)
    assert found.status is Status.REFUSED
    assert found.note == "There is no tool 'delete_pod'. Tools: broken, dead, echo, slow."


async def test_what_cannot_look_says_so_and_never_raises() -> None:
    names = ("dead", "broken", "slow")
    dead, broken, slow = await BOX.run_all([ToolCall(name, FOR_USER) for name in names], SCOPE)
    assert {each.status for each in (dead, broken, slow)} == {Status.UNAVAILABLE}
    assert dead.note == "Loki: 503, [REDACTED]"
    assert broken.note == "broken: failed (ZeroDivisionError, see the log)"
    assert slow.note == "slow: no answer within 0.3 s"


async def test_slow_sources_end_in_one_deadline_not_in_the_sum() -> None:
    slow = Slow()
    box = Toolbox([Echo(), slow], redact)
    found = await box.run_all([ToolCall("slow", FOR_USER)] * 8 + [ToolCall("echo", FOR_USER)], SCOPE)
    assert slow.most_at_once == 8
    assert [each.status for each in found] == [Status.UNAVAILABLE] * 8 + [Status.FOUND]


async def test_a_failing_redactor_withholds_everything() -> None:
    found = await Toolbox([Echo()], raises).run(ToolCall("echo", FOR_USER), SCOPE)
    assert [each.text for each in found.observations] == [WITHHELD]
    assert not re.search(r"hunter2|abc", repr(found.observations))
    assert found.note == WITHHELD


async def test_a_long_text_is_cut_at_a_line_and_marked() -> None:
    small = Scope(SCOPE.window, ONSET, max_bytes=80, timeout=SCOPE.timeout)
    found = await BOX.run(ToolCall("echo", {"service": "user", "limit": 50}), small)
    (seen,) = found.observations
    assert size(seen.text) <= 80
    assert seen.text.endswith("line\n[… cut]")


def test_models_are_offered_name_description_and_schema_in_a_stable_order() -> None:
    offered = BOX.offered()
    assert [each.name for each in offered] == ["broken", "dead", "echo", "slow"]
    assert offered[2].schema["required"] == ["service"]
    assert offered[2].schema["additionalProperties"] is False


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        Toolbox([Echo(), Echo()], redact)


@settings(deadline=None)
@given(st.text(max_size=400), st.integers(0, 300))
def test_a_cut_text_is_never_larger_than_asked(text: str, limit: int) -> None:
    assert size(cut(text, limit)) <= max(limit, 0)
    assert size(text) > limit or cut(text, limit) == text


@settings(deadline=None)
@given(st.lists(st.text(max_size=900), max_size=12), st.integers(200, 3000))
def test_observations_fit_together_or_are_counted_as_left_out(texts: list[str], limit: int) -> None:
    seen = [Observation("log", text, "test") for text in texts]
    kept, left_out = fitted(seen, limit)
    assert len(kept) + left_out == len(seen)
    assert sum(size(each.text) for each in kept) <= limit
    if sum(map(size, texts)) <= limit:
        assert kept == tuple(seen)


class Half(Echo):
    """Two sources: one answered with nothing, the other is dead."""

    name = "half"

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:  # noqa: ARG002
        return Findings(
            ToolCall(self.name), Status.NOTHING, note="0 lines; loki: 503", problems=("loki: 503",)
        )


async def test_nothing_beside_a_dead_source_is_not_nothing_found() -> None:
    found = await Toolbox([Half()], redact).run(ToolCall("half", FOR_USER), SCOPE)
    assert found.status is Status.UNAVAILABLE
    assert found.note == "loki: 503"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("\x1b[31mERROR\x1b[0m pool dry", "ERROR pool dry"),
        ("a\x1b]0;title\x07b\x1b]8;;http://evil.test\x1b\\c", "abc"),
        ("pool\x00 \x08\x9bdry", "pool   dry"),
        ("pass\u202eword\u2069", "pass word "),
        ("one\r\n\ttwo", "one\n\ttwo"),
        ("Größe 🔥", "Größe 🔥"),
    ],
)
def test_foreign_text_steers_no_terminal(written: str, read: str) -> None:
    assert printable(written) == read


async def test_what_a_tool_saw_is_printable() -> None:
    found = await Toolbox([Echo()], str).run(ToolCall("echo", {"service": "\x1b[2Jpool\x00dry"}), SCOPE)
    assert found.observations[0].text.startswith("pool dry\n")
