"""Charges cards at a bank that takes its time; spoken to over TLS only."""

import asyncio
import random
import secrets

from aiohttp import web

from .process import Process, main


class Payments:
    """The payment service."""

    def __init__(self, process: Process) -> None:
        self._voice = process.voice
        bank = process.place.settings["bank"]
        self._least_ms: int = bank["least_ms"]
        self._most_ms: int = bank["most_ms"]

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers."""
        return [web.post("/charges", self._charge)]

    async def open(self) -> None:
        """Nothing to get ready."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _charge(self, request: web.Request) -> web.Response:
        wish = await request.json()
        took = random.uniform(self._least_ms, self._most_ms)
        await asyncio.sleep(took / 1000)
        receipt = secrets.token_hex(6)
        self._voice.info(f"charged customer {wish['customer']} {wish['cents']} cents, receipt {receipt}")
        return web.json_response({"receipt": receipt})


if __name__ == "__main__":
    main("payments", Payments)
