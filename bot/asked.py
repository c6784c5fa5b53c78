"""A person's words as an alert, so that they are investigated like one. Pure."""

from datetime import UTC, datetime

from bot.investigation.alert import Alert, Severity


def person_alert(text: str, user: str, at: datetime) -> Alert:
    """Return what *user* asked at *at*: the first line is its title, the rest its description."""
    title, _, rest = text.strip().partition("\n")
    return Alert(
        source="person",
        title=title[:200],
        description=text.strip() if rest or len(title) > 200 else "",
        starts_at=at,
        severity=Severity.UNKNOWN,
        dedupe_key=f"person:{user}:{at.timestamp()}",
    )


def quoted(text: str) -> str:
    """Return *text* as one short line that Slack shows as it is."""
    line = " ".join(text.split())
    cut = line if len(line) <= 300 else line[:299] + "…"
    return cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def moment_of(ts: str) -> datetime:
    """Return the moment of a Slack timestamp."""
    return datetime.fromtimestamp(float(ts), tz=UTC)
