"""Where each service's lines were read, so that what is told of them links to the source that has them.

It knows sources by their Protocol only.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from tools.sources import LogSource
from tools.telemetry import LogLine, Window

AROUND = timedelta(minutes=2)  # of an example line, that its link shows

Read = Sequence[tuple[LogSource, Sequence[LogLine]]]


class Places:
    """Where each service's lines were read, so that what is told of them links to the source that has them."""

    def __init__(self, read: Read, window: Window) -> None:
        """Remember which source has the most lines of each service, and of all."""
        self.window = window
        counts = [(source, Counter(line.service for line in found)) for source, found in read if found]
        self._of: Mapping[str, LogSource] = {
            service: max(counts, key=lambda each: each[1][service])[0]
            for service in {service for _, counted in counts for service in counted}
        }
        self.main = max(counts, key=lambda each: each[1].total())[0]

    def source(self, service: str | None) -> LogSource:
        """Return the source that has the lines of *service*."""
        return self._of.get(service or "", self.main)

    def link(self, line: LogLine) -> str | None:
        """Return where a person sees *line* among its neighbours."""
        return self.source(line.service).link(
            Window(line.at - AROUND, line.at + AROUND), line.service or None
        )
