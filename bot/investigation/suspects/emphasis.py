"""What the alert itself speaks of: slowness, errors, or neither more than the other. Pure reading of words."""

import re
from dataclasses import dataclass

_SLOW = re.compile(r"latenc|slow|p9\d|percentile|response time|duration|timeout|hang|degrad", re.IGNORECASE)
_FAILING = re.compile(
    r"availab|error|\b5(\d\d|xx)\b|fail|exception|success rate|unreachable|refused|down\b|crash",
    re.IGNORECASE,
)
_UNSAID = 0.35  # of the points of what the alert does not speak of


@dataclass(frozen=True, slots=True)
class Emphasis:
    """How much latency and errors count, 0..1."""

    latency: float = 1.0
    error: float = 1.0

    def of(self, kind: str) -> float:
        """Return the weight of a kind of metric."""
        return {"latency": self.latency, "error": self.error}.get(kind, 1.0)


def emphasis_of(text: str) -> Emphasis:
    """Return what *text* speaks of more often; both count in full when it speaks of both alike."""
    slow, failing = len(_SLOW.findall(text)), len(_FAILING.findall(text))
    if slow > failing:
        return Emphasis(error=_UNSAID)
    return Emphasis(latency=_UNSAID) if failing > slow else Emphasis()
