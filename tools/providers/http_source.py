"""What all sources over HTTP share: a client for their reads, and how to close it. It knows no vendor."""

from collections.abc import Sequence

import httpx2

from tools.readonly_http import ReadOnlyHttp
from tools.reads import Endpoint, Read


class HttpSource:
    """A source that answers over HTTP under the name that people know."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        reads: Sequence[Read],
        transport: httpx2.AsyncBaseTransport | None,
        auth: httpx2.Auth | None = None,
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        self.name = name
        self._http = ReadOnlyHttp(name, endpoint, reads, transport=transport, auth=auth)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What should be known about its answers: that its clock differs from ours."""
        return tuple(filter(None, (self._http.skew,)))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
