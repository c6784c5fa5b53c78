import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from sandbox.faults import Fault, WebKind
from sandbox.server import Sandbox
from tests.sandbox.joined import HandClock


async def post(client: AsyncWebClient, text: str = "x") -> AsyncSlackResponse:
    return await client.chat_postMessage(channel="C0001", text=text)


async def test_an_error_strikes_as_often_as_told(sandbox: Sandbox, client: AsyncWebClient) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", times=2, kind="error", error="fatal_error"))
    for _ in range(2):
        with pytest.raises(SlackApiError, match="fatal_error"):
            await post(client)
    assert (await post(client))["ok"]
    assert [each.ok for each in sandbox.calls_of("chat.postMessage")] == [False, False, True]
    assert (len(sandbox.faults.struck), sandbox.faults.left) == (2, ())


@pytest.mark.parametrize("retry_after", [30, 3600, "soon", "-1"])
async def test_ratelimited_is_http_429_with_retry_after(
    sandbox: Sandbox, client: AsyncWebClient, retry_after: int | str
) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", kind="ratelimited", retry_after=retry_after))
    with pytest.raises(SlackApiError) as caught:
        await post(client)
    response = caught.value.response
    assert (response.status_code, response.headers["Retry-After"]) == (429, str(retry_after))
    assert response["error"] == "ratelimited"


async def test_the_sdk_that_honours_retry_after_gets_through(sandbox: Sandbox) -> None:
    patient = AsyncWebClient(
        token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[AsyncRateLimitErrorRetryHandler()]
    )
    sandbox.faults.add(Fault(method="chat.postMessage", kind="ratelimited", retry_after=0))
    assert (await post(patient))["ok"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault(method="*", kind="http_error", status=503), 503),
        (Fault(method="*", kind="http_error"), 500),
        (Fault(method="*", kind="html"), 200),
        (Fault(method="*", kind="empty"), 200),
        (Fault(method="*", kind="malformed"), 200),
    ],
)
async def test_answers_that_are_none(sandbox: Sandbox, fault: Fault, status: int) -> None:
    sandbox.faults.add(fault)
    async with aiohttp.ClientSession() as session, session.post(f"{sandbox.api_url}auth.test") as answer:
        text = await answer.text()
    assert answer.status == status
    assert '"ok": true' not in text
    assert (sandbox.calls[-1].status, sandbox.calls[-1].answer, sandbox.calls[-1].fault) == (
        status,
        None,
        fault,
    )


@pytest.mark.parametrize(("kind", "stored"), [("accept_then_close", 1), ("close", 0)])
async def test_a_connection_may_die_after_or_before_the_post_is_taken(
    sandbox: Sandbox, client: AsyncWebClient, kind: WebKind, stored: int
) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", kind=kind))
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(client)
    assert len(sandbox.messages("C0001")) == stored


async def test_the_sdks_own_retry_posts_twice_after_such_a_death(sandbox: Sandbox) -> None:
    eager = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    sandbox.faults.add(Fault(method="chat.postMessage", kind="accept_then_close"))
    await post(eager)
    assert len(sandbox.messages("C0001")) == 2


async def test_a_late_call_is_carried_out_although_the_caller_left(sandbox: Sandbox) -> None:
    hasty = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, timeout=1, retry_handlers=[])
    sandbox.faults.add(Fault(method="chat.postMessage", kind="delay", seconds=0.2))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await post(hasty)
    await sandbox.wait_for(lambda: sandbox.messages("C0001"))


async def test_a_fault_may_be_for_one_channel_and_stay_until_cleared(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    sandbox.faults.add(Fault(method="chat.postMessage", times=None, channel="C0002", kind="error", error="x"))
    assert (await post(client))["ok"]
    for _ in range(3):
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel="C0002", text="x")
    sandbox.faults.clear()
    assert (await client.chat_postMessage(channel="C0002", text="x"))["ok"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "error"},
        {"kind": "error", "method": "a", "envelope": "b"},
        {"kind": "drop", "method": "a"},
        {"kind": "error", "envelope": "events_api"},
    ],
)
def test_a_fault_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"fault strikes|does not fit"):
        Fault(**wrong)


async def test_rate_limits_are_off_until_switched_on(
    hands: HandClock, sandbox: Sandbox, client: AsyncWebClient
) -> None:
    for _ in range(10):
        await post(client)
    sandbox.rates.on = True
    for _ in range(5):
        await post(client)
    with pytest.raises(SlackApiError) as caught:
        await post(client)
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "6")
    assert (await client.chat_postMessage(channel="C0002", text="another channel"))["ok"]
    hands.now += 6
    assert (await post(client))["ok"]


async def test_tier_three_is_fifty_a_minute_for_each_method(
    hands: HandClock, sandbox: Sandbox, client: AsyncWebClient
) -> None:
    sandbox.rates.on = True
    ts = (await post(client))["ts"]
    for number in range(50):
        await client.chat_update(channel="C0001", ts=ts, text=str(number))
    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.chat_update(channel="C0001", ts=ts, text="x")
    assert (await client.conversations_history(channel="C0001"))["ok"]
    hands.now += 60
    assert (await client.chat_update(channel="C0001", ts=ts, text="x"))["ok"]
