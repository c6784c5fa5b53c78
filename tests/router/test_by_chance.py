"""A number that some arithmetic happens to make of the evidence is no better than an invented one.

Each pair tells the same way of a number; what is wrong is had, if at all, only from things that the claim is not about.
"""

from datetime import UTC, datetime

import pytest

from tests.router.world import Seen, is_rejected

ALARM = Seen("alert:1", "alert", "horn sounds at the kiln", "horn", datetime(2031, 5, 6, 9, 5, tzinfo=UTC))
LIT = Seen(
    "deploy:1", "deploy", "kiln lit with the new burner", "kiln", datetime(2031, 5, 6, 10, 0, tzinfo=UTC)
)
FIRED = Seen("log:1", "log", "first batch fired", "kiln", datetime(2031, 5, 6, 10, 36, tzinfo=UTC))
COLD = Seen("log:2", "log", "glaze pump is cold again", "pump", datetime(2031, 5, 7, 11, 22, tzinfo=UTC))
TRAYS = (
    Seen("metric:1", "metric", "two of three glaze trays hold 41 and 70 cups", "trays"),
    Seen("metric:2", "metric", "cups a sample (thousands): 10:01 640, 10:02 702, 10:03 815", "trays"),
)


@pytest.mark.parametrize(
    ("seen", "good", "bad"),
    [
        # two events that are cited tell of the time between them, whatever the alert is away from either
        ((LIT, FIRED), "Firing took 36 minutes", "Firing took 91 minutes"),
        ((LIT, FIRED), "It was fired 36 minutes after lighting", "It was fired 55 minutes after lighting"),
        # days of the calendar are no hours, nor is the midnight before an event one
        ((LIT, COLD), "It was cold 25 hours later", "It was cold 35 hours later"),
        ((LIT, COLD), "The pump was cold the next day, within the first two days", "It was cold four days later"),
        # a sum is told as one
        (TRAYS[:1], "111 cups in all", "A tray holds some 110 cups"),
        (TRAYS[:1], "Two of three trays are full", "Two of five trays are full"),
        # the number of a request, a ticket or a case names it
        ((Seen("deploy:2", "deploy", "merge #4817: new burner", "kiln"),), "Request 4817 is it", "Request 4871 is it"),
        # a range ends near what is there
        (TRAYS[1:], "Between 600 and 850 a sample", "Between 640 and 1,350 a sample"),
        (TRAYS[1:], "640 to 815", "640 to 1,815"),
    ],
)  # fmt: skip
def test_what_is_had_only_from_other_things_is_not_given(seen: tuple[Seen, ...], good: str, bad: str) -> None:
    assert not is_rejected(good, *seen, beside=(ALARM,), checks=("numbers",))
    assert is_rejected(bad, *seen, beside=(ALARM,), checks=("numbers",))
