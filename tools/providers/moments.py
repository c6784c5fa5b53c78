"""Read the times that sources write, whatever their form, as aware times in UTC."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_FROM = 1e11  # Unix seconds stay below this until the year 5138


def moment(value: object) -> datetime | None:
    """Read an ISO-8601 text or Unix seconds (or milliseconds) as an aware time in UTC."""
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int | float):
            seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
            return datetime.fromtimestamp(seconds, UTC)
        if isinstance(value, str):
            at = datetime.fromisoformat(value.strip())
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def nanoseconds(at: datetime) -> int:
    """Return *at* in whole nanoseconds since 1970, to the microsecond."""
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000


def from_nanoseconds(told: int) -> datetime | None:
    """Read nanoseconds since 1970 as a time, cut to the microsecond; None when no calendar reaches so far."""
    try:
        return _EPOCH + timedelta(microseconds=told // 1_000)
    except OverflowError:
        return None
