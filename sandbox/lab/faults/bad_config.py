"""A configuration release writes seconds where milliseconds are meant."""

from sandbox.lab.fault import Deploy, Fault
from sandbox.lab.faults.innocent import LONGER_PAGE
from sandbox.lab.release import Edit, Release

_RELEASE = Release(
    "checkout",
    "checkout: two seconds are enough for payments",
    "Mira Okafor",
    (
        Edit(
            "config/checkout.toml",
            'host = "payments"\ntimeout_ms = 1500\n',
            'host = "payments"\ntimeout_ms = 2\n',
        ),
    ),
)
FAULT = Fault(
    name="bad-config",
    title="A bad configuration is released",
    description="Checkout's timeout for payments is set to 2 where 2000 ms was meant; a harmless release follows.",
    kind="bad configuration",
    cause="The release of checkout set the timeout for payments to 2 ms instead of 2000: no charge can answer in "
    "time, and every order fails although payments is well.",
    services=("checkout",),
    steps=(Deploy(0, _RELEASE, guilty=True), Deploy(5, LONGER_PAGE)),
)
