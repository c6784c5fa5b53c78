"""The router's tables, in a `MetaData` of their own: money that is held, policies in force, the audit.

Dollars are whole pico-dollars (1e-12), so that sums in the database are exact. Times are Unix seconds, UTC.
"""

from decimal import ROUND_CEILING, Decimal
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

metadata = sa.MetaData()

PICO = Decimal(10) ** 12


def _holds(name: str) -> sa.Table:
    """Return a table of what each writer holds, by hour and by what pays: *kase*."""
    return sa.Table(
        name,
        metadata,
        sa.Column("writer", sa.String(40), primary_key=True),
        sa.Column("kase", sa.String(200), primary_key=True),
        sa.Column("hour", sa.BigInteger, primary_key=True),
        sa.Column("held", sa.BigInteger, nullable=False),
        sa.Index(f"{name}_case", "kase"),
        sa.Index(f"{name}_hour", "hour"),
    )


holds = _holds("router_holds")
channel_holds = _holds("router_channel_holds")  # by channel and day instead of case

policies = sa.Table(
    "router_policies",
    metadata,
    sa.Column("sha", sa.String(12), primary_key=True),
    sa.Column("first_used", sa.BigInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("prices", sa.Text, nullable=False),
)

audit = sa.Table(
    "router_audit",
    metadata,
    sa.Column("writer", sa.String(40), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("kase", sa.String(200), nullable=False),
    sa.Column("task", sa.String(30), nullable=False),
    sa.Column("service", sa.String(200), nullable=False),
    sa.Column("model", sa.String(100), nullable=False),
    sa.Column("selection", sa.String(40), nullable=False),
    sa.Column("pico", sa.BigInteger, nullable=False),
    sa.Column("latency_s", sa.Float, nullable=True),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("before", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index("router_audit_case", "kase"),
    sa.Index("router_audit_at", "at"),
)

audit_ends = sa.Table(  # how far each writer came, and the dollars of all its rows
    "router_audit_ends",
    metadata,
    sa.Column("writer", sa.String(40), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("pico", sa.BigInteger, nullable=False),
)


def pico(usd: Decimal) -> int:
    """Return *usd* in whole pico-dollars, rounded up."""
    return int((usd * PICO).to_integral_value(ROUND_CEILING))


def usd(pico_dollars: int) -> Decimal:
    """Return pico-dollars as dollars, exactly."""
    return Decimal(pico_dollars) / PICO


def insert(dialect: str, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Return the database's own insert, the one that knows ON CONFLICT."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def upsert(dialect: str, table: sa.Table) -> sa.Insert:
    """Return what writes a row, or anew the one of its key; made once, for making it costs more than running it."""
    added = insert(dialect, table)
    changed = {column.name: added.excluded[column.name] for column in table.c if not column.primary_key}
    return added.on_conflict_do_update(index_elements=list(table.primary_key.columns.keys()), set_=changed)
