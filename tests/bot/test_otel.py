"""Traces and metrics of a real case, as a real collector's protobufs read them."""

from pathlib import Path

from aiohttp import ClientSession
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bot.health import Condition, probed
from sandbox.server import Sandbox
from tests.bot.collector import collector
from tests.bot.office import alert_post, bot_in, is_verdict

ALERTS = "C0001"


def attribute(span: Span, key: str) -> str:
    return next((each.value.string_value for each in span.attributes if each.key == key), "")


async def test_a_case_is_one_trace_and_counted(tmp_path: Path) -> None:
    async with collector() as kept, Sandbox() as sandbox:
        async with bot_in(sandbox, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=kept.url):
            root = sandbox.post_webhook(alert_post())["ts"]
            await sandbox.wait_for(
                lambda: any(map(is_verdict, sandbox.thread(ALERTS, root))), 30.0, "a verdict"
            )
        names = {span.name for span in kept.spans}
        assert {"invoke_agent IncidentOS", "recall", "execute_tool search_logs"} <= names
        assert len({span.trace_id for span in kept.spans}) == 1
        (whole,) = [span for span in kept.spans if span.name.startswith("invoke_agent")]
        assert {span.parent_span_id for span in kept.spans if span is not whole} == {whole.span_id}
        assert not whole.parent_span_id
        assert attribute(whole, "gen_ai.conversation.id").startswith("INC-")
        assert attribute(whole, "incidentos.mode") == "evidence_only"
        assert kept.services == {"incidentos"}
        measured = {metric.name for metric in kept.metrics}
        assert {"incidentos.verdict", "incidentos.first_line", "incidentos.tool.duration"} <= measured
        assert not any(b"5xx" in body or b"PoolTimeout" in body for body in kept.bodies)


async def test_a_collector_that_is_down_costs_no_case(tmp_path: Path) -> None:
    async with (
        Sandbox() as sandbox,
        bot_in(sandbox, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9") as office,
    ):
        root = sandbox.post_webhook(alert_post())["ts"]
        await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, root))), 30.0, "a verdict")
        assert (await office.condition()).ready


async def test_probes_tell_whether_slack_is_heard(tmp_path: Path) -> None:
    async with (
        Sandbox() as sandbox,
        bot_in(sandbox, tmp_path) as office,
        probed("127.0.0.1:0", office.condition) as port,
        ClientSession(f"http://127.0.0.1:{port}") as probe,
    ):
        async with probe.get("/livez") as alive, probe.get("/readyz") as ready:
            assert (alive.status, ready.status) == (200, 200)
            assert (await ready.json())["slack"] == "ok"
        office.deaf.set()
        async with probe.get("/readyz") as ready:
            assert ready.status == 503
            assert (await ready.json())["slack"].startswith("deaf")
        async with probe.get("/") as nothing_else:
            assert nothing_else.status == 404


def test_a_dead_database_is_not_ready() -> None:
    assert not Condition("ok", "does not answer (OperationalError)").ready
    assert Condition("ok", "ok").ready
