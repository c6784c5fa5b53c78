"""Noticing that a tool loop goes nowhere: the same call, two calls in turn, or an error, again and again. Pure.

Anchored on the newest call, so that a loop which moved on is not held against it.
"""

import json
from collections.abc import Sequence

from router.messages import Message, ToolResult, ToolUse

_PING_PONG = 4  # calls to and fro, two of each


def stalled(messages: Sequence[Message], repeats: int, window: int) -> str:
    """Say what repeats at least *repeats* times among the last *window* tool calls, "" when nothing does."""
    made = [
        (turn, part)
        for turn, message in enumerate(messages)
        for part in message.parts
        if isinstance(part, ToolUse)
    ][-window:]
    calls = [call for _, call in made]
    if len(calls) < repeats:
        return ""
    failed = {
        part.id
        for message in messages
        for part in message.parts
        if isinstance(part, ToolResult) and part.is_error
    }
    newest = calls[-1]
    same = sum(_key(call) == _key(newest) for call in calls)
    if same >= repeats:
        return f"{newest.name} was called {same} times with the same arguments"
    keys = [_key(call) for call in calls]
    if len(keys) >= _PING_PONG and len(set(keys[-_PING_PONG:])) == 2 and _in_turn(keys[-_PING_PONG:]):
        return f"{calls[-2].name} and {newest.name} are called in turn, each with the same arguments"
    errors = len(
        {turn for turn, call in made if call.id in failed}
    )  # a dead source fails all calls of a turn
    if newest.id in failed and errors >= repeats:
        return f"tool calls failed in {errors} turns"
    return ""


def _in_turn(keys: Sequence[str]) -> bool:
    return all(one == other for one, other in zip(keys, keys[2:], strict=False))


def _key(call: ToolUse) -> str:
    return f"{call.name}{json.dumps(call.input, sort_keys=True)}"
