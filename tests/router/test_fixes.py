"""A fix that was gone through without an end of the trouble is no fix; another step, or the last one, is."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue

from router.outcomes import FindingCode
from router.verify.answer import check_answer
from tests.router.world import Seen

ONSET = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)


def _at(minutes: int) -> datetime:
    return ONSET + timedelta(minutes=minutes)


GROUNDS = (
    Seen("alert:1", "alert", "Turbines trip one after the other", "turbines", ONSET),
    Seen("deploy:1", "deploy", "The crew began to roll over all turbines of the park", "turbines", _at(10)),
    Seen("log:1", "log", "Another turbine tripped, its state is NotReady", "turbines", _at(90)),
    Seen("log:2", "log", "Swapping the pitch sensor did not address the trips", "turbines", _at(95)),
    Seen(
        "deploy:2", "deploy", "Going back on the firmware of 2.1.0, the same problem came up", "gear", _at(99)
    ),
    Seen("deploy:3", "deploy", "Lowered the cut-out wind speed of the park", "turbines", _at(100)),
    Seen("log:3", "log", "All turbines recovered", "turbines", _at(130)),
    Seen("log:4", "log", "A turbine is again down for its yearly service", "turbines", _at(3000)),
)


def codes(fix: str) -> set[FindingCode]:
    said: dict[str, JsonValue] = {
        "cause": None,
        "services": [],
        "confidence": 0.7,
        "claims": [{"text": "Turbines trip one after the other", "evidence": ["alert:1"]}],
        "fix": fix,
    }
    return {f.code for f in check_answer(said, stop_reason="end_turn", grounds=GROUNDS, onset=ONSET)}


@pytest.mark.parametrize(
    "fix",
    [
        "Roll over all turbines of the park.",
        "Do a rollover of the park's turbines.",
        "Check the grid, then roll all turbines of the park over.",
        "Swap the pitch sensor of the turbines.",
    ],
)
def test_a_step_after_which_the_trouble_went_on_is_no_fix(fix: str) -> None:
    assert codes(fix) == {FindingCode.CONTRADICTION}


@pytest.mark.parametrize(
    "fix",
    [
        "Lower the cut-out wind speed of the park.",  # nothing soon after it speaks of trouble
        "Lower the cut-out wind speed instead of rolling over all turbines of the park.",
        "Do not roll over all turbines of the park.",
        "Put the pitch sensor's cable right.",
        "Roll out firmware 2.2.0 to the park.",
    ],
)
def test_another_step_is_a_fix(fix: str) -> None:
    assert codes(fix) == set()
