import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.anomaly import MetricChange, changes
from tools.anomaly_kinds import counts_requests, higher_is_better, kind_of, unit_of
from tools.telemetry import Series, Window

ONSET = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
WINDOW = Window(ONSET - timedelta(minutes=30), ONSET + timedelta(minutes=30))
AT = [ONSET.timestamp() + 60 * minute for minute in range(-30, 31)]


def series(metric: str, before: float, after: float, service: str = "cart", *, noise: float = 0.02) -> Series:
    wave = np.random.default_rng(7).normal(1.0, noise, len(AT))
    values = [(before if at < ONSET.timestamp() else after) * wave[place] for place, at in enumerate(AT)]
    return Series(service, metric, tuple(zip(AT, values, strict=True)))


def one(*told: Series, baseline: tuple[Series, ...] = ()) -> MetricChange:
    return changes(told, baseline, onset=ONSET, window=WINDOW)[0]


@pytest.mark.parametrize(
    ("metric", "kind"),
    [
        ("container_cpu_usage_seconds", "resource"),
        ("MemoryUsageRate(%)", "resource"),
        ("http_request_duration_p95", "latency"),
        ("LatencyP99(s)", "latency"),
        ("http_5xx_total", "error"),
        ("availability_Average", "error"),
        ("SuccessRate(%)", "error"),
        ("hikaricp_connections_pending", "saturation"),
        ("container_cpu_throttled_periods", "saturation"),
        ("requests_Sum", "traffic"),
        ("NetworkReceiveBytes", "traffic"),
        ("zork", "other"),
    ],
)
def test_kinds_by_name(metric: str, kind: str) -> None:
    assert kind_of(metric) == kind


def test_what_names_tell_besides() -> None:
    assert higher_is_better("availability_Average")
    assert not higher_is_better("unavailable_replicas")
    assert counts_requests("requests_Sum")
    assert not counts_requests("request_latency_p95")
    assert unit_of("LatencyP99(s)") == "s"
    assert unit_of("process_resident_memory_bytes") == "bytes"


def test_a_step_is_found_with_direction_time_and_size() -> None:
    found = one(series("latency_p95", 0.1, 4.0))
    assert (found.service, found.kind, found.direction, found.worse) == ("cart", "latency", "up", True)
    assert found.first == ONSET
    assert found.before == pytest.approx(0.1, rel=0.1)
    assert found.after == pytest.approx(4.0, rel=0.1)
    assert found.score > 20


def test_quiet_series_say_nothing() -> None:
    assert changes([series("latency_p95", 0.1, 0.1)], [], onset=ONSET, window=WINDOW) == ()
    assert changes([], [], onset=ONSET, window=WINDOW) == ()


def test_a_level_that_was_there_before_is_not_the_trouble() -> None:
    old = series("latency_p95", 0.1, 0.1)
    assert changes([series("latency_p95", 4.0, 4.0)], [old], onset=ONSET, window=WINDOW) == ()
    assert changes([series("latency_p95", 4.0, 0.1)], [old], onset=ONSET, window=WINDOW) == ()


def test_the_first_lost_per_cents_of_availability_count() -> None:
    requests = Series("cart", "requests_Sum", tuple((at, 1000.0) for at in AT))
    lost = one(series("availability", 100.0, 97.0, noise=0.0), requests)
    assert (lost.direction, lost.worse) == ("down", True)
    assert lost.before == 100.0
    assert lost.peak == pytest.approx(97.0)
    assert lost.requests == 1000.0
    few = Series("cart", "requests_Sum", tuple((at, 5.0) for at in AT))
    weak = changes([series("availability", 100.0, 97.0, noise=0.0), few], [], onset=ONSET, window=WINDOW)
    assert not [each for each in weak if each.kind == "error"]


def test_faster_and_healthier_is_not_worse() -> None:
    assert not one(series("latency_p95", 4.0, 0.1)).worse
    assert not one(series("success_rate", 0.5, 1.0, noise=0.001)).worse


def test_a_metric_that_jumps_everywhere_tells_less() -> None:
    rng = np.random.default_rng(3)
    jumpy = [
        Series(f"s{n}", "latency_p99", tuple(zip(AT, rng.pareto(1.1, len(AT)) + 0.1, strict=True)))
        for n in range(20)
    ]
    step = series("latency_p99", 0.1, 4.0)
    assert one(step, *jumpy).score < one(step).score


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), min_size=1, max_size=60))
def test_no_values_break_it(values: list[float]) -> None:
    told = Series("cart", "errors", tuple(zip(AT, values, strict=False)))
    for change in changes([told], [told], onset=ONSET, window=WINDOW):
        assert math.isfinite(change.score)


def test_the_first_tenths_of_a_per_cent_lost_are_no_alarm_when_they_are_one_request() -> None:
    told = series("availability_Average", 100.0, 99.8, noise=0.0)
    few = series("requests_Sum", 400.0, 400.0, noise=0.0)
    assert [
        each for each in changes([told, few], [], onset=ONSET, window=WINDOW) if each.kind == "error"
    ] == []


def test_what_came_on_top_is_told_in_failed_requests_and_in_seconds_waited() -> None:
    requests = series("requests_Sum", 400.0, 400.0, noise=0.0)
    failed = series("availability_Average", 100.0, 90.0, noise=0.0)
    slow = series("latency_Average", 0.1, 0.6, noise=0.0)
    found = {each.metric: each for each in changes([requests, failed, slow], [], onset=ONSET, window=WINDOW)}
    assert found["availability_Average"].added == pytest.approx(40.0, rel=0.1)
    assert found["latency_Average"].added == pytest.approx(200.0, rel=0.1)


def test_without_a_count_of_requests_nobody_knows_how_much_came_on_top() -> None:
    assert one(series("latency_Average", 0.1, 0.6)).added is None


def test_rows_since_the_onset_are_not_taken_for_normal_when_they_come_as_baseline() -> None:
    told = series("latency_p95", 0.1, 4.0)
    assert one(told, baseline=(told,)).score > 20


def test_points_that_all_lie_just_before_a_round_onset_still_tell_what_was_normal() -> None:
    start = ONSET.timestamp() - 300
    points = tuple((start + 300 * place, value) for place, value in enumerate((0.1, 2.0, 2.1, 2.2)))
    found = changes([Series("cart", "latency_p95", points)], [], onset=ONSET, window=WINDOW)
    assert [each.before for each in found] == [0.1]
