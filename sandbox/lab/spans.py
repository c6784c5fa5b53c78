"""Fold trace spans into who calls whom (with client, server and network latency) and what each operation takes.

A client span and the server span whose parent it is are one call; what the client waited longer than the server
worked is the network's. Spans are kept in memory for one recording; nothing here knows where they come from.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class _Client:
    caller: str
    callee: str
    micros: int
    ok: bool


class Spans:
    """The spans of one stretch of time."""

    def __init__(self) -> None:
        self._clients: dict[str, _Client] = {}
        self._servers: dict[str, int] = {}
        self._operations: dict[tuple[str, str], list[int]] = defaultdict(list)

    def add(self, row: Mapping[str, Any]) -> None:
        """Take one span line of a service."""
        if row["span"] == "client":
            self._clients[row["id"]] = _Client(row["service"], row["peer"], row["us"], row["ok"])
            return
        self._operations[row["service"], row["operation"]].append(row["us"])
        if row["parent"]:
            self._servers[row["parent"]] = row["us"]

    def calls(self) -> list[dict[str, Any]]:
        """Return the dependency map: caller, callee, calls, errors and the 90th percentiles in microseconds."""
        edges: dict[tuple[str, str], list[tuple[str, _Client]]] = defaultdict(list)
        for id_, client in self._clients.items():
            edges[client.caller, client.callee].append((id_, client))
        return [self._edge(caller, callee, edges[caller, callee]) for caller, callee in sorted(edges)]

    def operations(self) -> list[dict[str, Any]]:
        """Return the trace summary: service, operation, count and percentiles in microseconds."""
        return [
            {
                "service": service,
                "operation": operation,
                "count": len(micros),
                "p50_us": percentile(micros, 0.5),
                "p95_us": percentile(micros, 0.95),
                "max_us": max(micros),
            }
            for (service, operation), micros in sorted(self._operations.items())
        ]

    def _edge(self, caller: str, callee: str, calls: list[tuple[str, _Client]]) -> dict[str, Any]:
        served = [(client.micros, self._servers[id_]) for id_, client in calls if id_ in self._servers]
        edge: dict[str, Any] = {
            "caller": caller,
            "callee": callee,
            "calls": len(calls),
            "errors": sum(not client.ok for _, client in calls),
            "client_p90_us": percentile((client.micros for _, client in calls), 0.9),
        }
        if served:  # a call that was never served says nothing of server and network
            edge["server_p90_us"] = percentile((server for _, server in served), 0.9)
            edge["network_p90_us"] = percentile((max(0, client - server) for client, server in served), 0.9)
        return edge


def percentile(values: Iterable[int], share: float) -> int:
    """Return the nearest-rank percentile; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0
