"""What of an envelope may be kept: without secrets, without one-time addresses and tokens, and of a bearable size.

Pure. It knows no kind of event; the redactor is handed in.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tools.redact_together import redacted_together

Redact = Callable[[str], str]

# one-time addresses and keys that Slack hands out: nothing of ours needs them after the answer
DROPPED = frozenset({"token", "response_url", "response_urls", "trigger_id", "bot_access_token"})
MOST_TEXT = 40_000  # Slack's own limit of a message
DEEPEST = 24


def all_to_keep(bodies: Sequence[Mapping[str, Any]], redact: Redact) -> list[dict[str, Any]]:
    """Return *bodies* as they may be stored; their texts are redacted together."""
    texts: list[str] = []

    def noted(text: str) -> str:
        texts.append(text)
        return text

    for body in bodies:
        to_keep(body, noted)
    safe = dict(zip(texts, redacted_together(texts, redact), strict=True))
    return [to_keep(body, safe.__getitem__) for body in bodies]


def to_keep(body: Mapping[str, Any], redact: Redact) -> dict[str, Any]:
    """Return *body* as it may be stored."""
    return {str(key): _kept(value, redact, 1) for key, value in body.items() if key not in DROPPED}


def _kept(value: Any, redact: Redact, depth: int) -> Any:  # noqa: ANN401 (JSON of any shape)
    if isinstance(value, str):
        return redact(value[:MOST_TEXT]) if len(value) > 7 else value
    if depth > DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {str(key): _kept(held, redact, depth + 1) for key, held in value.items() if key not in DROPPED}
    if isinstance(value, list | tuple):
        return [_kept(held, redact, depth + 1) for held in value]
    return value


def plain(text: str, most: int) -> str:
    """Return *text* as any database takes it: no lone surrogate, no NUL, at most *most* characters."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")[:most]
