"""The terminal tells no secret: not in `doctor`, whatever fails, and not in what a command prints when it crashes."""

import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
CHANCE = "Zx81" + "kQw7Lm2p9Tr4"
SECRETS = {
    "SLACK_BOT_TOKEN": f"xoxb-{CHANCE}-bot",
    "SLACK_APP_TOKEN": f"xapp-1-{CHANCE}-app",
    "ANTHROPIC_API_KEY": f"sk-ant-api03-{CHANCE}-key",
    "QDRANT_API_KEY": f"{CHANCE}-qdrant",
    "DATABASE_URL": f"postgresql://bot:{CHANCE}@127.0.0.1:9/incidentos",
}


@pytest.mark.parametrize("command", [["doctor"], ["doctor", "--json"], ["serve"], ["recall", "x"], ["audit"]])
def test_no_command_tells_a_secret(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for name in ("SLACK_API_URL", "ANTHROPIC_BASE_URL", "QDRANT_URL", "PROMETHEUS_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.setenv("INCIDENTOS_DATA", str(tmp_path / "data"))
    ended = subprocess.run(
        [sys.executable, "app.py", *command],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 1, "nothing of this can be reached"
    told = ended.stdout + ended.stderr
    assert told.strip()
    assert CHANCE not in told


def test_a_setting_that_is_wrong_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", f"{CHANCE}-is-no-token")
    ended = subprocess.run(
        [sys.executable, "app.py", "doctor"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "SLACK_BOT_TOKEN" in ended.stderr
    assert CHANCE not in ended.stdout + ended.stderr
