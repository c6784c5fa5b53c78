"""Someone asks reports for a long export, which holds the write lock of the store's database."""

from sandbox.lab.fault import Ask, Deploy, Fault
from sandbox.lab.faults.innocent import LONGER_PAGE

FAULT = Fault(
    name="noisy-neighbour",
    title="A noisy neighbour holds the database",
    description="The office asks reports for a three-year export; it holds the store's write lock the whole time.",
    kind="noisy neighbour",
    cause="A sales export over 36 months in reports runs in one long transaction on the store's database and holds "
    "its write lock: store cannot reserve or save, orders fail with 'database is locked'. No release is to blame.",
    services=("reports",),
    steps=(
        Deploy(0, LONGER_PAGE),
        Ask(8, "reports", "/exports", {"months": 36, "by": "accounting"}),
    ),
)
