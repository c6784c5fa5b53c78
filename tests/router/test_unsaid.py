"""A number whose unit goes without saying has it; words that may be something else are no time and no share."""

from datetime import UTC, datetime

import pytest

from router.verify.reading.clocks import clocks
from router.verify.reading.hedges import Hedge
from router.verify.reading.quantities import Kind, quantities
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
        ("Shut at 14h24, at heat by 15h41", "Shut at 14h57"),
        ("Heat came at four, 77 minutes after the door", "Heat came at four, 47 minutes after the door"),
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
        "from one second to three hundred ms",
        "the wait was raised from three seconds to six",
        "20 minutes after three restarts",
    ],
)
def test_half_understood_words_are_no_time_of_day(text: str) -> None:
    assert not clocks(text)


@pytest.mark.parametrize(
    ("text", "count"), [("in 3 hours 12 pods died", 2), ("1 h 4.5", 2), ("2 h 11 rows", 2)]
)
def test_what_counts_something_is_not_what_an_hour_leaves_over(text: str, count: int) -> None:
    assert len(quantities(text)) == count


@pytest.mark.parametrize(
    "text",
    [
        "a third, the revert, cured it",
        "The fourth has 523",
        "a third shelf broke",
        "The third of them failed",
    ],
)
def test_an_ordinal_is_no_share(text: str) -> None:
    assert not [q for q in quantities(text) if q.kind is Kind.SHARE]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("by another tenth", 0.1),
        ("about a third as long", 1 / 3),
        ("a fifth of the trays", 0.2),
        ("a quarter of the day", 21_600),
        ("and half an hour later", 1800),
        ("a hundredth of a core", 0.01),
        ("10 millicores", 0.01),
        ("Limits: cpu: 10m", 0.01),
        ("1,500 times 10 kB", 1500),
        ("200-400ms", 0.2),
        ("one hundred minutes", 6000),
        ("twenty five minutes", 1500),
        ("23/68 min", 1380),
        ("3 hours and 14 min", 11_640),
        ("an hour and 10 minutes later", 4200),
        ("two days, 5 h and 46m", 193_560),
        ("2 h 26 passed", 8760),
        ("2 h 30 afterwards", 9000),
        ("3 quarters of an hour", 2700),
        ("5x-10x", 5),
    ],
)
def test_parts_and_spans_are_read(text: str, value: float) -> None:
    assert quantities(text)[0].value == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "between 15 and 17 January",
        "the 15 and 17th of January",
        "from Feb 2-5",
        "the shelves of 14 to 19 o'clock are empty",
    ],
)
def test_days_and_hours_from_and_to_are_no_numbers(text: str) -> None:
    assert not quantities(text)


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("it never exceeds 9 %", Hedge.UNDER),
        ("no more than 9 %", Hedge.UNDER),
        ("it did not fall below 9 %", Hedge.OVER),
        ("no harm for over 9 %", Hedge.OVER),
        ("slower than 9 s", Hedge.EXACT),
        ("an hour and twenty minutes or so", Hedge.ABOUT),
    ],
)
def test_a_bound_that_is_denied_is_the_other_bound(text: str, hedge: Hedge) -> None:
    assert quantities(text)[0].hedge is hedge


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Shut at 14.24, at heat at 1541", "Shut at 14.29, at heat at 1541"),
        ("2:11 h from alert to heat", "2:48 h from alert to heat"),
        ("00:54 until the door was shut", "00:37 until the door was shut"),
        ("54 later the door was shut", "83 later the door was shut"),
    ],
)
def test_a_time_may_be_written_in_other_figures(text: str, wrong: str) -> None:
    assert not is_rejected(text, *GROUNDS)
    assert is_rejected(wrong, *GROUNDS)


def test_moments_to_the_millisecond_lie_milliseconds_apart() -> None:
    lines = (
        Seen("log:1", "log", "13:31:15.250 flame low", "kiln"),
        Seen("log:2", "log", "13:31:16,900 flame out", "kiln"),
    )
    assert not is_rejected("1,650 ms lie between the two lines", *lines)
    assert is_rejected("1,950 ms lie between the two lines", *lines)


def test_of_a_seventh_there_are_seven() -> None:
    last = Seen("log:1", "log", "Seventh tray broke", "kiln")
    assert not is_rejected("7 trays broke", last)
    assert is_rejected("9 trays broke", last)


@pytest.mark.parametrize(
    ("text", "good"), [("It lasted 54, then 77", True), ("Firing 54 broke the door", False)]
)
def test_what_is_done_before_a_number_is_no_name(text: str, good: bool) -> None:
    assert is_rejected(text, *GROUNDS) is not good


def test_a_size_may_be_said_by_its_first_letter() -> None:
    limit = Seen("metric:1", "metric", "heap of the kiln: limit 50Mi, used 48Mi", "kiln")
    assert not is_rejected("The limit is 50M", limit)
    assert is_rejected("The limit is 70M", limit)


def test_less_than_a_minute_may_be_seconds() -> None:
    grounds = (
        Seen("log:1", "log", "door shut", "kiln", datetime(2026, 8, 9, 14, 24, 3, tzinfo=UTC)),
        Seen("log:2", "log", "lamp on", "kiln", datetime(2026, 8, 9, 14, 24, 11, tzinfo=UTC)),
    )
    assert not is_rejected("The lamp came on less than a minute after the door", *grounds)
    assert is_rejected("The lamp came on less than nine minutes before the door, eight to be exact", *grounds)
