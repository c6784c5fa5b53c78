"""A piece of evidence in a case: an observation with an id that claims can cite.

It knows no tool and no source; ids are given by the case file in the order of arrival.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from tools.tool import Observation


@dataclass(frozen=True, slots=True)
class Evidence:
    """An observation and its id in this case (``log:1``, ``deploy:2``)."""

    id: str
    seen: Observation

    @property
    def kind(self) -> str:
        """The kind of telemetry, also the first half of the id."""
        return self.seen.kind

    @property
    def text(self) -> str:
        """What was seen, in words that stand alone."""
        return self.seen.text

    @property
    def service(self) -> str | None:
        """The service it is about, when known."""
        return self.seen.service

    @property
    def time(self) -> datetime | None:
        """When what was seen happened, when known."""
        return self.seen.at

    @property
    def facts(self) -> Mapping[str, JsonValue]:
        """The same as numbers and names, for code that ranks."""
        return self.seen.facts
