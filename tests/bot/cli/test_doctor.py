"""`doctor`: without tokens it still helps, with them it tells the truth, and it never shows a secret."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.checks import Check
from bot.cli.checks_slack import checks_slack, clock, scopes
from bot.cli.checks_sources import check_model
from bot.settings import Settings
from bot.wiring import now
from sandbox.server import Sandbox
from tests.bot.cli.terminal import Run
from tests.bot.office import ALERTS


def by_name(shape: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in shape["checks"]}


def test_it_works_without_tokens_and_says_what_is_missing(run: Run) -> None:
    told = run("doctor", "--json")
    assert told.code == 0, told.out
    assert set(told.json) == {"ok", "checks"} and told.json["ok"] is True
    found = by_name(told.json)
    assert all(set(check) == {"name", "state", "found", "mend"} for check in told.json["checks"])
    for name in ("routing policy", "data folder", "disk", "database", "embedding model", "index", "clock"):
        assert found[name]["state"] == "ok", found[name]
    for name in ("Slack bot token", "Slack app token", "Anthropic key", "logs", "metrics", "deploys"):
        assert found[name]["state"] == "skipped" and found[name]["mend"], found[name]
    assert "–" in run("doctor").out


def test_a_damaged_database_and_a_bad_policy_are_told_together(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "incidentos.db").write_bytes(b"no database " * 1000)
    (tmp_path / "routes.toml").write_text("version = 7")
    told = run("doctor", "--json", INCIDENTOS_ROUTES=str(tmp_path / "routes.toml"))
    assert told.code == 1 and told.json["ok"] is False
    failing = {name for name, check in by_name(told.json).items() if check["state"] == "failed"}
    assert failing == {"routing policy", "database"}


def test_a_source_that_is_down_is_named_and_no_secret_is_shown(run: Run) -> None:
    told = run(
        "doctor",
        "--json",
        PROMETHEUS_URL="http://127.0.0.1:9",
        ANTHROPIC_API_KEY="sk-ant-verysecret",
        ANTHROPIC_BASE_URL="http://127.0.0.1:9",
        SLACK_BOT_TOKEN="xoxb-verysecret",
        SLACK_APP_TOKEN="xapp-verysecret",
        SLACK_API_URL="http://127.0.0.1:9/api",
    )
    assert told.code == 1
    found = by_name(told.json)
    for name in ("metrics: prometheus", "Anthropic key", "Slack bot token", "Slack app token"):
        assert found[name]["state"] == "failed" and found[name]["mend"], found[name]
    assert "verysecret" not in told.out + told.err


async def told_by(sandbox: Sandbox, **settings: str) -> dict[str, Check]:
    read = Settings.read(
        {"SLACK_BOT_TOKEN": sandbox.bot_token, "SLACK_APP_TOKEN": sandbox.app_token, **settings}
    )

    def client(token: str) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=sandbox.api_url)

    return {check.name: check async for check in checks_slack(read, client, now)}


async def test_slack_is_asked_for_tokens_scopes_channels_and_time() -> None:
    async with Sandbox() as sandbox:
        found = await told_by(sandbox, INCIDENTOS_CHANNELS=f"{ALERTS},C0NONE")
    assert [found[name].state for name in ("Slack bot token", "Slack app token", "Slack scopes")] == [
        "ok"
    ] * 3
    assert found["clock beside Slack's"].state == "ok"
    assert found[f"channel {ALERTS}"].state == "ok"
    assert found["channel C0NONE"].state == "failed" and "C0NONE" not in found["channel C0NONE"].mend


async def test_a_wrong_token_is_refused() -> None:
    async with Sandbox() as sandbox:
        found = await told_by(sandbox, SLACK_BOT_TOKEN="xoxb-wrong", SLACK_APP_TOKEN="xapp-wrong")
    assert found["Slack bot token"].state == found["Slack app token"].state == "failed"


def test_a_missing_scope_and_a_wrong_clock_are_failures() -> None:
    assert scopes({"X-OAuth-Scopes": "chat:write"}).state == "failed"
    assert "commands" in scopes({"x-oauth-scopes": "chat:write"}).found
    assert clock({"Date": "Sun, 22 Nov 2020 02:00:00 GMT"}, now()).state == "failed"


@pytest.mark.parametrize(
    ("status", "state"), [(200, "ok"), (401, "failed"), (403, "failed"), (404, "warning"), (500, "failed")]
)
async def test_the_key_is_tried_without_spending(status: int, state: str) -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(status, stream=httpx2.ByteStream(b'{"data": []}'))

    settings = Settings.read({"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": "http://gateway.test"})
    check = await check_model(settings, httpx2.MockTransport(answer))
    assert check.state == state
    assert {(request.method, request.url.path) for request in asked} == {("GET", "/v1/models")}
    assert "sk-ant-x" not in json.dumps(check.shape())
