"""A terminal for the tests of the commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.bot.cli.terminal import Run, runner


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    before = structlog.get_config()
    yield runner(tmp_path, capfd)
    structlog.configure(**before)  # the command sent the logs to a stream that ends with this test
