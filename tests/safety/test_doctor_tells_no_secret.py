"""The terminal tells no secret: not in `doctor`, whatever fails, and not in what a command prints when it crashes.

A whole process that runs well is tried in test_image.py.
"""

import pytest

from tests.bot.cli.conftest import run
from tests.bot.cli.terminal import Run

__all__ = ["run"]  # the fixture of the commands' own tests

CHANCE = "Zx81" + "kQw7Lm2p9Tr4"
NOWHERE = "http://127.0.0.1:9/"
WITH_SECRETS = {
    "SLACK_BOT_TOKEN": f"xoxb-{CHANCE}-bot",
    "SLACK_APP_TOKEN": f"xapp-1-{CHANCE}-app",
    "ANTHROPIC_API_KEY": f"sk-ant-api03-{CHANCE}-key",
    "QDRANT_API_KEY": f"{CHANCE}-qdrant",
    "DATABASE_URL": f"postgresql://bot:{CHANCE}@127.0.0.1:9/incidentos",
    "SLACK_API_URL": NOWHERE,
    "ANTHROPIC_BASE_URL": NOWHERE,
    "QDRANT_URL": NOWHERE,
    "PROMETHEUS_URL": NOWHERE,
}


@pytest.mark.parametrize("command", [["doctor"], ["doctor", "--json"], ["serve"], ["recall", "x"], ["audit"]])
def test_no_command_tells_a_secret(command: list[str], run: Run) -> None:
    ended = run(*command, **WITH_SECRETS)
    assert ended.code == 1, "nothing of this can be reached"
    told = ended.out + ended.err
    assert told.strip()
    assert CHANCE not in told


def test_a_setting_that_is_wrong_is_not_repeated(run: Run) -> None:
    ended = run("doctor", SLACK_BOT_TOKEN=f"{CHANCE}-is-no-token")
    assert "SLACK_BOT_TOKEN" in ended.err
    assert CHANCE not in ended.out + ended.err
