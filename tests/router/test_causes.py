"""What the evidence tells as an effect, or as later, is not the cause of what it came from."""

from datetime import UTC, datetime

import pytest

from router.outcomes import FindingCode
from router.verify.library import read
from router.verify.order.causes import causes
from router.verify.statement import Statement
from tests.router.world import Seen

ONSET = datetime(2026, 7, 9, 8, 0, tzinfo=UTC)


def at(hour: int, minute: int, day: int = 9) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=UTC)


GROUNDS = (
    Seen("alert:1", "alert", "Radiators are cold in all houses", "heating", ONSET),
    Seen(
        "log:1", "log", "Because of the frozen valve, the boiler shut its burners as no water came", "boiler"
    ),
    Seen("log:2", "log", "Glycol ran short in the loop, leading to ice in the valve", "loop"),
    Seen("log:3", "log", "08:40 Pump lost its prime", "pump", at(8, 40)),
    Seen("log:4", "log", "Sediment clogged a filter during the recovery of the pressure", "strainer"),
    Seen("metric:1", "metric", "Chimney draught 4 Pa", "chimney", at(9, 0, 11)),
    Seen("log:5", "log", "Found a leaking gasket", "flange", at(9, 0, 11)),
    Seen("memory:1", "memory", "Because of soot in the flue, the lambda probe gave up", "flue", at(9, 0, 2)),
)


def turned(cause: str) -> bool:
    said = Statement(cause, ("heating",), 0.8, (), "", is_diagnosis=True)
    return [finding.code for finding in causes(said, read(GROUNDS, ONSET))] == [
        FindingCode.CAUSE_AFTER_EFFECT
    ]


@pytest.mark.parametrize(
    "cause",
    [
        "The boiler shut its burners, and that made the valve freeze.",
        "The burners that the boiler shut are what blocked the valve.",
        "The valve froze because the boiler had shut its burners.",
        "Ice in the valve led to the loop's lack of glycol.",
        "Sediment in a filter is what cooled the houses from 9 July on.",
        "A weak draught in the chimney caused the cold of 9 July.",
        "The pump without its prime made the radiators go cold at 08:10.",
    ],
)
def test_an_effect_that_is_told_as_the_cause_is_found(cause: str) -> None:
    assert turned(cause)


@pytest.mark.parametrize(
    "cause",
    [
        "The frozen valve made the boiler shut its burners.",
        "The boiler shut its burners because of ice in the valve.",
        "The loop ran short of glycol, which led to ice in the valve.",
        "Perhaps the boiler shut its burners, and that made the valve freeze.",
        "It was not the boiler's shut burners that caused the valve to freeze.",
        "The valve broke because it froze.",
        "The pump without its prime made the radiators go cold at 08:50.",
        "The pump without its prime made the radiators go cold.",
        "Sediment in a filter slowed the recovery down.",
        "A leaking gasket at the flange caused the cold of 9 July.",  # found later than it was there
        "The lambda probe gave up, and that brought soot into the flue.",  # another day's
        "As soon as the boiler shut its burners the valve froze.",
    ],
)
def test_a_cause_that_is_told_as_the_evidence_has_it_passes(cause: str) -> None:
    assert not turned(cause)
