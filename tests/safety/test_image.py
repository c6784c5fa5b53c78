"""What the image copies is enough to run: its commands are started from a folder that holds just that."""

import asyncio
import shutil
import sys
from pathlib import Path

import pytest

from memory.weights import prepare_model
from sandbox.server import Sandbox

HOME = Path(__file__).resolve().parents[2]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The image's own files, read from its last stage."""
    folder = tmp_path / "image"
    folder.mkdir()
    last = (HOME / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    for line in last.splitlines():
        words = line.split()
        if words[:1] == ["COPY"] and not words[1].startswith("--from"):
            for source in words[1:-1]:
                copy = shutil.copytree if (HOME / source).is_dir() else shutil.copy
                copy(HOME / source, folder / source)
    return folder


async def test_doctor_reads_all_that_it_needs_from_the_image(image: Path, tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        env = {
            "PATH": "/usr/bin:/bin",
            "INCIDENTOS_DATA": str(tmp_path / "data"),
            "INCIDENTOS_CACHE": str(prepare_model().folder.parent),
            "SLACK_BOT_TOKEN": sandbox.bot_token,
            "SLACK_APP_TOKEN": sandbox.app_token,
            "SLACK_API_URL": sandbox.api_url.rstrip("/"),
        }
        doctor = await asyncio.create_subprocess_exec(
            sys.executable, "app.py", "doctor", cwd=image, env=env,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        told, trouble = await asyncio.wait_for(doctor.communicate(), 100)
    assert "Traceback" not in trouble.decode()
    assert "Slack scopes" in told.decode()
    for secret in (sandbox.bot_token, sandbox.app_token):
        assert secret not in told.decode() + trouble.decode()
