import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.lab import launch
from sandbox.lab.exposition import Reading, read
from sandbox.lab.faults.innocent import LONGER_PAGE
from sandbox.lab.shop_run import SERVICES
from tests.lab.opened import OpenShop, guilty_release, living_children, open_shop

MIB = 1024 * 1024
LAUNCH = str(Path(launch.__file__))


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}/exe").exists()]


async def scraped(targets: list[dict[str, Any]], service: str) -> Reading:
    (target,) = [each["targets"][0] for each in targets if each["labels"]["service"] == service]
    async with aiohttp.ClientSession() as session, session.get(f"http://{target}/metrics") as answer:
        return read(await answer.text())


async def test_a_shop_tells_everything_takes_releases_runs_dry_is_killed_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    async with open_shop(tmp_path, memory_limits={"users": 46 * MIB}) as opened:
        pids = living_children(os.getpid()) if sys.platform == "linux" else []
        assert len(pids) >= len(SERVICES) or sys.platform != "linux"
        await a_release_loses_no_request(opened)
        await everything_is_told(opened)
        await a_pool_runs_dry(opened)
        await a_leak_is_killed_at_the_memory_limit(opened)
    assert not set(pids) & set(living_children(os.getpid()))


async def a_release_loses_no_request(opened: OpenShop) -> None:
    await opened.logged("/products?category=garden&limit=10 200", "store")
    sha = await opened.shop.release(LONGER_PAGE)
    await opened.logged("/products?category=garden&limit=12 200", "store")
    assert sha[:7] in (await opened.logged("Rolling out", "gateway"))["msg"]
    answers = opened.shop.load.answers
    assert not any(status >= 500 for status in answers), answers
    (deployed,) = (opened.telemetry.folder / "baseline" / "deploys.jsonl").read_text().splitlines()
    assert json.loads(deployed)["sha"] == sha
    assert "+products = 12" in json.loads(deployed)["diff"]


async def everything_is_told(opened: OpenShop) -> None:
    told = await scraped(opened.shop.targets, "gateway")
    assert told["http_requests_total", (("route", "GET /products"), ("status", "200"))] > 0
    assert 10 * MIB < told["process_resident_memory_bytes", ()] < 200 * MIB
    traced = (await opened.logged("is complete", "checkout"))["trace"]
    heard = {line["service"] for line in opened.logs("") if line["trace"] == traced}
    assert heard >= {"gateway", "store", "payments"}
    opened.telemetry.summarise()
    edges = json.loads((opened.telemetry.folder / "baseline" / "service_dependencies.json").read_text())
    assert all(edge["network_p90_us"] > 0 for edge in edges if edge["caller"] == "gateway")
    assert ("checkout", "payments") in {(edge["caller"], edge["callee"]) for edge in edges}


async def a_pool_runs_dry(opened: OpenShop) -> None:
    await opened.shop.release(guilty_release("pool-dry"))
    await asyncio.gather(*(opened.order(product=5) for _ in range(6)))  # sold out
    await opened.until(lambda: opened.newest("store", "db_pool_in_use") == 6, "an empty pool")
    await opened.logged("no database connection free after 2500 ms (6 of 6 in use", "store")


async def a_leak_is_killed_at_the_memory_limit(opened: OpenShop) -> None:
    await opened.shop.release(guilty_release("session-leak"))
    killed = await opened.logged("OOMKilled", "users")
    assert "exit code 137" in killed["msg"]
    await opened.until(lambda: opened.newest("users", "restarts"), "a restart")
    await opened.until(lambda: opened.shop.load.answers[502], "502 while users is away")
    await opened.until(lambda: opened.newest("users", "up"), "users back again")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_no_process_outlives_the_command_that_is_told_to_stop(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sandbox.lab",
        "live",
        "payments-refused",
        "--out",
        str(tmp_path / "out"),
    ]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert process.stderr is not None
    async for line in process.stderr:
        if b"all is quiet" in line:
            break
    children = living_children(process.pid)
    assert len(children) == len(SERVICES)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 30) == 130
    assert not alive(children)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own promise")
async def test_what_is_launched_dies_with_its_starter_even_when_that_is_killed() -> None:
    sleep = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(60)"
    launched = [sys.executable, LAUNCH, "--file-limit", "0", "--", "/bin/sleep", "61"]
    starter = await asyncio.create_subprocess_exec(sys.executable, "-c", sleep, *launched)
    children: list[int] = []
    for _ in range(400):
        children = [pid for pid in living_children(starter.pid) if "sleep" in command_of(pid)]
        if children:
            break
        await asyncio.sleep(0.05)
    assert children
    starter.kill()
    await starter.wait()
    for _ in range(100):
        if not alive(children):
            break
        await asyncio.sleep(0.05)
    assert not alive(children)


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()
