"""A release of store drops an index that looked unused."""

from sandbox.lab.fault import Deploy, Fault
from sandbox.lab.faults.innocent import WARMER_WORDS
from sandbox.lab.release import Edit, Release

_RELEASE = Release(
    "store",
    "store: drop indexes that nobody uses, saves disk",
    "Tomás Rivera",
    (Edit("shop/migrations/003_fewer_indexes.sql", "", "DROP INDEX order_lines_order;\n"),),
)
FAULT = Fault(
    name="slow-query",
    title="A query becomes slow after a release",
    description="A migration drops the index behind the order history, and every look at it scans a whole table.",
    kind="slow query",
    cause="The release of store dropped the index order_lines_order: the order history reads the whole order_lines "
    "table once for each order shown, holds connections for long, and everything that needs the database waits.",
    services=("store",),
    steps=(Deploy(0, _RELEASE, guilty=True), Deploy(7, WARMER_WORDS)),
)
