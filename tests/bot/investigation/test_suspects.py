import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.investigation.alert import Alert
from bot.investigation.evidence import Evidence
from bot.investigation.gathering import FIRST_LOOK, first_calls, scope_for
from bot.investigation.suspects import rank
from bot.investigation.suspects.clue import quoted
from bot.investigation.suspects.emphasis import emphasis_of
from bot.investigation.suspects.mentions import mentioned
from tools.tool import Kind, Observation

ONSET = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ALERT = Alert("alertmanager", "SloBurn", ONSET, "the budget burns", service="web")
MAP = [("web", "checkout"), ("checkout", "stock"), ("checkout", "payments"), ("web", "users")]


def seen(id: str, facts: Mapping[str, Any], *, service: str | None = None, minutes: float = 0.0) -> Evidence:  # noqa: A002
    kind: Kind = id.partition(":")[0]  # type: ignore[assignment]
    at = ONSET + timedelta(minutes=minutes)
    return Evidence(id, Observation(kind, f"text of {id}", "test", at=at, service=service, facts=facts))


def group(
    service: str, template: str, score: float, *, trend: str = "new", severity: str = "error"
) -> dict[str, Any]:
    first = (ONSET + timedelta(seconds=15)).isoformat()
    return {
        "service": service, "template": template, "score": score, "trend": trend, "severity": severity, "first": first,
    }  # fmt: skip


def change(service: str, metric: str, kind: str, score: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    row = {
        "service": service,
        "metric": metric,
        "kind": kind,
        "score": score,
        "worse": True,
        "direction": "up",
    }
    return {**row, "before": 0.1, "after": 2.0, "peak": 2.0, "unit": "", **more}


def calls(*pairs: tuple[str, str], **measures: Mapping[str, float]) -> Evidence:
    rows = [{"caller": caller, "callee": callee, "count": 50} for caller, callee in pairs]
    rows[0].update(measures)
    return seen("dependency:1", {"calls": rows, "spans": [], "gone": []})


def logs(*groups: Mapping[str, Any]) -> list[Evidence]:
    table = seen("log:1", {"groups": list(groups), "has_normal": True})
    return [table, *(seen(f"log:{number}", {"group": row}) for number, row in enumerate(groups, 2))]


def metrics(*changes: Mapping[str, Any]) -> list[Evidence]:
    table = seen("metric:1", {"changes": list(changes)})
    return [table, *(seen(f"metric:{number}", {"change": row}) for number, row in enumerate(changes, 2))]


def deploy(id: str, service: str, minutes_before: float, suspicion: float, *, accused: bool) -> Evidence:  # noqa: A002
    facts = {
        "sha": id.replace("deploy:", "abc"), "title": f"change {service}", "suspicion": suspicion, "accused": accused,
        "minutes_before_onset": minutes_before,
    }  # fmt: skip
    return seen(id, facts, service=service, minutes=-minutes_before)


def names(*evidence: Evidence, alert: Alert = ALERT) -> list[str]:
    return [each.service for each in rank(evidence, alert).services]


def test_nothing_seen_is_inconclusive() -> None:
    told = rank((), ALERT)
    assert (told.services, told.deploys, told.cause, told.confidence, told.cites) == ((), (), None, None, ())
    assert "logs: none were seen" in told.not_checked


def test_noise_is_inconclusive() -> None:
    told = rank(
        [*logs(group("users", "odd", 2.0)), *metrics(change("stock", "latency_p95", "latency", 3.0))], ALERT
    )
    assert told.cause is None
    assert told.confidence is None


def test_what_clearly_exceeds_noise_is_told_as_the_cause() -> None:
    told = {score: rank(logs(group("stock", "no such shelf", score)), ALERT) for score in (3.0, 3.6)}
    assert [(each.services[0].service, each.cause is None) for each in told.values()] == [
        ("stock", True),
        ("stock", False),
    ]


def test_a_new_error_is_told_with_its_time_and_evidence() -> None:
    told = rank([*logs(group("stock", "<*> ERROR lock … is stuck", 9.0)), calls(*MAP)], ALERT)
    assert told.services[0].service == "stock"
    assert told.cause is not None
    assert told.cause.startswith("stock started to log errors: “lock … is stuck”, first at 10:00:15 UTC")
    assert told.cites == ("log:2",)
    assert told.confidence is not None
    assert 0 < told.confidence <= 1


def test_the_deepest_troubled_callee_explains_its_callers() -> None:
    slow = [change(name, "latency_p95", "latency", 50.0) for name in ("web", "checkout", "stock")]
    assert names(*metrics(*slow), calls(*MAP))[0] == "stock"
    told = rank([*metrics(*slow), calls(*MAP)], ALERT)
    assert "Its caller checkout shows trouble as well" in str(told.cause)
    assert "dependency" in next(each for each in told.services if each.service == "web").causes


def test_a_callee_that_added_as_much_explains_even_when_it_jumps_less_far() -> None:
    slow = [change("checkout", "latency_p99", "latency", 400.0, before=0.1, after=1.1)]
    slow += [change("stock", "latency_p99", "latency", 9.0, before=0.9, after=1.8)]
    assert names(*metrics(*slow), calls(*MAP))[0] == "stock"
    slow[1]["after"] = 0.95
    assert names(*metrics(*slow), calls(*MAP))[0] == "checkout"


def test_who_complains_about_another_by_name_speaks_against_that_one() -> None:
    found = logs(group("checkout", "ERROR payments cannot be reached: connection refused", 9.0))
    told = rank([*found, calls(("web", "checkout"), ("checkout", "payments"))], ALERT)
    assert told.services[0].service == "payments"
    assert "checkout complains about it" in str(told.cause)


def test_a_failed_call_speaks_less_against_the_caller_than_trouble_of_its_own() -> None:
    found = logs(
        group("web", "ERROR no instances answer", 9.0), group("stock", "ERROR index out of range", 7.0)
    )
    assert names(*found)[0] == "stock"


def test_a_full_processor_is_its_own_doing_and_a_hardly_used_one_is_not() -> None:
    full = change("stock", "CpuUsageRate(%)", "resource", 80.0, unit="%", level=0.98)
    idle = change("users", "CpuUsageRate(%)", "resource", 900.0, unit="%", level=0.05)
    assert names(*metrics(idle, full), calls(*MAP))[0] == "stock"


def test_a_delay_is_blamed_on_the_side_that_all_slow_calls_share() -> None:
    delayed = {"now": 2.0, "normal": 0.01, "doublings": 6.0}
    rows = [
        {"caller": "a", "callee": "victim", "network": delayed},
        {"caller": "b", "callee": "victim", "network": delayed},
        {"caller": "a", "callee": "fine", "network": {"now": 0.01, "normal": 0.01, "doublings": 0.0}},
    ]
    assert names(seen("dependency:1", {"calls": rows}))[0] == "victim"
    rows = [
        {"caller": "victim", "callee": "a", "network": delayed},
        {"caller": "victim", "callee": "b", "network": delayed},
        {"caller": "c", "callee": "a", "network": {"now": 0.01, "normal": 0.01, "doublings": 0.0}},
        {"caller": "c", "callee": "b", "network": {"now": 0.01, "normal": 0.01, "doublings": 0.0}},
    ]
    assert names(seen("dependency:1", {"calls": rows}))[0] == "victim"


def test_a_restart_and_another_alert_count() -> None:
    restarted = change("users", "restarts", "error", 5.0, before=0.0, after=1.0, peak=1.0)
    assert names(*metrics(restarted), calls(*MAP))[0] == "users"
    down = seen("alert:1", {"alert": "TargetDown", "severity": "critical"}, service="payments")
    own = seen("alert:2", {"alert": "SloBurn", "severity": "critical"}, service="web")
    assert names(down, own) == ["payments"]


def test_what_the_alert_speaks_of_counts_more() -> None:
    found = metrics(
        change("stock", "latency_p95", "latency", 60.0),
        change("users", "error_ratio", "error", 30.0, after=0.2),
    )
    slow = Alert("pagerduty", "p95 latency of web is high", ONSET, service="web")
    failing = Alert("pagerduty", "availability of web drops: 5xx errors", ONSET, service="web")
    assert names(*found, calls(*MAP), alert=slow)[0] == "stock"
    assert names(*found, calls(*MAP), alert=failing)[0] == "users"
    assert emphasis_of("slow and failing") == emphasis_of("")


def test_what_the_alerted_service_does_not_depend_on_counts_less() -> None:
    found = metrics(
        change("other", "latency_p95", "latency", 60.0), change("stock", "latency_p95", "latency", 30.0)
    )
    assert names(*found, calls(*MAP, ("other", "users")))[0] == "stock"


def test_a_load_balancer_passes_on() -> None:
    found = metrics(
        change("web-lb.example.com", "latency_p95", "latency", 60.0),
        change("stock", "latency_p95", "latency", 40.0),
    )
    assert names(*found)[0] == "stock"


def test_only_the_suspect_service_deploys_are_accused() -> None:
    found = [*logs(group("stock", "ERROR boom", 9.0)), calls(*MAP)]
    found += [
        deploy("deploy:1", "stock", 12, 0.2, accused=False),
        deploy("deploy:2", "web", 2, 0.6, accused=True),
    ]
    told = rank(found, ALERT)
    assert [each.sha for each in told.deploys] == ["abc1"]
    assert "Deployment abc1 went out" in str(told.cause)
    assert "deploy" in told.services[0].causes


def test_a_deployment_after_the_trouble_began_is_innocent() -> None:
    found = [*logs(group("stock", "ERROR boom", 9.0)), deploy("deploy:1", "stock", -4, 0.6, accused=True)]
    assert rank(found, ALERT).deploys == ()


def test_without_any_service_the_deployments_speak() -> None:
    found = [deploy("deploy:1", "", 30, 0.7, accused=True), deploy("deploy:2", "", 10, 0.1, accused=False)]
    told = rank(found, ALERT)
    assert [each.sha for each in told.deploys] == ["abc1"]
    assert told.cites == ("deploy:1",)
    assert told.confidence == pytest.approx(0.49)


def test_what_memory_knows_raises_but_never_accuses_alone() -> None:
    recalled = seen("recall:1", {"incident": "i", "tier": "seen_before", "services": ["stock"]})
    close = metrics(
        change("users", "latency_p95", "latency", 40.0), change("stock", "latency_p95", "latency", 36.0)
    )
    assert names(*close)[0] == "users"
    assert names(*close, recalled)[0] == "stock"
    assert names(recalled) == []


def test_a_resumed_case_agrees_with_itself() -> None:
    found = [
        *logs(group("stock", "ERROR boom", 9.0)),
        *metrics(change("web", "latency", "latency", 9.0)),
        calls(*MAP),
    ]
    again = [
        Evidence(
            each.id,
            Observation(
                each.seen.kind,
                each.text,
                "test",
                at=each.time,
                service=each.service,
                facts=json.loads(json.dumps(dict(each.facts))),
            ),
        )
        for each in found
    ]
    assert rank(again, ALERT) == rank(found, ALERT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.sampled_from(["log", "metric", "dependency", "deploy", "alert", "recall"]),
    st.dictionaries(
        st.sampled_from(
            ["groups", "group", "changes", "calls", "spans", "sha", "suspicion", "accused", "alert"]
        ),
        JSON,
    ),
)
def test_facts_of_another_version_never_break_the_ranking(kind: str, facts: dict[str, Any]) -> None:
    told = rank([seen(f"{kind}:1", facts, service="cart")], ALERT)
    assert set(told.cites) <= {f"{kind}:1"}


def test_names_are_found_as_whole_words_only() -> None:
    known = ["ts-order-service", "ts-order-service-2", "stock", "db"]
    assert mentioned("no instances for ts-order-service-2", known) == ["ts-order-service-2"]
    assert mentioned("stockholm is fine, stock is not, db neither", known) == ["stock"]
    assert mentioned("stock failed", known, but="stock") == []


def test_the_first_look_is_the_same_for_all_and_bounded_in_time() -> None:
    assert tuple(call.name for call in first_calls(ALERT)) == FIRST_LOOK
    assert all(not call.id and not call.arguments for call in first_calls(ALERT))
    early = scope_for(ALERT, ONSET - timedelta(hours=1))
    late = scope_for(ALERT, ONSET + timedelta(days=30))
    assert early.window.end == ONSET + timedelta(minutes=2)
    assert late.window.end == ONSET + timedelta(minutes=30)
    assert late.window.start == ONSET - timedelta(minutes=30)
    assert (late.service, late.onset) == ("web", ONSET)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (
            "GET <*> in <*> ms: no connection free after <*> ms <*> waiting)",
            "no connection free after … ms … waiting",
        ),
        ("GET <*> in <*> ms: boom", "GET … in … ms: boom"),
        (
            "POST checkout/orders: <*> payments cannot be reached",
            "POST checkout/orders: … payments cannot be reached",
        ),
        ("ERROR: pool (main) is empty", "pool (main) is empty"),
    ],
)
def test_a_quote_tells_what_went_wrong_and_no_half_of_a_pair(template: str, told: str) -> None:
    assert quoted(template) == told
