"""A name that is nearly one of the evidence is another name; the same name in other dress is no other."""

import pytest

from tests.router.world import Seen, is_rejected

GROUNDS = (
    Seen(
        "deploy:1",
        "deploy",
        "pool oven-2.14.3 cut from 14 to 3, 2 left, module-18 on rack c3, c4",
        "oven-pools",
    ),
    Seen("log:1", "log", "x-bakd-by header lost, back-off of vol-ebs-mounter", "vol-ebs-mounter"),
    Seen("log:2", "log", "no flour left in bin, then the mill was stopped", "mill-feed"),
)


@pytest.mark.parametrize(
    "name",
    [
        "oven-2.14.3",
        "module 18",
        "module18",
        "c3/c4",
        "back-offs",
        "x-baked-by",
        "vol-ebs-mounter",
        "front-door",
    ],
)
def test_a_name_in_other_dress_passes(name: str) -> None:
    assert not is_rejected(f"It concerns {name}", *GROUNDS, checks=("entities",))


@pytest.mark.parametrize(
    "name", ["oven-2.18.3", "oven-2.3.14", "vol-efs-mounter", "vol-nfs-mounter", "c3/c7"]
)
def test_a_name_that_is_off_by_a_part_is_another(name: str) -> None:
    assert is_rejected(f"It concerns {name}", *GROUNDS, checks=("entities",))


@pytest.mark.parametrize(
    ("quote", "good"),
    [("no flour left … mill was stopped", True), ("mill was stopped … no flour left", False)],
)
def test_a_quote_leaves_words_out_and_keeps_their_order(quote: str, good: bool) -> None:
    assert is_rejected(f'It says "{quote}"', *GROUNDS, checks=("quotes",)) is not good


def test_a_quote_in_single_marks_is_held_too() -> None:
    assert is_rejected("'no sugar left in bin' it says", *GROUNDS, checks=("quotes",))
    assert not is_rejected("'no flour left in bin' it says", *GROUNDS, checks=("quotes",))
