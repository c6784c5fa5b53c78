"""An alert as we understand it, whoever sent it.

It knows no sender's format; `bot/inbox` reads those.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    """How loud an alert is, in the words that senders and policies use, loudest first."""

    CRITICAL = "critical"
    HIGH = "high"
    ERROR = "error"
    MEDIUM = "medium"
    WARNING = "warning"
    LOW = "low"
    INFO = "info"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 is loudest; unknown stands with warning, because an unlabelled alert may be serious."""
        return _RANKS[self]


_RANKS = {
    Severity.CRITICAL: 0,
    Severity.HIGH: 1,
    Severity.ERROR: 2,
    Severity.MEDIUM: 3,
    Severity.WARNING: 4,
    Severity.UNKNOWN: 4,
    Severity.LOW: 5,
    Severity.INFO: 6,
}


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that called for attention: a monitor's alert, or a person's words.

    *source* is the sender's name in small letters ("alertmanager", "pagerduty", "person"); *dedupe_key* is
    equal for posts about the same trouble (a repeat, its resolution), and is made from the content when the
    sender has none. *service* and *labels* may be empty: many senders drop them.
    """

    source: str
    title: str
    starts_at: datetime
    description: str = ""
    severity: Severity = Severity.UNKNOWN
    service: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    link: str | None = None
    firing_count: int = 1
    dedupe_key: str = ""

    @property
    def fingerprint(self) -> str:
        """A short stable id of the trouble, for joining repeats to one case."""
        key = self.dedupe_key or f"{self.source}:{self.service}:{self.title}".lower()
        return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:16]

    @property
    def text(self) -> str:
        """Title and description as one text, for recall and for models."""
        return f"{self.title}\n{self.description}".strip()
