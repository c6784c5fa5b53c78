"""How far one look has come, told while it goes on: bytes read, and what is done with them now.

Whoever asks for a look puts a `Progress` into its scope and may read it at any time; sources find it by `progress()`
wherever they read for that look, and note what they left out. Without anybody asking, what is noted is lost. It knows
no source and no thread of Slack.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

_ENOUGH_TO_TELL = 500_000  # bytes below which nobody waits long enough to wonder


@dataclass(slots=True)
class Progress:
    """One look: *read* bytes of *of* (0 = nobody knows), what it is *doing*, *remarks* of what was left out.

    Reading by pages ends at *until*, on the monotonic clock: what has come by then serves.
    """

    read: int = 0
    of: int = 0
    doing: str = ""
    until: float = math.inf
    remarks: list[str] = field(default_factory=list)

    @property
    def late(self) -> bool:
        """Whether no further page should be asked for."""
        return time.monotonic() >= self.until

    def note(self, remark: str) -> None:
        """Remember once what people should know about what was read."""
        if remark not in self.remarks:
            self.remarks.append(remark)

    def words(self) -> str:
        """Return where the look stands, in words; empty while there is little to tell."""
        if self.read < _ENOUGH_TO_TELL:
            return ""
        so_far = (
            f"{megabytes(self.read)} of {megabytes(self.of)}" if self.of > self.read else megabytes(self.read)
        )
        return f"{so_far} read" + (f", {self.doing}" if self.doing else "")


_CURRENT: ContextVar[Progress | None] = ContextVar("progress", default=None)


def progress() -> Progress:
    """Return the progress of the look that this code runs for; one that nobody reads when there is none."""
    return _CURRENT.get() or Progress()


@contextmanager
def reporting(to: Progress) -> Iterator[Progress]:
    """Let what is read within be noted in *to*, in tasks and in threads of the lane as well."""
    token = _CURRENT.set(to)
    try:
        yield to
    finally:
        _CURRENT.reset(token)


def megabytes(count: int) -> str:
    """Return *count* bytes for people ("48.2 MB")."""
    return f"{count / 1e6:.0f} MB" if count >= 100_000_000 else f"{count / 1e6:.1f} MB"
