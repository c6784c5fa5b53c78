"""What a fault is: steps that make real trouble, and the label that says what the true cause is. Does nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.lab.release import Release


@dataclass(frozen=True, slots=True)
class Deploy:
    """Release a change *at_s* seconds after the trouble is let loose. Whether it is guilty is the label's."""

    at_s: float
    release: Release
    guilty: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop a service and leave it stopped; *why* is what the orchestrator's event says."""

    at_s: float
    service: str
    why: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Send one POST to a service, as someone in the office would."""

    at_s: float
    service: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)


Step = Deploy | Stop | Ask


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble.

    *cause* is the true cause in words, *kind* its short name, *services* the guilty ones. Limits are in bytes, a
    service each: of memory, and of the size of a file it writes. *certificate_ends_s* is when the certificate of
    payments ends, in seconds after the trouble is let loose; None is far away.
    """

    name: str
    title: str
    description: str
    kind: str
    cause: str
    services: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    memory_limits: Mapping[str, int] = field(default_factory=dict)
    file_limits: Mapping[str, int] = field(default_factory=dict)
    certificate_ends_s: float | None = None
