"""Modals and App Homes: which views exist, who sees them, and what their inputs hold.

Pure state beside the workspace. Knows the stack of up to three modals per person, hashes, external ids and how a
view's state is read from its blocks. Knows no envelopes.
"""

import itertools
import uuid
from collections.abc import Iterator

from sandbox.changes import HomePublished, ViewClosed, ViewOpened, ViewUpdated
from sandbox.directory import TEAM_ID
from sandbox.wire import JsonObject, SlackError
from sandbox.workspace import Workspace

MOST_STACKED = 3


class Modals:
    """All open modals by person, and published homes."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stacks: dict[str, list[JsonObject]] = {}
        self._numbers = itertools.count(1)
        self.homes: dict[str, JsonObject] = {}

    def find(self, view_id: str) -> tuple[str, JsonObject]:
        """Return who sees a modal, and the modal; SlackError("not_found")."""
        for user, stack in self._stacks.items():
            for view in stack:
                if view_id in (view["id"], view["external_id"] or None):
                    return user, view
        raise SlackError("not_found")

    def top(self, user: str) -> JsonObject | None:
        """Return the modal that *user* sees now."""
        stack = self._stacks.get(user)
        return stack[-1] if stack else None

    def open(self, user: str, given: JsonObject, *, on_top: bool = False) -> JsonObject:
        """Open a modal in place of what was there, or push it *on_top*; SlackError("push_limit_reached")."""
        stack = self._stacks.get(user, []) if on_top else []
        if len(stack) >= MOST_STACKED:
            raise SlackError("push_limit_reached")
        self._refuse_used_external_id(given)
        view = self._view(given)
        if stack:
            view |= {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
        for old in self._stacks.get(user, []) if not on_top else []:
            self._workspace.announce(ViewClosed(user, old["id"]))
        self._stacks[user] = [*stack, view]
        self._workspace.announce(ViewOpened(user, view))
        return view

    def update(self, view_id: str, given: JsonObject, known_hash: str | None = None) -> JsonObject:
        """Replace a modal's content; SlackError: not_found, hash_conflict."""
        user, old = self.find(view_id)
        if known_hash is not None and known_hash != old["hash"]:
            raise SlackError("hash_conflict")
        kept = {key: old[key] for key in ("id", "root_view_id", "previous_view_id")}
        view = self._view(given) | kept
        self._stacks[user] = [view if each["id"] == old["id"] else each for each in self._stacks[user]]
        self._workspace.announce(ViewUpdated(user, view))
        return view

    def close(self, view_id: str, *, whole_stack: bool = False) -> None:
        """Close a modal (and, as Slack does on clear, those below it)."""
        user, view = self.find(view_id)
        stack = self._stacks[user]
        gone = stack if whole_stack else stack[stack.index(view) :]
        self._stacks[user] = [each for each in stack if each not in gone]
        for each in reversed(gone):
            self._workspace.announce(ViewClosed(user, each["id"]))

    def publish(self, user: str, given: JsonObject, known_hash: str | None = None) -> JsonObject:
        """Publish a person's App Home; SlackError: user_not_found, hash_conflict."""
        if user not in self._workspace.users:
            raise SlackError("user_not_found")
        old = self.homes.get(user)
        if old is not None and known_hash is not None and known_hash != old["hash"]:
            raise SlackError("hash_conflict")
        view = self._view(given)
        if old is not None:
            view["id"] = view["root_view_id"] = old["id"]
        self.homes[user] = view
        self._workspace.announce(HomePublished(user, view))
        return view

    def _refuse_used_external_id(self, given: JsonObject) -> None:
        external = given.get("external_id")
        if external and any(
            external == each["external_id"] for stack in self._stacks.values() for each in stack
        ):
            raise SlackError("duplicate_external_id")

    def _view(self, given: JsonObject) -> JsonObject:
        number = next(self._numbers)
        view_id = f"V{number:06d}"
        return {
            "id": view_id,
            "team_id": TEAM_ID,
            "type": given["type"],
            "blocks": with_ids(given["blocks"]),
            "private_metadata": given.get("private_metadata", ""),
            "callback_id": given.get("callback_id", ""),
            "state": {"values": {}},
            "hash": f"{int(self._workspace.clock())}.{uuid.uuid4().hex[:8]}",
            "title": given.get("title"),
            "clear_on_close": bool(given.get("clear_on_close", False)),
            "notify_on_close": bool(given.get("notify_on_close", False)),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": self._workspace.app.id,
            "external_id": given.get("external_id", ""),
            "app_installed_team_id": TEAM_ID,
            "bot_id": self._workspace.app.bot_id,
        }


def with_ids(blocks: list[JsonObject]) -> list[JsonObject]:
    """Return blocks with the block_id and action_id that Slack gives to those that have none."""
    return [_named({**block, "block_id": block.get("block_id") or uuid.uuid4().hex[:5]}) for block in blocks]


def _named(block: JsonObject) -> JsonObject:
    if isinstance(block.get("elements"), list) and block["type"] in ("actions", "context_actions"):
        block["elements"] = [_with_action_id(each) for each in block["elements"]]
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            block[key] = _with_action_id(block[key])
    return block


def _with_action_id(element: JsonObject) -> JsonObject:
    if element.get("type") == "image":
        return element
    return {**element, "action_id": element.get("action_id") or uuid.uuid4().hex[:5]}


def controls(blocks: list[JsonObject]) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Yield (block, element) for everything that can be clicked or filled in."""
    for block in blocks:
        candidates = [*block.get("elements", ())] if block["type"] in ("actions", "context_actions") else []
        candidates += [block[key] for key in ("accessory", "element") if isinstance(block.get(key), dict)]
        candidates += block.get("actions", ()) if block["type"] == "card" else ()
        yield from ((block, each) for each in candidates if isinstance(each, dict) and "action_id" in each)


_INITIAL = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
_LISTS = frozenset({"selected_options", "selected_users"})


def state_of(view: JsonObject, values: JsonObject) -> JsonObject:
    """Return a view's `state.values`: every input with what was filled in (*values*), or with its initial content."""
    state: JsonObject = {}
    for block, element in controls(view["blocks"]):
        if element["type"] not in _INITIAL:
            continue
        held, initial = _INITIAL[element["type"]]
        start = element.get(initial, [] if held in _LISTS else None)
        filled = values.get(block["block_id"], {}).get(element["action_id"], {})
        answer = {"type": element["type"], held: start} | filled
        state.setdefault(block["block_id"], {})[element["action_id"]] = answer
    return state


def unfilled(view: JsonObject, state: JsonObject) -> dict[str, str]:
    """Return an error by block_id for every input that must be filled and is not, as Slack's client shows it."""
    errors = {}
    for block, element in controls(view["blocks"]):
        if block["type"] != "input" or block.get("optional") or element["type"] not in _INITIAL:
            continue
        if not state[block["block_id"]][element["action_id"]].get(_INITIAL[element["type"]][0]):
            errors[block["block_id"]] = "Please complete this required field."
    return errors
