"""What a thread says of models: harmless whoever named the error, sums that agree, times that name their day."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.blocks.stages import reasoning_reply
from bot.blocks.verdict import footer
from bot.investigation.alert import Alert
from bot.investigation.casefile import fold
from bot.investigation.events import (
    AlertReceived,
    Event,
    ModelAttempted,
    ModelFailed,
    ModelSelected,
    Recorded,
)
from router.ledger import ModelCost, Summary
from router.messages import Task, Usage
from router.outcomes import Attempt, Failure, FailureCode, Reason, ReasonCode, Selection, Status

AT = datetime(2026, 11, 22, 23, 50, tzinfo=UTC)


def selection(why: Reason) -> Selection:
    return Selection(
        "s1", Task.COMPLEX_REASONING, "INC-1", "t2", "claude-sonnet-5-5", "high", 4096, (why,), Decimal("0.05"),
        Decimal("0.06"), "abc",
    )  # fmt: skip


def attempt(usd: str, failure: FailureCode | None = None) -> Attempt:
    chosen = selection(Reason(ReasonCode.TASK_START, {"why": "w"}))
    status = Status.UNKNOWN if failure else Status.KEPT
    return Attempt(chosen, status, None, Usage(10, 9), Decimal(usd), 0.1, None, (), failure)


def reasoning(*events: Event) -> str:
    begun = AlertReceived("INC-1", Alert("person", "gateway answers 503", AT))
    blocks = reasoning_reply(fold([Recorded(AT, event) for event in (begun, *events)]))
    return "\n".join(block["text"]["text"] for block in blocks if block["type"] == "section")


@pytest.mark.parametrize(
    "why",
    [
        Reason(ReasonCode.RETRY, {"was": "claude-sonnet-5-5", "why": "529: Overloaded <!channel>"}),
        Reason(ReasonCode.STALLED, {"what": "<!channel> was called 3 times with the same arguments"}),
    ],
    ids=lambda why: why.code,
)
def test_an_error_of_a_vendor_and_a_tool_that_a_model_invents_call_nobody(why: Reason) -> None:
    told = reasoning(ModelSelected(selection(why)))
    assert "&lt;!channel&gt;" in told
    assert "<!channel>" not in told


@pytest.mark.parametrize(
    ("after", "said"),
    [(5, "from 23:55 UTC on"), (60, "from 23 Nov 00:50 UTC on"), (1440, "from 23 Nov 23:50 UTC on")],
)
def test_when_a_model_may_be_asked_again_names_the_day_when_it_is_another(after: int, said: str) -> None:
    again = AT + timedelta(minutes=after)
    tried = (attempt("0", FailureCode.RATE_LIMITED),)
    assert said in reasoning(
        ModelFailed(Failure(FailureCode.RATE_LIMITED, "The model is busy.", again, tried))
    )


def test_a_call_costs_as_much_in_its_own_line_as_in_the_sum() -> None:
    one = attempt("0.000115")
    line = reasoning(ModelSelected(one.selection), ModelAttempted(one))
    bill = Summary((ModelCost("claude-sonnet-5-5", 1, one.usage, one.usd),), one.usd)
    assert "10 → 9 tokens, $0.0001" in line
    assert footer(bill).startswith("💰 $0.0001 · claude-sonnet-5-5 1× 10 + 9 tokens $0.0001")


def test_money_that_nobody_measured_is_told_as_such() -> None:
    bill = Summary(
        (ModelCost("claude-sonnet-5-5", 1, Usage(), Decimal("0.19")),), Decimal("0.19"), Decimal("0.19")
    )
    assert footer(bill).startswith(
        "💰 $0.19 · $0.19 of it kept aside, as nobody knows whether it is billed · "
    )
