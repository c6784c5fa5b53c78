"""Calls to other services: with a deadline, the trace passed on, and every outcome counted and logged.

Connections are not kept alive, so that a release takes traffic at once and every TLS call shows its
certificate. What a call means is not known here.
"""

import os
import ssl
import time
from typing import Any

import aiohttp

from .meters import Meters
from .place import Place
from .voice import Trail, Voice, new_id, trail


class Refused(Exception):
    """The request cannot be served; *status* is what the caller gets."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Neighbours:
    """The services that this one calls."""

    def __init__(self, place: Place, voice: Voice, meters: Meters) -> None:
        self._place = place
        self._voice = voice
        self._meters = meters
        self._tls = ssl.create_default_context(cafile=place.run["ca"])
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        service: str,
        path: str,
        *,
        body: dict[str, Any] | None = None,
        timeout_ms: int = 4000,
    ) -> Any:  # noqa: ANN401 - the answer is JSON
        """Call *service* and return its JSON. Refused: 4xx as answered; 502 unreachable or failed; 504 too late."""
        here = trail.get() or Trail(new_id(16), "")
        span = Trail(here.trace, new_id())
        operation = f"{method} /{path.strip('/').split('/')[0].split('?')[0]}"
        began, ok = time.perf_counter(), False
        try:
            answer = await self._ask(method, service, path, body, timeout_ms, span)
        except Refused as refused:
            ok = refused.status < 500
            raise
        else:
            ok = True
            return answer
        finally:
            outcome = "ok" if ok else "error"
            self._meters.count("http_client_requests_total", callee=service, outcome=outcome)
            self._meters.observe("http_client_duration_seconds", time.perf_counter() - began, callee=service)
            self._voice.span("client", operation, at=span, parent=here.span, began=began, ok=ok, peer=service)

    async def _ask(
        self, method: str, service: str, path: str, body: dict[str, Any] | None, timeout_ms: int, span: Trail
    ) -> Any:  # noqa: ANN401 - the answer is JSON
        if service not in self._place.run["endpoints"]:
            self._voice.error(f"{method} {service}{path}: no such host: {service}")
            raise Refused(502, f"{service} unknown")
        url = self._place.endpoint(service) + path
        headers = {"x-trace-id": span.trace, "x-span-id": span.span, "x-caller": self._place.service}
        deadline = aiohttp.ClientTimeout(total=timeout_ms / 1000)
        try:
            async with self._open().request(
                method, url, json=body, headers=headers, timeout=deadline
            ) as answer:
                told = await answer.json()
        except TimeoutError:
            self._voice.error(f"{method} {service}{path}: no answer within {timeout_ms} ms")
            raise Refused(504, f"{service} did not answer in time") from None
        except aiohttp.ClientError as problem:
            self._voice.error(f"{method} {service}{path}: {_words(problem)}")
            raise Refused(502, f"{service} cannot be reached") from None
        if answer.status >= 500:
            self._voice.error(f"{method} {service}{path}: {answer.status} {told.get('error', '')}")
            raise Refused(502, f"{service} failed")
        if answer.status >= 400:
            raise Refused(answer.status, str(told.get("error", "")))
        return told

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, ssl=self._tls, limit=0), trust_env=False
            )
        return self._session

    async def close(self) -> None:
        """Let go of what is open."""
        if self._session is not None:
            await self._session.close()


def _words(problem: aiohttp.ClientError) -> str:
    """Say what went wrong below HTTP: certificate errors as OpenSSL says them, others by the system's name."""
    if isinstance(problem, aiohttp.ClientConnectorCertificateError):
        return f"TLS handshake with {problem.host}:{problem.port} failed: {problem.certificate_error}"
    if isinstance(problem, aiohttp.ClientConnectorError) and problem.errno:
        return f"connect to {problem.host}:{problem.port} failed: {os.strerror(problem.errno)}"
    return f"{type(problem).__name__}: {problem}"
