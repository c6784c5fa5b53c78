from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from sandbox.timing import Timing
from tests.sandbox.joined import HandClock, Joined


@pytest.fixture
def hands() -> HandClock:
    return HandClock()


@pytest.fixture
async def sandbox(hands: HandClock) -> AsyncIterator[Sandbox]:
    timing = Timing(ack_timeout=10.0, retry_delays=(0.0, 0.1, 0.2), goodbye=0.05)
    async with Sandbox(timing=timing, clock=hands) as running:
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])


@pytest.fixture
def impatient(sandbox: Sandbox) -> None:
    """Slack waits only a moment for acks: for tests in which none will come."""
    sandbox.delivery.timing = replace(sandbox.delivery.timing, ack_timeout=0.3)


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Joined]:
    joined = Joined(sandbox)
    await joined.join()
    yield joined
    await joined.leave()
