"""Whether a step helped, and what went where, as cited evidence tells it; what it leaves open accuses no answer."""

import pytest

from router.verify.library import read
from router.verify.record.flows import flows
from router.verify.record.steps import steps
from router.verify.statement import Claim, Statement
from tests.router.world import Seen

LIBRARY = read(
    (
        Seen("log:1", "log", "Kiln restarted by hand to cool the shelf, but that didnt help", "kiln"),
        Seen("log:2", "log", "Flue swept; tiles are back to normal, the fault is resolved", "kiln"),
        Seen(
            "log:3", "log", "Isolating the shelf on a circuit of its own did not address the draught", "kiln"
        ),
        Seen("log:4", "log", "Cracks persisted after the rollback of 4.1", "kiln"),
        Seen("metric:1", "metric", "loader -> kiln calls 14, p90 2100 ms", "loader"),
        Seen("metric:2", "metric", "kiln -> flue calls 3; flue -> kiln calls 2", "kiln"),
        Seen("log:7", "log", "Pallets were moved from Dock to Yard all night", "yard"),
        Seen("recall:1", "recall", "restarting the kiln did not help, swapping its fan did", "kiln"),
    ),
    None,
)


def claims(text: str, cited: tuple[str, ...]) -> Statement:
    return Statement("", (), 0.5, (Claim(text, cited),), "")


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Restarting the kiln helped", ("log:1",)),
        ("The restart brought the shelf back to normal", ("log:1",)),
        ("A circuit of its own for the shelf fixed the draught", ("log:3",)),
        ("The rollback of 4.1 cleared the cracks", ("log:4",)),
    ],
)
def test_a_step_that_ended_otherwise_is_found(text: str, cited: tuple[str, ...]) -> None:
    assert [*steps(claims(text, cited), LIBRARY)]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Restarting the kiln did not help", ("log:1",)),
        ("Only sweeping the flue helped, the restart had not", ("log:1", "log:2")),
        ("Restarting and then sweeping fixed the kiln", ("log:1", "log:2")),  # one of the two says so
        ("The restart was meant to help the shelf", ("log:1",)),
        ("Swapping the fan helped then", ("recall:1",)),
        ("The wind cleared up", ("log:3",)),  # another thing
    ],
)
def test_a_step_told_as_it_ended_or_not_told_is_left_alone(text: str, cited: tuple[str, ...]) -> None:
    assert not [*steps(claims(text, cited), LIBRARY)]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("The kiln waits two seconds for its calls to the loader", ("metric:1",)),
        ("Calls from kiln to loader are slow", ("metric:1",)),
        ("The loader is called by the kiln", ("metric:1",)),
        ("kiln -> loader takes 2.1 s", ("metric:1",)),
        ("Pallets went from the Yard to the Dock", ("log:7",)),
    ],
)
def test_a_flow_that_is_turned_round_is_found(text: str, cited: tuple[str, ...]) -> None:
    assert [*flows(claims(text, cited), LIBRARY)]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Calls of the loader to the kiln are slow", ("metric:1",)),
        ("The kiln is called by the loader", ("metric:1",)),
        ("The answers from the kiln to the loader are slow", ("metric:1",)),
        ("The kiln is slow, so calls from the loader wait", ("metric:1",)),
        ("The flue calls the kiln", ("metric:2",)),  # both ways
        ("The kiln and the loader are slow", ("metric:1",)),
        ("Pallets went to the Yard from the Dock", ("log:7",)),
        ("Pallets were moved back from the Yard to the Dock", ("log:7",)),
    ],
)
def test_a_flow_told_its_way_is_left_alone(text: str, cited: tuple[str, ...]) -> None:
    assert not [*flows(claims(text, cited), LIBRARY)]
