"""Dates as people and tools write them, to aware moments. Pure; what it cannot read is None, never a guess."""

import re
from datetime import UTC, date, datetime

_PARTIAL = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?")
_ZULU = re.compile(r"\s*\(?(?:UTC|GMT)\)?$", re.IGNORECASE)
_WRITTEN = (
    "%d/%b/%y %H:%M",  # Jira
    "%d/%b/%y %I:%M %p",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%d %B %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%b %d, %Y",
    "%a, %d %b %Y %H:%M:%S %z",
    "%Y-%m-%d %I:%M %p",
    "%Y-%m-%d %H:%M %z",
    "%B %d, %Y %H:%M %z",
    "%B %d, %Y %H:%M",
    "%b %d, %Y %H:%M",
    "%b %d, %Y %I:%M %p",
    "%d %B %Y %H:%M %z",
    "%d %B %Y %H:%M",
    "%d %b %Y %H:%M",
)


def moment_of(written: object) -> datetime | None:
    """Return the moment that *written* means; a partial date means the first day of its period, in UTC."""
    if isinstance(written, datetime):
        return written if written.tzinfo else written.replace(tzinfo=UTC)
    if isinstance(written, date):
        return datetime(written.year, written.month, written.day, tzinfo=UTC)
    if isinstance(written, (int, float)) and not isinstance(written, bool):
        return _from_number(float(written))
    text = _ZULU.sub(" +0000", str(written or "").strip().strip("\"'"))
    if not text:
        return None
    partial = _PARTIAL.fullmatch(text)
    return _first_day(partial) if partial else _full(text)


def _full(text: str) -> datetime | None:
    try:
        read: datetime | None = datetime.fromisoformat(text.replace(" +0000", "+00:00"))
    except ValueError:
        read = next((found for form in _WRITTEN if (found := _by_form(text, form))), None)
    if read is None or read.tzinfo:
        return read
    return read.replace(tzinfo=UTC)


def _by_form(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds UTC where no zone is written
    except ValueError:
        return None


def _first_day(partial: re.Match[str]) -> datetime | None:
    try:
        return datetime(
            int(partial["year"]), int(partial["month"] or 1), int(partial["day"] or 1), tzinfo=UTC
        )
    except ValueError:
        return None


def _from_number(number: float) -> datetime | None:
    """Read Unix seconds, or milliseconds when seconds would lie beyond the year 5000."""
    seconds = number / 1000 if number > 1e11 else number
    return datetime.fromtimestamp(seconds, tz=UTC) if 0 < seconds < 1e11 else None
