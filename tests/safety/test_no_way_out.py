"""No test and no sandbox reaches a host outside this machine: the guard of tests/conftest.py is tried, not trusted."""

import asyncio
import socket

import aiohttp
import pytest

from sandbox.server import Sandbox

FAR = "203.0.113.1"  # RFC 5737: documentation only, routed nowhere


def test_a_plain_socket_is_refused() -> None:
    with socket.socket() as plain, pytest.raises(AssertionError, match=FAR):
        plain.connect((FAR, 80))


async def test_an_asyncio_connection_is_refused() -> None:
    with pytest.raises(AssertionError, match=FAR):
        await asyncio.wait_for(asyncio.open_connection(FAR, 80), 5)


async def test_an_http_client_is_refused() -> None:
    async with aiohttp.ClientSession() as client:
        with pytest.raises((AssertionError, aiohttp.ClientError)):
            await client.get(f"http://{FAR}/", timeout=aiohttp.ClientTimeout(5))


async def test_the_sandbox_listens_on_loopback_only() -> None:
    async with Sandbox() as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        assert sandbox.webhook_url.startswith("http://127.0.0.1:")
