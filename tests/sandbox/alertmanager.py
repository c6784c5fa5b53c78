"""A real Alertmanager on loopback that posts to a sandbox's incoming webhook."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
needs_alertmanager = pytest.mark.skipif(
    PROGRAM is None, reason="Debian's prometheus-alertmanager is not installed"
)


@asynccontextmanager
async def alertmanager(webhook_url: str, folder: Path) -> AsyncIterator[str]:
    """Run Alertmanager and give its address (host:port)."""
    assert PROGRAM is not None
    config = folder / "alertmanager.yml"
    config.write_text(
        f"""
route: {{receiver: slack, group_by: [alertname], group_wait: 100ms, group_interval: 200ms}}
receivers:
  - name: slack
    slack_configs: [{{api_url: "{webhook_url}", channel: "#alerts", send_resolved: true}}]
"""
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    arguments = [f"--config.file={config}", f"--storage.path={folder}", f"--web.listen-address={address}"]
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        *arguments,
        "--cluster.listen-address=",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield address
    finally:
        process.terminate()
        await process.wait()


async def put_alert(address: str, alert: dict[str, Any]) -> None:
    """Hand an alert to Alertmanager as soon as it listens."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(30):
        while True:
            try:
                async with session.post(f"http://{address}/api/v2/alerts", json=[alert]) as answer:
                    assert answer.status == 200
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
