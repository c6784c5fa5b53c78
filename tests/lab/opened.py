"""A shop that is really open, small and quick, and what tests ask of it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from sandbox.lab.fault import Deploy
from sandbox.lab.faults import FAULTS
from sandbox.lab.load import Crowd
from sandbox.lab.release import Release
from sandbox.lab.shop_run import Shop, ShopPlan
from sandbox.lab.telemetry import TelemetryFolder

Found = TypeVar("Found")
BUSY = Crowd(people=12, visits_per_s=9.0, orders=0.8)


class OpenShop:
    """A running shop and everything that it has told so far."""

    def __init__(self, shop: Shop, telemetry: TelemetryFolder, rows: list[dict[str, Any]]) -> None:
        self.shop = shop
        self.telemetry = telemetry
        self.rows = rows

    async def until(self, found: Callable[[], Found], what: str, patience_s: float = 40.0) -> Found:
        """Return what *found* finds as soon as it finds something."""
        ends = time.monotonic() + patience_s
        while time.monotonic() < ends:
            if value := found():
                return value
            await asyncio.sleep(0.1)
        raise AssertionError(f"not seen within {patience_s:.0f} s: {what}")

    def logs(self, words: str, service: str = "") -> list[dict[str, Any]]:
        """Return the log lines that hold *words*."""
        file = self.telemetry.folder / "baseline" / "logs.jsonl"
        lines = (json.loads(line) for line in file.read_text("utf-8").splitlines() if words in line)
        return [line for line in lines if words in line["msg"] and service in {"", line["service"]}]

    async def logged(self, words: str, service: str = "") -> dict[str, Any]:
        """Return the first log line that holds *words*, waiting for it."""
        found = await self.until(lambda: self.logs(words, service), f"{words!r} in the log")
        return found[0]

    def newest(self, service: str, metric: str) -> float | None:
        """Return the newest value of a metric."""
        return next(
            (row[metric] for row in reversed(self.rows) if row["service"] == service and metric in row), None
        )

    async def order(self, product: int) -> int:
        """Order as a new customer and return the status."""
        gateway = self.shop.endpoints["gateway"]
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{gateway}/login", json={"name": "somebody"}) as answer:
                token = (await answer.json())["token"]
            order = {"product": product, "quantity": 1}
            async with session.post(f"{gateway}/orders", json=order, headers={"x-session": token}) as answer:
                return answer.status


@asynccontextmanager
async def open_shop(
    folder: Path, memory_limits: Mapping[str, int] | None = None, file_limits: Mapping[str, int] | None = None
) -> AsyncIterator[OpenShop]:
    rows: list[dict[str, Any]] = []
    telemetry = TelemetryFolder(folder / "telemetry")
    (folder / "place").mkdir()
    plan = ShopPlan(
        crowd=BUSY, memory_limits=memory_limits or {}, file_limits=file_limits or {}, scrape_s=0.3
    )
    async with Shop(plan, folder / "place", telemetry, rows.append) as shop:
        yield OpenShop(shop, telemetry, rows)
    telemetry.close()


def guilty_release(fault: str) -> Release:
    return next(step.release for step in FAULTS[fault].steps if isinstance(step, Deploy) and step.guilty)


def living_children(pid: int) -> list[int]:
    """Return the processes that *pid* has started, as the kernel knows them."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = status.read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == pid and after_name[0] != "Z":
            found.append(int(status.parent.name))
    return found
