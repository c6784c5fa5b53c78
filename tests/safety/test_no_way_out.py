"""No test and no sandbox reaches a host outside this machine: the guard of tests/conftest.py is tried, not trusted."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from memory.weights import prepare_model
from sandbox.server import Sandbox

HOME = Path(__file__).resolve().parents[2]
FAR = "203.0.113.1"  # RFC 5737: documentation only, routed nowhere


@pytest.fixture
def own_place() -> Iterator[Path]:
    """A folder that pytest's own care does not reach: each session shuts `tmp_path`'s parents to other users again."""
    with tempfile.TemporaryDirectory() as place:
        yield Path(place)


def test_a_plain_socket_is_refused() -> None:
    with socket.socket() as plain, pytest.raises(AssertionError, match=FAR):
        plain.connect((FAR, 80))


async def test_an_asyncio_connection_is_refused() -> None:
    with pytest.raises(AssertionError, match=FAR):
        await asyncio.wait_for(asyncio.open_connection(FAR, 80), 5)


async def test_an_http_client_is_refused() -> None:
    async with aiohttp.ClientSession() as client:
        with pytest.raises((AssertionError, aiohttp.ClientError)):
            await client.get(f"http://{FAR}/", timeout=aiohttp.ClientTimeout(5))


def test_a_process_of_a_test_is_refused() -> None:
    code = f"import socket; socket.create_connection(('{FAR}', 80), timeout=5)"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 1
    assert f"tried to reach {FAR}" in ended.stderr


def test_the_sandbox_plays_as_in_the_container(own_place: Path) -> None:
    """As uid 10001, without a home, on a read-only root: no library, native ones included, tries to get out."""
    wanted = ("unshare", "ip", "setpriv", "mount")
    if os.geteuid() != 0 or not all(map(shutil.which, wanted)):
        pytest.skip("needs root and util-linux to make a place of its own")
    own_network = "unshare --net --mount ip link add out type veth peer name nowhere".split()
    if subprocess.run(own_network, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let us make a place of its own")
    cache = own_place / "weights"
    shutil.copytree(prepare_model().folder.parent, cache)
    for place in (own_place, cache, *cache.iterdir()):
        place.chmod(place.stat().st_mode | 0o555)
    ended = subprocess.run(
        ["unshare", "--net", "--mount", "sh", str(HOME / "tests/safety/nobody.sh"), str(own_place), str(cache),
         sys.base_prefix, sys.executable, "app.py", "sandbox", "--play", "pool-dry", "--json"],
        cwd=HOME, capture_output=True, text=True, check=False, timeout=170,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3_000:]
    assert json.loads(ended.stdout.splitlines()[-1])["verdict_s"] > 0


def test_the_model_runtime_prepares_no_report_of_its_own(tmp_path: Path) -> None:
    """onnxruntime keeps a device id and a queue in the home before it sends: with its reports off there is neither."""
    code = (
        "import asyncio, pathlib, sys; from memory.embedder import MiniLm; "
        "asyncio.run(MiniLm(pathlib.Path(sys.argv[1])).embed(['checkout is down']))"
    )
    place = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    words = [sys.executable, "-c", code, str(prepare_model().folder.parent)]
    subprocess.run(words, cwd=HOME, env=place, check=True, timeout=120)
    assert not [path for path in tmp_path.rglob("*") if "onnxruntime" in path.name]


async def test_the_sandbox_listens_on_loopback_only() -> None:
    async with Sandbox() as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        assert sandbox.webhook_url.startswith("http://127.0.0.1:")
