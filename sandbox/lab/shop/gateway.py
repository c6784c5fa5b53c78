"""The front door: checks the session, then asks the service that knows."""

from typing import Any

from aiohttp import web

from .neighbours import Refused
from .process import Process, main


class Gateway:
    """What browsers and apps talk to."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._timeout: int = process.place.settings["upstream"]["timeout_ms"]
        self._page: int = process.place.settings["pages"]["products"]

    def routes(self) -> list[web.RouteDef]:
        """Return the shop's public pages."""
        return [
            web.post("/login", self._login),
            web.get("/products", self._products),
            web.get("/orders", self._history),
            web.post("/orders", self._order),
        ]

    async def open(self) -> None:
        """Nothing to get ready."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _login(self, request: web.Request) -> web.Response:
        body = await request.json()
        return web.json_response(await self._ask("POST", "users", "/sessions", body))

    async def _products(self, request: web.Request) -> web.Response:
        await self._shopper(request)
        category = request.query.get("category", "books")
        return web.json_response(
            await self._ask("GET", "store", f"/products?category={category}&limit={self._page}")
        )

    async def _history(self, request: web.Request) -> web.Response:
        shopper = await self._shopper(request)
        return web.json_response(await self._ask("GET", "store", f"/orders?customer={shopper['customer']}"))

    async def _order(self, request: web.Request) -> web.Response:
        shopper = await self._shopper(request)
        body = await request.json()
        order = {"customer": shopper["customer"], "product": body["product"], "quantity": body["quantity"]}
        return web.json_response(await self._ask("POST", "checkout", "/orders", order))

    async def _shopper(self, request: web.Request) -> dict[str, Any]:
        token = request.headers.get("x-session", "")
        if not token:
            raise Refused(401, "log in first")
        found: dict[str, Any] = await self._ask("GET", "users", f"/sessions/{token}")
        return found

    async def _ask(self, method: str, service: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
        return await self._process.neighbours.call(method, service, path, body=body, timeout_ms=self._timeout)


if __name__ == "__main__":
    main("gateway", Gateway)
