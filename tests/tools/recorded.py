"""Answer a provider with recorded HTTP: respx's router, bridged to httpx2, the stack that we speak."""

from collections.abc import AsyncIterator

import httpx
import httpx2
import respx


def transport(router: respx.MockRouter) -> httpx2.MockTransport:
    """Return a transport for our client that answers from *router*, and refuses what it does not know."""

    async def answer(request: httpx2.Request) -> httpx2.Response:
        asked = httpx.Request(
            request.method, str(request.url), headers=list(request.headers.raw), content=await request.aread()
        )
        told = await router.async_handler(asked)
        return httpx2.Response(told.status_code, headers=list(told.headers.raw), stream=Stored(told.content))

    return httpx2.MockTransport(answer)


class Stored(httpx2.AsyncByteStream):
    """A body as it went over the wire, packed if it was packed."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), 65_536):
            yield self._content[start : start + 65_536]
