"""What a claim says of ups and downs is held against courses in whatever dress a record tells them."""

from datetime import UTC, datetime

import pytest

from router.verify.library import read
from router.verify.movement.courses import Way
from router.verify.movement.directions import goes
from router.verify.movement.trends import trends
from router.verify.statement import Claim, Statement
from tests.router.world import Seen


def at(hour: int) -> datetime:
    return datetime(2026, 7, 5, hour, 0, tzinfo=UTC)


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
    Seen("deploy:2", "deploy", "the baker sets `tray_slots` to `20` from `80`, ovens start again", "bakery"),
    Seen("metric:21", "metric", "Calm again: burnt crusts reduced to two a tray", "bakery"),
    Seen("metric:22", "metric", "the cooks are no longer seeing elevated levels of smoke", "bakery"),
    Seen(
        "metric:8",
        "metric",
        "trays: 1 ready. Crumb limit: 512Mi (changed from 4Gi by the new recipe)",
        "bakery",
    ),
    Seen("metric:9", "metric", "3 of the 9 ovens cold, after resetting 2 more, 5 of 9 ovens cold", "bakery"),
    Seen("deploy:3", "deploy", "After an upgrade of the mill v2.14.0 to v2.31", "bakery"),
    Seen(
        "log:2", "log", "Giving the proofing timer a higher value of 45 mins. It comes with 20 mins", "bakery"
    ),
    Seen("log:3", "log", "Sales fell by roughly 70% that morning", "bakery"),
    Seen("log:4", "log", "hall east knead_time_ms 9420", "kneader", at(5)),
    Seen("log:5", "log", "hall east done knead_time_ms 130", "kneader", at(9)),
    Seen(
        "metric:11",
        "metric",
        "ovens lit (%): 05:00 100, 05:10 100, 05:20 76.4, 05:30 90, 05:40 100",
        "bakery",
    ),
    Seen("metric:10", "metric", "oven heat (%): 05:00 0.4, 05:10 91.2, 05:20 84.6, 05:30 78.1", "bakery"),
)


def found(claim: str, cites: str) -> bool:
    said = Statement("", (), 0.8, (Claim(claim, tuple(cites.split())),), "")
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
        ("Slots per tray were lowered", "Slots per tray were raised fourfold", "deploy:2"),
        ("The crumb limit was cut to an eighth", "The crumb limit was raised by 3.5 Gi", "metric:8"),
        (
            "The reset brought it from three to five",
            "The reset brought cold ovens down from five to three",
            "metric:9",
        ),
        ("The mill went from v2.14.0 to v2.31", "The mill was set back from v2.31 to v2.14.0", "deploy:3"),
        ("The timer went up from 20 to 45 minutes", "The timer was cut from 45 to 20 minutes", "log:2"),
        ("Sales dropped by some 70 %", "Sales grew by some 70 %", "log:3"),
        ("Kneading was faster at nine", "Kneading had become slower still", "log:4 log:5"),
        ("The quota more than doubled, from 40 to 90", "The quota was halved, from 40 to 90", "deploy:1"),
        ("Ovens lit fell to 76.4 %", "Ovens lit climbed to 76.4 %", "metric:11"),
        ("It rose from about 14 to nearly 28", "It fell from about 14 to nearly 28", "metric:3"),
        ("It did not burn and rose from 14 to 28", "It did not burn and fell from 14 to 28", "metric:3"),
        (
            "Heat rose from 0.4 % at 05:00 to 91.2 % at 05:10",
            "Heat fell from 0.4 % at 05:00 to 91.2 %",
            "metric:10",
        ),
        ("Heat rose until 05:10", "It fell until 05:20", "metric:3"),
        ("Fewer loaves were lost", "Losses were still going up by then", "metric:21"),
        ("After the pause it smoked less than before", "After the pause it was higher still", "metric:22"),
        ("Sales dried up that morning", "Sales built up and widened that morning", "log:3"),
        ("Steam pressure looked fine", "Steam pressure was at its limit", "metric:5"),
        (
            "Ovens cooled as the sales fell",
            "Shop sales that morning mounted steadily as the heat fell",
            "log:3",
        ),
        (
            "The timer was widened from 20 to 45 minutes",
            "The timer was tightened from 45 to 20 mins",
            "log:2",
        ),
        ("The oven had eased to 78.1 % at the end", "The oven cooled, heat fell all along", "metric:10"),
        (
            "Dough went from 14 to 28 degrees and then fell",
            "Dough fell from 14 to 28, then rested",
            "metric:3",
        ),
        ("Dough rose twofold, then fell back under 20", "Dough went from about 28 to some 14", "metric:3"),
        ("Steam pressure was not high", "Steam pressure was far above normal", "metric:5"),
    ],
)
def test_a_course_is_read_in_any_dress(good: str, bad: str, cites: str) -> None:
    assert not found(good, cites)
    assert found(bad, cites)


@pytest.mark.parametrize(
    ("claim", "cites"),
    [
        ("Loaves per basket do not show a fall", "metric:1"),
        ("An alarm was raised because of the doors", "metric:2"),
        ("All door openings fall into the first half of the hour", "metric:1"),
        ("Dough temperature ranged from 28 to 14 degrees", "metric:3"),
        ("A proofing timer shorter than the kneading", "log:2"),
        ("Heat doubled from a quarter of an hour to half an hour", "log:2"),
        ("Sales improved from 20 to 30 loaves", "log:2"),
        ("In hall east one was slower, 9.4 s against 0.13 s", "log:4 log:5"),
        ("Sales dropped with the new quota", "deploy:1 log:3"),
        ("The quota stands at double the old size", "deploy:1"),
        ("The stop of the salt mixer was put down to wear", "log:1"),
        ("Heat doubled only at 05:30, eleven minutes after the bell", "metric:10"),
        ("Dough was higher at 05:10 (28) than at 05:20 (27)", "metric:3"),
        ("The salt mixer dropped out with its motor", "log:1"),
    ],
)
def test_what_tells_of_no_way_goes_against_none(claim: str, cites: str) -> None:
    assert not found(claim, cites)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("There were fewer loaves at 05:00 than in the count before", None),
        ("Such a failure would only raise a low-priority message", None),
        ("The outlier falls at 05:10", None),
        ("The heat falls at 05:10", Way.DOWN),
        ("Sales were steadily falling on the day after", Way.DOWN),
        ("The heat fell back under half of that", Way.DOWN),
        ("The mixer fell back to its spare motor", None),
    ],
)
def test_a_word_of_direction_is_read_by_what_is_around_it(text: str, way: Way | None) -> None:
    assert goes(text) is way
