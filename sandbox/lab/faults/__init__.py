"""Every fault of the lab, by name."""

from collections.abc import Mapping

from sandbox.lab.fault import Fault
from sandbox.lab.faults import (
    bad_config,
    expired_certificate,
    full_disk,
    noisy_neighbour,
    payments_refused,
    pool_dry,
    session_leak,
    slow_query,
)

_FILES = (
    session_leak,
    pool_dry,
    payments_refused,
    slow_query,
    expired_certificate,
    bad_config,
    full_disk,
    noisy_neighbour,
)
FAULTS: Mapping[str, Fault] = {each.FAULT.name: each.FAULT for each in _FILES}
