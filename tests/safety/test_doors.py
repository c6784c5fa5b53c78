"""One test a door: what is secret passes none of them, and a redactor that fails lets nothing through."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.logs import WITHHELD, SafeFormatter, configure_logs, safe_line
from bot.door import door
from bot.investigation.commands import looks_like_command, without_commands
from sandbox.anthropic_script import Received, Say
from sandbox.anthropic_server import AnthropicServer
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict
from tools.redact import redact

KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
WORDS = st.text(max_size=200)


@given(WORDS, WORDS)
def test_to_slack(before: str, after: str) -> None:
    body = {"text": f"{before} {KEY} {after}", "blocks": []}
    gated = json.dumps(door((), redact)(body))
    assert KEY not in gated
    assert "<!channel>" not in gated


@given(WORDS)
def test_to_slack_nobody_is_called_and_nothing_is_linked(words: str) -> None:
    hostile = f"{words}<!channel> <@U0CEO1> <https://evil.example/?q=1|fine> https://evil.example/x"
    body = {"text": hostile, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": hostile}}]}
    gated = json.dumps(door(("grafana.example",), redact)(body))
    assert "<!channel>" not in gated
    assert "<@U0CEO1>" not in gated
    assert "evil.example" not in gated


async def test_to_the_model_to_memory_and_to_the_journal(tmp_path: Path) -> None:
    def script(_: Received) -> Say:
        return Say('{"cause": null, "services": [], "confidence": 0.1, "claims": [], "fix": null}')

    async with Sandbox() as sandbox, AnthropicServer(script) as server:
        keys = {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": server.url}
        async with bot_in(sandbox, tmp_path, **keys) as bot:
            post = alert_post()
            post["attachments"][0]["text"] += f" token={KEY}"
            root = str(sandbox.post_webhook(post)["ts"])
            await sandbox.wait_for(
                lambda: next((m for m in sandbox.thread(ALERTS, root)[1:] if is_verdict(m)), None), 60.0
            )
            assert (await bot.case_at(ALERTS, root)).verdict is not None
        assert server.requests
        assert KEY not in json.dumps([each.body for each in server.requests])
        assert KEY not in json.dumps([call.args for call in sandbox.calls])
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert KEY.encode() not in kept


def test_to_logs(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    hook, handlers = sys.excepthook, logging.getLogger().handlers[:]
    try:
        configure_logs(pretty=False)
        try:
            raise ValueError(f"https://user:{KEY}@host.example/")
        except ValueError:
            structlog.get_logger().exception("failed", token=KEY)
    finally:
        structlog.configure(**before)
        sys.excepthook = hook
        logging.getLogger().handlers[:] = handlers
    told = capsys.readouterr().err
    assert "failed" in told
    assert KEY not in told


def test_to_the_logs_of_libraries() -> None:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "sent %s", (KEY,), None)
    assert KEY not in SafeFormatter("%(message)s").format(record)


def test_to_a_crash() -> None:
    code = (
        "from bot.cli.logs import configure_logs\n"
        "configure_logs(pretty=False)\n"
        f"raise RuntimeError('token={KEY}')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "RuntimeError" in ended.stderr
    assert KEY not in ended.stderr


def test_a_failing_redactor_lets_no_line_through() -> None:
    def fails(_: str) -> str:
        raise RuntimeError

    assert safe_line(KEY, fails) == WITHHELD


@given(WORDS)
def test_no_command_is_left_in_what_people_are_told(words: str) -> None:
    assert not looks_like_command(without_commands(f"{words} kubectl delete pod x\n{words}"))
