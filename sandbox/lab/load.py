"""Shoppers: at a steady rate someone logs in, looks around, looks at old orders and, now and then, orders.

Arrivals do not wait for answers (an open loop), as people do not. What the shop answers is only counted.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import aiohttp

_CATEGORIES = ("books", "garden", "kitchen", "music", "toys")
_PRODUCTS = 200
_PATIENCE = aiohttp.ClientTimeout(total=12)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who shops: how many people, how many visits a second, how likely a visit ends in an order."""

    people: int = 60
    visits_per_s: float = 2.5
    orders: float = 0.5
    names: str = "shopper"


class Load:
    """The crowd at work. `answers` counts statuses; 0 is no answer at all."""

    def __init__(self, gateway: str, crowd: Crowd, chance: random.Random) -> None:
        self.answers: Counter[int] = Counter()
        self._gateway = gateway
        self._crowd = crowd
        self._chance = chance
        self._tokens: dict[str, str] = {}

    async def run(self) -> None:
        """Shop until cancelled."""
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, limit=0), trust_env=False
        ) as session:
            visits: set[asyncio.Task[None]] = set()
            try:
                while True:
                    visit = asyncio.ensure_future(self._visit(session))
                    visits.add(visit)
                    visit.add_done_callback(visits.discard)
                    await asyncio.sleep(self._chance.uniform(0.6, 1.4) / self._crowd.visits_per_s)
            finally:
                for visit in visits:
                    visit.cancel()
                await asyncio.gather(*visits, return_exceptions=True)

    async def _visit(self, session: aiohttp.ClientSession) -> None:
        name = f"{self._crowd.names}-{self._chance.randrange(self._crowd.people):03d}"
        if name not in self._tokens:
            told = await self._ask(session, "POST", "/login", body={"name": name})
            if not isinstance(told, dict) or "token" not in told:
                return
            self._tokens[name] = told["token"]
        await self._ask(session, "GET", f"/products?category={self._chance.choice(_CATEGORIES)}", name)
        await self._ask(session, "GET", "/orders", name)
        if self._chance.random() < self._crowd.orders:
            wish = {"product": 1 + self._chance.randrange(_PRODUCTS), "quantity": self._chance.randint(1, 3)}
            await self._ask(session, "POST", "/orders", name, wish)

    async def _ask(
        self,
        session: aiohttp.ClientSession,
        method: str,
        path: str,
        name: str = "",
        body: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - the answer is JSON
        token = self._tokens.get(name, "")
        if name and not token:  # logged out in the middle of a visit
            return None
        try:
            async with session.request(
                method, self._gateway + path, json=body, headers={"x-session": token}, timeout=_PATIENCE
            ) as answer:
                self.answers[answer.status] += 1
                if answer.status == 401:
                    self._tokens.pop(name, None)
                return await answer.json()
        except (TimeoutError, aiohttp.ClientError):
            self.answers[0] += 1
            return None
