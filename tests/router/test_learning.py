"""Dear days are noticed, and what people said of answers is told by task and tier, with edits that nobody makes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.learning import Judged, calibration, corrected, proposals
from router.messages import Task, Usage
from router.outcomes import Attempt, Selection, Status
from router.records import Row, Tried
from router.spikes import spikes
from tests.router.world import NOW, policy

RULES = policy()


def attempt(case: str, usd: str = "0.03", tier: str = "t2", status: Status = Status.KEPT) -> Attempt:
    selection = Selection(
        f"{case}.1", Task.COMPLEX_REASONING, case, tier, "m", None, 100, (), Decimal(0), Decimal(0), "sha"
    )
    return Attempt(selection, status, "end_turn", Usage(100, 10), Decimal(usd), 1.0)


def row(case: str, tier: str = "t2") -> Row:
    return Row("w", 1, NOW, Tried(attempt(case, tier=tier), case, ""), "", "")


def days(*bills: tuple[str, ...]) -> list[tuple[datetime, Attempt]]:
    """One task's attempts, a day each tuple."""
    first = datetime(2026, 11, 1, 12, tzinfo=UTC)
    return [(first + timedelta(days=n), attempt("c", usd)) for n, day in enumerate(bills) for usd in day]


def test_a_dear_day_is_noticed_with_what_grew() -> None:
    usual = ("0.03",) * 4
    (more,) = spikes(days(usual, usual, usual, ("0.03",) * 20))
    assert (more.why, more.calls, more.usual_calls) == ("more calls", 20, 4)
    assert (more.usd, more.usual_usd) == (Decimal("0.60"), Decimal("0.12"))
    (dearer,) = spikes(days(usual, usual, usual, ("0.20",) * 4))
    assert dearer.why == "dearer calls"


def test_a_quiet_day_a_first_day_and_small_change_are_not_told() -> None:
    assert not spikes(days(("0.03",), ("0.03",), ("9.00",)))  # nobody knows yet what is usual
    assert not spikes(days(("0.01",), ("0.01",), ("0.01",), ("0.05",)))  # cents
    assert not spikes(days(("1.0",), ("1.1",), ("0.9",), ("1.2",)))


def test_one_dear_day_does_not_hide_the_next() -> None:
    usual = ("0.05",)
    found = spikes(days(usual, usual, usual, ("2.00",), usual, ("2.00",)))
    assert [spike.day.day for spike in found] == [6, 4]


def people(wrong: int, right: int, said: float = 0.8) -> dict[str, Judged]:
    told = [Judged(f"INC-{n}", n < wrong, float(n >= wrong), said) for n in range(wrong + right)]
    return {one.case: one for one in told}


def test_corrected_answers_are_told_by_task_and_tier_and_ask_for_a_tier_up() -> None:
    told = people(wrong=9, right=3)
    (found,) = corrected([row(case) for case in told], told)
    assert (found.task, found.tier, found.judged, found.corrected) == (Task.COMPLEX_REASONING, "t2", 12, 9)
    assert found.low < 0.75 < found.high
    proposed = proposals([found], None, RULES)
    assert [(one.where, one.now, one.proposed) for one in proposed] == [
        ("tasks.complex_reasoning.start", "t2", "t3")
    ]
    assert proposed[0].cases == tuple(f"INC-{n}" for n in range(9))


def test_the_last_answer_of_a_case_counts() -> None:
    told = people(wrong=1, right=0)
    (found,) = corrected([row("INC-0", "t1"), row("INC-0", "t2")], told)
    assert found.tier == "t2"


def test_answers_that_hold_may_try_a_tier_down() -> None:
    told = people(wrong=0, right=60)
    found = corrected([row(case) for case in told], told)
    assert [(one.now, one.proposed) for one in proposals(found, None, RULES)] == [("t2", "t1")]


def test_few_cases_propose_nothing() -> None:
    told = people(wrong=4, right=0)
    found = corrected([row(case) for case in told], told)
    assert proposals(found, calibration(told.values()), RULES) == []


def test_confidence_that_does_not_hold_asks_for_more() -> None:
    told = people(wrong=8, right=4, said=0.9)
    sure = calibration(told.values())
    assert sure is not None
    assert abs(sure.brier - (8 * 0.81 + 4 * 0.01) / 12) < 1e-9
    assert abs(sure.held - 4 / 12) < 1e-9
    (proposed,) = proposals([], sure, RULES)
    assert (proposed.where, proposed.now) == ("tasks.complex_reasoning.min_confidence", "0.50")
    assert float(proposed.proposed) > 0.9, "what was too sure must climb by it"


def test_who_were_equally_sure_are_told_together() -> None:
    """Parted by how they came out, they would seem to be always wrong and always right."""
    sure = calibration(people(wrong=10, right=10, said=0.9).values())
    assert sure is not None
    assert [(each.n, each.held) for each in sure.bins] == [(20, 0.5)]
    mixed = {
        **people(wrong=0, right=8, said=0.5),
        **{f"x{n}": Judged(f"x{n}", True, 0.0, 0.9) for n in range(12)},
    }
    both = calibration(mixed.values())
    assert both is not None
    assert [(each.n, each.said, each.held) for each in both.bins] == [
        (8, 0.5, 1.0),
        (12, pytest.approx(0.9), 0.0),
    ]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=60))
def test_bins_hold_everybody_and_brier_is_a_mean_square(votes: list[tuple[float, float]]) -> None:
    told = [Judged(f"c{n}", corrected=False, held=held, said=said) for n, (said, held) in enumerate(votes)]
    sure = calibration(told)
    assert sure is not None
    assert sum(each.n for each in sure.bins) == sure.n == len(votes)
    assert 0 <= sure.brier <= 1
    assert calibration([replace(one, said=None) for one in told]) is None
