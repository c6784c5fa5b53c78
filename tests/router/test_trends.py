"""What a claim says of ups and downs is held against courses in whatever dress a record tells them."""

import pytest

from router.verify.library import read
from router.verify.statement import Claim, Statement
from router.verify.trends import trends
from tests.router.world import Seen

GROUNDS = (
    Seen("metric:1", "metric", "loaves per basket p95 07-02=12 07-05=340", "bakery"),
    Seen("metric:2", "metric", "oven doors opened 88/min at 05:00, 31/min at 05:30", "bakery"),
    Seen("deploy:1", "deploy", "set the yeast quota from `40g` to `90g`", "bakery"),
    Seen(
        "metric:3", "metric", "dough temperature: 05:00 14, 05:10 28, 05:20 27, 05:30 21, 05:40 18", "bakery"
    ),
    Seen(
        "metric:4",
        "metric",
        "flour used per hour: wheat 05:00 5100, 06:00 5180; rye 05:00 20, 06:00 900",
        "bakery",
    ),
    Seen(
        "metric:5",
        "metric",
        "Steam pressure looked fine. Order rates remain elevated despite the pause",
        "bakery",
    ),
    Seen("metric:6", "metric", "water drawn 31 l/min, unchanged", "bakery"),
    Seen("metric:7", "metric", "money in the drawer: 05:00 0, 05:30 0, 06:00 0", "bakery"),
    Seen("log:1", "log", "salt mixer overloaded, motor stops", "bakery"),
)


def found(claim: str, cites: str) -> bool:
    said = Statement("", (), 0.8, (Claim(claim, (cites,)),), "")
    return bool(list(trends(said, read(GROUNDS, None))))


@pytest.mark.parametrize(
    ("good", "bad", "cites"),
    [
        ("Loaves per basket grew since 2 July", "Loaves per basket shrank since 2 July", "metric:1"),
        ("Doors were opened less often, it fell after five", "Door openings rose after five", "metric:2"),
        ("The dough warmed up, its temperature rose", "The dough temperature kept rising", "metric:3"),
        ("More rye was used, it rose", "The wheat used rose sharply", "metric:4"),
        ("The drawer is still empty", "Money in the drawer grew", "metric:7"),
        ("Order rates went up", "Order rates went back to their old level", "metric:5"),
        ("Steam pressure was fine", "Steam pressure was exhausted", "metric:5"),
        ("Water drawn holds at 31 litres", "The water drawn climbed to 31 litres", "metric:6"),
        ("Salt sold dropped as the motor stood still", "Load on the salt mixer dropped", "log:1"),
        ("The quota went from 40g to 90g", "The quota was cut from 90g to 40g", "deploy:1"),
    ],
)
def test_a_course_is_read_in_any_dress(good: str, bad: str, cites: str) -> None:
    assert not found(good, cites)
    assert found(bad, cites)
