"""A network that hangs, cuts and refuses, between the bot and all it speaks to: S06, A03, Q01, Q02, T01, and SQL.

Everything goes through a real TCP proxy that misbehaves.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from slack_sdk.web.async_client import AsyncWebClient

from bench.postgres import emptied
from bot.ear import Hearing
from bot.investigation.alert import Alert
from bot.office import Office
from bot.remembering import Remembering
from bot.settings import Settings
from bot.sources import file_sources
from bot.store.cases import Cases, Place
from bot.store.database import create_tables, engine_for
from bot.store.intake import Envelope, Intake
from bot.wiring import house, now, office
from memory.opening import MemorySettings, open_memory
from router.policy_file import DEFAULT
from sandbox.anthropic_script import in_turn, rate_limited
from sandbox.anthropic_server import AnthropicServer
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, text_of, write_case
from tests.bot.test_office_model import diagnosis
from tests.faults import invariants
from tests.faults.conftest import SOON, WAIT, verdict_under
from tests.faults.proxy import Proxy
from tools.metrics import QueryMetrics
from tools.providers.prometheus import PrometheusMetrics, PrometheusSettings
from tools.reads import Endpoint
from tools.redact import redact
from tools.telemetry import Window
from tools.tool import Scope, Status, ToolCall
from tools.toolbox import Toolbox

QUICK = Hearing(ping_s=0.3, quiet_s=1.5, look_s=0.2, history_s=60.0, connect_s=2.0, tries=50)


class Behind(Sandbox):
    """A sandbox whose address is the proxy's, also in what it tells of its websocket."""

    proxy: Proxy | None = None

    @property
    def url(self) -> str:
        return super().url if self.proxy is None else f"http://127.0.0.1:{self.proxy.port}"


@asynccontextmanager
async def listening_through(sandbox: Sandbox, folder: Path) -> AsyncIterator[Office]:
    write_case(folder / "telemetry", now())
    read = Settings.read(
        {
            "INCIDENTOS_DATA": str(folder / "data"),
            "INCIDENTOS_EXAMPLES": "no",
            "INCIDENTOS_NEAR_MINUTES": "0",
            "INCIDENTOS_PLOTS": "no",
        }
    )
    async with house(read, file_sources(folder / "telemetry", read)) as parts:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, timeout=2)
        running = office(replace(parts, hearing=QUICK), client, sandbox.app_token)
        await running.open()
        try:
            yield running
        finally:
            await running.close()


async def test_s06_half_open(tmp_path: Path) -> None:
    """Connected and deaf: packets go nowhere, nobody says goodbye; then the route is back."""
    async with Behind(timing=SOON) as sandbox, Proxy(int(sandbox.url.rpartition(":")[2])) as proxy:
        sandbox.proxy = proxy
        async with listening_through(sandbox, tmp_path) as bot:
            first = sandbox.post_webhook(alert_post())
            await verdict_under(sandbox, first["ts"])
            proxy.black_hole()
            missed = sandbox.post_webhook(alert_post("[FIRING:1] DiskFull users (shop critical)"))
            await asyncio.sleep(2.0)  # longer than the watchdog believes in silence
            assert len(sandbox.thread(ALERTS, missed["ts"])) == 1
            proxy.refuse()
            proxy.pass_on()
            await verdict_under(sandbox, missed["ts"])
            assert "seen late" in text_of(sandbox.thread(ALERTS, missed["ts"])[1]) or any(
                each.attempt for each in sandbox.envelopes
            )
            await invariants.check(sandbox, bot.cases.engine)


@pytest.mark.parametrize("way", ["refuse", "black_hole"])
async def test_a03_the_model_behind_a_bad_network(tmp_path: Path, way: str) -> None:
    """What is known without a model stands, with one line why."""
    async with (
        Sandbox(timing=SOON) as sandbox,
        AnthropicServer(diagnosis) as server,
        Proxy(server.port) as proxy,
    ):
        routes = tmp_path / "routes.toml"
        routes.write_text(quick_routes())
        keys = {
            "ANTHROPIC_API_KEY": "test",
            "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{proxy.port}",
            "INCIDENTOS_ROUTES": str(routes),
        }
        misbehave(proxy, way)
        async with bot_in(sandbox, tmp_path, **keys) as bot:
            alert = sandbox.post_webhook(alert_post())
            verdict = await verdict_under(sandbox, alert["ts"])
            case = await bot.case_at(ALERTS, alert["ts"])
            assert case.verdict is not None
            assert case.verdict.mode == "evidence_only"
            assert "store" in case.verdict.services
            thread = await told_in(sandbox, alert["ts"], "to have a model try")
            assert "evidence only, no model" in text_of(verdict)
            assert any(words in thread for words in ("cannot be reached", "in time")), "what failed"
            assert "Memory, evidence and suspects stand without it" in thread, "what still works"
            assert "to have a model try" in thread, "and when it is tried again"
            assert case.bill is not None
            await invariants.check(sandbox, bot.cases.engine)


async def test_a03_a_slow_network_is_no_fault(tmp_path: Path) -> None:
    async with (
        Sandbox(timing=SOON) as sandbox,
        AnthropicServer(diagnosis) as server,
        Proxy(server.port) as proxy,
    ):
        keys = {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{proxy.port}"}
        async with bot_in(sandbox, tmp_path, **keys) as bot:
            proxy.delay_s = 0.2
            alert = sandbox.post_webhook(alert_post())
            await verdict_under(sandbox, alert["ts"])
            case = await bot.case_at(ALERTS, alert["ts"])
            assert case.verdict is not None
            assert case.verdict.mode == "model"


async def test_a01_a_long_rate_limit_is_told_with_its_time(tmp_path: Path) -> None:
    limited = in_turn(*[rate_limited("171")] * 9)
    async with Sandbox(timing=SOON) as sandbox, AnthropicServer(limited) as server:
        keys = {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": server.url}
        async with bot_in(sandbox, tmp_path, **keys) as bot:
            alert = sandbox.post_webhook(alert_post())
            verdict = await verdict_under(sandbox, alert["ts"])
            thread = await told_in(sandbox, alert["ts"], "UTC on to have a model try")
            assert "The model is rate-limited" in thread
            assert re.search(r"ask here from \d\d:\d\d UTC on to have a model try", thread)
            assert "evidence only, no model" in text_of(verdict)
            await invariants.check(sandbox, bot.cases.engine)


@pytest.mark.parametrize("way", ["refuse", "black_hole"])
async def test_q01_q02_an_index_that_is_away_or_hangs(tmp_path: Path, way: str) -> None:
    engine = engine_for(None, tmp_path)
    await create_tables(engine)
    async with Proxy(1) as proxy:
        misbehave(proxy, way)
        memory = await open_memory(engine, MemorySettings(tmp_path, f"http://127.0.0.1:{proxy.port}"))
        await memory.embed.embed(["warm"])
        async with asyncio.timeout(30.0):  # a bound on hanging, far above the two seconds that are allowed
            known = await Remembering(memory, "T0001", now).nearest(
                Alert("person", "checkout answers 502", now())
            )
        assert known.available, "SQL is the truth: words can be matched without the index"
        assert "unreachable: matched by words only" in known.note
        await memory.close()
    await engine.dispose()


@pytest.mark.parametrize("way", ["refuse", "black_hole"])
async def test_t01_a_source_that_is_away_is_never_nothing_found(way: str) -> None:
    async with Proxy(1) as proxy:
        misbehave(proxy, way)
        endpoint = Endpoint(f"http://127.0.0.1:{proxy.port}", timeout_s=0.5)
        source = PrometheusMetrics(PrometheusSettings(endpoint))
        box = Toolbox([QueryMetrics((source,))], redact)
        window = Window(now() - timedelta(minutes=30), now())
        scope = Scope(window, now(), timeout=timedelta(seconds=3))
        found = await box.run(ToolCall("query_metrics", {}), scope)
        await source.aclose()
    assert found.status is Status.UNAVAILABLE
    assert "prometheus" in found.note, "which source it was"
    assert "failed (" not in found.note, "told as an answer, not as a bug of ours"
    assert not found.observations


async def test_t01_the_thread_tells_that_it_could_not_look(sandbox: Sandbox, tmp_path: Path) -> None:
    """No part of the telemetry can be read: the case says so, in the evidence and under its verdict."""
    empty = tmp_path / "telemetry"
    empty.mkdir()
    async with bot_in(sandbox, tmp_path) as bot:
        alert = sandbox.post_webhook(alert_post())["ts"]
        verdict = await verdict_under(sandbox, alert)
        replies = [text_of(reply) for reply in sandbox.thread(ALERTS, alert)[1:]]
        case = await bot.case_at(ALERTS, alert)
    evidence = next(reply for reply in replies if "*Evidence*" in reply)
    assert evidence.count("not available") >= 4
    assert "looked, found nothing" not in evidence.replace("find_runbook` looked, found nothing", "")
    assert "Not available is not “nothing found”" in evidence
    assert case.verdict is not None
    assert case.verdict.outcome != "concluded"
    assert "Not checked" in text_of(verdict)


async def test_postgresql_drops_a_connection_in_a_transaction(postgres: str, tmp_path: Path) -> None:
    """What was not committed is told as such; the next try works, and nothing stands twice."""
    await emptied(postgres)
    direct = sa.engine.make_url(postgres)
    async with Proxy(int(direct.port or 5432)) as proxy:
        engine = engine_for(str(direct.set(port=proxy.port)), tmp_path)
        await create_tables(engine)
        intake, cases = Intake(engine, "a"), Cases(engine, "a")
        envelope = Envelope("T1", "E1", "event", {"text": "x"}, "C1:1.0:posted")

        async def cut_off() -> None:
            async with engine.begin() as connection:
                await connection.execute(sa.text("SELECT 1"))
                proxy.refuse()
                await connection.execute(sa.text("INSERT INTO about VALUES ('x', 'y')"))

        with pytest.raises((sa.exc.SQLAlchemyError, OSError)):
            await cut_off()
        proxy.pass_on()
        assert await intake.keep(envelope, now())
        assert not await intake.keep(envelope, now())
        row, new = await cases.open(Alert("m", "x", now()), Place("C1", "1.0"), now())
        proxy.refuse()
        proxy.pass_on()
        again, twice = await cases.open(Alert("m", "x", now()), Place("C1", "1.0"), now())
        assert (row.number, new, twice) == (again.number, True, False)
        await engine.dispose()


async def told_in(sandbox: Sandbox, root: str, words: str) -> str:
    """Wait until a thread holds *words*; return all its text."""

    def text() -> str:
        return "".join(map(text_of, sandbox.thread(ALERTS, root)))

    return await sandbox.wait_for(lambda: text() if words in text() else None, WAIT, words)


def misbehave(proxy: Proxy, way: str) -> None:
    if way == "refuse":
        proxy.refuse()
    else:
        proxy.black_hole()


def quick_routes() -> str:
    """The policy of the product with short deadlines, so that a hanging model is given up soon."""
    told = DEFAULT.read_text(encoding="utf-8")
    told = re.sub(r"(?m)^deadline_s = \d+", "deadline_s = 9", told)
    return re.sub(r"(?m)^call_s = \d+", "call_s = 4", told)
