"""What can be fired: recorded runs that play at once, and the lab's faults that make real trouble for a minute.

A recording is moved in time so that its onset is now; both put their telemetry where the sandbox's bot looks and
post the alert that the lab's rules raised, as Alertmanager would.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.lab.faults import FAULTS
from sandbox.lab.recordings import Recording, recordings
from sandbox.lab.run import run_live
from sandbox.lab.slack_post import slack_post
from sandbox.retiming import retimed
from sandbox.scenario import Scenario, ScenarioKind
from sandbox.telemetry import Fired

if TYPE_CHECKING:
    from sandbox.server import Sandbox


@dataclass(frozen=True)
class Played:
    """A recorded run."""

    recording: Recording
    fired: Fired
    kind: ScenarioKind = "recorded"
    why_not: str | None = None

    @property
    def name(self) -> str:
        """The recording's name."""
        return self.recording.name

    @property
    def title(self) -> str:
        """The fault's title."""
        return self.recording.title

    @property
    def description(self) -> str:
        """What happens."""
        return self.recording.description

    async def fire(self, sandbox: "Sandbox") -> None:
        """Put the recording where the bot looks, as if it happened now, and post its alert."""
        now = datetime.now(UTC)
        folder = await self.fired.begin(self.name, now)
        alert = await asyncio.to_thread(retimed, self.recording.folder, folder, now)
        sandbox.tell(self.name, "telemetry is in place; the alert follows")
        sandbox.post_webhook(slack_post(alert))


@dataclass(frozen=True)
class Live:
    """A fault made for real: processes, load, trouble, and the alert that the rules raise."""

    fault: str
    title: str
    description: str
    fired: Fired
    kind: ScenarioKind = "live"
    why_not: str | None = None

    @property
    def name(self) -> str:
        """The fault's name, marked as live."""
        return f"live-{self.fault}"

    async def fire(self, sandbox: "Sandbox") -> None:
        """Open the shop and make the trouble; takes about two minutes."""

        async def alert(post: dict[str, Any]) -> None:
            sandbox.post_webhook(post)

        async def progress(step: str) -> None:
            sandbox.tell(self.name, step)

        folder = await self.fired.begin(self.name, datetime.now(UTC))
        await run_live(self.fault, folder=folder, on_alert=alert, on_progress=progress)


def scenarios(fired: Fired) -> Mapping[str, Scenario]:
    """Return everything that can be fired, recorded runs first."""
    played: list[Scenario] = [Played(recording, fired) for recording in recordings()]
    live: list[Scenario] = [
        Live(fault.name, f"{fault.title} (live)", fault.description, fired) for fault in FAULTS.values()
    ]
    return {scenario.name: scenario for scenario in (*played, *live)}
