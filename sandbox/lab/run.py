"""One run of a fault: a quiet stretch, then real trouble, an alert by the rules, and the label of the true cause.

The telemetry folder grows while it runs. An alert that fires before the trouble is let loose is this machine's own
noise and ends the run with an error: a recording must not lie.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, assert_never

from sandbox.lab.fault import Ask, Deploy, Fault, Step, Stop
from sandbox.lab.faults import FAULTS
from sandbox.lab.load import Crowd
from sandbox.lab.rules import PACKS, Alert, Evaluation
from sandbox.lab.shop_run import SERVICES, Shop, ShopBroken, ShopPlan
from sandbox.lab.slack_post import slack_post
from sandbox.lab.telemetry import TelemetryFolder, replace

OnAlert = Callable[[dict[str, Any]], Awaitable[None]]
OnProgress = Callable[[str], Awaitable[None]]
_CHECK_S = 1.0
_OPENING_S = 10.0


@dataclass(frozen=True, slots=True)
class RunPlan:
    """How a run goes, in seconds.

    *quiet_s* of normal operation go to the baseline, *lead_s* more to the case before the trouble is let loose;
    then the trouble goes on for *trouble_s*, and at least *after_alert_s* after the first alert. Without any alert
    within *patience_s* the run ends with an error. *rules* names a pack of sandbox/lab/rules.py.
    """

    seed: int = 1
    quiet_s: float = 30.0
    lead_s: float = 14.0
    trouble_s: float = 60.0
    after_alert_s: float = 12.0
    patience_s: float = 120.0
    rules: str = "operations"
    crowd: Crowd = field(default_factory=Crowd)
    scrape_s: float = 2.0
    command: str = ""

    @property
    def before_s(self) -> float:
        """How long all is quiet."""
        return self.quiet_s + self.lead_s


LIVE = RunPlan(trouble_s=75.0, after_alert_s=45.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: the first alert and the label."""

    alert: dict[str, Any]
    answer: dict[str, Any]


class UnknownFault(Exception):
    """There is no fault of that name; the message lists those that there are."""


def fault_named(name: str) -> Fault:
    """Return the fault called *name*. UnknownFault when there is none."""
    if name not in FAULTS:
        raise UnknownFault(f"No fault called {name!r}. There are: {', '.join(FAULTS)}.")
    return FAULTS[name]


async def run_live(
    fault: str, *, folder: Path, on_alert: OnAlert, on_progress: OnProgress, plan: RunPlan = LIVE
) -> Outcome:
    """Open the shop, make real trouble, and call *on_alert* with Alertmanager's Slack post of every alert.

    Resolved posts come too; alerts wait for one another, so *on_alert* should return soon, and what it raises ends
    the run. *folder* (empty or absent) grows as a case folder while it runs; `answer.json`, the label, comes last.
    Returns when the run is over and every process has ended, also when cancelled.

    Raises:
        UnknownFault: no fault of that name.
        FileExistsError: *folder* holds something.
        ShopBroken: the shop could not be opened, was not calm before, or no alert came of it.
    """
    with tempfile.TemporaryDirectory(prefix="shop-lab-") as place:
        return await Run(fault_named(fault), folder, plan, on_alert, on_progress).go(Path(place))


class Run:
    """One run."""

    def __init__(
        self, fault: Fault, folder: Path, plan: RunPlan, on_alert: OnAlert, on_progress: OnProgress
    ) -> None:
        self._fault = fault
        self._plan = plan
        self._on_alert = on_alert
        self._progress = on_progress
        self._telemetry = TelemetryFolder(folder)
        self._rules = Evaluation(PACKS[plan.rules])
        self._alerts: asyncio.Queue[Alert] = asyncio.Queue()
        self._first: Alert | None = None
        self._guilty: list[str] = []
        self._began = datetime.now(UTC)

    async def go(self, place: Path) -> Outcome:
        """Run it, with the shop's own files in *place*."""
        fault, plan = self._fault, self._plan
        loose = datetime.now(UTC) + timedelta(
            seconds=plan.before_s + 4
        )  # opening the shop takes some seconds
        ends = loose + timedelta(seconds=fault.certificate_ends_s or 40 * 86_400)
        shop_plan = ShopPlan(
            plan.seed, plan.crowd, ends, fault.memory_limits, fault.file_limits, scrape_s=plan.scrape_s
        )
        await self._progress(f"opening the shop: {len(SERVICES)} services")
        try:
            async with Shop(shop_plan, place, self._telemetry, self._measured) as shop:
                (self._telemetry.folder / "targets.json").write_text(
                    json.dumps(shop.targets), encoding="utf-8"
                )
                await self._quiet(shop)
                await self._lead(loose if fault.certificate_ends_s else None)
                await self._trouble(shop)
        finally:
            self._telemetry.close()
        self._telemetry.summarise()
        return self._conclude()

    def _measured(self, row: dict[str, Any]) -> None:
        for alert in self._rules.take(row):
            self._alerts.put_nowait(alert)

    async def _quiet(self, shop: Shop) -> None:
        await self._progress(f"open, all is quiet for {self._plan.before_s:.0f} s")
        await asyncio.sleep(self._plan.quiet_s)
        self._check_calm()
        self._telemetry.begin_case()
        self._began = datetime.now(UTC)
        self._telemetry.deployed(await asyncio.to_thread(shop.repository.deployments))
        self._describe(self._began + timedelta(seconds=self._plan.lead_s + self._plan.trouble_s))

    async def _lead(self, until: datetime | None) -> None:
        """Stay quiet for the lead; *until* is when a certificate, made before the shop opened, is about to end."""
        await asyncio.sleep(self._plan.lead_s)
        if until:
            await asyncio.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds()))
        self._check_calm()

    def _check_calm(self) -> None:
        if not self._alerts.empty():
            told = self._alerts.get_nowait().row()
            raise ShopBroken(
                f"the shop was not calm before the trouble: {told['title']}: {told['description']}"
            )

    async def _trouble(self, shop: Shop) -> None:
        began = time.monotonic()
        await self._progress("trouble is let loose")
        steps = asyncio.create_task(self._take_steps(shop, began))
        telling = asyncio.create_task(self._tell_alerts())
        try:
            while not self._over(time.monotonic() - began):
                await asyncio.sleep(_CHECK_S)
                for task in (steps, telling):
                    if task.done():
                        task.result()  # what went wrong there goes wrong here
                self._telemetry.summarise()
        finally:
            for task in (steps, telling):
                task.cancel()
            await asyncio.gather(steps, telling, return_exceptions=True)

    def _over(self, seconds: float) -> bool:
        if self._first is None:
            if seconds > self._plan.patience_s:
                raise ShopBroken(f"{self._fault.name}: no alert within {seconds:.0f} s")
            return False
        since_alert = (datetime.now(UTC) - self._first.starts_at).total_seconds()
        return seconds >= self._plan.trouble_s and since_alert >= self._plan.after_alert_s

    async def _take_steps(self, shop: Shop, began: float) -> None:
        for step in self._fault.steps:
            await asyncio.sleep(max(0.0, step.at_s - (time.monotonic() - began)))
            await self._take(step, shop)

    async def _take(self, step: Step, shop: Shop) -> None:
        match step:
            case Deploy(release=release):
                sha = await shop.release(release)
                await self._progress(f"released {sha}: {release.title}")
                if step.guilty:
                    self._guilty.append(sha)
            case Stop(service=service):
                await shop.supervisor.stop(service, step.why)
                await self._progress(f"{service} stopped: {step.why}")
            case Ask(service=service):
                status = await shop.ask(service, step.path, step.body)
                await self._progress(f"asked {service}{step.path}: {status}")
            case _:
                assert_never(step)

    async def _tell_alerts(self) -> None:
        while True:
            alert = await self._alerts.get()
            self._telemetry.alerted(alert.row())
            self._first = self._first or alert
            state = "is over" if alert.ends_at else "fires"
            await self._progress(f"alert {alert.rule.name} on {alert.service} {state}")
            await self._on_alert(slack_post(alert.row()))

    def _conclude(self) -> Outcome:
        assert self._first is not None
        self._describe(datetime.now(UTC))
        answer = {
            "id": self._telemetry.folder.name,
            "set": "lab",
            "services": list(self._fault.services),
            "fault": self._fault.kind,
            "deploys": self._guilty,
            "cause": self._fault.cause,
        }
        text = json.dumps(answer, indent=1, ensure_ascii=False) + "\n"
        replace(self._telemetry.folder / "answer.json", text)
        return Outcome(self._first.row(), answer)

    def _describe(self, end: datetime) -> None:
        started, ended = (
            at.isoformat(timespec="seconds").replace("+00:00", "Z") for at in (self._began, end)
        )
        self._telemetry.describe(
            {
                "id": self._telemetry.folder.name,
                "kind": "fault_injection",
                "system": f"A small shop of {len(SERVICES)} services: {', '.join(sorted(SERVICES))}",
                "question": f"Between {started} and {ended} the shop had trouble. Which service is the root cause, "
                "what kind of fault is it, and which deployment, if any, caused it?",
                "set": "lab",
                "window": [started, ended],
                "baseline": "baseline",
                "seed": self._plan.seed,
                "command": self._plan.command,
            }
        )
