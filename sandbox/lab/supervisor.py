"""Start, watch, restart, release and stop the shop's processes, as an orchestrator does.

A pod over its memory limit is killed with SIGKILL; one that ends by itself is started again after a pause that
doubles. What pods say, line by line, and what happens to them is told to *hear*. It does not know why.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.lab.pod import Pod
from sandbox.lab.shop.place import resident_bytes

_LAUNCH = Path(__file__).with_name("launch.py")
_START_S = 30.0
_STOP_S = 4.0
_PAUSES_S = (2.0, 4.0, 8.0, 15.0)
_LINE_BYTES = 1 << 20
Row = dict[str, Any]


class ShopBroken(Exception):
    """The shop cannot be started or kept running on this machine; the message says what happened."""


class Supervisor:
    """The pods of one shop: one a service, two for a moment while a release is rolled out."""

    def __init__(
        self,
        *,
        work: Path,
        run_sheet: Path,
        ports: Mapping[str, int],
        hear: Callable[[Row], None],
        memory_limits: Mapping[str, int],
        file_limits: Mapping[str, int],
    ) -> None:
        self.restarts: Counter[str] = Counter()
        self.release = "0" * 12
        self._work = work
        self._run_sheet = run_sheet
        self._ports = ports
        self._hear = hear
        self._memory_limits = memory_limits
        self._file_limits = file_limits
        self._pods: dict[str, Pod] = {}
        self._alive: set[Pod] = set()
        self._started: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    async def open(self) -> None:
        """Begin to watch memory."""
        self._keep(self._watch_memory())

    async def start(self, service: str) -> None:
        """Start a service and wait until it answers. ShopBroken when it does not."""
        self._pods[service] = await self._new_pod(service)

    async def roll_out(self, service: str, release: str) -> None:
        """Put a new release in the old one's place: start the new pod, then let the old one finish and stop."""
        self.release = release
        old = self._pods.get(service)
        self.event("INFO", service, f"Rolling out {release} to {service}")
        await self.start(service)
        if old:
            await self._stop(old)
            self.event("INFO", service, f"Stopped container {old.name}: replaced by {release}")

    async def stop(self, service: str, why: str) -> None:
        """Stop a service and leave it stopped."""
        pod = self._pods.pop(service)
        self.event("WARN", service, f"Stopping container {pod.name}: {why}", pod.name)
        await self._stop(pod)
        self.event("WARN", service, f"Container {pod.name} terminated: {pod.exit_words()}", pod.name)

    async def close(self) -> None:
        """Stop everything, at once where asking does not help."""
        self._closing = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(self._stop(pod) for pod in self._alive))

    def event(self, level: str, service: str, msg: str, pod: str = "") -> None:
        """Tell what happened to a pod, as an orchestrator's event."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._hear(
            {
                "ts": now,
                "service": service,
                "pod": pod or f"{service}-events",
                "level": level,
                "trace": "",
                "msg": msg,
            }
        )

    async def _new_pod(self, service: str) -> Pod:
        self._started[service] += 1
        name = f"{service}-{self.release[:7]}-{self._started[service]}"
        limit = self._file_limits.get(service, 0)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-B", str(_LAUNCH), "--file-limit", str(limit), "--"),
            *(sys.executable, "-B", "-m", f"shop.{service}", "--port", str(self._ports[service])),
            *("--pod", name, "--run", str(self._run_sheet)),
            cwd=self._work,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=_LINE_BYTES,
            start_new_session=True,
        )
        pod = Pod(service, name, process)
        self._alive.add(pod)
        self._keep(self._listen(pod))
        self._keep(self._watch(pod))
        try:
            await asyncio.wait_for(pod.ready_or_over(), _START_S)
        except TimeoutError:
            pod.kill()
        if not pod.ready.is_set():
            raise ShopBroken(f"{name} did not start: {pod.last_words or pod.exit_words()}")
        return pod

    async def _listen(self, pod: Pod) -> None:
        assert pod.process.stdout is not None
        async for line in pod.process.stdout:
            text = line.decode("utf-8", "replace").rstrip("\n")
            row = _row(text)
            if row is None:  # no JSON: the interpreter's own words
                pod.last_words = text
                self.event("ERROR", pod.service, text, pod.name)
            elif "ready" in row:
                pod.ready.set()
            else:
                self._hear(row)

    async def _watch(self, pod: Pod) -> None:
        await pod.process.wait()
        self._alive.discard(pod)
        if pod.stopping or self._closing or not pod.ready.is_set():
            return
        self.event("ERROR", pod.service, f"Container {pod.name} terminated: {pod.exit_words()}", pod.name)
        self.restarts[pod.service] += 1
        pause = _PAUSES_S[min(self.restarts[pod.service], len(_PAUSES_S)) - 1]
        self.event("WARN", pod.service, f"Back-off {pause:.0f} s before restarting {pod.service}", pod.name)
        await asyncio.sleep(pause)
        if self._pods.get(pod.service) is pod:
            try:
                await self.start(pod.service)
            except ShopBroken as problem:
                self.event("ERROR", pod.service, f"{pod.service} cannot be restarted: {problem}")

    async def _watch_memory(self) -> None:
        while True:
            await asyncio.sleep(0.25)
            for pod in list(self._pods.values()):
                limit = self._memory_limits.get(pod.service, 0)
                held = resident_bytes(pod.process.pid) if limit and pod.process.returncode is None else 0.0
                if held > limit > 0:
                    pod.killed_at_bytes, pod.limit_bytes = held, limit
                    pod.kill()

    async def _stop(self, pod: Pod) -> None:
        pod.stopping = True
        pod.ask_to_stop()
        try:
            await asyncio.wait_for(pod.process.wait(), _STOP_S)
        except TimeoutError:
            pod.kill()
            await pod.process.wait()

    def _keep(self, work: Any) -> None:  # noqa: ANN401 - any coroutine
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _row(text: str) -> Row | None:
    try:
        row = json.loads(text)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
