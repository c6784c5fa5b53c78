"""A part is not the whole and not another part; a reading that is there is not lacking, and an error shows none."""

import pytest

from tests.router.world import Seen, is_rejected

HEAT = Seen("metric:1", "metric", "oven-door heat p95 (C): 09:10 210, 09:15 240", "oven-door")
TOOL = Seen(
    "metric:2", "metric", "Command `oven top` failed with return code 1 stderr: error: no meter", "oven-door"
)
DOOR = Seen("log:2", "log", "ERROR door stuck", "oven-door")
PART = Seen("log:3", "log", "Late loaves for all shops in the Harbour district, non-paying guests", "bakery")
WIDE = Seen("log:4", "log", "Loaves late worldwide", "bakery")


@pytest.mark.parametrize(
    ("text", "cited", "good"),
    [
        ("There is no heat data for oven-door", HEAT, False),
        ("There is no humidity data for oven-door", HEAT, True),
        ("There is no heat data for the mill-front", HEAT, True),
        ("There is no heat data for oven-door", TOOL, True),
        ("The meter shows a cool oven", TOOL, False),
        ("The meter shows nothing, its command failed", TOOL, True),
        ("The meter shows a cool oven", DOOR, True),
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
