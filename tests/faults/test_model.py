"""The model's API refuses, breaks, babbles or costs too much: rows A02, A04 to A15, on the wire and in a whole bot."""

import asyncio
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.investigation.investigator import Limits
from router.anthropic_model import AnthropicModel
from router.budget import Budget
from router.calls import Call, Fault, Heard
from router.explain import line
from router.messages import Message, Text, ToolResult, ToolUse
from router.outcomes import Answered, Attempted, Failed, Failure, FailureCode, ReasonCode, Selected
from router.outcomes import Status as Tried
from router.policy_file import DEFAULT
from router.spending import Caps
from sandbox.anthropic_script import (
    Cut,
    ErrorInside,
    Hang,
    Html,
    Received,
    Refuse,
    Say,
    Script,
    Tool,
    Turn,
    in_turn,
    too_long,
)
from sandbox.anthropic_server import AnthropicServer
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, text_of
from tests.bot.test_office_model import diagnosis as careful
from tests.faults import invariants
from tests.faults.conftest import SOON, WAIT, unsent, verdict_under
from tests.router.conftest import Opened
from tests.router.test_router import CHECKED, diagnosis
from tests.router.world import NOW, ScriptedModel, Ticking, ask, events, fault, heard, policy, shape
from tools.tool import Status

TWENTY_MINUTES = 1200.0


async def in_a_case(script: Script, folder: Path, routes: str = "") -> tuple[Any, str, AnthropicServer]:
    """Investigate one alert with *script* for a model; return its case, all that its thread says, and the server."""
    async with Sandbox(timing=SOON) as sandbox, AnthropicServer(script) as server:
        keys = {"ANTHROPIC_API_KEY": "test-key-0x", "ANTHROPIC_BASE_URL": server.url}
        if routes:
            (folder / "routes.toml").write_text(routes)
            keys["INCIDENTOS_ROUTES"] = str(folder / "routes.toml")
        async with bot_in(sandbox, folder, **keys) as bot:
            root = str(sandbox.post_webhook(alert_post())["ts"])
            await verdict_under(sandbox, root)
            async with asyncio.timeout(WAIT):
                while await unsent(bot):  # noqa: ASYNC110 (SQL tells nobody when it changes)
                    await asyncio.sleep(0.05)
            case = await bot.case_at(ALERTS, root)
            await invariants.check(sandbox, bot.cases.engine)
            thread = " ".join(map(text_of, sandbox.thread(ALERTS, root)))
    assert "test-key-0x" not in thread
    return case, thread, server


def changed(*changes: tuple[str, str]) -> str:
    text = DEFAULT.read_text(encoding="utf-8")
    for was, then in changes:
        assert re.search(was, text), was
        text = re.sub(was, then, text)
    return text


def evidence_only(case: Any, thread: str) -> None:  # noqa: ANN401
    """Assert what people get when no model answers: suspects, an honest line, and what they can do."""
    assert case.verdict.mode == "evidence_only"
    assert "store" in case.verdict.services, "code's own suspects stand"
    assert "evidence only, no model" in thread
    assert "Memory, evidence and suspects stand without it" in thread
    assert "to have a model try" in thread


async def test_a02_overloaded_for_twenty_minutes(open_router: Opened) -> None:
    """Pauses grow, then nobody is asked for a while, and what is told says when one is asked again."""
    clock = Ticking()
    model = ScriptedModel(lambda _: fault(FailureCode.OVERLOADED))
    router = await open_router(model, policy(("day_usd = 40.00", "day_usd = 4000.00")), clock)
    ends: list[Failure] = []
    began = clock.at
    while clock.at < began + TWENTY_MINUTES:
        told = await events(router, ask(**CHECKED, case=f"case-{len(ends)}"))
        assert isinstance(told[-1], Failed)
        ends.append(told[-1].failure)
        clock.at += 20
    assert all(each.code in {FailureCode.OVERLOADED, FailureCode.BREAKER_OPEN} for each in ends)
    assert any("Not asked" in each.message for each in ends), "a breaker opens"
    assert all(each.retry_at is not None and each.retry_at > NOW for each in ends)
    models = len({call.model for call in model.calls})
    probes = TWENTY_MINUTES / router.policy.text.breaker.open_s
    assert len(model.calls) <= models * (probes + 2 * router.policy.text.breaker.failures)
    pauses = [later for earlier, later in zip(clock.slept, clock.slept[1:], strict=False) if later > earlier]
    assert pauses, "a second pause is longer"
    assert len(set(clock.slept)) > 2, "and not the same each time"


async def test_a02_the_ladder_is_used_when_the_policy_allows(open_router: Opened) -> None:
    def sonnet_is_full(call: Call) -> Heard | Fault:
        return fault(FailureCode.OVERLOADED) if "sonnet" in call.model else heard(diagnosis())

    model = ScriptedModel(sonnet_is_full)
    told = await events(await open_router(model), ask(**CHECKED))
    assert shape(told)[-1] == "answered"
    assert "opus" in model.calls[-1].model


@pytest.mark.timeout(90)
async def test_a04_a_call_that_never_ends(tmp_path: Path) -> None:
    """It pings for ever; one that is silent is the black hole of test_network.py."""
    quick = changed((r"(?m)^deadline_s = \d+", "deadline_s = 3"), (r"(?m)^call_s = \d+", "call_s = 2"))
    case, thread, server = await in_a_case(lambda _: Hang(ping_s=0.05), tmp_path, quick)
    evidence_only(case, thread)
    assert "The model did not answer in time" in thread
    assert 1 <= len(server.requests) <= 2
    assert case.bill is not None
    assert case.bill.usd > 0, "what may have been billed is counted"


async def test_a05_a_stream_cut_in_the_middle_of_a_tool_call(open_router: Opened) -> None:
    long = {"service": "checkout", "contains": "pool exhausted " * 8}
    half = Cut(Say("I look.", tools=(Tool("search_logs", long),)), events=6)
    async with AnthropicServer(in_turn(half, Say(diagnosis()))) as server:
        told = await events(await open_router(AnthropicModel("key", server.url)), ask(**CHECKED))
    assert shape(told)[-1] == "answered"
    first = next(event.attempt for event in told if isinstance(event, Attempted))
    assert (first.status, first.failure) == (Tried.UNKNOWN, FailureCode.STREAM_CUT)
    assert first.usd == first.selection.reserved_usd > 0, "its tokens are counted"
    assert isinstance(told[-1], Answered)
    assert told[-1].answer.reply.tool_uses == (), "no half of a call is made"
    assert len(server.requests) == 2, "the whole turn once more"
    assert server.requests[1].body["messages"] == server.requests[0].body["messages"]


@pytest.mark.parametrize("kind", ["overloaded_error", "api_error", "rate_limit_error", "a_new_error"])
async def test_a06_an_error_inside_a_stream_of_200(open_router: Opened, kind: str) -> None:
    inside = ErrorInside(Say("a long answer " * 20), type=kind)
    async with AnthropicServer(in_turn(inside, Say(diagnosis()))) as server:
        told = await events(await open_router(AnthropicModel("key", server.url)), ask(**CHECKED))
    first = next(event.attempt for event in told if isinstance(event, Attempted))
    known = {"overloaded_error": FailureCode.OVERLOADED, "rate_limit_error": FailureCode.RATE_LIMITED}
    assert first.failure is known.get(kind, FailureCode.SERVER_ERROR), "by what it says, not by its 200"
    assert shape(told)[-1] == "answered"
    assert len(server.requests) == 2


async def test_a07_what_is_not_the_api(tmp_path: Path) -> None:
    """A captive portal; half a JSON is a value like it in tests/router, there and in test_silence.py."""
    case, thread, server = await in_a_case(lambda _: Html(), tmp_path)
    evidence_only(case, thread)
    assert "Something that is not the model's API answers" in thread
    assert len(server.requests) <= 5


async def test_a08_calls_that_no_tool_takes(tmp_path: Path) -> None:
    def script(received: Received) -> Turn:
        if received.number == 0:
            odd = (
                Tool("delete_pod", {"name": "store"}),
                Tool("search_logs", {"service": ["store"]}),
                Tool("search_logs", {"service": "store", "namespace": "prod"}),
                Tool("search_logs", raw='"store"'),
            )
            return Say("", tools=odd)
        if received.number == 1:
            return Say("", tools=tuple(Tool("search_logs", {"contains": f"word {n}"}) for n in range(100)))
        return careful(received)

    case, _, server = await in_a_case(script, tmp_path)
    assert case.verdict.mode == "model", "and the model goes on"
    results = {
        part["tool_use_id"]: part
        for part in server.requests[1].body["messages"][-1]["content"]
        if part["type"] == "tool_result"
    }
    told = [json.dumps(part["content"]) for part in results.values()]
    assert all(part.get("is_error") for part in results.values()), "each comes back as an error"
    for words in (
        "There is no tool 'delete_pod'",
        "valid string",
        "namespace: Extra inputs",
        "_: Extra inputs",
    ):
        assert sum(words in each for each in told) == 1, words
    looks = [findings for findings in case.findings if findings.call.id]
    ran = [findings for findings in looks if findings.status is not Status.REFUSED]
    assert len(ran) <= Limits().calls_a_turn, "a hundred at once are not made"


@pytest.mark.parametrize("stop", ["pause_turn", "a_new_reason", "model_context_window_exceeded"])
async def test_a09_a_stop_reason_that_nobody_knows(open_router: Opened, stop: str) -> None:
    model = ScriptedModel(lambda _: heard(diagnosis(), stop=stop))
    told = await events(await open_router(model), ask(**CHECKED))
    assert shape(told)[-1] in {"unverified", "failed bad_request"} or shape(told)[-1].startswith("failed")
    assert 2 <= len(model.calls) <= 5, "no endless loop"
    assert all(not each.startswith("attempted kept") for each in shape(told)), "and it is no answer"


async def test_a09_a_refusal_and_a_cut_answer(open_router: Opened, tmp_path: Path) -> None:
    short = ScriptedModel(
        [heard("half", stop="max_tokens"), heard("half", stop="max_tokens"), heard(diagnosis())]
    )
    told = await events(await open_router(short), ask(**CHECKED))
    rooms = [call.max_tokens for call in short.calls]
    assert rooms[1] == 2 * rooms[0], "more room once, then another model"
    assert short.calls[2].model != short.calls[1].model
    assert shape(told)[-1] == "answered"
    case, thread, server = await in_a_case(lambda _: Say("No.", stop_reason="refusal"), tmp_path)
    evidence_only(case, thread)
    assert "The model declined to answer" in thread
    assert len({request.model for request in server.requests}) == len(server.requests) == 2, (
        "another one, once"
    )


@pytest.mark.parametrize(
    "empty",
    [Say(""), Say("", thinking="Let me see. The pool is dry."), Say("Der Pool ist leer.")],
    ids=["nothing", "thoughts", "prose"],
)
async def test_a10_no_answer_is_repaired_once(open_router: Opened, empty: Say) -> None:
    """Nothing, thoughts alone, or prose (in any language) where an answer with citations is asked for."""
    async with AnthropicServer(lambda _: empty) as server:
        told = await events(await open_router(AnthropicModel("key", server.url)), ask(**CHECKED))
    assert shape(told)[-1] == "unverified"
    by_model = [request.model for request in server.requests]
    assert all(by_model.count(model) == 2 for model in by_model), "asked, and repaired once"
    assert len(set(by_model)) > 1, "and another model after that"


async def test_a10_no_answer_is_told(tmp_path: Path) -> None:
    case, thread, server = await in_a_case(lambda _: Say("Der Pool ist leer."), tmp_path)
    assert case.verdict.mode == "evidence_only"
    assert "store" in case.verdict.services
    assert "evidence only, no model" in thread
    assert len(server.requests) <= 5


@pytest.mark.parametrize(
    "refusal", [too_long(), Refuse(413, "request_too_large", "too large")], ids=["400", "413"]
)
async def test_a11_a_prompt_that_is_too_long(open_router: Opened, refusal: Turn) -> None:
    looks = [ToolUse(f"t{n}", "search_logs", {}) for n in range(2)]
    long = [ToolResult(f"t{n}", f"a very long line of look {n}\n" * 2000) for n in range(2)]
    turns = [Message("user", (Text("why?"),))]
    for look, result in zip(looks, long, strict=True):
        turns += [Message("assistant", (look,)), Message("user", (result,))]
    async with AnthropicServer(in_turn(refusal, Say(diagnosis()))) as server:
        router = await open_router(AnthropicModel("key", server.url))
        told = await events(router, ask(**CHECKED, messages=tuple(turns)))
    assert shape(told)[-1] == "answered"
    assert len(server.requests) == 2, "once more, shorter"
    sizes = [
        [len(json.dumps(message)) for message in request.body["messages"]] for request in server.requests
    ]
    assert sizes[1][2] < sizes[0][2] * 0.6, "the oldest look is cut"
    assert "left out here" in json.dumps(server.requests[1].body["messages"][2])
    again = [event.selection for event in told if isinstance(event, Selected)][1]
    assert ReasonCode.TRIM in {reason.code for reason in again.reasons}
    assert "the oldest tool results are left out" in line(again), "and people are told"


async def test_a12_a_key_that_is_refused(tmp_path: Path) -> None:
    """By its bill; 401 and 403 are the same value in tests/router/test_transport.py."""
    unpaid = Refuse(400, "invalid_request_error", "Your credit balance is too low")
    case, thread, server = await in_a_case(lambda _: unpaid, tmp_path)
    evidence_only(case, thread)
    assert "The model's key was refused" in thread
    assert "Check ANTHROPIC_API_KEY and billing" in thread
    assert len(server.requests) == 1, "asked once"


async def test_a13_a_model_that_is_gone(open_router: Opened) -> None:
    def gone(received: Received) -> Turn:
        if "sonnet" in received.model:
            return Refuse(404, "not_found_error", f"model: {received.model}")
        return Say(diagnosis())

    async with AnthropicServer(gone) as server:
        told = await events(await open_router(AnthropicModel("key", server.url)), ask(**CHECKED))
    assert shape(told)[-1] == "answered"
    assert [request.model for request in server.requests] == ["claude-sonnet-5-5", "claude-opus-5-5"]
    first = next(event.attempt for event in told if isinstance(event, Attempted))
    assert first.failure is FailureCode.MODEL_GONE


async def test_a14_a_budget_that_ends_in_the_middle_of_a_case(tmp_path: Path) -> None:
    """The second turn would overdraw: it is not sent, and the case says so in one line."""

    def script(received: Received) -> Turn:
        if received.number == 0:
            looks = (Tool("search_logs", {"service": "store"}),)
            return Say("", tools=looks, input_tokens=100_000, output_tokens=200_000)
        return careful(received)

    tight = changed(
        (r"case_usd = 1\.00", "case_usd = 0.61"),
        (r'overdraft = \{ severity = \["critical"\], factor = 2\.0 \}', ""),
    )
    case, thread, server = await in_a_case(script, tmp_path, tight)
    assert len(server.requests) == 1, "nothing is sent that cannot be paid"
    assert case.verdict.mode == "evidence_only"
    assert "store" in case.verdict.services
    assert "budget" in thread
    assert thread.count("Not asked") == 2, "once where it was reasoned, once in the verdict"


async def test_a15_the_last_cent_is_spent_once(books: AsyncEngine) -> None:
    for turn in range(10):
        writers = [Budget(books, f"w{turn}-{n}", lambda: NOW) for n in range(4)]
        left = Decimal("0.25")
        case = f"case-{turn}"
        own = Caps(Decimal(10), left, Decimal(1000), Decimal(1000))
        got = await asyncio.gather(*(w.reserve(f"{w.writer}-1", case, left, own) for w in writers))
        assert sum(got) == 1, "one UPDATE decides, whoever comes first"
        assert (await writers[0].spent(case)).case == left
        for writer in writers:
            await writer.aclose()
