import math

from hypothesis import given
from hypothesis import strategies as st

from sandbox.lab.exposition import quantile, read, wide_row
from sandbox.lab.shop.meters import BUCKETS, Meters


def test_meters_are_told_in_a_form_that_is_read_back() -> None:
    meters = Meters()
    meters.count("http_requests_total", route='GET /a"b\\c', status="200")
    meters.gauge("open_things", lambda: 3.0)
    meters.observe("http_request_duration_seconds", 0.004, route="GET /a")
    read_back = read(meters.text())
    assert read_back["open_things", ()] == 3
    assert read_back["http_request_duration_seconds_bucket", (("le", "0.005"), ("route", "GET /a"))] == 1
    assert read_back["http_request_duration_seconds_bucket", (("le", "0.002"), ("route", "GET /a"))] == 0
    assert read_back["http_request_duration_seconds_count", (("route", "GET /a"),)] == 1


@given(st.lists(st.floats(0, 9.9), min_size=1, max_size=60), st.sampled_from([0.5, 0.95]))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(values: list[float], share: float) -> None:
    meters = Meters()
    for value in values:
        meters.observe("x_seconds", value)
    buckets = [
        (float(dict(labels)["le"]), count)
        for (name, labels), count in read(meters.text()).items()
        if name == "x_seconds_bucket"
    ]
    true = sorted(values)[math.ceil(share * len(values)) - 1]
    upper = next(bound for bound in BUCKETS if true <= bound)
    lower = max((bound for bound in BUCKETS if bound < upper), default=0.0)
    assert lower <= quantile(buckets, share) <= upper


def test_two_readings_become_rates_and_shares() -> None:
    meters = Meters()
    meters.count("http_requests_total", route="POST /orders", status="200")
    before = read(meters.text())
    for status in ("200", "200", "502", "409"):
        meters.count("http_requests_total", route="POST /orders", status=status)
    meters.count("http_client_requests_total", callee="payments", outcome="error")
    meters.observe("http_client_duration_seconds", 1.2, callee="payments")
    row = wide_row(before, read(meters.text()), 2.0)
    assert (row["requests_per_s"], row["errors_per_s"], row["rejected_per_s"]) == (2.0, 0.5, 0.5)
    assert row["error_ratio_post_orders"] == 0.25
    assert row["call_errors_to_payments_per_s"] == 0.5
    assert 1.0 < row["call_latency_s_to_payments_p95"] <= 1.5


def test_a_counter_that_went_backwards_counts_from_zero() -> None:
    before, now = (read(f"process_cpu_seconds_total {seconds}") for seconds in (90, 1))
    assert wide_row(before, now, 2.0)["cpu_cores"] == 0.5


def test_lines_that_are_no_samples_are_passed_over() -> None:
    assert read("# HELP x y\n\n!!\nx 1\n") == {("x", ()): 1.0}
