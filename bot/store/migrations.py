"""From an older schema to ours, one step a version, in the transaction that opens the database.

A step says in SQL what is to change; tables that are new altogether are made by `create_tables` before, and a step
fills them. Nothing here ever goes back: a newer database is refused and left as it is.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from bot.store.schema import SCHEMA_VERSION, about

_ENDS = """
INSERT INTO router_audit_ends (writer, number, at, hash, pico)
SELECT writer, number, at, hash, (SELECT SUM(pico) FROM router_audit AS mine WHERE mine.writer = last.writer)
FROM router_audit AS last
WHERE number = (SELECT MAX(number) FROM router_audit AS mine WHERE mine.writer = last.writer)
"""

# what makes of version N - 1 version N; both engines understand it
STEPS: Mapping[int, Sequence[str]] = {
    2: (
        "ALTER TABLE cases ADD COLUMN live_key VARCHAR(64)",
        "CREATE UNIQUE INDEX cases_live_key ON cases (live_key)",
    ),
    3: (_ENDS,),
}


class NewerSchema(Exception):
    """A newer release wrote this database; the message says so."""


def migrate(connection: sa.Connection) -> None:
    """Bring the schema up to ours; an empty database only gets its version.

    Raises:
        NewerSchema: it is newer than ours.
    """
    about.create(connection, checkfirst=True)
    found = connection.scalar(sa.select(about.c.value).where(about.c.key == "schema"))
    if found is None:
        connection.execute(about.insert().values(key="schema", value=str(SCHEMA_VERSION)))
        return
    version = int(found)
    if version > SCHEMA_VERSION:
        msg = (
            f"The database was written by a newer release (schema {version}, this one knows {SCHEMA_VERSION}). "
            "Upgrade IncidentOS; nothing was changed."
        )
        raise NewerSchema(msg)
    for step in range(version + 1, SCHEMA_VERSION + 1):
        for statement in STEPS[step]:
            connection.execute(sa.text(statement))
    connection.execute(about.update().where(about.c.key == "schema").values(value=str(SCHEMA_VERSION)))
