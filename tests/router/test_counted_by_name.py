"""What is counted by names and services, at what hours and how exactly; and a share that is told as another measure."""

from datetime import UTC, datetime

import pytest

from router.verify.reading.quantities import quantities
from tests.router.world import Seen, is_rejected

AT = datetime(2026, 8, 9, 11, 4, 20, tzinfo=UTC)
GROUNDS = (
    Seen("log:1", "log", "glaze-frame: Ready clay-frame: Ready tile-frame: Ready brick-frame: Ready", "yard"),
    Seen("log:2", "log", "ERROR no clay", "feeder", AT),
    Seen("log:3", "log", "19:04:28.850 ERROR no tray, press stopped", "press", AT.replace(second=28)),
    Seen("log:4", "log", "ERROR no glaze", "mixer", AT.replace(hour=12)),
    Seen("log:5", "log", "started", "lamp", AT.replace(hour=13)),
    Seen("metric:1", "metric", "MoistureRate(%) 11:02 19.61, 11:03 20.04, 11:04 22.71", "mixer", AT),
    Seen("metric:2", "metric", "~87% of tray checks were refused", "press"),
)


@pytest.mark.parametrize(
    ("text", "wrong", "cited"),
    [
        ("Sound, all four frames being ready", "Sound, all nine frames being ready", "log:1"),
        ("Three services carry an error", "Five services carry an error", "log:2 log:3 log:4 log:5"),
        ("At 11, 12 and 13 o'clock", "At 16, 17 and 18 o'clock", "log:3 log:4 log:5"),
        ("The press failed nine seconds after it", "The press failed five seconds after it", "log:2 log:3"),
        ("Moisture reached 22.7 percent", "Moisture reached 22.7 GiB", "metric:1"),
        ("87 percent of tray checks were refused", "87 tray checks were refused", "metric:2"),
        ("The press stopped", "Nineteen PressStopped errors came first", "log:3"),
    ],
)
def test_a_count_an_hour_a_share(text: str, wrong: str, cited: str) -> None:
    grounds = [seen for seen in GROUNDS if seen.id in cited.split()]
    assert not is_rejected(text, *grounds)
    assert is_rejected(wrong, *grounds)


@pytest.mark.parametrize("text", ["a second one followed", "a second 20 minutes later", "a second two came"])
def test_one_more_lasts_no_second(text: str) -> None:
    assert not any(q.said == "1 second" for q in quantities(text))
