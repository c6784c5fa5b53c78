"""The tables of the bot: intake, cases, journal, replies, timers. No queries here.

SQLite (WAL) by default, PostgreSQL by URL; the same tables on both.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

SCHEMA_VERSION = 3  # what changed, and how an older one is brought up: bot/store/migrations.py
metadata = sa.MetaData()


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware datetime in UTC on every engine; SQLite alone would lose the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Refuse naive times, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a time without zone cannot be stored: {value!r}"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002, ANN401 (SQLAlchemy's signature)
        """Give back an aware time."""
        if value is None:
            return None
        aware: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC)


# no lease is so long: one that seems to be was written before the clock jumped back
JUMPED = timedelta(minutes=15)


def lapsed(until: sa.Column[datetime], now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a lease is over, was never taken, or comes from a clock that ran ahead."""
    return sa.or_(until.is_(None), until < now, until > now + JUMPED)


about = sa.Table(
    "about",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

intake = sa.Table(
    "intake",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("team", sa.String(32), nullable=False),
    sa.Column("event_id", sa.String(128), nullable=False),
    # (channel, ts, state): the same post told twice under two event ids
    sa.Column("content_key", sa.String(200), unique=True),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("seen_late", sa.Boolean, nullable=False, default=False),
    sa.Column("state", sa.String(12), nullable=False, default="waiting", index=True),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("owner", sa.String(64)),
    sa.Column("lease_until", UtcDateTime),
    sa.UniqueConstraint("team", "event_id"),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("thread_ts", sa.String(32), nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False, index=True),
    # the fingerprint while repeats may join: two replicas cannot open two cases for one trouble
    sa.Column("live_key", sa.String(64), unique=True),
    sa.Column("service", sa.String(200), nullable=False, default=""),
    sa.Column("severity", sa.String(16), nullable=False, default="unknown"),
    sa.Column("state", sa.String(16), nullable=False, default="open", index=True),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("owner", sa.String(64)),
    sa.Column("lease_until", UtcDateTime),
    sa.UniqueConstraint("channel", "thread_ts"),
    sqlite_autoincrement=True,  # the number of a forgotten case is never given again
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("case_number", sa.Integer, sa.ForeignKey("cases.number"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("type", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

replies = sa.Table(
    "replies",
    metadata,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("case_number", sa.Integer, sa.ForeignKey("cases.number"), index=True),
    sa.Column("slot", sa.String(60), nullable=False),
    sa.Column("position", sa.Integer, nullable=False, default=0),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("thread_ts", sa.String(32)),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("shown", sa.String(64)),
    sa.Column("ts", sa.String(32), index=True),
    sa.Column("final", sa.Boolean, nullable=False, default=False),
    sa.Column("sending_since", UtcDateTime),
    sa.Column("taken_until", UtcDateTime),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("dead", sa.Boolean, nullable=False, default=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
)

pictures = sa.Table(
    "pictures",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("file_id", sa.String(32), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

timers = sa.Table(
    "timers",
    metadata,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("case_number", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False, index=True),
    sa.Column("done_at", UtcDateTime),
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("seen_ts", sa.String(32), nullable=False),
)

# which monitor has listed a case's alert as firing: only what it once listed can be missing from its list
listed = sa.Table(
    "listed",
    metadata,
    sa.Column("case_number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", sa.String(64), primary_key=True),
)
