from typing import Any

from sandbox.lab.spans import Spans, percentile


def span(
    kind: str,
    service: str,
    *,
    id_: str = "",
    parent: str = "",
    us: int = 1,
    peer: str = "",
    ok: bool = True,
    operation: str = "GET /x",
) -> dict[str, Any]:
    return {
        "span": kind, "service": service, "operation": operation, "peer": peer, "trace": "t",
        "id": id_, "parent": parent, "us": us, "ok": ok,
    }  # fmt: skip


def test_what_the_client_waits_longer_than_the_server_works_is_the_network() -> None:
    spans = Spans()
    spans.add(span("client", "gateway", id_="c1", us=900, peer="store"))
    spans.add(span("server", "store", id_="s1", parent="c1", us=600))
    assert spans.calls() == [
        {
            "caller": "gateway", "callee": "store", "calls": 1, "errors": 0,
            "client_p90_us": 900, "server_p90_us": 600, "network_p90_us": 300,
        }
    ]  # fmt: skip
    assert spans.operations()[0] | {"service": "store", "count": 1, "max_us": 600} == spans.operations()[0]


def test_a_refused_call_says_nothing_of_server_and_network() -> None:
    spans = Spans()
    spans.add(span("client", "checkout", id_="c1", us=50, peer="payments", ok=False))
    (edge,) = spans.calls()
    assert edge["errors"] == 1
    assert "server_p90_us" not in edge


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile(range(1, 101), 0.9) == 91
    assert percentile([7], 0.95) == 7
    assert percentile([], 0.5) == 0
