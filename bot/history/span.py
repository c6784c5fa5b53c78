"""Which part of which channel's past is meant: as a person types it, and as a button carries it. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

DAYS: Final = 90
MOST_DAYS: Final = 366
_ASKED: Final = re.compile(
    r"(?:from )?(?:<#(?P<id>[CG][A-Z0-9]{2,20})(?:\|[^>]*)?>|#?(?P<name>[^\s<>#]{1,80}))"
    r"(?:\s+(?:the last )?(?P<days>\d{1,5})\s*(?:d|days?)?)?"
)
_VALUE: Final = re.compile(r"([CG][A-Z0-9]{2,20}) (\d{1,12}\.\d{6}) (\d{1,12}\.\d{6})")


@dataclass(frozen=True, slots=True)
class Span:
    """The posts of *channel* between two ts."""

    channel: str
    oldest: str
    latest: str

    def value(self) -> str:
        """Return the span as a button carries it."""
        return f"{self.channel} {self.oldest} {self.latest}"


def asked_for(text: str) -> tuple[str, int] | None:
    """Return the channel (an id or a name) and the days that *text* asks for, None when it cannot be meant."""
    found = _ASKED.fullmatch(text.strip())
    if found is None:
        return None
    days = int(found["days"] or DAYS)
    return (found["id"] or found["name"], days) if 0 < days <= MOST_DAYS else None


def days_before(channel: str, days: int, now: datetime) -> Span:
    """Return the last *days* of *channel* as of *now*."""
    return Span(channel, f"{(now - timedelta(days=days)).timestamp():.6f}", f"{now.timestamp():.6f}")


def carried(value: str) -> Span | None:
    """Return the span that a button carries, None when it is none of ours."""
    found = _VALUE.fullmatch(value)
    return Span(*found.groups()) if found else None
