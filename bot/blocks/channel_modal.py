"""The modal in which a channel's rules are set, and what people submit in it. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.channel_rules import ChannelRules, dollars, hours, read_rules
from bot.investigation.alert import Severity

CALLBACK = "channel_rules"
STEPS = (("stage", "One reply a stage"), ("each", "One reply a step"), ("card", "One live card"))
MODES = (
    ("auto", "Investigate every alert"),
    ("shadow", "Investigate, but post nothing (shadow)"),
    ("asked", "Only when a person asks"),
)
FLOORS = tuple((each.value, each.value) for each in Severity if each is not Severity.UNKNOWN)


def channel_modal(channel: str, rules: ChannelRules) -> dict[str, Any]:
    """Return the modal for *channel*, filled with its *rules*."""
    mode = "shadow" if rules.shadow else "auto" if rules.auto else "asked"
    paid = "" if rules.dollars is None else f"{rules.dollars:.2f}"
    quiet = f"{rules.quiet[0]}-{rules.quiet[1]}" if rules.quiet else ""
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": channel,
        "title": {"type": "plain_text", "text": "Channel settings"},
        "submit": {"type": "plain_text", "text": "Save"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            _choice("mode", "Alerts", MODES, mode),
            _choice("floor", "From which severity up", FLOORS, rules.floor.value),
            _choice("steps", "How the thread is told", STEPS, rules.steps),
            _line("quiet", "Quiet hours (UTC), critical alerts excepted", "22-7", quiet),
            _line("dollars", "Dollars a day for models (UTC)", "2.50", paid),
        ],
    }


def read_channel_modal(view: Mapping[str, Any]) -> ChannelRules | dict[str, str]:
    """Return the rules that were submitted, or the errors to show beside each field."""
    values = view["state"]["values"]

    def chosen(name: str) -> str:
        return str((values[name]["value"].get("selected_option") or {}).get("value", ""))

    def typed(name: str) -> str:
        # a modal that was opened before an upgrade lacks the newest field
        return str(values.get(name, {}).get("value", {}).get("value") or "")

    quiet, most = None, None
    errors: dict[str, str] = {}
    try:
        quiet = hours(typed("quiet"))
    except ValueError as error:
        errors["quiet"] = str(error)
    try:
        most = dollars(typed("dollars"))
    except ValueError as error:
        errors["dollars"] = str(error)
    if errors:
        return errors
    told = {"auto": chosen("mode") != "asked", "shadow": chosen("mode") == "shadow"}
    kept = read_rules({**told, "steps": chosen("steps"), "floor": chosen("floor")})
    return replace(kept, quiet=quiet, dollars=most)


def _line(name: str, label: str, example: str, now: str) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": {"type": "plain_text", "text": label},
        "element": {
            "type": "plain_text_input",
            "action_id": "value",
            "placeholder": {"type": "plain_text", "text": example},
            **({"initial_value": now} if now else {}),
        },
    }


def _choice(name: str, label: str, offered: tuple[tuple[str, str], ...], now: str) -> dict[str, Any]:
    options = [{"text": {"type": "plain_text", "text": text}, "value": value} for value, text in offered]
    chosen = next((option for option in options if option["value"] == now), options[0])
    return {
        "type": "input",
        "block_id": name,
        "label": {"type": "plain_text", "text": label},
        "element": {
            "type": "static_select",
            "action_id": "value",
            "options": options,
            "initial_option": chosen,
        },
    }
