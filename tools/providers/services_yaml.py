"""Who calls whom from a plain file that a team keeps: services.yaml.

    services:
      checkout: {calls: [store, payments], owner: team-orders, on_call: "#orders-oncall"}

Read again when it has changed. It measures nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tools.telemetry import Call, Owner, Span, Window
from tools.tool import Unavailable

MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service as the file tells it."""

    name: str
    calls: tuple[str, ...]
    owner: str = ""
    on_call: str = ""


class ServicesFile:
    """The calls in a services.yaml (a DependencySource)."""

    name = "services.yaml"

    def __init__(self, path: Path) -> None:
        """Read *path* when asked."""
        self._path = path

    async def entries(self) -> Mapping[str, ServiceEntry]:
        """Return the services by name. Raises `Unavailable`."""
        return await asyncio.to_thread(self._read)

    async def owners(self) -> Sequence[Owner]:
        """Return the owner and the on-call that the file tells."""
        return [
            Owner(each.name, each.owner, self.name, each.on_call, self.name)
            for each in (await self.entries()).values()
            if each.owner or each.on_call
        ]

    async def calls(self, window: Window) -> Sequence[Call]:  # noqa: ARG002
        """Return who calls whom, without measurements."""
        return [Call(each.name, callee) for each in (await self.entries()).values() for callee in each.calls]

    async def baseline_calls(self, window: Window) -> Sequence[Call]:  # noqa: ARG002
        """Return none: nothing is measured."""
        return ()

    async def spans(self, window: Window) -> Sequence[Span]:  # noqa: ARG002
        """Return none: nothing is measured."""
        return ()

    async def baseline_spans(self, window: Window) -> Sequence[Span]:  # noqa: ARG002
        """Return none: nothing is measured."""
        return ()

    def _read(self) -> Mapping[str, ServiceEntry]:
        try:
            with self._path.open("rb") as stream:
                told = yaml.safe_load(stream.read(MAX_BYTES))
        except OSError as problem:
            raise Unavailable(f"{self.name}: {self._path} cannot be read: {problem.strerror}") from problem
        except yaml.YAMLError:
            raise Unavailable(f"{self.name}: {self._path} is not YAML") from None
        services = told.get("services") if isinstance(told, dict) else None
        if not isinstance(services, dict):
            raise Unavailable(f"{self.name}: {self._path} has no `services:` with one entry each")
        return {str(name): _entry(str(name), entry) for name, entry in services.items()}


def _entry(name: str, entry: object) -> ServiceEntry:
    told = entry if isinstance(entry, dict) else {}
    calls = told.get("calls")
    return ServiceEntry(
        name,
        tuple(str(each) for each in calls) if isinstance(calls, list) else (),
        str(told.get("owner") or ""),
        str(told.get("on_call") or ""),
    )
