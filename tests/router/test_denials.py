"""What the one cited piece denies of a thing must not be told of it; anything less alike is left alone."""

import pytest

from router.verify.denials import denials
from router.verify.library import read
from router.verify.statement import Claim, Statement
from tests.router.world import Seen

LIBRARY = read(
    (
        Seen("log:1", "log", "No parcels were damaged.", "depot"),
        Seen("log:2", "log", "The belt guard was not fitted", "depot"),
        Seen("log:3", "log", "No labels were printed at night; labels were printed by noon", "depot"),
    ),
    None,
)


def found(text: str, *cited: str) -> bool:
    return bool([*denials(Statement("", (), 0.5, (Claim(text, cited),), ""), LIBRARY)])


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Some parcels were damaged", "log:1"),
        ("The belt guard was fitted", "log:2"),
        ("The belt’s guard was properly fitted", "log:2"),
    ],
)
def test_what_is_denied_and_told_as_so_is_found(text: str, cited: str) -> None:
    assert found(text, cited)


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Parcels were not damaged", ("log:1",)),
        ("Parcels could have been damaged", ("log:1",)),
        ("0 parcels were damaged", ("log:1",)),
        ("Letters were damaged", ("log:1",)),  # another thing
        ("The belt was fitted", ("log:2",)),  # without its guard
        ("The guard of the belt was stopped from being fitted", ("log:2",)),
        ("Labels were printed", ("log:3",)),  # both are told
        ("Some parcels were damaged", ("log:1", "log:2")),
    ],
)
def test_what_is_not_denied_word_by_word_is_left_alone(text: str, cited: tuple[str, ...]) -> None:
    assert not found(text, *cited)
