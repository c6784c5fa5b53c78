"""Who is who: logs shoppers in and keeps their sessions."""

import secrets
import zlib

from aiohttp import web

from .neighbours import Refused
from .process import Process, main
from .sessions import SessionCache


class Users:
    """The user service."""

    def __init__(self, process: Process) -> None:
        self._voice = process.voice
        settings = process.place.settings["sessions"]
        self._cache = SessionCache(settings["ttl_s"], settings["most"])
        process.meters.gauge("session_cache_entries", lambda: float(len(self._cache)))

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers."""
        return [web.post("/sessions", self._log_in), web.get("/sessions/{token}", self._check)]

    async def open(self) -> None:
        """Start with no sessions: they live in memory."""

    async def close(self) -> None:
        """Forget them."""

    async def _log_in(self, request: web.Request) -> web.Response:
        name = str((await request.json())["name"])
        session = self._cache.open(secrets.token_hex(12), 1 + zlib.crc32(name.encode()) % 2000, name)
        self._voice.info(f"session opened for {name}, {len(self._cache)} open")
        return web.json_response({"token": session.token})

    async def _check(self, request: web.Request) -> web.Response:
        session = self._cache.get(request.match_info["token"])
        if session is None:
            raise Refused(401, "session unknown or over")
        return web.json_response({"customer": session.customer, "name": session.name})


if __name__ == "__main__":
    main("users", Users)
