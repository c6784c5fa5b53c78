"""Slack messages as senders post them, written by us: small builders, no captured text."""

from typing import Any

Message = dict[str, Any]


def webhook(name: str, text: str = "", **more: object) -> Message:
    """An incoming webhook's message: subtype bot_message, a username, no user."""
    return {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": f"BW{name[:3].upper()}",
        "username": name,
        "text": text,
        "channel": "C0OPS",
        "ts": "1795373000.000100",
        **more,
    }


def app(name: str, text: str = "", **more: object) -> Message:
    """A modern app's message: no subtype, the name in its bot profile."""
    return {
        "type": "message",
        "user": "U0APP",
        "bot_id": f"B9{name[:3].upper()}",
        "app_id": "A0APP",
        "bot_profile": {"name": name},
        "text": text,
        "channel": "C0OPS",
        "ts": "1795373000.000100",
        **more,
    }


def person(text: str, **more: object) -> Message:
    return {
        "type": "message",
        "user": "U0ANN",
        "text": text,
        "channel": "C0OPS",
        "ts": "1795373000.000200",
        **more,
    }


def attached(**attachment: object) -> list[Message]:
    return [{"id": 1, **attachment}]


def fields(**named: str) -> list[Message]:
    return [{"title": name.replace("_", " "), "value": value, "short": True} for name, value in named.items()]


def section(text: str, *cells: str) -> Message:
    block: Message = {"type": "section"}
    if text:
        block["text"] = {"type": "mrkdwn", "text": text}
    if cells:
        block["fields"] = [{"type": "mrkdwn", "text": cell} for cell in cells]
    return block


def header(text: str) -> Message:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def context(*texts: str) -> Message:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text} for text in texts]}


def buttons(**urls: str) -> Message:
    made = [
        {"type": "button", "text": {"type": "plain_text", "text": n.replace("_", " ")}, "url": u}
        for n, u in urls.items()
    ]
    return {"type": "actions", "elements": made}


def edit(now: Message, before: Message | None, ts: str = "1795374000.000100") -> Message:
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": "C0OPS",
        "ts": ts,
        "message": now,
        **({"previous_message": before} if before else {}),
    }
