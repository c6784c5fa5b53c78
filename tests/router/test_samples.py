"""What a claim says of the samples of a series is held against them: extremes, values at a time, moves, bounds."""

from datetime import UTC, datetime

import pytest

from router.verify.library import read
from router.verify.movement.samples import samples
from router.verify.statement import Claim, Statement
from tests.router.world import Seen

GROUNDS = (
    Seen(
        "metric:1",
        "metric",
        "kiln heat p95 (s): 10:00 0.31, 10:05 0.44, 10:10 1.9, 10:15 1.2, 10:20 0.3",
        "kiln",
    ),
    Seen(
        "metric:2",
        "metric",
        "glaze pump availability (%): 10:00 100, 10:05 99.4, 10:10 71.2, 10:15 88, 10:20 100",
        "glaze",
    ),
    Seen(
        "metric:3",
        "metric",
        "wheel CpuUsageRate(%) 10:00 1.2, 10:05 1.1, 10:10 1.4, 10:15 1.3, 10:20 7.1",
        "wheel",
    ),
    Seen(
        "metric:4",
        "metric",
        "kiln CpuUsageRate(%) 10:00 0.6, 10:05 88.2, 10:10 91.5, 10:15 80.4, 10:20 62.3",
        "kiln",
    ),
    Seen(
        "metric:5",
        "metric",
        "orders per minute: 10:00 210, 10:05 205, 10:10 214, 10:15 208, 10:20 211",
        "shop",
    ),
    Seen(
        "metric:6", "metric", "firing time 10:00 12s, 10:05 20s, 10:10 2m, 10:15 20s; bricks 4 -> 24", "yard"
    ),
    Seen("metric:12", "metric", "kiln heat_average 10:00 0.4, 10:05 0.5, 10:10 1.9, 10:15 0.4", "kiln"),
    Seen("metric:7", "metric", "bell rings: 10:00 0, 10:05 0, 10:10 0", "bell"),
    Seen("log:1", "log", "shelves broken: many more jumped off", "shelf"),
    Seen("log:2", "log", "bake done in 17.02 seconds, door shut", "oven"),
    Seen("log:3", "log", "bake done in 3.01 seconds, door shut", "oven"),
    Seen("log:4", "log", "bake done in 8.00 seconds, door open", "oven"),
)


def found(claim: str, cites: str) -> bool:
    said = Statement("", (), 0.8, (Claim(claim, tuple(cites.split())),), "")
    return bool(list(samples(said, read(GROUNDS, datetime(2026, 3, 2, 10, 10, tzinfo=UTC)))))


@pytest.mark.parametrize(
    ("good", "bad", "cites"),
    [
        ("Kiln heat peaked at 10:10", "Kiln heat peaked at 10:15", "metric:1"),
        ("Glaze had its lowest sample at 10:10", "Glaze had its lowest sample at 10:15", "metric:2"),
        ("The worst glaze sample is 10:10", "The worst glaze sample is 10:15", "metric:2"),
        ("Kiln heat peaked at 1.9 s", "Kiln heat peaked at 1.2 s", "metric:1"),
        ("Its lowest value, 71.2 %, is bad", "Its lowest value, 88 %, is bad", "metric:2"),
        ("Orders were busy, the maximum is 214", "Orders were busy, the minimum is 214", "metric:5"),
        (
            "Kiln CPU peaks at 10:10, wheel CPU at 10:20",
            "Wheel CPU peaks at 10:10, kiln CPU at 10:20",
            "metric:3 metric:4",
        ),
        (
            "Heat was 0.44 s at 10:05 and 1.2 s at 10:15",
            "Heat was 1.2 s at 10:05 and 0.44 s at 10:15",
            "metric:1",
        ),
        (
            "At 10:10 kiln stood at 91 % and wheel at 1 %",
            "At 10:10 wheel stood at 91 % and kiln at 1 %",
            "metric:3 metric:4",
        ),
        ("Glaze was back at 100 % by 10:20", "Kiln was down to 1.2 s by 10:10", "metric:1 metric:2"),
        ("Availability fell under 80 % at 10:10", "Availability fell under 80 % at 10:15", "metric:2"),
        ("Heat jumped at 10:10", "Heat dropped at 10:10", "metric:1"),
        ("Heat rose between 10:00 and 10:10", "Heat dropped between 10:00 and 10:10", "metric:1"),
        ("Kiln CPU grew about 150-fold", "Kiln CPU shrank about 150-fold", "metric:4"),
        ("Glaze went below 75 percent", "Glaze went below 60 percent", "metric:2"),
        ("Kiln CPU passed 90 %", "Kiln CPU exceeded 95 %", "metric:4"),
        ("Wheel CPU stayed under 8 %", "Wheel CPU stayed under 2 %", "metric:3"),
        ("Wheel CPU stayed under 2 % until 10:15", "Wheel CPU stayed under 2 % from 10:15 on", "metric:3"),
        ("The fastest of the three took 3 s", "The fastest of the three took 8 s", "log:2 log:3 log:4"),
        ("The bakes averaged 9.3 s", "The bakes averaged 12 s", "log:2 log:3 log:4"),
        ("The bell was silent at 10:10", "The bell broke down at 10:10 as well", "metric:7"),
        ("Heat rose when the window began", "Heat fell when the window began", "metric:1"),
        ("Heat got worse between 10:00 and 10:10", "Heat improved between 10:00 and 10:10", "metric:1"),
        ("Glaze recovered at ten past ten", "Heat dropped sharply at ten past ten", "metric:1"),
        ("Orders were flat", "Kiln heat was flat", "metric:1 metric:5"),
    ],
)
def test_a_claim_is_wrong_when_its_series_says_otherwise(good: str, bad: str, cites: str) -> None:
    assert not found(good, cites)
    assert found(bad, cites)


@pytest.mark.parametrize(
    ("claim", "cites"),
    [
        ("By 10:20 it was far below its peak of 10:10", "metric:1"),
        ("There was a second peak of 1.2 s at 10:15", "metric:1"),
        ("Kiln heat peaked at four times its 10:05 value", "metric:1"),
        ("The slowest sample had 214 orders", "metric:5"),
        ("Only 205 orders came in the worst minute", "metric:5"),
        ("Heat grew by 1.5 s at 10:10", "metric:1"),
        ("Heat went up over ten minutes", "metric:1"),
        ("Nearly a third of the calls failed at 10:10", "metric:2"),
        ("More than a quarter of the calls failed", "metric:2"),
        ("Failures jumped at 10:10", "metric:2"),
        ("Glaze had fallen at 10:15", "metric:2"),
        ("Heat was steady until 10:05", "metric:1"),
        ("Wheel CPU was under 2 % while the kiln was hot", "metric:3"),
        ("Heat did not stay under 1 s", "metric:1"),
        ("No sample of the heat exceeds 2 s", "metric:1"),
        ("At the peak there were 205 orders", "metric:5"),
        ("The highest heat falls on 10:10", "metric:1"),
        ("The heat's average rose fourfold, to 1.9 s", "metric:12"),
        ("Kiln CPU went from under 1 % to over 80 %", "metric:4"),
        ("Orders were flat between 11:00 and 11:30", "metric:5"),
        ("Heat stayed over 4 s from 11:00 to 11:30", "metric:1"),
        ("The latest average is 2 s", "log:2 log:3 log:4"),
        ("The slowest took over 15 s", "log:2 log:3 log:4"),
        ("Bricks grew sixfold", "metric:6"),
        ("At 10:05 there were 20 s", "metric:6 metric:1"),
        ("Broken shelves jumped at 10:10, to 1.2 s", "metric:1 log:1"),
    ],
)
def test_what_the_samples_leave_open_is_let_pass(claim: str, cites: str) -> None:
    assert not found(claim, cites)
