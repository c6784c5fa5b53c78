"""However a number is written, it is the same number; one that the evidence does not give stays unfounded."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from router.verify.answer import check_answer
from router.verify.reading.notation import in_plain
from router.verify.reading.quantities import Kind, quantities
from tests.router.world import Seen, is_rejected

ONSET = datetime(2026, 8, 9, 13, 30, tzinfo=UTC)


def is_found(claim: str, *grounds: Seen) -> bool:
    return is_rejected(claim, *grounds, onset=ONSET)


def metric(text: str) -> Seen:
    return Seen("metric:1", "metric", text, "kiln", ONSET)


def compact(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return (f"{hours}h" if hours else "") + f"{minutes}m{seconds % 60:02}s"


@given(st.text(alphabet="T+-−×÷x0123456789 .,:'_\u2009\u202f≈≥\"kmsh", max_size=60))
def test_every_letter_stays_at_its_place(text: str) -> None:
    assert len(in_plain(text)) == len(text)


@given(st.integers(1_000, 999_999_999), st.sampled_from(",_'’\u2009\u202f\u00a0"))
def test_thousands_may_be_apart_by_any_mark(value: int, mark: str) -> None:
    (read,) = quantities(f"it was at {value:,}".replace(",", mark))
    assert read.value == value


@given(st.integers(11, 400), st.integers(2, 60), st.sampled_from(["×{}", "÷{}", "~×{}", "({}x)", "≈{}x"]))
def test_a_factor_is_what_the_evidence_makes(low: int, times: int, said: str) -> None:
    evidence = metric(f"glaze queue 13:00={low} 13:29={low * times}")
    assert not is_found("Queue " + said.format(times), evidence)
    assert is_found("Queue " + said.format(times * 7 + 1000), evidence)


@given(st.integers(61, 20_000), st.sampled_from(["T-{}", "T−{}", "edit {} before the page", "page at +{}"]))
def test_a_compact_duration_is_what_lies_between(seconds: int, said: str) -> None:
    at = ONSET - timedelta(seconds=seconds)
    change = Seen("config:1", "config", "cone limit 4 -> 7", "kiln", at)
    page = Seen("alert:1", "alert", "KilnCold", "kiln", ONSET)
    assert not is_found("Change: " + said.format(compact(seconds)), change, page)
    assert is_found("Change: " + said.format(compact(seconds * 2 + 100_000)), change, page)


@given(st.integers(1, 40), st.integers(2, 50), st.sampled_from([" pp", "pp", " points"]))
def test_percentage_points_are_a_difference(low: int, rise: int, unit: str) -> None:
    evidence = metric(f"crack share 13:00=0.{low:02} 13:29=0.{low + rise:02}")
    assert not is_found(f"Cracks +{rise}{unit}", evidence)


@given(st.integers(1_100, 990_000))
def test_a_suffix_is_a_size_and_json_a_value(value: int) -> None:
    evidence = metric(f'{{"op":"fire","shards":{value}}}')
    assert not is_found(f"{value / 1000:.1f}k shards", evidence)
    assert is_found(f"{value / 1000 * 3:.1f}k shards", evidence)


@given(st.integers(1, 9), st.integers(1, 28))
def test_a_date_in_figures_is_a_date(month: int, day: int) -> None:
    old = Seen(
        "config:1", "config", "cone limit 4 -> 7", "kiln", datetime(2026, month, day, 6, 40, tzinfo=UTC)
    )
    assert not is_found(f"Cut on {month:02}-{day:02} 06:40Z", old)
    assert is_found(f"Cut on {month:02}-{(day + 13) % 28 + 1:02} 06:40Z", old) or month == ONSET.month


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3×20 trays", [3.0, 20.0]),  # a product is not a factor
        ("shelves 03-07", [3.0, 7.0]),  # nor is a span of numbers a date
        ("cpu limit 4 -> 500m", [4.0, 0.5]),
        ("java -Xmx1024m -Xss512k", [2.0**30, 2.0**19]),
        ("31,020/44,000 stale", [31_020.0, 44_000.0]),
        ("cracked (x18 402)", [18_402.0]),
        ("retry 2 503 again", [2.0, 503.0]),  # a plain space alone does not make one number
        ("≥ 40 °C", [40.0]),
        ("3.2 million points", [3_200_000.0]),
        ("+3 points", [0.03]),
    ],
)
def test_how_it_is_read(text: str, values: list[float]) -> None:
    assert [q.value for q in quantities(text)] == values


def test_a_factor_is_no_count() -> None:
    assert [q.kind for q in quantities("qps ×8.6")] == [Kind.FOLD]


@pytest.mark.parametrize("word", ["trays/30m", "Day/month", "2.1e9"])
def test_a_rate_and_a_power_are_no_names(word: str) -> None:
    assert not is_found(f"Said of {word}", metric("rows 2.1B in 30m"))


def test_a_share_speaks_of_the_counts_that_make_it() -> None:
    counts = Seen("metric:1", "metric", "trays fired 411 of 1240", "kiln", ONSET)
    log = Seen("log:1", "log", "glaze tray 0411 of 1240 broken, abort of the firing", "kiln", ONSET)
    said: JsonValue = {
        "text": "A third of the trays was fired before the abort, broken",
        "evidence": ["metric:1"],
    }
    whole: dict[str, JsonValue] = {
        "cause": None,
        "services": [],
        "confidence": 0.5,
        "claims": [said],
        "fix": None,
    }
    assert not check_answer(
        whole, stop_reason="end_turn", grounds=(counts, log), onset=ONSET, checks=("citations",)
    )


@given(st.integers(1, 99), st.sampled_from([("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000)]))
def test_the_head_of_a_series_may_tell_the_thousands(tenths: int, scale: tuple[str, int]) -> None:
    evidence = metric(f"plates fired ({scale[0]}): 13:00 {tenths / 10}, 13:10 200.5")
    told = tenths * scale[1] // 10
    assert not is_found(f"It had fired {told:,} plates at 13:00", evidence)
    assert is_found(f"It had fired {told * 37:,} plates at 13:00", evidence)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Killed at about 2 GiB", "glazed out of memory: anon-rss:2095104kB"),
        ("The link bears 1 Gbit/s", "eth1: link speed 1000Mb/s"),
        ("Ovens dropped from six to two", "ovens lit: 13:00 6, 13:10 2"),
        ("It knows three glazes", "glazes: red-1, blue-2, clear"),
    ],
)
def test_units_and_lists_of_records_are_read(claim: str, evidence: str) -> None:
    assert not is_found(claim, metric(evidence))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Killed at about 5 GiB", "glazed out of memory: anon-rss:2095104kB"),
        ("The link bears 8 Gbit/s", "eth1: link speed 1000Mb/s"),
    ],
)
def test_other_amounts_than_the_records_are_not(claim: str, evidence: str) -> None:
    assert is_found(claim, metric(evidence))
