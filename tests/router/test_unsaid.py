"""A number whose unit goes without saying has it; words that may be something else are no time and no share."""

from datetime import UTC, datetime

import pytest

from router.verify.clocks import clocks
from router.verify.quantities import quantities
from tests.router.world import Seen, is_rejected

ONSET = datetime(2026, 8, 9, 13, 30, tzinfo=UTC)
GROUNDS = (
    Seen("alert:1", "alert", "KilnCold", "kiln", ONSET),
    Seen("log:1", "log", "door of the kiln shut", "kiln", datetime(2026, 8, 9, 14, 24, tzinfo=UTC)),
    Seen("log:2", "log", "kiln at heat", "kiln", datetime(2026, 8, 9, 15, 41, tzinfo=UTC)),
)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("54 more until the door was shut", "83 more until the door was shut"),
        ("Shut after 54", "Shut after 83"),
        ("131 from alert to heat", "390 from alert to heat"),
        ("It took 2 h 11, all told", "It took 5 h 11, all told"),
        ("Heat came an hour seventeen later", "Heat came an hour fifty later"),
    ],
)
def test_minutes_go_without_saying(text: str, wrong: str) -> None:
    assert not is_rejected(text, *GROUNDS)
    assert is_rejected(wrong, *GROUNDS)


@pytest.mark.parametrize(
    "text",
    [
        "a ratio of about one to nine",
        "shut after two, at heat by seven",
        "ten to twelve of them",
        "six after four",
        "by two shelves and by one",
    ],
)
def test_half_understood_words_are_no_time_of_day(text: str) -> None:
    assert not clocks(text)


@pytest.mark.parametrize(
    ("text", "count"), [("in 3 hours 12 pods died", 2), ("1 h 4.5", 2), ("2 h 11 rows", 2)]
)
def test_what_counts_something_is_not_what_an_hour_leaves_over(text: str, count: int) -> None:
    assert len(quantities(text)) == count
