"""Anthropic's Messages API, or a gateway that speaks it: one streamed call, heard whole or a typed fault.

The only importer of `anthropic`, lazily: importing it takes two seconds. The SDK's own retries are off, since it
sleeps a Retry-After without a cap; ours are the router's. Pings keep a read time-out from firing, so each call
has a total deadline. It knows no policy, no price and no budget.
"""

import asyncio
import importlib
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2

from router.anthropic_request import body
from router.anthropic_stream import Listening
from router.calls import Call, Fault, Heard
from router.outcomes import FailureCode
from router.wire_json import Cut, read_json, without_halves

if TYPE_CHECKING:
    import anthropic

PUBLIC = "https://api.anthropic.com"
CONNECT_S = 5.0
READ_S = 60.0
LONGEST_REST_S = 86_400.0

# The vendor's word for an error, wherever it stands: in a 4xx body, or inside a stream that began with 200.
_BY_TYPE = {
    "authentication_error": FailureCode.KEY_REFUSED,
    "permission_error": FailureCode.KEY_REFUSED,
    "billing_error": FailureCode.KEY_REFUSED,
    "not_found_error": FailureCode.MODEL_GONE,
    "request_too_large": FailureCode.TOO_LONG,
    "rate_limit_error": FailureCode.RATE_LIMITED,
    "overloaded_error": FailureCode.OVERLOADED,
    "timeout_error": FailureCode.TIMEOUT,
    "api_error": FailureCode.SERVER_ERROR,
}
_BY_STATUS = {
    400: FailureCode.BAD_REQUEST,
    401: FailureCode.KEY_REFUSED,
    402: FailureCode.KEY_REFUSED,
    403: FailureCode.KEY_REFUSED,
    404: FailureCode.MODEL_GONE,
    413: FailureCode.TOO_LONG,
    429: FailureCode.RATE_LIMITED,
    529: FailureCode.OVERLOADED,
}


@dataclass(slots=True)
class AnthropicModel:
    """Claude over the SDK. *http_client* replaces the SDK's own, for tests and proxies."""

    api_key: str = field(repr=False)
    base_url: str = PUBLIC
    http_client: httpx2.AsyncClient | None = None
    _sdk: Any = field(default=None, init=False)
    _client: "anthropic.AsyncAnthropic | None" = field(default=None, init=False)

    async def ready(self) -> "anthropic.AsyncAnthropic":
        """Import the SDK in a thread and make the client; call it at start so that no question waits for it."""
        if self._client is None:
            self._sdk = await asyncio.to_thread(importlib.import_module, "anthropic")
            self._client = self._sdk.AsyncAnthropic(
                api_key=self.api_key,
                base_url=self.base_url,
                max_retries=0,
                open_telemetry=False,  # our spans are of cases; its own, of which we keep none, cost each call 5 %
                timeout=httpx2.Timeout(READ_S, connect=CONNECT_S),
                # a redirect would carry prompt and key to whoever names himself in it
                http_client=self.http_client or self._sdk.DefaultAsyncHttpxClient(follow_redirects=False),
            )
        assert self._client is not None
        return self._client

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    async def reply(self, call: Call) -> Heard | Fault:
        """Make one call; see `router.calls.Model`."""
        client = await self.ready()
        made = body(call)
        hearing = _Hearing(Listening(call.model, call.stream_to), time.monotonic())
        try:
            async with asyncio.timeout(call.deadline_s):
                return await self._listen(client, made, hearing)
        except TimeoutError:
            told = f"no whole answer within {call.deadline_s:.0f} s"
            return hearing.fault(FailureCode.TIMEOUT, told, sent=True)
        except Cut as cut:
            return hearing.fault(
                FailureCode.JSON_CUT, f"the answer holds JSON that is cut ({cut})", sent=True
            )
        # a proxy may end a stream in good order, and in the middle of a letter
        except (httpx2.RequestError, httpx2.StreamError, UnicodeDecodeError) as cut:
            return hearing.fault(FailureCode.STREAM_CUT, f"the stream broke: {type(cut).__name__}", sent=True)
        except (AttributeError, KeyError, TypeError, IndexError) as odd:
            return hearing.fault(FailureCode.NOT_THE_API, f"an event of another shape ({odd})", sent=True)
        except self._sdk.AnthropicError as failed:
            return self._failed(hearing, failed)

    def _failed(self, hearing: "_Hearing", failed: "anthropic.AnthropicError") -> Fault:
        """Return what the SDK raised as a fault."""
        if isinstance(failed, self._sdk.APITimeoutError):
            return hearing.fault(FailureCode.TIMEOUT, f"no byte within {READ_S:.0f} s", sent=True)
        if isinstance(failed, self._sdk.APIConnectionError):
            told = f"no connection to {self.base_url}: {failed.__cause__ or failed}"
            return hearing.fault(FailureCode.CONNECTION, told)
        if isinstance(failed, self._sdk.APIStatusError):
            return _refused(hearing, failed)
        return hearing.fault(FailureCode.NOT_THE_API, f"an answer that is not the API's: {failed}", sent=True)

    async def _listen(
        self, client: "anthropic.AsyncAnthropic", made: dict[str, Any], hearing: "_Hearing"
    ) -> Heard | Fault:
        try:
            stream = await client.messages.create(**made, stream=True)
        except UnicodeEncodeError:  # before anything was sent; so rare that no prompt is searched for it
            stream = await client.messages.create(**without_halves(made), stream=True)
        if not hasattr(stream, "response"):
            return hearing.fault(FailureCode.NOT_THE_API, _stranger("no stream"), sent=True)
        async with stream:
            kind = stream.response.headers.get("content-type", "")
            if "event-stream" not in kind:
                return hearing.fault(FailureCode.NOT_THE_API, _stranger(kind), sent=True)
            async for event in stream.raw_events(stream.response):
                if not event.data:
                    continue
                said = read_json(event.data)
                if event.event == "error":
                    return _failed_inside(hearing, said)
                if hearing.listening.hear(said) and hearing.first is None:
                    hearing.first = time.monotonic()
        if not hearing.listening.whole:
            return hearing.fault(FailureCode.STREAM_CUT, "the stream ended before the answer did", sent=True)
        return Heard(
            hearing.listening.reply(),
            hearing.listening.usage,
            time.monotonic() - hearing.started,
            hearing.ttft,
        )


@dataclass(slots=True)
class _Hearing:
    listening: Listening
    started: float
    first: float | None = None

    @property
    def ttft(self) -> float | None:
        return None if self.first is None else self.first - self.started

    def fault(
        self, code: FailureCode, message: str, *, sent: bool = False, after: float | None = None
    ) -> Fault:
        """Return a fault now. *sent*: the vendor may have begun, so that it may be billed."""
        return Fault(code, message, time.monotonic() - self.started, after, sent, self.ttft)


def _stranger(kind: str) -> str:
    return f"something else answered with status 200 ({_media(kind)})"


def _media(kind: str) -> str:
    return kind.partition(";")[0] or "no content type"


def _refused(hearing: _Hearing, refused: "anthropic.APIStatusError") -> Fault:
    """Return an error of the API as a fault, by the type in its body before its status."""
    status = refused.status_code
    headers = refused.response.headers
    if status < 400 or status == 407 or _page(status, headers.get("content-type", "")):
        told = f"status {status}, {_media(headers.get('content-type', ''))}"
        return hearing.fault(FailureCode.NOT_THE_API, f"something else answered with {told}")
    kind, said = _error(refused.body)
    code = _BY_STATUS.get(status, FailureCode.SERVER_ERROR if status >= 500 else FailureCode.BAD_REQUEST)
    code = _BY_TYPE.get(kind, code)
    if code is FailureCode.BAD_REQUEST:
        code = _what_kind_of_400(said)
    after = _seconds(headers.get("retry-after"))
    return hearing.fault(code, f"{status}: {said}"[:300], sent=hearing.listening.begun, after=after)


def _page(status: int, media: str) -> bool:
    """Say whether a refusal is a proxy's page: the API refuses in JSON, though what stands before it may be busy."""
    return "html" in media and status < 500 and status not in {413, 429}


def _failed_inside(hearing: _Hearing, body: object) -> Fault:
    """Return an error inside a stream that had begun well as a fault."""
    kind, said = _error(body)
    code = _BY_TYPE.get(kind, FailureCode.SERVER_ERROR)
    return hearing.fault(code, f"inside the stream: {said}"[:300], sent=hearing.listening.begun)


def _what_kind_of_400(said: str) -> FailureCode:
    """Tell by its words what the API has no type for."""
    lower = said.lower()
    if "prompt is too long" in lower or "context window" in lower or "exceed context limit" in lower:
        return FailureCode.TOO_LONG
    if "credit balance" in lower:
        return FailureCode.KEY_REFUSED
    return FailureCode.BAD_REQUEST


def _error(body: object) -> tuple[str, str]:
    """Return the vendor's word for an error and its message."""
    inner = body.get("error") if isinstance(body, dict) else None
    told = inner if isinstance(inner, dict) else {}
    return str(told.get("type", "")), str(told.get("message") or "the API gave no message")


def _seconds(header: str | None) -> float | None:
    """Read a Retry-After of seconds, a day at most; a date, nonsense or a negative number count as not said."""
    try:
        said = float(header or "")
    except ValueError:
        return None
    return min(said, LONGEST_REST_S) if math.isfinite(said) and said >= 0 else None
