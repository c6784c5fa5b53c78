"""One question, from its selection to its end: what is asked, what is climbed, what is told."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue, TypeAdapter

from router.calls import Heard
from router.explain import line
from router.loop import stalled
from router.messages import Message, Task, Text, ToolResult, ToolUse, Usage
from router.outcomes import (
    Answered,
    Attempted,
    Failed,
    FailureCode,
    FindingCode,
    ReasonCode,
    RouterEvent,
    Selected,
    Status,
)
from tests.router.conftest import Opened
from tests.router.world import (
    NOW,
    ScriptedModel,
    Seen,
    Ticking,
    ask,
    events,
    fault,
    heard,
    policy,
    shape,
    usd,
)

WANTED: Mapping[str, JsonValue] = {
    "type": "object",
    "properties": {name: {} for name in ("cause", "services", "confidence", "claims", "fix")},
}


GROUNDS = (
    Seen("log:1", "log", "pool exhausted: 20 of 20 connections in use", "checkout", NOW),
    Seen("deploy:1", "deploy", "release 41", "checkout", NOW),
)


def diagnosis(confidence: float = 0.9, **changes: object) -> str:
    said = {
        "cause": "The connection pool of checkout ran dry.",
        "services": ["checkout"],
        "confidence": confidence,
        "claims": [{"text": "All 20 connections were in use", "evidence": ["log:1"]}],
        "fix": None,
    }
    return json.dumps(said | changes)


INVENTED = diagnosis(claims=[{"text": "All 20 connections were in use", "evidence": ["log:7"]}])
CHECKED = {"schema": WANTED, "grounds": GROUNDS, "onset": NOW}


async def test_a_good_answer_takes_one_call(open_router: Opened) -> None:
    model = ScriptedModel([heard(diagnosis())])
    told = await events(await open_router(model), ask(**CHECKED))
    assert shape(told) == ["selected t2", "attempted kept", "answered"]
    assert model.calls[0].model == "claude-sonnet-5-5"
    assert model.calls[0].effort == "medium"
    assert isinstance(told[1], Attempted)
    assert told[1].attempt.usd == usd("0.003")


async def test_events_can_be_stored_and_read_back(open_router: Opened) -> None:
    told = await events(
        await open_router(ScriptedModel([heard(INVENTED), heard(diagnosis())])), ask(**CHECKED)
    )
    stored: TypeAdapter[RouterEvent] = TypeAdapter(RouterEvent)
    assert [stored.validate_json(stored.dump_json(event)) for event in told] == told


async def test_no_key_names_the_model_and_its_price(open_router: Opened) -> None:
    told = await events(await open_router(None), ask())
    assert shape(told) == ["selected t2 unavailable", "failed no_key"]
    assert isinstance(told[0], Selected)
    selection = told[0].selection
    assert selection.model == "claude-sonnet-5-5"
    assert selection.est_usd > 0
    assert selection.reserved_usd == 0
    assert selection.why_unavailable is ReasonCode.NO_KEY
    assert line(selection).startswith(
        "[MODEL_SELECTION] complex_reasoning → would ask sonnet (claude-sonnet-5-5"
    )
    assert "no API key" in line(selection)


async def test_code_answers_at_no_cost(open_router: Opened) -> None:
    router = await open_router(None)
    told = await router.without_model(Task.MEMORY_RECALL, "case-1", "memory is searched by code")
    assert told.selection.model is None
    assert (
        line(told.selection)
        == "[MODEL_SELECTION] memory_recall → code, no model: memory is searched by code, $0"
    )
    assert (await router.summary("case-1")).avoided == 1


async def test_a_finding_is_repaired_once_and_then_climbs(open_router: Opened) -> None:
    model = ScriptedModel([heard(INVENTED), heard(INVENTED), heard(diagnosis())])
    told = await events(await open_router(model), ask(**CHECKED))
    assert shape(told) == [
        "selected t2", "attempted rejected", "selected t2", "attempted rejected", "selected t3", "attempted kept",
        "answered",
    ]  # fmt: skip
    repair = model.calls[1]
    assert [message.role for message in repair.messages] == ["user", "assistant", "user"]
    assert isinstance(repair.messages[2].parts[0], Text)
    assert "log:7 does not exist" in repair.messages[2].parts[0].text
    climbed = model.calls[2]
    assert climbed.model == "claude-opus-5-5"
    assert INVENTED not in str(climbed.messages)  # findings are carried up, the failed answer is not
    assert "log:7 does not exist" in str(climbed.messages)


async def test_at_the_ceiling_the_answer_is_told_as_unverified(open_router: Opened) -> None:
    model = ScriptedModel(lambda _: heard(INVENTED))
    told = await events(await open_router(model), ask(**CHECKED))
    assert shape(told)[-1] == "unverified"
    assert isinstance(told[-1], Answered)
    assert told[-1].answer.unverified[0].code is FindingCode.UNKNOWN_CITATION
    assert len(model.calls) == 4  # asked and repaired, on two rungs
    tiers = [event.selection.tier for event in told if isinstance(event, Selected)]
    assert tiers == sorted(tiers)


async def test_the_best_answer_is_kept_not_the_last(open_router: Opened) -> None:
    worse = diagnosis(services=["billing"], claims=[{"text": "It is 7 times 3", "evidence": []}])
    model = ScriptedModel([heard(INVENTED), heard(worse), heard(worse), heard(worse)])
    told = await events(await open_router(model), ask(**CHECKED))
    assert isinstance(told[-1], Answered)
    assert told[-1].answer.reply.text == INVENTED


async def test_low_confidence_climbs_and_is_no_fault_at_the_top(open_router: Opened) -> None:
    model = ScriptedModel([heard(diagnosis(0.2)), heard(diagnosis(0.3))])
    told = await events(await open_router(model), ask(**CHECKED))
    assert shape(told) == ["selected t2", "attempted kept", "selected t3", "attempted kept", "answered"]


async def test_high_confidence_accepts_nothing(open_router: Opened) -> None:
    sure = json.dumps(json.loads(INVENTED) | {"confidence": 1.0})
    told = await events(await open_router(ScriptedModel(lambda _: heard(sure))), ask(**CHECKED))
    assert shape(told)[-1] == "unverified"


async def test_a_cut_answer_gets_more_room_before_a_stronger_model(open_router: Opened) -> None:
    model = ScriptedModel([heard("half", stop="max_tokens"), heard(diagnosis())])
    told = await events(await open_router(model), ask(**CHECKED))
    assert shape(told) == ["selected t2", "attempted rejected", "selected t2", "attempted kept", "answered"]
    assert model.calls[1].max_tokens == 2 * model.calls[0].max_tokens


async def test_a_refusal_goes_to_another_model_and_is_never_an_answer(open_router: Opened) -> None:
    model = ScriptedModel([heard("No.", stop="refusal"), heard("No.", stop="refusal")])
    told = await events(await open_router(model), ask(**CHECKED))
    assert shape(told)[-1] == "failed refusal"
    assert [call.model for call in model.calls] == ["claude-sonnet-5-5", "claude-opus-5-5"]


async def test_a_wish_to_use_tools_is_no_answer_to_check(open_router: Opened) -> None:
    wish = ToolUse("t1", "search_logs", {"service": "checkout"})
    told = await events(await open_router(ScriptedModel([heard("", tools=[wish])])), ask(**CHECKED))
    assert isinstance(told[-1], Answered)
    assert told[-1].answer.reply.tool_uses == (wish,)
    assert told[-1].answer.verified


async def test_going_in_circles_climbs_once(open_router: Opened) -> None:
    turns = [Message("user", (Text("why?"),))]
    for number in range(3):
        turns.append(Message("assistant", (ToolUse(f"t{number}", "search_logs", {"service": "checkout"}),)))
        turns.append(Message("user", (ToolResult(f"t{number}", "nothing"),)))
    model = ScriptedModel([heard(diagnosis())])
    told = await events(await open_router(model), ask(**CHECKED, messages=tuple(turns)))
    assert shape(told) == ["selected t3", "attempted kept", "answered"]
    assert isinstance(told[0], Selected)
    assert ReasonCode.STALLED in {reason.code for reason in told[0].selection.reasons}


async def test_faults_are_retried_with_pauses_that_grow(open_router: Opened) -> None:
    clock = Ticking()
    model = ScriptedModel([fault(FailureCode.OVERLOADED), fault(FailureCode.OVERLOADED), heard(diagnosis())])
    told = await events(await open_router(model, clock=clock), ask(**CHECKED))
    assert shape(told)[-1] == "answered"
    assert len(clock.slept) == 2
    assert 0.25 <= clock.slept[0] <= clock.slept[1] <= 2.0


async def test_a_short_retry_after_is_honoured(open_router: Opened) -> None:
    clock = Ticking()
    model = ScriptedModel([fault(FailureCode.RATE_LIMITED, 7), heard(diagnosis())])
    told = await events(await open_router(model, clock=clock), ask(**CHECKED))
    assert shape(told)[-1] == "answered"
    assert clock.slept == [7]


async def test_a_long_retry_after_is_told_and_never_slept(open_router: Opened) -> None:
    clock = Ticking()
    model = ScriptedModel([fault(FailureCode.RATE_LIMITED, 171)])
    told = await events(await open_router(model, clock=clock), ask(**CHECKED))
    assert isinstance(told[-1], Failed)
    assert told[-1].failure.code is FailureCode.RATE_LIMITED
    assert told[-1].failure.retry_at == NOW + timedelta(seconds=171)
    assert clock.slept == []
    assert len(model.calls) == 1


@pytest.mark.parametrize("code", [FailureCode.KEY_REFUSED, FailureCode.BAD_REQUEST])
async def test_final_faults_are_not_asked_again(open_router: Opened, code: FailureCode) -> None:
    model = ScriptedModel([fault(code)])
    told = await events(await open_router(model), ask(**CHECKED))
    assert shape(told) == ["selected t2", "attempted failed", f"failed {code}"]


async def test_every_fault_ends_and_stays_bounded(open_router: Opened) -> None:
    for code in FailureCode:
        if code in {FailureCode.NO_KEY, FailureCode.DROPPED, FailureCode.OVER_BUDGET, FailureCode.BOOKS}:
            continue
        if code in {FailureCode.REFUSAL, FailureCode.ABANDONED, FailureCode.BREAKER_OPEN}:
            continue  # no transport gives these
        model = ScriptedModel(lambda _, code=code: fault(code, billed=True))  # type: ignore[misc]
        rules = policy(("failures = 5", "failures = 100"))
        told = await events(await open_router(model, rules), ask(**CHECKED, case=f"case-{code}"))
        assert shape(told)[-1].startswith("failed")
        assert len(model.calls) <= rules.text.limits.max_attempts
        assert all(e.attempt.status is Status.UNKNOWN for e in told if isinstance(e, Attempted))


async def test_a_prompt_that_is_too_long_is_trimmed_and_says_so(open_router: Opened) -> None:
    look = ToolUse("t1", "search_logs", {})
    long = ToolResult("t1", "a very long line\n" * 2000)
    turns = (Message("user", (Text("why?"),)), Message("assistant", (look,)), Message("user", (long,)))
    model = ScriptedModel([fault(FailureCode.TOO_LONG), heard(diagnosis())])
    told = await events(await open_router(model), ask(**CHECKED, messages=turns))
    assert shape(told)[-1] == "answered"
    sent = model.calls[1].messages[2].parts[0]
    assert isinstance(sent, ToolResult)
    assert len(sent.text) < len(long.text) * 0.6
    assert "left out here" in sent.text


async def test_a_breaker_opens_and_the_peer_is_asked(open_router: Opened) -> None:
    rules = policy(
        ("failures = 5", "failures = 2"), ('overloaded = ["retry", "peer", "up"]', 'overloaded = ["up"]')
    )
    clock = Ticking()
    model = ScriptedModel(
        lambda call: fault(FailureCode.OVERLOADED) if "sonnet" in call.model else heard(diagnosis())
    )
    router = await open_router(model, rules, clock)
    for _ in range(2):
        await events(router, ask(**CHECKED))
    told = await events(router, ask(**CHECKED))
    assert shape(told) == ["selected t3", "attempted kept", "answered"]
    assert isinstance(told[0], Selected)
    assert ReasonCode.BREAKER_OPEN in {reason.code for reason in told[0].selection.reasons}
    clock.at += 31  # half-open: one probe goes to the model again
    assert shape(await events(router, ask(**CHECKED)))[0] == "selected t2"


async def test_optional_work_is_dropped_first(open_router: Opened) -> None:
    rules = policy(("case_usd = 1.00", "case_usd = 0.60"))
    router = await open_router(
        ScriptedModel(lambda _: heard(diagnosis(), usage=Usage(100_000, 20_000))), rules
    )
    await events(router, ask(**CHECKED))  # $0.40 of $0.60
    told = await events(router, ask(**CHECKED, optional=True))
    assert shape(told) == ["selected t2 unavailable", "failed dropped"]


async def test_over_budget_nothing_is_sent(open_router: Opened) -> None:
    rules = policy(("case_usd = 1.00", "case_usd = 0.60"))
    model = ScriptedModel(lambda _: heard(diagnosis(), usage=Usage(300_000, 4000)))
    router = await open_router(model, rules)
    await events(router, ask(**CHECKED))
    told = await events(router, ask(**CHECKED))
    assert shape(told) == ["selected t2 unavailable", "failed over_budget"]
    assert len(model.calls) == 1


async def test_a_loud_alert_may_overdraw_and_says_so(open_router: Opened) -> None:
    rules = policy(("case_usd = 1.00", "case_usd = 0.60"))
    model = ScriptedModel(lambda _: heard(diagnosis(), usage=Usage(300_000, 4000)))
    router = await open_router(model, rules)
    await events(router, ask(**CHECKED, severity="critical"))
    told = await events(router, ask(**CHECKED, severity="critical"))
    assert isinstance(told[0], Selected)
    assert told[0].selection.available
    assert ReasonCode.OVERDRAFT in {reason.code for reason in told[0].selection.reasons}


async def test_the_whole_question_has_a_deadline(open_router: Opened) -> None:
    clock = Ticking()

    def slow(_: object) -> object:
        clock.at += 80
        return fault(FailureCode.OVERLOADED)

    model = ScriptedModel(slow)  # type: ignore[arg-type]
    told = await events(await open_router(model, clock=clock), ask(**CHECKED))
    assert shape(told)[-1] == "failed overloaded"
    assert len(model.calls) == 2
    assert model.calls[1].deadline_s <= 70


async def test_the_hour_is_told_when_its_budget_is_spent(open_router: Opened) -> None:
    rules = policy(("hour_usd = 8.00", "hour_usd = 1.00"), ("request_usd = 0.60", "request_usd = 1.00"))
    router = await open_router(ScriptedModel(lambda _: heard(diagnosis(), usage=Usage(500_000, 0))), rules)
    await events(router, ask(**CHECKED))
    told = await events(router, ask(**CHECKED, case="another"))
    assert isinstance(told[-1], Failed)
    assert told[-1].failure.retry_at == datetime(2026, 11, 22, 13, tzinfo=UTC)


def names(service: str) -> Heard:
    said = {"cause": "x", "services": [service], "confidence": 0.9, "claims": [], "fix": None}
    return heard(json.dumps(said))


LENIENT = (
    'checks = ["form", "citations", "quotes", "entities", "numbers", "time", "facts", "confidence"]',
    "checks = []",
)


async def test_what_the_evidence_settles_begins_with_the_weak_model(open_router: Opened) -> None:
    model = ScriptedModel([names("store")])
    router = await open_router(model, policy(LENIENT))
    told = await events(router, ask(settled="store"))
    assert shape(told) == ["selected t1", "attempted kept", "answered"]
    assert "evidence-settles-it" in line(told[0].selection)  # type: ignore[union-attr]


async def test_a_weak_model_that_disagrees_with_the_evidence_is_not_believed(open_router: Opened) -> None:
    model = ScriptedModel([names("gateway"), names("gateway")])
    router = await open_router(model, policy(LENIENT))
    told = await events(router, ask(settled="store"))
    assert shape(told)[:4] == ["selected t1", "attempted rejected", "selected t2", "attempted kept"]
    assert isinstance(told[-1], Answered)
    assert told[-1].answer.verified  # the strong model may see what code did not


async def test_a_critical_alert_starts_strong_whatever_is_settled(open_router: Opened) -> None:
    router = await open_router(ScriptedModel([names("store")]), policy(LENIENT))
    assert shape(await events(router, ask(settled="store", severity="critical")))[0] == "selected t2"


@pytest.mark.parametrize(
    ("names", "told"),
    [("abab", "in turn"), ("aaa", "3 times"), ("abba", ""), ("abac", ""), ("abcabc", ""), ("bab", "")],
)
def test_going_to_and_fro_is_noticed(names: str, told: str) -> None:
    said = [Message("assistant", (ToolUse(str(n), name, {"q": 1}),)) for n, name in enumerate(names)]
    found = stalled(said, repeats=3, window=6)
    assert told in found if told else not found


@pytest.mark.parametrize(
    ("turns", "told"), [((3,), ""), ((1, 2), ""), ((1, 1, 1), "3 turns"), ((2, 1, 2), "3 turns")]
)
def test_calls_that_fail_together_are_one_failure(turns: tuple[int, ...], told: str) -> None:
    """A source that is dead fails all calls of a turn, which is no reason to ask a dearer model."""
    said: list[Message] = []
    for turn, calls in enumerate(turns):
        uses = tuple(ToolUse(f"{turn}.{n}", "look", {"q": f"{turn}.{n}"}) for n in range(calls))
        said.append(Message("assistant", uses))
        said.append(
            Message("user", tuple(ToolResult(use.id, "not available", is_error=True) for use in uses))
        )
    found = stalled(said, repeats=3, window=6)
    assert told in found if told else not found
