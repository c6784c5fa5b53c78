"""Slack's rate limits: calls a minute by tier and method, one post a second and channel. Off unless switched on.

Published: tiers 1 to 4 (1, 20, 50, 100 a minute) and one post a second and channel with short bursts. Our choice:
the burst (5) and that every "special" method gets tier 4's number.
"""

from collections import deque

from sandbox.wire import Clock, RateLimitedError

_A_MINUTE = {"tier1": 1, "tier2": 20, "tier3": 50, "tier4": 100, "special": 100}
POST_BURST = 5


class Rates:
    """Counts calls in a sliding window. `on` may be switched at any time."""

    def __init__(self, clock: Clock, *, on: bool = False) -> None:
        self.on = on
        self._clock = clock
        self._calls: dict[tuple[str, str], deque[float]] = {}

    def check(self, method: str, tier: str, channel: str | None) -> None:
        """Count a call; RateLimitedError with the whole seconds to wait when it is one too many."""
        if not self.on:
            return
        if tier == "post":
            self._take((method, channel or ""), most=POST_BURST, window=float(POST_BURST))
        else:
            self._take((method, ""), most=_A_MINUTE[tier], window=60.0)

    def _take(self, key: tuple[str, str], most: int, window: float) -> None:
        now = self._clock()
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) >= most:
            raise RateLimitedError(str(max(1, int(calls[0] + window - now) + 1)))
        calls.append(now)
