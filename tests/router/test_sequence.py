"""Which of two cited events came first; words that may be of either settle nothing."""

from datetime import UTC, datetime

import pytest

from router.outcomes import FindingCode
from router.verify.library import read
from router.verify.order.sequence import sequence
from router.verify.statement import Claim, Statement
from tests.router.world import Seen


def at(hour: int, minute: int, day: int = 9) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=UTC)


GROUNDS = (
    Seen("alert:1", "alert", "Passengers reported that no gate opens", "gates", at(8, 12)),
    Seen("deploy:1", "deploy", "Reader firmware flashed", "readers", at(7, 40)),
    Seen("deploy:2", "deploy", "Turnstiles unlocked by hand", "gates", at(8, 41)),
    Seen("log:1", "log", "09:30 Incident declared", "desk", at(9, 30)),
    Seen("log:2", "log", "09:05 Gates in service again, repaired", "gates", at(9, 5)),
    Seen("log:3", "log", "Found a cracked antenna", "readers", at(9, 20)),
    Seen("log:4", "log", "07:10 queue 3, 08:10 queue 70", "desk", at(8, 10)),
    Seen("log:5", "log", "Antenna heated up over 25 minutes", "readers", at(9, 50)),
    Seen("deploy:3", "deploy", "Antenna replaced", "readers", datetime(2026, 7, 11, tzinfo=UTC)),
)


def said(text: str, *cited: str) -> Statement:
    return Statement("", (), 0.5, (Claim(text, cited),), "")


def turned(text: str, *cited: str) -> bool:
    found = [*sequence(said(text, *cited), read(GROUNDS, at(8, 10)))]
    return bool(found) and found[0].code is FindingCode.CONTRADICTION


@pytest.mark.parametrize(
    "text",
    [
        "The incident was declared before the gates were repaired",
        "The repair followed the declaration of the incident",
        "After the incident had been declared, the gates were in service again",
        "The incident was declared first, and the gates were repaired afterwards",
        "The incident had already been declared when the gates were repaired",
        "Declared a quarter of an hour before the repair",
        "The declaration was followed by the repair of the gates",
        "The gates were repaired only after the incident was declared",
        "They declared the incident, and only then were the gates repaired",
    ],
)
def test_an_order_that_the_times_deny_is_found(text: str) -> None:
    assert turned(text, "log:1", "log:2")


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("The gates were repaired before the incident was declared", ("log:1", "log:2")),
        ("The incident was declared 25 minutes after the repair", ("log:1", "log:2")),
        ("The incident was not declared before the repair", ("log:1", "log:2")),
        ("Back 25 minutes after the declaration, 50 after the repair", ("log:1", "log:2")),  # two spans
        ("Gates were repaired, and 25 minutes after that the incident was declared", ("log:1", "log:2")),
        (
            "The gates opened before the turnstiles were unlocked",
            ("deploy:2", "log:2"),
        ),  # both are of the gates
        ("The antenna had cracked before the turnstiles were unlocked", ("log:3", "deploy:2")),  # found later
        ("The incident was being declared before the gates were repaired", ("log:1", "log:2")),
        ("The queue grew before the firmware was flashed", ("log:4", "deploy:1")),  # a series has no one time
        ("The declaration came before the alarm", ("log:1", "log:2")),  # an alarm that is not cited
        ("The declaration came before the antenna was replaced", ("log:1", "deploy:3")),
    ],
)
def test_a_true_order_and_one_that_words_do_not_settle_are_left_alone(
    text: str, cited: tuple[str, ...]
) -> None:
    assert not turned(text, *cited)


def test_a_day_without_a_time_is_held_against_days() -> None:
    assert turned("The antenna was replaced before the incident was declared", "log:1", "deploy:3")
