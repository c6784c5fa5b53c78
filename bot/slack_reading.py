"""One read of Slack's Web API: the answer, a refusal with Slack's word for it, or "not now" with how long to wait.

It posts nothing and knows no meaning of what it reads; whoever asks decides whether to wait.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

LONGEST_WAIT = timedelta(minutes=10)
SHORTEST_WAIT = timedelta(seconds=1)
A_WHILE = timedelta(seconds=5)
PASSING = frozenset(
    "fatal_error internal_error ratelimited rate_limited request_timeout service_unavailable".split()
)


class SlackRefuses(Exception):
    """Slack says no, and will say no again; *code* is its word, such as "missing_scope"."""

    def __init__(self, method: str, code: str, needed: str = "") -> None:
        super().__init__(f"{method}: {code}{f' (needs {needed})' if needed else ''}")
        self.code = code
        self.needed = needed


class SlackAway(Exception):
    """Slack cannot answer now; *wait* is how long it asks to be left alone."""

    def __init__(self, method: str, why: str, wait: timedelta = A_WHILE) -> None:
        super().__init__(f"{method}: {why}")
        self.wait = wait


async def read(client: AsyncWebClient, method: str, **arguments: str | int | bool) -> Mapping[str, Any]:
    """Call *method*, which only reads, and return Slack's answer.

    Raises:
        SlackRefuses: trying again cannot help.
        SlackAway: it may help after a while.
    """
    try:
        answer = await client.api_call(method, http_verb="GET", params=arguments)
    except SlackApiError as error:
        raise _told(method, error) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise SlackAway(method, f"no answer ({type(error).__name__})") from error
    if not isinstance(answer.data, dict):
        raise SlackAway(method, "answered something that is not its API")
    return answer.data


def _told(method: str, error: SlackApiError) -> SlackRefuses | SlackAway:
    response = error.response
    if not isinstance(response, AsyncSlackResponse):  # cut in the middle: the SDK hands over the raw answer
        return SlackAway(method, "the answer was cut")
    data = response.data if isinstance(response.data, dict) else {}
    code = str(data.get("error", "")) or f"HTTP {response.status_code}"
    if response.status_code == 429 or response.status_code >= 500 or code in PASSING or not data:
        return SlackAway(method, code, _wait(response.headers))
    return SlackRefuses(method, code, str(data.get("needed", "")))


def _wait(headers: Mapping[str, str]) -> timedelta:
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        asked = timedelta(seconds=float(given))
    except ValueError:
        return A_WHILE
    return min(max(asked, SHORTEST_WAIT), LONGEST_WAIT)
