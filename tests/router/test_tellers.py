"""Who told of it, and whose log it is; evidence that names both sides, or neither, accuses no answer."""

import pytest

from router.verify.library import read
from router.verify.statement import Claim, Statement
from router.verify.tellers import tellers
from tests.router.world import Seen

LIBRARY = read(
    (
        Seen("alert:1", "alert", "Visitors alerted us that the lockers do not open", "lockers"),
        Seen("alert:2", "alert", "PagerDuty page from Pingdom: desk is DOWN", "desk"),
        Seen("alert:3", "alert", "An alarm fired and visitors complained", "desk"),
        Seen("log:1", "log", "no key for locker 14", "locker-keys"),
        Seen("log:2", "log", "locker-doors: hinge stuck", "hinges"),
        Seen("log:3", "log", "door 3 shut", "locker-doors"),
    ),
    None,
)


def found(text: str, *cited: str) -> bool:
    said = Statement("", (), 0.5, (Claim(text, cited),), "")
    return bool([*tellers(said, LIBRARY)])


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Our monitoring told us of the lockers", "alert:1"),
        ("An alarm, not the visitors, reported the lockers", "alert:1"),
        ("The lockers were reported by the monitoring", "alert:1"),
        ("A visitor of the museum reported the desk", "alert:2"),
        ("A user was the first to report that the desk is down", "alert:2"),
        ("Customer complaints came first", "alert:2"),
        ("locker-doors itself logged that there is no key", "log:1"),
        ("There is no key, says the log of locker-doors", "log:1"),
    ],
)
def test_another_teller_is_found(text: str, cited: str) -> None:
    assert found(text, cited)


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Visitors reported the lockers", "alert:1"),
        ("Visitors, and not an alarm, told of the lockers", "alert:1"),
        ("No alarm told us of the lockers", "alert:1"),
        ("Pingdom reported the desk", "alert:2"),
        ("A page, and no user, reported the desk", "alert:2"),
        ("Visitors reported the desk", "alert:3"),
        ("The alarm reported the desk", "alert:3"),
        ("Lockers stay shut for visitors", "alert:1"),
        ("locker-keys logged that there is no key", "log:1"),
        ("locker-doors logged a stuck hinge", "log:2"),
        ("locker-doors waits for a key", "log:1"),
    ],
)
def test_the_same_teller_or_none_is_left_alone(text: str, cited: str) -> None:
    assert not found(text, cited)
