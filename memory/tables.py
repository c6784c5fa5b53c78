"""The tables of memory: the truth, from which every index can be rebuilt.

They know no queries. SQLite and PostgreSQL alike.
"""

from datetime import UTC, datetime

import sqlalchemy as sql

metadata = sql.MetaData()


class Moment(sql.TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; SQLite forgets time zones, so it is put back when read."""

    impl = sql.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sql.Dialect) -> datetime | None:
        """Bring *value* to UTC; a naive one is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"memory keeps aware datetimes only, got {value.isoformat()}")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sql.Dialect) -> datetime | None:
        """Return *value* as an aware UTC datetime."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.replace(tzinfo=UTC)


incidents = sql.Table(
    "memory_incidents",
    metadata,
    sql.Column("id", sql.Text, primary_key=True),
    sql.Column("workspace", sql.Text, nullable=False, index=True),
    sql.Column("title", sql.Text, nullable=False),
    sql.Column("symptoms", sql.Text, nullable=False),
    sql.Column("root_cause", sql.Text, nullable=False),
    sql.Column("report", sql.Text, nullable=False),
    sql.Column("services", sql.JSON, nullable=False),
    sql.Column("version", sql.Text, nullable=False),
    sql.Column("severity", sql.Text, nullable=False),
    sql.Column("started_at", Moment),
    sql.Column("resolved_at", Moment),
    sql.Column("resolved_by", sql.Text, nullable=False),
    sql.Column("signatures", sql.JSON, nullable=False),
    sql.Column("status", sql.Text, nullable=False),
    sql.Column("channel", sql.Text, nullable=False),
    sql.Column("private", sql.Boolean, nullable=False),
    sql.Column("valid_from", Moment),
    sql.Column("invalid_at", Moment),
    sql.Column("source", sql.Text, nullable=False, index=True),
    sql.Column("link", sql.Text),
    sql.Column("revision", sql.Integer, nullable=False),
)

fixes = sql.Table(
    "memory_fixes",
    metadata,
    sql.Column("incident_id", sql.Text, sql.ForeignKey("memory_incidents.id"), primary_key=True),
    sql.Column("id", sql.Text, primary_key=True),
    sql.Column("position", sql.Integer, nullable=False),
    sql.Column("action", sql.Text, nullable=False),
    sql.Column("outcome", sql.Text, nullable=False),
    sql.Column("by", sql.Text, nullable=False),
    sql.Column("at", Moment),
    sql.Column("why", sql.Text, nullable=False),
)

TAKEN_BACK = "taken_back"

feedback = sql.Table(  # append-only
    "memory_feedback",
    metadata,
    sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("incident_id", sql.Text, nullable=False, index=True),
    sql.Column("fix_id", sql.Text, nullable=False),
    sql.Column("user", sql.Text, nullable=False),
    sql.Column("outcome", sql.Text, nullable=False),  # an Outcome, or TAKEN_BACK
    sql.Column("at", Moment, nullable=False),
    sql.Column("why", sql.Text, nullable=False),
    sql.UniqueConstraint("incident_id", "fix_id", "user", "outcome", "at", name="memory_feedback_once"),
)

not_the_same = sql.Table(  # append-only
    "memory_not_the_same",
    metadata,
    sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("incident_id", sql.Text, nullable=False, index=True),
    sql.Column("about", sql.Text, nullable=False, index=True),
    sql.Column("user", sql.Text, nullable=False),
    sql.Column("at", Moment, nullable=False),
    sql.Column("score", sql.Float),
    sql.Column("taken_back", sql.Boolean, nullable=False),
    sql.UniqueConstraint("incident_id", "about", "user", "at", "taken_back", name="memory_not_the_same_once"),
)

indexed = sql.Table(  # the outbox: which revision of an incident each model's index has; 0: perhaps none
    "memory_indexed",
    metadata,
    sql.Column("incident_id", sql.Text, primary_key=True),
    sql.Column("model", sql.Text, primary_key=True),
    sql.Column("revision", sql.Integer, nullable=False),
)

terms = sql.Table(  # in how many indexed incidents of a workspace a word occurs
    "memory_terms",
    metadata,
    sql.Column("workspace", sql.Text, primary_key=True),
    sql.Column("term", sql.BigInteger, primary_key=True, autoincrement=False),
    sql.Column("incidents", sql.Integer, nullable=False),
)

incident_terms = sql.Table(  # what each indexed incident gave to memory_terms, so that it can be taken back
    "memory_incident_terms",
    metadata,
    sql.Column("incident_id", sql.Text, primary_key=True),
    sql.Column("workspace", sql.Text, nullable=False, index=True),
    sql.Column("terms", sql.JSON, nullable=False),
)

settings = sql.Table(  # what memory knows about itself: whether the examples were loaded, calibration
    "memory_settings",
    metadata,
    sql.Column("name", sql.Text, primary_key=True),
    sql.Column("value", sql.JSON, nullable=False),
)
