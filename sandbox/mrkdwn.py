"""What Slack does to texts on their way in: escaping, bare links, colours, attachments, rich text of people.

Pure text to text. Knows nothing of channels; names of people come in as a look-up.
Not known: Slack's exact tokeniser. The rules here are those seen in captured events.
"""

import re
from collections.abc import Callable, Mapping

from sandbox.wire import JsonObject

_CONTROL = re.compile(r"<(?:[@#!][^<>\s|]+(?:\|[^<>]*)?|(?:https?|mailto|slack|tel):[^<>\s|]+(?:\|[^<>]*)?)>")
_BARE_LINK = re.compile(r"https?://[^\s<>|]+")
_TRAILING = ".,;:!?)'\"]"
_NAMED_COLORS = {"good": "2eb886", "warning": "daa038", "danger": "a30200"}
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")


def _link(match: re.Match[str]) -> str:
    url = match.group()
    bare = url.rstrip(_TRAILING)
    return f"<{bare}>{url[len(bare) :]}"


def _plain(text: str) -> str:
    escaped = _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")
    return _BARE_LINK.sub(_link, escaped)


def received(text: str) -> str:
    """Return a text of an app or webhook as Slack stores it: stray & < > escaped, bare links wrapped."""
    if not text:
        return text
    parts, at = [], 0
    for control in _CONTROL.finditer(text):
        parts += [_plain(text[at : control.start()]), control.group()]
        at = control.end()
    return "".join([*parts, _plain(text[at:])])


def typed(text: str, ids: Mapping[str, str]) -> str:
    """Return what a person typed as Slack stores it; `@Name` and `#name` become ids (*ids*: lower-case name to id)."""
    text = received(text)
    if "@" in text:
        for name in sorted((each for each in ids if each.startswith("@")), key=len, reverse=True):
            text = re.sub(rf"(?<![\w<]){re.escape(name)}\b", f"<@{ids[name]}>", text, flags=re.IGNORECASE)
    if "#" in text:
        for name in sorted((each for each in ids if each.startswith("#")), key=len, reverse=True):
            text = re.sub(rf"(?<![\w<&]){re.escape(name)}\b", f"<#{ids[name]}|{name[1:]}>", text)
    return text


def color(value: str) -> str:
    """Return a colour as events carry it: hex without `#`; named colours become theirs."""
    return _NAMED_COLORS.get(value, value).removeprefix("#").lower()


def attachments(given: list[JsonObject]) -> list[JsonObject]:
    """Return attachments as Slack stores them: numbered, empty strings dropped, colours in hex, links wrapped."""
    return [_attachment(number, each) for number, each in enumerate(given, start=1)]


def _attachment(number: int, given: JsonObject) -> JsonObject:
    stored: JsonObject = {"id": number}
    for key, value in given.items():
        if value in ("", None, [], {}):
            continue
        stored[key] = _ATTACHMENT_FIELDS.get(key, _as_is)(value)
    if "fallback" not in stored:
        plain = stored.get("text") or stored.get("title")
        stored["fallback"] = plain if plain and "blocks" not in stored else "[no preview available]"
    return stored


def _as_is(value: object) -> object:
    return value


def _received_if_text(value: object) -> object:
    return received(value) if isinstance(value, str) else value


def _color_if_text(value: object) -> object:
    return color(value) if isinstance(value, str) else value


def _fields(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [
        {**each, "value": _received_if_text(each.get("value", "")), "short": bool(each.get("short", False))}
        for each in value
        if isinstance(each, dict)
    ]


_ATTACHMENT_FIELDS: dict[str, Callable[[object], object]] = {
    "text": _received_if_text,
    "pretext": _received_if_text,
    "fallback": _received_if_text,
    "color": _color_if_text,
    "fields": _fields,
}

_TOKEN = re.compile(
    r"<@(?P<user>\w+)(?:\|[^>]*)?>|<#(?P<channel>\w+)(?:\|[^>]*)?>|<!(?P<range>here|channel|everyone)>"
    r"|<(?P<url>(?:https?|mailto):[^>|]+)(?:\|(?P<label>[^>]*))?>|:(?P<emoji>[a-z0-9_+-]+):"
)


def rich_text(text: str, block_id: str) -> JsonObject:
    """Return the rich_text block that Slack adds to what a person wrote."""
    elements: list[JsonObject] = []
    at = 0
    for token in _TOKEN.finditer(text):
        if token.start() > at:
            elements.append({"type": "text", "text": unescape(text[at : token.start()])})
        elements.append(_element(token))
        at = token.end()
    if at < len(text):
        elements.append({"type": "text", "text": unescape(text[at:])})
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def _element(token: re.Match[str]) -> JsonObject:
    found = token.groupdict()
    if found["user"]:
        return {"type": "user", "user_id": found["user"]}
    if found["channel"]:
        return {"type": "channel", "channel_id": found["channel"]}
    if found["range"]:
        return {"type": "broadcast", "range": found["range"]}
    if found["emoji"]:
        return {"type": "emoji", "name": found["emoji"]}
    link = {"type": "link", "url": unescape(found["url"])}
    return link | ({"text": unescape(found["label"])} if found["label"] else {})


def unescape(text: str) -> str:
    """Return a stored text with its three entities read back."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
