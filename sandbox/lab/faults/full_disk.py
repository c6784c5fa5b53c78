"""A release of checkout makes the audit trail grow until its quota is used up."""

from sandbox.lab.fault import Deploy, Fault
from sandbox.lab.faults.innocent import SHELF_WORDS
from sandbox.lab.release import Edit, Release

_RELEASE = Release(
    "checkout",
    "checkout: audit trail keeps the whole order and a copy of the terms",
    "Tomás Rivera",
    (
        Edit(
            "shop/audit.py",
            'row = {"at": time.time(), "customer": order["customer"], "product": order["product"]}',
            'row = {"at": time.time(), **order, "terms": TERMS}',
        ),
        Edit(
            "shop/audit.py",
            "class AuditTrail:\n",
            'TERMS = "The goods stay ours until they are paid. " * 600  # as shown to the customer\n\n\n'
            "class AuditTrail:\n",
        ),
    ),
)
FAULT = Fault(
    name="full-disk",
    title="The disk is full",
    description="A release of checkout writes a copy of the terms with every order until its quota is used up.",
    kind="disk full",
    cause="The release of checkout writes some 25 kB to the audit trail for each order instead of 80 bytes: its quota "
    "was used up within a minute, the kernel refuses further writes, and checkout refuses every order.",
    services=("checkout",),
    steps=(Deploy(0, _RELEASE, guilty=True), Deploy(4, SHELF_WORDS)),
    file_limits={"checkout": 300_000},
)
