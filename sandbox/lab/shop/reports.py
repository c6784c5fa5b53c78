"""Figures for the office: a look at the shelf now and then, and sales exports when someone asks for one.

Exports are written into the store's own database file, as they always were.
"""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from aiohttp import web

from .neighbours import Refused
from .process import Process, main


class Reports:
    """The report service."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._voice = process.voice
        self._settings = process.place.settings
        self._database = Path(process.place.run["data"]) / "store" / "shop.db"
        self._exports = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        process.meters.gauge("report_exports_running", lambda: float(self._exports))

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers."""
        return [web.post("/exports", self._export)]

    async def open(self) -> None:
        """Begin to look at the shelf."""
        self._keep(self._look_at_shelf())

    async def close(self) -> None:
        """Stop looking, and stop exports at their next month."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()

    def _keep(self, work: "asyncio.Future[None] | object") -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_at_shelf(self) -> None:
        while True:
            await asyncio.sleep(self._settings["shelf"]["every_s"])
            try:
                found = await self._process.neighbours.call("GET", "store", "/products?category=books")
            except Refused as refused:
                self._voice.warning(f"shelf not seen: {refused}")
            else:
                self._voice.info(f"shelf seen: {len(found)} books")

    async def _export(self, request: web.Request) -> web.Response:
        wish = await request.json()
        months = int(wish["months"])
        self._voice.info(f"sales export of {months} months asked for by {wish.get('by', 'the office')}")
        self._keep(self._run(months))
        return web.json_response({"months": months}, status=202)

    async def _run(self, months: int) -> None:
        self._exports += 1
        began = time.perf_counter()
        try:
            await asyncio.to_thread(self._write, months)
            self._voice.info(f"sales export of {months} months done in {time.perf_counter() - began:.1f} s")
        except sqlite3.Error as problem:
            self._voice.failure("sales export failed", problem)
        finally:
            self._exports -= 1

    def _write(self, months: int) -> None:
        pause = self._settings["exports"]["pause_ms"] / 1000
        with closing(sqlite3.connect(self._database, isolation_level=None, timeout=10)) as db:
            db.execute("BEGIN IMMEDIATE")
            for month in range(months):
                if self._stopping:
                    db.execute("ROLLBACK")
                    return
                db.execute(
                    "INSERT INTO monthly_report SELECT ?, p.category, sum(l.quantity * l.cents) FROM order_lines l"
                    " JOIN products p ON p.id = l.product WHERE l.order_id % ? = ? GROUP BY p.category",
                    (month, months, month),
                )
                self._voice.info(
                    f"month {month + 1} of {months} written to monthly_report in the shop database"
                )
                time.sleep(pause)  # be gentle with the database
            db.execute("COMMIT")


if __name__ == "__main__":
    main("reports", Reports)
