"""The one way out: everything that goes to Slack passes here last, whoever wrote it.

Secrets out, controls out, `& < >` escaped, nobody called who is not named by us, links only to allowed hosts,
Slack's lengths kept with an honest word about what was cut. Pure and without exceptions of its own. Whoever
posts must still send `unfurl_links=False, unfurl_media=False, link_names=False, parse="none"`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from bot.gate_blocks import safe_block, weight
from bot.gate_text import Rules, cut, safe_mrkdwn
from tools.redact import redact as redact_secrets

Block = dict[str, Any]

MOST_BLOCKS: Final = 50
MOST_SECTION: Final = 3_000
MOST_TEXT: Final = 4_000  # top-level text: chat.update refuses more
MOST_MESSAGE: Final = 12_000  # all block text of a message; Slack refuses at about 13,200

__all__ = [
    "MOST_BLOCKS",
    "MOST_MESSAGE",
    "MOST_SECTION",
    "MOST_TEXT",
    "Block",
    "safe_blocks",
    "safe_text",
    "split_text",
]


def safe_text(
    text: str,
    *,
    allowed_hosts: Collection[str],
    redact: Callable[[str], str] = redact_secrets,
    mentions: Collection[str] = (),
    limit: int = MOST_TEXT,
) -> str:
    """Return *text* as harmless mrkdwn of at most *limit* characters.

    *allowed_hosts* are names as in links ("grafana.example.com", or "*.example.com"); *mentions* the user ids that
    may be called. Giving the result in again changes nothing.
    """
    return cut(safe_mrkdwn(text, Rules(allowed_hosts, redact, mentions)), limit)


def safe_blocks(
    blocks: Iterable[Mapping[str, Any]],
    *,
    allowed_hosts: Collection[str],
    redact: Callable[[str], str] = redact_secrets,
    mentions: Collection[str] = (),
) -> list[Block]:
    """Return *blocks* harmless and within Slack's limits; what does not fit is counted in a last line."""
    rules = Rules(allowed_hosts, redact, mentions)
    made = [safe for block in blocks if (safe := safe_block(block, rules)) is not None]
    kept: list[Block] = []
    room = MOST_MESSAGE - 100
    for number, block in enumerate(made):
        size = weight(block)
        last = number == len(made) - 1
        if size > room or (len(kept) == MOST_BLOCKS - 1 and not last):
            return [*kept, _rest(made[number:])]
        kept.append(block)
        room -= size
    return kept


def split_text(text: str, limit: int = MOST_SECTION) -> list[str]:
    """Return *text* in parts of at most *limit* characters, broken between lines where lines allow it."""
    parts: list[str] = []
    rest = text
    while len(rest) > limit:
        at = rest.rfind("\n", 1, limit)
        at = at if at > 0 else limit
        parts.append(rest[:at])
        rest = rest[at:].removeprefix("\n")
    return [*parts, rest] if rest else parts


def _rest(left_out: list[Block]) -> Block:
    lines = sum(str(block).count("\\n") + 1 for block in left_out)
    parts = len(left_out)
    text = f"… {lines:,} more line{'s' * (lines > 1)} in {parts:,} more part{'s' * (parts > 1)}"
    return {"type": "context", "elements": [{"type": "plain_text", "text": text}]}
