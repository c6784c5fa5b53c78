"""Ask a source over HTTP: only reads that were named, bounded in time and size, with errors that hold no secret.

Redirects are not followed, the environment's proxies and password files are not used, certificates are always
verified. Answers are bounded in bytes on the wire and in bytes unpacked. What goes wrong becomes `Unavailable` with
one line that holds no credential and no query. What may leave at all is held in tools/reads.py. It knows no vendor.
"""

import asyncio
import json
import re
import ssl
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime

import httpx2
from pydantic import JsonValue

from tools.foreign_json import read_json
from tools.progress import progress
from tools.reads import ACTION, Endpoint, Gate, Query, Read, base_url, raw_path
from tools.tool import Unavailable

TRIES = 2
PAUSE_S = 0.2
LEAST_SKEW_S = 30.0  # below that nobody is misled
_AGAIN = frozenset({502, 503, 504})


class ReadOnlyHttp:
    """Asks one source, by the reads that were named and no other."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        reads: Sequence[Read],
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        auth: httpx2.Auth | None = None,
    ) -> None:
        """Prepare to ask *endpoint*; nothing is sent yet. *transport* replaces the network (tests).

        *auth* signs each request, for sources that want more than a header; the gate stands behind it.

        Raises:
            ValueError: the address is none that may be asked; the message holds no credential.
        """
        self.name = name
        self._skew_s = 0.0
        self._endpoint = endpoint
        self._base = base_url(name, endpoint.url)
        self._client = gated(name, endpoint, reads, transport=transport, auth=auth)

    @property
    def skew(self) -> str:
        """How far the clock of the last answer was from ours, in words; empty when they agree or it tells none."""
        if abs(self._skew_s) < LEAST_SKEW_S:
            return ""
        which = "ahead of" if self._skew_s > 0 else "behind"
        return f"{self.name}: its clock is {abs(self._skew_s):.0f} s {which} ours"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def read_json(
        self,
        read: Read,
        *,
        names: Mapping[str, str] | None = None,
        query: Query | None = None,
        body: JsonValue = None,
        missing_is_none: bool = False,
    ) -> JsonValue:
        """Make *read* and return its JSON; with *missing_is_none*, None for a 404.

        Raises:
            Unavailable: no answer, not a good one, or larger than the endpoint allows.
        """
        status, content = await self._content(read, names or {}, query or {}, body)
        if status == 404 and missing_is_none:
            return None
        if not 200 <= status < 300:
            raise self._no(_meaning(status) + (_named_error(content) if read.action else ""))
        try:
            return read_json(content)
        except ValueError:
            raise self._no("the answer is not JSON") from None

    async def read_text(
        self,
        read: Read,
        *,
        names: Mapping[str, str] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> str:
        """Make *read* and return its text. Raises `Unavailable` as `read_json` does."""
        status, content = await self._content(read, names or {}, query or {}, None)
        if not 200 <= status < 300:
            raise self._no(_meaning(status))
        return content.decode("utf-8", "replace")

    async def _content(
        self,
        read: Read,
        names: Mapping[str, str],
        query: Query,
        body: JsonValue,
    ) -> tuple[int, bytes]:
        path = raw_path(self._base) + read.filled(names) or "/"
        try:
            url = self._base.copy_with(username=None, password=None, raw_path=path.encode("ascii"))
            request = self._client.build_request(
                read.method,
                url,
                params=dict(query) or None,
                content=json.dumps(body).encode() if body is not None else None,
                headers=_headers(read),
            )
        except httpx2.InvalidURL:  # what is asked about is named by the source itself, at any length
            raise self._no("a name in its own answer is too long to ask about") from None
        try:
            async with asyncio.timeout(self._endpoint.timeout_s):
                return await self._tried(request)
        except TimeoutError:
            raise self._no(f"no answer within {self._endpoint.timeout_s:g} s") from None

    async def _tried(self, request: httpx2.Request) -> tuple[int, bytes]:
        last = ""
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(PAUSE_S)
            try:
                response = await self._client.send(request, stream=True)
                self._skew_s = _skew(response.headers, time.time())
                try:
                    status, content = response.status_code, await self._bounded(response)
                finally:
                    await response.aclose()
            except httpx2.TimeoutException:
                last = f"no answer within {self._endpoint.timeout_s:g} s"
            except httpx2.TransportError as problem:
                last = _trouble(problem, self._base)
            else:
                if status not in _AGAIN or attempt == TRIES - 1:
                    return status, content
        raise self._no(last)

    async def _bounded(self, response: httpx2.Response) -> bytes:
        """Return the body within both limits; nothing is unpacked beyond them."""
        packing = response.headers.get("content-encoding", "identity").lower()
        if packing not in {"identity", "gzip", "deflate", ""}:
            raise self._no(f"the answer is packed as {packing[:20]!r}, which was not asked for")
        unpack = (
            zlib.decompressobj(47 if packing == "gzip" else 15) if packing in {"gzip", "deflate"} else None
        )
        content, wire, told = bytearray(), 0, progress()
        async for chunk in response.aiter_raw():
            wire += len(chunk)
            before = len(content)
            room = self._endpoint.max_bytes - len(content) + 1
            try:
                content += unpack.decompress(chunk, room) if unpack else chunk
            except zlib.error:
                raise self._no("the answer is packed wrongly") from None
            told.read += len(content) - before
            if wire > self._endpoint.max_wire_bytes or len(content) > self._endpoint.max_bytes:
                raise self._no(f"the answer is larger than {self._endpoint.max_bytes:,} bytes; ask for less")
        return bytes(content)

    def _no(self, why: str) -> Unavailable:
        return Unavailable(f"{self.name}: {why}")


def _skew(headers: Mapping[str, str], now: float) -> float:
    """Return by how many seconds the sender's clock is ahead of *now*; 0 when it tells none, or a cache's."""
    try:
        return 0.0 if "age" in headers else parsedate_to_datetime(headers.get("date", "")).timestamp() - now
    except (ValueError, OverflowError):
        return 0.0


def _headers(read: Read) -> dict[str, str]:
    told = {"Content-Type": read.media} if read.method == "POST" else {}
    return {**told, ACTION: read.action} if read.action else told


def gated(
    name: str,
    endpoint: Endpoint,
    reads: Sequence[Read],
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
    auth: httpx2.Auth | None = None,
    behind: Callable[[httpx2.AsyncBaseTransport], httpx2.AsyncBaseTransport] = lambda way: way,
) -> httpx2.AsyncClient:
    """Return a client from which *reads* of *endpoint* leave and nothing else; *behind* adds a narrower gate.

    Raises:
        ValueError: the address is none that may be asked; the message holds no credential.
    """
    base = base_url(name, endpoint.url)
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "User-Agent": "incidentos",
        **endpoint.headers,
    }
    if endpoint.token:
        headers["Authorization"] = f"Bearer {endpoint.token}"
    verify = ssl.create_default_context(cafile=str(endpoint.ca_file)) if endpoint.ca_file else True
    outside = transport or httpx2.AsyncHTTPTransport(verify=verify, trust_env=False)
    return httpx2.AsyncClient(
        transport=Gate(behind(outside), base, tuple(reads)),
        headers=headers,
        auth=auth or ((base.username, base.password) if base.username else None),
        timeout=httpx2.Timeout(endpoint.timeout_s, connect=min(5.0, endpoint.timeout_s)),
        follow_redirects=False,
        trust_env=False,
    )


def _named_error(content: bytes) -> str:
    """Return the error's name as services with actions tell it ("ThrottlingException"), its text left out."""
    found = re.search(rb'"__type" ?: ?"(?:[^"]{0,80}[#.])?(\w{3,60})"', content[:2_000])
    return f": {found.group(1).decode()}" if found else ""


def _meaning(status: int) -> str:
    if 300 <= status < 400:
        return f"answered with a redirect ({status}), which is not followed: configure the final address"
    known = {
        400: "refused the query (400)",
        401: "credentials missing or wrong (401)",
        403: "credentials may not read this (403)",
        404: "not found (404): is the address right?",
        422: "could not run the query (422)",
        429: "asks us to slow down (429)",
    }
    return known.get(status, f"answered {status}")


def _trouble(problem: httpx2.TransportError, base: httpx2.URL) -> str:
    where = f"{base.host}:{base.port}" if base.port else base.host
    if "CERTIFICATE" in str(problem).upper():
        return f"the certificate of {where} is not trusted"
    if isinstance(problem, httpx2.ConnectError):
        return f"cannot connect to {where}"
    return f"the connection to {where} broke ({type(problem).__name__})"
