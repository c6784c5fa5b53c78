"""Runbooks behind the links that alerts carry (`runbook_url`), read only below addresses that the operator allows.

A link is somebody's words: it is followed only when it lies below the configured address, without its query, by the
same gate as every read; HTML is reduced to its text. It searches nothing: without a link there is no page.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import httpx2

from tools.providers.http_source import HttpSource
from tools.reads import Endpoint, Read
from tools.telemetry import Runbook

MOST_DEEP = 6
MOST_TEXT = 60_000
_NAMES = "abcdef"
READS = tuple(
    Read("GET", "".join(f"/{{{name}}}" for name in _NAMES[:depth])) for depth in range(1, MOST_DEEP + 1)
)


@dataclass(frozen=True, slots=True)
class RunbookPagesSettings:
    """The address below which linked pages may be read, with a reader's token where one is needed."""

    endpoint: Endpoint


class RunbookPages(HttpSource):
    """Pages that alerts link to (a LinkedRunbooks)."""

    def __init__(
        self, settings: RunbookPagesSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        endpoint = settings.endpoint
        accepts = {"Accept": "text/markdown, text/plain, text/html;q=0.9", **endpoint.headers}
        bounded = Endpoint(
            endpoint.url, endpoint.token, accepts, endpoint.ca_file, endpoint.timeout_s,
            min(endpoint.max_wire_bytes, 2_000_000), min(endpoint.max_bytes, 4_000_000),
        )  # fmt: skip
        super().__init__("runbook pages", bounded, READS, transport)
        self._base = endpoint.url.rstrip("/")

    def mine(self, link: str) -> bool:
        """Say whether *link* lies below the address that may be read."""
        return self._names(link) is not None

    async def page(self, link: str) -> Runbook:
        """Return the page behind *link*, which must be `mine`. Raises `Unavailable`."""
        names = self._names(link)
        assert names is not None
        told = await self._http.read_text(READS[len(names) - 1], names=names)
        title, text = (
            _text(told) if re.match(r"\s*(<!doctype|<html|<head|<body)", told, re.IGNORECASE) else ("", told)
        )
        heading = re.search(r"(?m)^#\s+(.+)$", text)
        named = title or (heading.group(1) if heading else "") or list(names.values())[-1]
        plain = link.partition("#")[0].partition("?")[0]
        return Runbook(plain, named.strip()[:200], text.strip()[:MOST_TEXT], link=plain)

    def _names(self, link: str) -> Mapping[str, str] | None:
        base, asked = urlsplit(self._base), urlsplit(link)
        inside = asked.path.removeprefix(f"{base.path}/")
        if (asked.scheme, asked.netloc) != (base.scheme, base.netloc) or inside == asked.path:
            return None
        parts = [unquote(part) for part in inside.strip("/").split("/")]
        if not 0 < len(parts) <= MOST_DEEP or any(part in {"", ".", ".."} for part in parts):
            return None
        return dict(zip(_NAMES, parts, strict=False))


class _Words(HTMLParser):
    """Keeps the words of a page, its headings as Markdown's; scripts and styles are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.parts: list[str] = []
        self._silent = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 — the parser's signature
        self._silent += tag in {"script", "style", "nav", "svg"}
        self._in_title = tag == "title"
        if re.fullmatch(r"h[1-6]", tag):
            self.parts.append(f"\n{'#' * int(tag[1])} ")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in {"p", "div", "br", "tr", "pre", "table", "ul", "ol"}:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in {"script", "style", "nav", "svg"}))
        self._in_title = False
        if re.fullmatch(r"h[1-6]", tag):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._silent:
            self.parts.append(data)


def _text(html: str) -> tuple[str, str]:
    """Return the title and the words of a page."""
    words = _Words()
    words.feed(html)
    words.close()
    lines = [" ".join(line.split()) for line in "".join(words.parts).splitlines()]
    return " ".join(words.title.split()), re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
