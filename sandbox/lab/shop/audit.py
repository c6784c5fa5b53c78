"""The audit trail of orders: one JSON line an order, on disk before the order counts."""

import json
import os
import time
from pathlib import Path
from typing import Any


class AuditTrail:
    """A file that is only ever added to."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, order: dict[str, Any]) -> None:
        """Write one order down and see it on disk; OSError when the disk will not take it."""
        row = {"at": time.time(), "customer": order["customer"], "product": order["product"]}
        with self._file.open("ab", buffering=0) as file:
            file.write(json.dumps(row).encode() + b"\n")
            os.fsync(file.fileno())
