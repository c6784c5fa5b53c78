"""Goods and orders: the only service that reads and writes the shop's tables."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from . import database
from .neighbours import Refused
from .pool import Pool
from .process import Process, main


class Store:
    """The store and its pool of connections."""

    def __init__(self, process: Process) -> None:
        self._voice = process.voice
        self._meters = process.meters
        settings = process.place.settings
        self._shelf = settings["shelf"]
        self._file = process.place.data / "shop.db"
        pool = settings["pool"]
        self._pool = Pool(self._file, pool["size"], pool["patience_ms"], pool["busy_timeout_ms"])
        process.meters.gauge("db_pool_size", lambda: float(self._pool.size))
        process.meters.gauge("db_pool_in_use", lambda: float(self._pool.in_use))
        process.meters.gauge("db_pool_waiters", lambda: float(self._pool.waiters))

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers."""
        return [
            web.get("/products", self._products),
            web.get("/orders", self._history),
            web.post("/reservations", self._reserve),
            web.post("/orders", self._save),
        ]

    async def open(self) -> None:
        """Bring the tables up to date and open the pool."""
        db = sqlite3.connect(self._file, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        for name in database.migrate(db, Path("shop", "migrations")):
            self._voice.info(f"migration {name} applied")
        database.stock_up(db, self._shelf["old_orders"], self._shelf["customers"])
        db.close()
        self._pool.open()

    async def close(self) -> None:
        """Close the pool."""
        self._pool.close()

    async def _products(self, request: web.Request) -> web.Response:
        category, most = request.query["category"], int(request.query.get("limit", "20"))
        async with self._pool.connection() as db:
            found = await self._query(database.products_of, db, category, most)
        return web.json_response(found)

    async def _history(self, request: web.Request) -> web.Response:
        async with self._pool.connection() as db:
            found = await self._query(database.history_of, db, int(request.query["customer"]))
        return web.json_response(found)

    async def _reserve(self, request: web.Request) -> web.Response:
        wish = await request.json()
        product, quantity = int(wish["product"]), int(wish["quantity"])
        async with self._pool.connection() as db:
            if not await self._query(database.take, db, product, quantity):
                raise Refused(409, f"product {product} is sold out")
        return web.json_response({"reserved": quantity})

    async def _save(self, request: web.Request) -> web.Response:
        wish = await request.json()
        customer, product, quantity = int(wish["customer"]), int(wish["product"]), int(wish["quantity"])
        async with self._pool.connection() as db:
            order = await self._query(database.save, db, customer, product, quantity)
        self._voice.info(f"order {order} saved for customer {customer}")
        return web.json_response({"order": order})

    async def _query(self, query: Callable[..., Any], db: sqlite3.Connection, *arguments: object) -> Any:  # noqa: ANN401
        began = time.perf_counter()
        try:
            return await asyncio.to_thread(query, db, *arguments)
        except sqlite3.Error as problem:
            self._voice.error(f"query {query.__name__} failed: sqlite3.{type(problem).__name__}: {problem}")
            raise Refused(503, f"database: {problem}") from None
        finally:
            seconds = time.perf_counter() - began
            self._meters.observe("db_query_duration_seconds", seconds, query=query.__name__)
            if seconds > 0.5:
                self._voice.warning(f"slow query {query.__name__}: {seconds * 1000:.0f} ms")


if __name__ == "__main__":
    main("store", Store)
