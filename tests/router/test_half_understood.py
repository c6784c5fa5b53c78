"""A phrase is read as a number only when all of it is understood; then it is held against the evidence."""

from datetime import UTC, datetime, timedelta

import pytest

from router.verify.reading.hedges import Hedge
from router.verify.reading.quantities import Kind, quantities
from tests.router.world import Seen, is_rejected

ONSET = datetime(2026, 8, 9, 13, 30, tzinfo=UTC)


def seen(text: str, kind: str = "log", number: int = 1, minutes: int = 0, service: str = "kiln") -> Seen:
    return Seen(f"{kind}:{number}", kind, text, service, ONSET + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "text",
    [
        "shut for a second time",
        "after a second restart",
        "to a second kiln",
        "a second attempt",
        "every other minute",
        "a quarter instead of more",
        "two orders of magnitude",
        "2½ times",
        "another hour",
        "half the limit",
    ],
)
def test_what_is_half_understood_is_no_number(text: str) -> None:
    assert not [q for q in quantities(text) if (q.kind, q.value) != (Kind.COUNT, 2)]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("a second later", 1),
        ("within a second", 1),
        ("the last hour and a half", 5400),
        ("another minute and a half", 90),
        ("a quarter-hour limit", 900),
        ("three-quarters of an hour", 2700),
        ("one and three-quarter hours", 6300),
        ("a two-and-a-half-hour firing", 9000),
        ("24 more minutes", 1440),
        ("one more minute", 60),
        ("a full minute", 60),
        ("20+ seconds", 20),
        ("the pull took 46.468s", 46.468),
    ],
)
def test_all_of_a_duration_is_read(text: str, seconds: float) -> None:
    (read,) = quantities(text)
    assert read.kind is Kind.TIME
    assert read.value == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "factor"),
    [("by a factor of up to ten thousand", 10_000), ("a factor of ten", 10), ("ten-thousandfold", 10_000)],
)
def test_all_of_a_factor_is_read(text: str, factor: float) -> None:
    assert [(q.kind, q.value) for q in quantities(text)] == [(Kind.FOLD, factor)]


@pytest.mark.parametrize("text", ["five times over", "three times under load", "four times after the reload"])
def test_times_over_and_under_are_counts(text: str) -> None:
    assert [q.kind for q in quantities(text)] == [Kind.COUNT]


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("no sample of the kiln exceeds 90 ms", Hedge.UNDER),
        ("no call ended sooner than 5 s", Hedge.OVER),
        ("no later than 5 minutes after", Hedge.UNDER),
        ("no spare kiln in over 5 hours", Hedge.OVER),
        ("barely 5 minutes", Hedge.ABOUT),
    ],
)
def test_a_bound_is_read_with_what_denies_it(text: str, hedge: Hedge) -> None:
    assert [q.hedge for q in quantities(text)] == [hedge]


@pytest.mark.parametrize(
    ("evidence", "good", "bad"),
    [
        ("Limits: cpu 10m, memory 64Mi", "The limit is 0.01 core", "The limit is ten full cores"),
        (
            "Limits: cpu 10m, memory 64Mi",
            "A pod that gets ten millicores",
            "A pod that gets seventy millicores",
        ),
        (
            "Exit after 05:45 and 06:42, 16 times",
            "Sixteen between 05:45 and 06:42, one every 3.5 minutes",
            "16 from 05:45 to 06:42, one every 8.5 minutes",
        ),
        ("cpu 5039m (15%), limits 4260m (13%)", "Limits of 4.26 cores", "Limits of 42.6 cores"),
        (
            "fired in 5.00 seconds, then 10.01 seconds",
            "Between 5.00 and 10.01 s",
            "Between 5.00 and 10.01 ms",
        ),
        (
            "traffic rose tenfold",
            "Traffic rose by a factor of ten",
            "Traffic rose by a factor of ten thousand",
        ),
        ("size set from 30 to 15", "Set from thirty down to fifteen", "Set from thirty down to twenty-two"),
        ("38% of firings returned errors", "About 38 % of firings failed", "About 62 % of firings failed"),
        (
            "38% of firings returned errors",
            "Some 62 % of firings succeeded",
            "Some 38 % of firings succeeded",
        ),
        (
            "availability (%): 13:30 100, 13:35 85.366",
            "15 % of the firings failed",
            "85 % of the firings failed",
        ),
        (
            "limit 30 min, default 15 min",
            "Half an hour instead of a quarter",
            "Half an hour instead of 20 minutes",
        ),
        ("Exit Code: 137", "Exit code 137 fits signal 9", "Exit code 173 fits signal 9"),
        ("Started 10:46:30 +0200", "Started 08:46:30 UTC", "Started 07:16:30 UTC"),
        ("13:30 0, 13:31 0, 13:32 0, 13:33 0, 13:34 0", "0 for all five minutes", "0 for all nine minutes"),
        (
            "Shut down on August 9, 1:30 PM, cold on August 10, 3:30 PM",
            "Cold 26 hours later",
            "Cold 31 hours later",
        ),
        ("door open", "Three steps: open, shut, and fire", "There were 37 steps: open, shut, and fire"),
        (
            "1:20-1:40 PM door open",
            "Open for twenty minutes, 1:20 to 1:40 PM",
            "Open for fifty minutes, 1:20 to 1:40 PM",
        ),
    ],
)
def test_one_piece_gives_it(evidence: str, good: str, bad: str) -> None:
    assert not is_rejected(good, seen(evidence), onset=ONSET)
    assert is_rejected(bad, seen(evidence), onset=ONSET)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("About a tenth of the tiles were glazed", "About a quarter of the tiles were glazed"),
        ("The average of the three is 17", "The average of the three is 27"),
        ("All four firings precede it", "All fourteen firings precede it"),
    ],
)
def test_pieces_give_it_together(good: str, bad: str) -> None:
    tiles = [seen(text, "metric", n) for n, text in enumerate(("2 glazed", "3 chipped", "46 plain"), 1)]
    firings = [seen(f"fired {word}", "deploy", n, -n) for n, word in enumerate(("a", "b", "c", "d"), 1)]
    assert not is_rejected(good, *tiles, *firings, onset=ONSET)
    assert is_rejected(bad, *tiles, *firings, onset=ONSET)


def test_a_bound_is_a_whole_word() -> None:
    (stopped,), (topped,) = (
        quantities("the kiln stopped nine seconds in"),
        quantities("it topped nine seconds"),
    )
    assert (stopped.hedge, topped.hedge) == (Hedge.EXACT, Hedge.OVER)
