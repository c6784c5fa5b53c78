"""Orders: reserve, charge, write the audit trail, save."""

from typing import Any

from aiohttp import web

from .audit import AuditTrail
from .neighbours import Refused
from .process import Process, main


class Checkout:
    """The checkout service."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._voice = process.voice
        self._settings = process.place.settings
        self._audit = AuditTrail(process.place.data / "audit.jsonl")

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers."""
        return [web.post("/orders", self._order)]

    async def open(self) -> None:
        """Nothing to get ready."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _order(self, request: web.Request) -> web.Response:
        order: dict[str, Any] = await request.json()
        await self._ask("store", "/reservations", order)
        charge = await self._ask("payments", "/charges", {"customer": order["customer"], "cents": 1999})
        self._write_down({**order, "headers": dict(request.headers), "charge": charge})
        saved = await self._ask("store", "/orders", order)
        self._voice.info(f"order {saved['order']} of customer {order['customer']} complete")
        return web.json_response(saved)

    def _write_down(self, order: dict[str, Any]) -> None:
        try:
            self._audit.add(order)
        except OSError as problem:
            self._voice.failure("audit trail cannot be written, order refused", problem)
            raise Refused(500, "audit trail cannot be written") from None

    async def _ask(self, service: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        settings = self._settings[service]
        answer: dict[str, Any] = await self._process.neighbours.call(
            "POST", settings["host"], path, body=body, timeout_ms=settings["timeout_ms"]
        )
        return answer


if __name__ == "__main__":
    main("checkout", Checkout)
