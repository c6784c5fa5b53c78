"""The Web API's front door: reads a request, checks token, scope and rate, runs the method, writes Slack's answer.

Also carries out planted faults and keeps the log of calls. Knows no single method: they are in web_api_*.py.
"""

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox import (
    web_api_chat,
    web_api_conversations,
    web_api_misc,
    web_api_people,
    web_api_streams,
    web_api_views,
)
from sandbox.calling import Call, Caller, Method, Platform
from sandbox.faults import Fault, Faults
from sandbox.pulse import Pulse
from sandbox.rates import Rates
from sandbox.wire import JsonObject, RateLimitedError, SlackError

METHODS: Mapping[str, Method] = {
    **web_api_chat.METHODS,
    **web_api_conversations.METHODS,
    **web_api_misc.METHODS,
    **web_api_people.METHODS,
    **web_api_streams.METHODS,
    **web_api_views.METHODS,
}
APP_SCOPES = frozenset({"connections:write"})
MOST_BODY = 2 * 1024 * 1024
_HTML = (
    "<!DOCTYPE html><html><head><title>Server Error</title></head><body>Something went wrong</body></html>"
)


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call as it was answered. `answer` None when a fault kept Slack from answering in JSON."""

    at: float
    method: str
    args: JsonObject
    status: int
    answer: JsonObject | None
    fault: Fault | None = None

    @property
    def ok(self) -> bool:
        """Whether the caller was told that it worked."""
        return self.answer is not None and self.answer.get("ok") is True


class Tokens:
    """Which tokens are good, and what they may do. A revoked token answers `token_revoked`."""

    def __init__(self, bot: str, app: str, scopes: frozenset[str]) -> None:
        self.bot, self.app, self.scopes = bot, app, scopes
        self.revoked: set[str] = set()

    def scopes_of(self, token: str | None, kind: Caller) -> frozenset[str]:
        """Return the scopes of a token for a method that wants *kind*; SlackError says why there are none."""
        if kind == "anyone":
            return frozenset()
        if not token:
            raise SlackError("not_authed")
        if token not in (self.bot, self.app):
            raise SlackError("invalid_auth")
        if token in self.revoked:
            raise SlackError("token_revoked")
        if token != (self.bot if kind == "bot" else self.app):
            raise SlackError("not_allowed_token_type")
        return self.scopes if kind == "bot" else APP_SCOPES


class WebApi:
    """Answers /api/METHOD. `calls` is the log (the last 20,000)."""

    def __init__(
        self, platform: Platform, tokens: Tokens, faults: Faults, rates: Rates, pulse: Pulse
    ) -> None:
        self.calls: deque[ApiCall] = deque(maxlen=20_000)
        self._platform = platform
        self._tokens = tokens
        self._faults = faults
        self._rates = rates
        self._pulse = pulse

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request."""
        method = request.match_info["method"]
        args, token = await _arguments(request)
        channel = args.get("channel") or args.get("channel_id")
        fault = self._faults.for_call(method, channel if isinstance(channel, str) else None)
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        spoilt = None if fault is None else _spoilt(fault)
        if fault is not None and fault.kind in ("close", "accept_then_close"):
            if fault.kind == "accept_then_close":
                self._run(method, token, args)
            if request.transport is not None:
                request.transport.abort()
            spoilt = web.Response(status=500)
        if spoilt is not None:
            self._log(method, args, spoilt.status, None, fault)
            return spoilt
        status, answer, headers = self._run(method, token, args, fault)
        self._log(method, args, status, answer, fault)
        return web.json_response(answer, status=status, headers=headers)

    def _run(
        self, method: str, token: str | None, args: JsonObject, fault: Fault | None = None
    ) -> tuple[int, JsonObject, dict[str, str]]:
        headers = {"x-slack-req-id": f"req-{len(self.calls)}"}
        try:
            if fault is not None and fault.kind == "error":
                raise SlackError(fault.error)
            if fault is not None and fault.kind == "ratelimited":
                raise RateLimitedError(str(fault.retry_after))
            answer, scopes = self._answer(method, token, args)
            headers |= {"x-oauth-scopes": ",".join(sorted(scopes))}
        except RateLimitedError as limited:
            return 429, limited.answer(), headers | {"Retry-After": limited.retry_after}
        except SlackError as refused:
            return 200, refused.answer(), headers
        return 200, {"ok": True, **answer}, headers

    def _answer(self, name: str, token: str | None, args: JsonObject) -> tuple[JsonObject, frozenset[str]]:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        call = Call(self._platform, args, self._tokens.scopes_of(token, method.caller))
        call.require_scope(*method.scopes)
        self._rates.check(name, method.tier, call.text("channel") or call.text("channel_id"))
        return method.run(call), call.scopes

    def _log(
        self, method: str, args: JsonObject, status: int, answer: JsonObject | None, fault: Fault | None
    ) -> None:
        self.calls.append(ApiCall(self._platform.clock(), method, args, status, answer, fault))
        self._pulse.beat()


def _spoilt(fault: Fault) -> web.Response | None:
    match fault.kind:
        case "http_error":
            return web.Response(status=fault.status or 500, text="upstream connect error")
        case "html":
            return web.Response(status=fault.status or 200, text=_HTML, content_type="text/html")
        case "empty":
            return web.Response(status=fault.status or 200, body=b"")
        case "malformed":
            return web.Response(status=fault.status or 200, text='{"ok": tr', content_type="application/json")
        case _:
            return None


async def _arguments(request: web.Request) -> tuple[JsonObject, str | None]:
    """Return the arguments from query and body, and the token from the header or, failing that, the arguments."""
    args: dict[str, Any] = dict(request.query)
    if request.can_read_body:
        if request.content_type == "application/json":
            try:
                body = json.loads(await request.text())
            except ValueError:
                body = {}
            args |= body if isinstance(body, dict) else {}
        else:
            args |= dict(await request.post())
    in_args = args.pop("token", None)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return args, token if scheme == "Bearer" and token else in_args
