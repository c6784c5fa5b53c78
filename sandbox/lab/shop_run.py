"""The shop, open: its repository, certificates, processes, load and scrapes, from `open` to `close`.

Everything that services say, every scrape and every deployment goes to a TelemetryFolder. It makes no trouble and
judges nothing.
"""

import asyncio
import json
import random
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from sandbox.lab.certificates import issue, make_authority
from sandbox.lab.exposition import Reading, read, wide_row
from sandbox.lab.history import past_releases
from sandbox.lab.load import Crowd, Load
from sandbox.lab.release import Release
from sandbox.lab.repository import Repository
from sandbox.lab.supervisor import ShopBroken, Supervisor
from sandbox.lab.telemetry import TelemetryFolder

SERVICES = ("payments", "store", "users", "checkout", "gateway", "reports")
_TLS = "payments"
_SCRAPE_S = 2.0


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """How the shop is opened. Limits are in bytes; *old_orders* is how many orders the store begins with."""

    seed: int = 1
    crowd: Crowd = field(default_factory=Crowd)
    certificate_ends: datetime = datetime(2099, 1, 1, tzinfo=UTC)
    memory_limits: Mapping[str, int] = field(default_factory=dict)
    file_limits: Mapping[str, int] = field(default_factory=dict)
    scrape_s: float = _SCRAPE_S


class Shop:
    """A running shop. `measured` is called with every metric row."""

    def __init__(
        self,
        plan: ShopPlan,
        place: Path,
        telemetry: TelemetryFolder,
        measured: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> None:
        self._plan = plan
        self._place = place
        self._telemetry = telemetry
        self._measured = measured
        self._chance = random.Random(plan.seed)
        self._held = ExitStack()
        self._ports = {service: self._reserve_port() for service in SERVICES}
        self._tasks: list[asyncio.Task[None]] = []
        self._before: dict[str, tuple[float, Reading]] = {}
        self._session: aiohttp.ClientSession | None = None
        self.repository = Repository(place / "repository")
        self.endpoints = {service: self._url(service) for service in SERVICES}
        self.load = Load(self.endpoints["gateway"], plan.crowd, self._chance)
        self.supervisor = Supervisor(
            work=self.repository.folder,
            run_sheet=place / "run.json",
            ports=self._ports,
            hear=telemetry.heard,
            memory_limits=plan.memory_limits,
            file_limits=plan.file_limits,
        )

    @property
    def targets(self) -> list[dict[str, Any]]:
        """Return what a Prometheus scrapes, in its file_sd form (payments by https, certificate unchecked)."""
        return [
            {
                "targets": [f"127.0.0.1:{self._ports[service]}"],
                "labels": {"service": service, "__scheme__": "https" if service == _TLS else "http"},
            }
            for service in SERVICES
        ]

    async def __aenter__(self) -> Self:
        """Open the shop and let the crowd in. ShopBroken when it cannot be opened here."""
        try:
            await asyncio.to_thread(self._build)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, ssl=False), trust_env=False
            )
            await self.supervisor.open()
            self.supervisor.release = self.repository.head()
            await asyncio.gather(*(self.supervisor.start(service) for service in SERVICES))
        except BaseException:
            await self.close()
            raise
        self._tasks = [asyncio.create_task(self.load.run()), asyncio.create_task(self._scrape())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the shop: no process is left."""
        await self.close()

    async def close(self) -> None:
        """Send the crowd home and stop every process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.supervisor.close()
        if self._session:
            await self._session.close()
        self._held.close()

    async def release(self, release: Release) -> str:
        """Commit a release, tell the deployment, roll it out, and return its sha."""
        sha = await asyncio.to_thread(self.repository.commit, release)
        self._telemetry.deployed((await asyncio.to_thread(self.repository.deployments))[-1:])
        await self.supervisor.roll_out(release.service, sha)
        return sha

    async def ask(self, service: str, path: str, body: Mapping[str, Any]) -> int:
        """POST to a service and return the status."""
        assert self._session is not None
        async with self._session.post(self.endpoints[service] + path, json=dict(body)) as answer:
            return answer.status

    def _build(self) -> None:
        self.repository.create(past_releases(random.Random(self._plan.seed)), datetime.now(UTC))
        folder = self._place / "certificates"
        authority = make_authority(folder)
        made = issue(folder, _TLS, self._plan.certificate_ends)
        tls = {"cert": str(made.cert), "key": str(made.key), "not_after": made.not_after.timestamp()}
        sheet = {
            "endpoints": self.endpoints,
            "data": str(self._place / "data"),
            "ca": str(authority),
            "tls": {_TLS: tls},
            "memory_limit": dict(self._plan.memory_limits),
            "file_limit": dict(self._plan.file_limits),
        }
        (self._place / "run.json").write_text(json.dumps(sheet), encoding="utf-8")

    def _reserve_port(self) -> int:
        # bound and never listening: the port stays ours while the service is down, and connections are refused
        held = self._held.enter_context(socket.socket())
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port

    def _url(self, service: str) -> str:
        return f"{'https' if service == _TLS else 'http'}://127.0.0.1:{self._ports[service]}"

    async def _scrape(self) -> None:
        while True:
            began = time.monotonic()
            rows = await asyncio.gather(*(self._scraped(service) for service in SERVICES))
            for row in rows:
                if row:
                    self._telemetry.measured(row)
                    self._measured(row)
            await asyncio.sleep(max(0.1, self._plan.scrape_s - (time.monotonic() - began)))

    async def _scraped(self, service: str) -> dict[str, Any] | None:
        assert self._session is not None
        at = time.time()
        row: dict[str, Any] = {"ts": round(at, 3), "service": service}
        always = {"restarts": float(self.supervisor.restarts[service])}
        with suppress(TimeoutError, aiohttp.ClientError):
            timeout = aiohttp.ClientTimeout(total=self._plan.scrape_s)
            async with self._session.get(self.endpoints[service] + "/metrics", timeout=timeout) as answer:
                now = read(await answer.text())
            before = self._before.get(service)
            self._before[service] = (at, now)
            if before is None:
                return None  # a first reading has no rates
            return row | {"up": 1.0} | always | wide_row(before[1], now, at - before[0])
        return row | {"up": 0.0} | always


__all__ = ["SERVICES", "Shop", "ShopBroken", "ShopPlan"]
