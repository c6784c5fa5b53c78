"""Words shared by everything that speaks Slack's wire format: JSON objects, errors, time stamps.

Knows how Slack answers an error and how it mints message time stamps. Knows no method, no state and no HTTP.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
Clock: TypeAlias = Callable[[], float]


class SlackError(Exception):
    """A call that Slack refuses: `{"ok": false, "error": CODE, ...details}` with HTTP 200."""

    def __init__(self, error: str, **details: object) -> None:
        super().__init__(error)
        self.error = error
        self.details = details

    def answer(self) -> JsonObject:
        """Return the body that Slack sends for this error."""
        return {"ok": False, "error": self.error, **self.details}


class RateLimitedError(SlackError):
    """Too many calls: HTTP 429 with a `Retry-After` header (whole seconds, or whatever a fault wants)."""

    def __init__(self, retry_after: str) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


class Stamps:
    """Mints message time stamps: unique, rising, `seconds.micros` as Slack writes them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        """Return a time stamp later than every one before it."""
        self._last = max(self._last + 1, int(self._clock() * 1_000_000))
        return f"{self._last // 1_000_000:010d}.{self._last % 1_000_000:06d}"


def stamp_key(text: str) -> str:
    """Bring a time stamp from an argument into the form in which stamps sort as text.

    Raises SlackError("invalid_ts_oldest") when it is no number; callers name the argument themselves.
    """
    try:
        value = Decimal(text)
    except InvalidOperation as bad:
        raise SlackError("invalid_arguments") from bad
    if not value.is_finite() or value < 0:
        raise SlackError("invalid_arguments")
    return f"{value:017.6f}"
