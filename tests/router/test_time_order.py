"""What an answer blames must have come first; what it tells of doubt and repair blames nobody."""

from datetime import UTC, datetime

import pytest

from router.outcomes import FindingCode
from router.verify.library import read
from router.verify.order.time_order import time_order
from router.verify.statement import Claim, Statement
from tests.router.world import Seen

ONSET = datetime(2026, 7, 9, 8, 0, tzinfo=UTC)


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 7, 9, hour, minute, tzinfo=UTC)


GROUNDS = (
    Seen("alert:1", "alert", "KilnTooHot: glaze cracks on a fifth of the tiles", "kiln", at(8, 0)),
    Seen("deploy:1", "deploy", "kiln 4.1.0: ramp 6 -> 9 degrees a minute", "kiln", at(7, 40)),
    Seen("deploy:2", "deploy", "kiln 4.2.0: fan governor with a soft start", "kiln", at(8, 25)),
    Seen("config:1", "config", "shelf spacing 40 -> 55", "kiln", at(8, 30)),
    Seen("deploy:3", "deploy", "kiln rolled back from 4.1.0 to 4.0.9", "kiln", at(8, 50)),
    Seen("deploy:4", "deploy", "flue swept", "kiln", datetime(2026, 7, 11, 9, 0, tzinfo=UTC)),
    Seen("deploy:5", "deploy", "bellows set to full", "kiln", at(8, 1)),
    Seen("log:2", "log", "tiles counted", "store", datetime(2026, 7, 10, 6, 10, tzinfo=UTC)),
    Seen("log:1", "log", "thermocouple 3 reads 1280", "kiln", at(7, 55)),
)


def found(cause: str) -> set[FindingCode]:
    claims = (Claim("The governor was changed", ("deploy:2",)),)
    said = Statement(cause, ("kiln",), 0.8, claims, "")
    return {finding.code for finding in time_order(said, read(GROUNDS, ONSET))}


@pytest.mark.parametrize(
    "cause",
    [
        "Kiln 4.2.0 cracks the glaze.",
        "A spacing of 55 lets the tiles get too hot.",
        "The new fan governor overheats the kiln.",
        "The flue swept on 11 July let too much heat in.",
        "A governor, put in at 08:25, starves the kiln of air.",
        "The fix of 08:25 cracks the glaze.",
        "Too much heat after the release of 08:25.",
        "Glaze cracks, brought about by 4.2.0, which nobody noticed.",
        "Kiln 4.2.0 cracks the glaze and was rolled back later.",
        "The flue swept and closed on 11 July made the kiln fail.",
        "The bellows set at 08:01 took the kiln down.",
    ],
)
def test_a_change_that_came_later_is_not_to_blame(cause: str) -> None:
    assert found(cause) == {FindingCode.DEPLOY_AFTER_ONSET}


@pytest.mark.parametrize(
    "cause",
    [
        "Stacking tiles at 08:10 cracked those fired at 07:50.",
        "The rack was turned at 08:10 and cooled down, which is why tiles cracked at 07:50.",
        "The 08:10 stacking wave spoilt what was fired at 07:50.",
        "Too fast a ramp; opening the door at 08:40 produced the cracks of 07:58.",
        "Moving the shelf on 9 July broke the tiles of 7 July.",
        "Stacking tiles at 08:40, when the rack was full, cracked those of 07:50.",
        "The stacking wave of 08:10 made the second shelf fall behind at 07:50.",
        "A draught that came up on 11 July cracked the tiles of the afternoon before.",
        "A draught at 07:50 caused the cracks of 07:41.",
        "Stacking from 10:50 on cracked the tiles of the evening before.",
        "Tiles stacked at 11:05 are what made the first row crack three hours earlier.",
        "Stacking at 08:40 is what made tiles crack at 07:58.",
        "The draught of 08:40 is what kept the tiles from setting at 07:58.",
    ],
)
def test_an_effect_is_not_timed_before_its_cause(cause: str) -> None:
    assert found(cause) == {FindingCode.CAUSE_AFTER_EFFECT}


@pytest.mark.parametrize(
    "cause",
    [
        "Kiln 4.1.0 heats too fast; 4.2.0 came later.",
        "Kiln 4.1.0 heats too fast, and the rollback at 08:50 ended it.",
        "A ramp of 9 degrees cracks the glaze, gone within minutes of the rollback at 08:50.",
        "Whether 4.1.0 or 4.2.0 is behind it cannot be told.",
        "The fan has no governor and no soft start.",
        "Cracks from 08:00 on because of the ramp that went live at 07:40.",
        "From 07:58 to 08:25 the ramp of 9 degrees a minute cracked the glaze.",
        "The batch of 07:58 used the recipe of 07:10.",
        "A fan that has too soft a start lets the kiln overheat.",
        "Too steep a ramp, countered with a governor at 08:25.",
        "The ramp cracked tiles and was made gentler by hand in 4.2.0 at 08:25.",
        "Since 9 July the ramp is too steep.",
        "Cracks at 07:58, the ramp having been changed at 07:40.",
        "Cracks at 07:58, which had begun at 07:50 with the first shelf.",
        "At 07:55 the tiles that had been in since 07:30 were too hot.",
        "Release 4.1.0 heats by 9 degrees a minute.",
        '"08:10 0.504" and "08:15 0.507" at the second shelf, next to "07:55 0.034".',
        "The crack of 08:10 was let in at 07:40, with the new ramp.",
        "Firing through the change from 4.2.0 to 4.3.0.",
        "A ramp in the morning, cracked tiles, a governor at 08:25, shelves moved, all good.",
        "A ramp of 9 degrees → cracks → governor at 08:25 → calm.",
        "The batch of 9 July used the clay of the day before.",
    ],
)
def test_what_came_first_may_be_blamed_and_what_came_later_may_be_told(cause: str) -> None:
    assert found(cause) == set()


@pytest.mark.parametrize(
    ("claim", "blamed"),
    [
        ("The governor triggered cracks", True),
        ("A governor was triggered late", False),
        ("A governor was what came next", False),
    ],
)
def test_a_claim_blames_by_a_verb_that_is_not_passive(claim: str, blamed: bool) -> None:
    said = Statement("", (), 0.8, (Claim(claim, ("deploy:2",)),), "")
    assert bool([*time_order(said, read(GROUNDS, ONSET))]) is blamed


def test_a_time_of_the_next_morning_is_after_the_evening_before() -> None:
    counted = "Counting the tiles at 06:10 made the kiln drop them the evening before."
    assert FindingCode.CAUSE_AFTER_EFFECT in found(counted)
    assert FindingCode.CAUSE_AFTER_EFFECT not in found(counted.replace("06:10", "07:55"))
