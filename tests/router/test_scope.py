"""A part is not the whole and not another part."""

import pytest

from tests.router.world import Seen, is_rejected

PART = Seen("log:3", "log", "Late loaves for all shops in the Harbour district, non-paying guests", "bakery")
WIDE = Seen("log:4", "log", "Loaves late worldwide", "bakery")


@pytest.mark.parametrize(
    ("text", "cited", "good"),
    [
        ("Shops in every district were late", PART, False),
        ("Late loaves for all shops of the district", PART, True),
        ("Only in the Harbour were loaves late", PART, True),
        ("Loaves were late in the Harbour alone", WIDE, False),
        ("Loaves were late in the Harbour as well", WIDE, True),
        ("It was paying guests who got late loaves", PART, False),
        ("It was not paying guests who got late loaves", PART, True),
        ("It was non-paying guests who got late loaves", PART, True),
    ],
)
def test_a_claim_reaches_as_far_as_what_it_cites(text: str, cited: Seen, *, good: bool) -> None:
    assert is_rejected(text, cited, checks=("facts",)) is not good
