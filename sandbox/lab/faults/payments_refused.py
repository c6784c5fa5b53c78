"""Payments is stopped; nobody released anything that matters."""

from sandbox.lab.fault import Deploy, Fault, Stop
from sandbox.lab.faults.innocent import LONGER_PAGE

FAULT = Fault(
    name="payments-refused",
    title="Payments refuses connections",
    description="Payments is drained from its machine and not started elsewhere, just after a harmless release.",
    kind="dependency down",
    cause="Payments was stopped (machine drained for maintenance) and not started again: connections to it are "
    "refused, so no order can be charged. No release is to blame.",
    services=("payments",),
    steps=(Deploy(0, LONGER_PAGE), Stop(8, "payments", "node drained for maintenance")),
)
