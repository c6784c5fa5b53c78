"""What all sources over HTTP share: a client for their reads, and how to close it. It knows no vendor."""

from collections.abc import Sequence

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.readonly_http import ReadOnlyHttp
from tools.reads import Endpoint, Read
from tools.tool import Unavailable


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

    def _rows(self, answer: JsonValue, *path: str) -> list[dict[str, JsonValue]]:
        """Return the objects of the list that *answer* must hold at *path*; null there is a list without any.

        Raises:
            Unavailable: there is no such list: whoever answered is not the API, and nobody knows what it would say.
        """
        holder = shapes.at(answer, *path[:-1])
        empty = bool(path) and isinstance(holder, dict) and holder.get(path[-1], "") is None
        if not empty and not isinstance(shapes.at(answer, *path), list):
            raise Unavailable(f"{self.name}: the answer is not in the form of its API")
        return shapes.objects(answer, *path)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
