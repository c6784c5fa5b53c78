"""How much one person, and one channel, may ask within a minute. Pure but for what it remembers.

It keeps to memory: a restart forgives. It knows no Slack.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=1)
MOST_OF_ONE: Final = 12  # wishes of one person within the window, aloud or by a reaction
MOST_IN_CHANNEL: Final = 40
MOST_KNOWN: Final = 5_000  # people and channels that are remembered


@dataclass
class Pace:
    """Counts wishes by person and by channel."""

    now: Callable[[], datetime]
    _seen: "OrderedDict[str, deque[datetime]]" = field(default_factory=OrderedDict)

    def too_fast(self, user: str, channel: str) -> bool:
        """Count a wish of *user* in *channel*; say whether it is one too many, which is not counted."""
        counted = [self._recent(key) for key in (user, channel) if key]
        limits = [most for key, most in ((user, MOST_OF_ONE), (channel, MOST_IN_CHANNEL)) if key]
        if any(len(times) >= most for times, most in zip(counted, limits, strict=True)):
            return True
        for times in counted:
            times.append(self.now())
        return False

    def _recent(self, key: str) -> "deque[datetime]":
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while times and self.now() - times[0] >= WINDOW:
            times.popleft()
        while len(self._seen) > MOST_KNOWN:
            self._seen.popitem(last=False)
        return times
