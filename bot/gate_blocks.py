"""Block Kit made harmless: every string of every block, known or not, judged by where it stands.

Slack's lengths per element (developer reference, Block Kit): section 3,000, field 2,000, header 150, button 75,
context 10 elements, actions 25, fields 10, markdown 12,000. An unknown block keeps its shape; its strings are
treated as plain text.
"""

from collections.abc import Mapping
from typing import Any

from bot.gate_text import Rules, clean, cut, defused, safe_markdown, safe_mrkdwn, safe_plain

_AS_THEY_ARE = frozenset(
    {"type", "block_id", "action_id", "style", "task_id", "status", "alt_text_type", "name"}
)
_ADDRESSES = frozenset(
    {"url", "image_url", "thumbnail_url", "video_url", "title_url", "provider_icon_url", "author_url"}
)
_CALLS = frozenset({"user", "usergroup", "broadcast"})  # rich text that notifies people
_MOST_ELEMENTS = {"context": 10, "actions": 25, "context_actions": 5}
_DEEPEST = 12


def safe_block(block: Mapping[str, Any], rules: Rules) -> dict[str, Any] | None:
    """Return *block* harmless, or None when nothing of it may be shown."""
    made = _object(block, rules, 0)
    if made is None:
        return None
    kind = _kind(made)
    if kind == "section":
        made = _within(made, "text", 3_000)
        if isinstance(made.get("fields"), list):
            made["fields"] = [_cut_text(each, 2_000) for each in made["fields"][:10]]
    elif kind == "header":
        made = _within(made, "text", 150)
    elif kind in _MOST_ELEMENTS and isinstance(made.get("elements"), list):
        made["elements"] = made["elements"][: _MOST_ELEMENTS[kind]]
    if kind in {"context", "actions"} and not made.get("elements"):
        return None
    return made


def weight(value: object) -> int:
    """Return how many characters of text a block shows."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(
            weight(inner) for key, inner in value.items() if key not in _AS_THEY_ARE and key != "value"
        )
    return sum(weight(each) for each in value) if isinstance(value, list) else 0


def _object(part: Mapping[str, Any], rules: Rules, depth: int) -> dict[str, Any] | None:
    kind = _kind(part)
    if depth > _DEEPEST or _leads_astray(part, rules):
        return None if kind != "link" or depth > _DEEPEST else _link_as_text(part, rules)
    if kind in _CALLS and str(part.get("user_id")) not in rules.mentions:
        return {"type": "text", "text": "@someone" if kind != "broadcast" else "@channel"}
    made: dict[str, Any] = {}
    for key, value in part.items():
        safe = _value(key, value, part, rules, depth)
        if safe is not None:
            made[key] = safe
    return _within(made, "text", 75) if kind == "button" else made


def _value(key: str, value: object, part: Mapping[str, Any], rules: Rules, depth: int) -> object:
    if isinstance(value, str):
        return _string(key, value, part, rules)
    if isinstance(value, Mapping):
        return _object(value, rules, depth + 1)
    if isinstance(value, list | tuple):
        inner = [_value(key, each, part, rules, depth + 1) for each in value] if depth < _DEEPEST else []
        return [each for each in inner if each is not None]
    return value


def _string(key: str, value: str, part: Mapping[str, Any], rules: Rules) -> str:
    if key in _AS_THEY_ARE:
        return clean(value, rules)[:255]
    if key in _ADDRESSES:
        return value  # allowed, or the whole part would be gone
    if key == "value":
        return clean(value, rules)[:2_000]
    kind = _kind(part)
    if key == "text" and kind == "mrkdwn":
        return cut(safe_mrkdwn(value, rules), 3_000)
    if key == "text" and kind == "markdown":
        return cut(safe_markdown(value, rules), 11_800)
    return cut(safe_plain(value, rules), 3_000)


def _kind(part: Mapping[str, Any]) -> str:
    kind = part.get("type")
    return kind if isinstance(kind, str) else ""


def _leads_astray(part: Mapping[str, Any], rules: Rules) -> bool:
    """Say whether a button, link or image leads to a host that is not allowed, or is not an address at all."""
    addresses = [part[key] for key in _ADDRESSES if key in part]
    return any(
        not isinstance(each, str) or not rules.allows(each) or clean(each, rules) != each
        for each in addresses
    )


def _link_as_text(part: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    label, url = part.get("text"), part.get("url")
    shown = defused(url if isinstance(url, str) else "")
    text = f"{safe_plain(label, rules)} ({shown})" if isinstance(label, str) and label.strip() else shown
    return {"type": "text", "text": text}


def _within(made: dict[str, Any], key: str, limit: int) -> dict[str, Any]:
    if key in made:
        made[key] = _cut_text(made[key], limit)
    return made


def _cut_text(value: object, limit: int) -> object:
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        return {**value, "text": cut(value["text"], limit)}
    return value
