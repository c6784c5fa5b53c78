"""The app's status lines under threads, and its agent sessions. A status clears after two minutes or by a post."""

import asyncio

from sandbox.changes import Change, Posted
from sandbox.timing import Timing
from sandbox.workspace import Workspace


class Statuses:
    """Which threads show a status now."""

    def __init__(self, workspace: Workspace, timing: Timing) -> None:
        self._workspace = workspace
        self._timing = timing
        self.shown: dict[tuple[str, str], str] = {}
        self.sessions: dict[tuple[str, str], str] = {}
        self._timers: dict[tuple[str, str], asyncio.TimerHandle] = {}
        workspace.listen(self._posted)

    def set(self, channel: str, thread_ts: str, status: str) -> None:
        """Show *status* under a thread; an empty one clears it."""
        place = (channel, thread_ts)
        timer = self._timers.pop(place, None)
        if timer is not None:
            timer.cancel()
        if status:
            self.shown[place] = status
            loop = asyncio.get_running_loop()
            self._timers[place] = loop.call_later(self._timing.status_life, self.set, channel, thread_ts, "")
        else:
            self.shown.pop(place, None)
        self._workspace.set_status(channel, thread_ts, status)

    def stop(self) -> None:
        """Forget every timer."""
        for timer in self._timers.values():
            timer.cancel()

    def _posted(self, change: Change) -> None:
        if not isinstance(change, Posted) or change.message.get("user") != self._workspace.app.bot_user:
            return
        thread_ts: str = change.message.get("thread_ts") or change.message["ts"]
        if (change.channel, thread_ts) in self.shown:
            self.set(change.channel, thread_ts, "")
