"""What every service of the shop is: an HTTP server that measures, logs and traces each request.

A service brings its routes; how they are served, /metrics, /healthz, starting and stopping are here.
"""

import asyncio
import contextlib
import os
import signal
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from .meters import Meters
from .neighbours import Neighbours, Refused
from .place import Place, cpu_seconds, folder_bytes, open_files, place_from_command_line, resident_bytes
from .voice import Trail, Voice, new_id, trail


class Process:
    """One running service: where it is, what it says, what it counts, whom it calls."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.voice = Voice(place.service, place.pod)
        self.meters = Meters()
        self.neighbours = Neighbours(place, self.voice, self.meters)
        self._watch_itself()

    def _watch_itself(self) -> None:
        meters, place = self.meters, self.place
        meters.gauge("process_resident_memory_bytes", resident_bytes)
        meters.counter("process_cpu_seconds_total", cpu_seconds)
        meters.gauge("process_open_fds", open_files)
        meters.gauge("data_folder_bytes", lambda: folder_bytes(place.data))
        for kind in ("memory_limit", "file_limit"):
            if limit := place.limit(kind):
                meters.gauge(f"{kind}_bytes", lambda limit=limit: limit)  # type: ignore[misc]
        if tls := place.run.get("tls", {}).get(place.service):
            meters.gauge("tls_certificate_seconds_left", lambda: tls["not_after"] - time.time())


class Service(Protocol):
    """What is different about each service."""

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers."""
        ...

    async def open(self) -> None:
        """Get ready: files, pools, background work."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...


def main(name: str, build: Callable[[Process], Service]) -> None:
    """Run one service until it is told to stop or its starter is gone."""
    process = Process(place_from_command_line(name))
    app = web.Application(middlewares=[_observed(process)])
    service = build(process)
    app.add_routes([*service.routes(), web.get("/metrics", _metrics(process)), web.get("/healthz", _healthy)])
    asyncio.run(_serve(process, service, app))


async def _serve(process: Process, service: Service, app: web.Application) -> None:
    place, stop, parent = process.place, asyncio.Event(), os.getppid()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    await service.open()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    # the port is shared so that a new release can open its door before the old one closes
    await web.TCPSite(runner, "127.0.0.1", place.port, reuse_port=True, ssl_context=_tls(place)).start()
    process.voice.ready()
    while not stop.is_set() and os.getppid() == parent:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.5)
    process.voice.info(f"{place.pod} stopping")
    await runner.cleanup()
    await service.close()
    await process.neighbours.close()


def _tls(place: Place) -> ssl.SSLContext | None:
    own = place.run.get("tls", {}).get(place.service)
    if own is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(Path(own["cert"]), Path(own["key"]))
    return context


def _observed(process: Process) -> Middleware:
    @web.middleware
    async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in {"/metrics", "/healthz"}:
            return await handler(request)
        parent = request.headers.get("x-span-id", "")
        here = Trail(request.headers.get("x-trace-id") or new_id(16), new_id())
        trail.set(here)
        began = time.perf_counter()
        route = _route(request)
        response, reason = await _answered(process, request, handler)
        seconds = time.perf_counter() - began
        process.meters.count("http_requests_total", route=route, status=str(response.status))
        process.meters.observe("http_request_duration_seconds", seconds, route=route)
        caller = request.headers.get("x-caller", "")
        process.voice.span(
            "server", route, at=here, parent=parent, began=began, ok=response.status < 500, peer=caller
        )
        _access_log(process, request, response.status, seconds, reason)
        return response

    return observe


async def _answered(
    process: Process, request: web.Request, handler: Handler
) -> tuple[web.StreamResponse, str]:
    """Return the answer and, when it is no success, why."""
    try:
        return await handler(request), ""
    except Refused as refused:
        return web.json_response({"error": str(refused)}, status=refused.status), str(refused)
    except web.HTTPException as problem:
        return web.json_response({"error": problem.reason}, status=problem.status), problem.reason
    except Exception as problem:  # noqa: BLE001 - the edge of the process: logged whole, answered 500
        process.voice.failure(f"{request.method} {request.path} failed: {problem}", problem)
        return web.json_response({"error": "internal error"}, status=500), "internal error"


def _access_log(process: Process, request: web.Request, status: int, seconds: float, reason: str) -> None:
    line = f"{request.method} {request.path_qs} {status} in {seconds * 1000:.0f} ms"
    line += f": {reason}" if reason else ""
    if status >= 500:
        process.voice.error(line)
    else:
        process.voice.info(line)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource else request.path}"


def _metrics(process: Process) -> Handler:
    async def metrics(_: web.Request) -> web.Response:
        return web.Response(text=process.meters.text(), content_type="text/plain", charset="utf-8")

    return metrics


async def _healthy(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})
