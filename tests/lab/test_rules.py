from collections.abc import Sequence
from typing import Any

import pytest

from sandbox.lab.faults import FAULTS
from sandbox.lab.rules import OBJECTIVES, OPERATIONS, PACKS, Alert, Evaluation, Row, Rule
from sandbox.lab.slack_post import slack_post


def gateway(ts: float, errors: float, *, requests: float = 10.0, p95: float = 0.01) -> dict[str, Any]:
    return {
        "ts": ts, "service": "gateway", "up": 1.0, "restarts": 0.0, "requests_per_s": requests,
        "errors_per_s": errors, "latency_s_p95": p95,
    }  # fmt: skip


def fired(rules: Sequence[Rule], rows: Sequence[Row]) -> list[Alert]:
    evaluation = Evaluation(rules)
    return [alert for row in rows for alert in evaluation.take(row)]


def test_errors_must_last_before_the_alert_fires_and_it_is_told_when_they_are_over() -> None:
    rows = [gateway(1000 + 2 * n, 3.0 if 5 <= n < 20 else 0.0) for n in range(40)]
    first, last = fired(OPERATIONS, rows)
    assert (first.rule.name, first.service, first.ends_at) == ("HighErrorRate", "gateway", None)
    assert first.starts_at.timestamp() == 1018  # over 5% since 1012, and six seconds
    assert last.ends_at is not None
    assert last.starts_at == first.starts_at
    assert last.row()["status"] == "resolved"


def test_a_few_errors_are_no_alert() -> None:
    assert fired(OPERATIONS, [gateway(1000 + 2 * n, 0.1) for n in range(40)]) == []


def test_no_traffic_is_no_error_rate() -> None:
    assert fired(OPERATIONS, [gateway(1000 + 2 * n, 0.0, requests=0.0) for n in range(40)]) == []


def test_slow_answers_fire_by_the_promise_of_each_pack() -> None:
    rows = [gateway(1000 + 2 * n, 0.0, p95=0.7) for n in range(20)]
    assert [alert.rule.name for alert in fired(OBJECTIVES, rows)] == ["PagesTooSlow"]
    assert fired(OPERATIONS, rows) == []


def test_a_target_is_down_when_scrapes_fail_for_long() -> None:
    rows = [{"ts": 1000 + 2 * n, "service": "payments", "up": 0.0, "restarts": 0.0} for n in range(20)]
    (alert,) = fired(OPERATIONS, rows)
    assert (alert.rule.name, alert.service) == ("TargetDown", "payments")


def test_one_restart_is_bearable_two_are_told() -> None:
    rows = [{"ts": 1000 + 2 * n, "service": "users", "up": 1.0, "restarts": n // 10} for n in range(25)]
    assert [alert.rule.name for alert in fired(OPERATIONS, rows)] == ["PodRestarting"]


def test_the_slack_post_has_alertmanagers_form() -> None:
    alert = fired(OPERATIONS, [gateway(1000 + 2 * n, 3.0) for n in range(10)])[0]
    (attachment,) = slack_post(alert.row())["attachments"]
    assert attachment["title"] == "[FIRING:1] HighErrorRate gateway (shop critical)"
    assert attachment["color"] == "danger"
    assert attachment["text"].startswith("30% of requests to gateway")
    assert attachment["title_link"] in attachment["fallback"]


@pytest.mark.parametrize("pack", PACKS)
def test_no_rule_knows_a_fault(pack: str) -> None:
    for rule in PACKS[pack]:
        words = f"{rule.name} {rule.text}".casefold()
        assert not any(fault.kind in words or fault.name in words for fault in FAULTS.values())
