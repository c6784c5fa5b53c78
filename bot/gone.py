"""What is said when a place or the way to it is gone: a thread deleted, a channel archived, ghosts, a full disk.

It knows the alarm and no payload; what follows for the case is decided where that was noticed.
"""

from dataclasses import dataclass

from bot.alarm import Alarm
from bot.store.cases import CaseRow
from bot.store.replies import Due


@dataclass(frozen=True)
class Gone:
    """Tells of places that are gone, once each."""

    alarm: Alarm

    async def thread(self, row: CaseRow) -> None:
        """Tell that the message under which *row* stood was deleted."""
        line = f"The thread of {row.id} in {row.place.channel} was deleted: the case is forgotten."
        await self.alarm.tell(f"thread of {row.id}", line)

    async def refused(self, due: Due, why: str) -> None:
        """Tell that Slack will never take *due*, once a channel and reason."""
        channel = due.wanted.channel
        line = (
            f"Slack takes no reply of mine in {channel} ({why}). The cases there go on and are kept, unseen. "
            "Invite me again, or take the channel out of INCIDENTOS_CHANNELS."
        )
        await self.alarm.tell(f"{channel}: {why}", line)

    async def held_up(self, case: int, channel: str, thread_ts: str | None) -> None:
        """Tell under a case that there is news which cannot be sent, for it cannot be noted that it was."""
        line = (
            f"I cannot write to my database, so what is new on INC-{case} is not shown here yet. It is kept, and is "
            "shown as soon as I can write. Operators: make space for the data folder, or bring the database back."
        )
        await self.alarm.tell(f"INC-{case}", line, channel, thread_ts)

    async def crowd(self, connections: int) -> None:
        """Tell that this app has more connections than it should: what Slack sends to ghosts is lost until read."""
        line = (
            f"Slack counts {connections} connections of this app, of 10 that it allows: processes that died left "
            "some behind. Alerts are read from history, clicks may be lost; reply in words. They go by themselves, "
            "else make a new app token."
        )
        await self.alarm.tell("connections", line)
