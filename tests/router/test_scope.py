"""A part is not the whole, and the whole not a part."""

import pytest

from tests.router.world import Seen, is_rejected

PART = Seen("log:3", "log", "Late loaves in the Harbour, not all the time", "bakery")
WIDE = Seen("log:4", "log", "Loaves late worldwide", "bakery")


@pytest.mark.parametrize(
    ("text", "cited", "good"),
    [
        ("Only in the Harbour were loaves late", PART, True),
        ("Every oven was down", PART, False),
        ("Not every oven was down", PART, True),
        ("Almost every oven failed", PART, True),
        ("Loaves were late in the Harbour alone", WIDE, False),
        ("Loaves were late in the Harbour as well", WIDE, True),
    ],
)
def test_a_claim_reaches_as_far_as_what_it_cites(text: str, cited: Seen, *, good: bool) -> None:
    assert is_rejected(text, cited, checks=("facts",)) is not good
