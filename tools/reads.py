"""Which requests may leave: reads that a provider has named, held at the transport, to a host from configuration.

A gate below everything that could build a request compares method, scheme, host, port, path and named action with
the list; what is not on it raises `NotARead` before anything is sent. GET and HEAD may be named, and such POST
queries as some sources need for reading (a search with a body). It knows no vendor.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

import httpx2

from tools.tool import Unavailable

Query = Mapping[str, str | int | Sequence[str]]
"""The query of a request: texts, numbers, or several texts under one name."""

ACTION = "X-Amz-Target"
_NAMED = re.compile(r"\{(\w+)\}")


def _steps_out(path: str) -> bool:
    return any(part in {".", ".."} for part in re.split(r"[/\\]", path))


@dataclass(frozen=True, slots=True)
class Read:
    """A request that a provider makes: *path* may hold `{names}`, each one segment of the path.

    Where one address serves every operation, reading and writing alike, the header X-Amz-Target says which; *action*
    is its only value that passes. *media* is the type of a body.
    """

    method: Literal["GET", "HEAD", "POST"]
    path: str
    action: str = ""
    media: str = "application/json"

    def filled(self, names: Mapping[str, str]) -> str:
        """Return the path with *names* filled in, each quoted into one segment.

        Raises:
            Unavailable: a name is empty or would step out of its segment, here or where a server unquotes it
            ("..", "../admin").
        """
        if any(not value or _steps_out(value) for value in names.values()):
            raise Unavailable("a name in the path is empty or steps out of it")
        return _NAMED.sub(lambda found: quote(names[found.group(1)], safe=""), self.path)

    def allows(self, method: str, raw_path: str, action: str = "") -> bool:
        """Say whether a request with *method*, *raw_path* (quoted, without query) and *action* is this read."""
        parts = _NAMED.split(self.path)
        pattern = "".join(
            re.escape(part) if number % 2 == 0 else "[^/?#]+" for number, part in enumerate(parts)
        )
        named = (method, action) == (self.method, self.action)
        return named and not _steps_out(unquote(raw_path)) and re.fullmatch(pattern, raw_path) is not None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a source answers, and how we may ask it: all from configuration.

    *token* is sent as `Authorization: Bearer`; *headers* for sources that want another form. *ca_file* is a PEM
    file for a private authority; certificates are always verified. Times in seconds, sizes in bytes.
    """

    url: str
    token: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: Path | None = None
    timeout_s: float = 10.0
    max_wire_bytes: int = 8_000_000
    max_bytes: int = 32_000_000


class NotARead(Exception):
    """A request was about to leave that no provider has named: a mistake in the program. Nothing was sent."""


class Gate(httpx2.AsyncBaseTransport):
    """Lets through what is on the list, and nothing else."""

    def __init__(self, outside: httpx2.AsyncBaseTransport, base: httpx2.URL, reads: tuple[Read, ...]) -> None:
        """Guard *outside*."""
        self._outside = outside
        self._base = base
        self._reads = reads

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a named read on; raise `NotARead` for anything else."""
        url = request.url
        same = (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)
        path = raw_path(url)
        prefix = raw_path(self._base)
        inside = path.removeprefix(prefix) if path.startswith(prefix) else ""
        action = request.headers.get(ACTION, "")
        if not same or not any(read.allows(request.method, inside, action) for read in self._reads):
            raise NotARead(f"{request.method} {url.host}{path} {action}".rstrip() + " is not a named read")
        return await self._outside.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the way out."""
        await self._outside.aclose()


def raw_path(url: httpx2.URL) -> str:
    """Return the path of *url* as it goes over the wire, without its query and its last slash."""
    path = url.raw_path.partition(b"?")[0].decode("ascii")
    return path if path != "/" else ""


def base_url(name: str, url: str) -> httpx2.URL:
    """Return *url* as an address that may be asked, without a slash at its end.

    Raises:
        ValueError: it is none; the message holds no credential.
    """
    try:
        base = httpx2.URL(url.rstrip("/"))
    except httpx2.InvalidURL:
        raise ValueError(f"{name}: the address is not a URL") from None
    if base.scheme not in {"http", "https"} or not base.host:
        raise ValueError(f"{name}: the address must begin with http:// or https:// and name a host")
    if base.query or base.fragment:
        raise ValueError(f"{name}: the address must have no query")
    try:
        address = ipaddress.ip_address(base.host)
    except ValueError:
        return base
    inner = getattr(address, "ipv4_mapped", None) or address  # ::ffff:169.254.169.254 is that as well
    if inner.is_link_local or inner.is_multicast or inner.is_unspecified:
        raise ValueError(f"{name}: {address} is not an address that sources live at")
    return base
