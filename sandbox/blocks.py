"""Checks blocks and views as Slack does before it takes them; says where (a JSON pointer) and what is wrong.

Walks the tables of block_rules.py. Not known: limits that Slack does not publish and nobody has measured, and the
inside of data_table and data_visualization.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, assert_never

from slack_sdk.models.basic_objects import JsonObject as Model

from sandbox.block_rules import (
    BLOCKS,
    ELEMENTS,
    MOST_ACTION_ID,
    MOST_BLOCK_ID,
    MOST_BLOCKS,
    MOST_MARKDOWN,
    MOST_MESSAGE_TEXT,
    MOST_TABLE_CELLS,
    MOST_TABLE_ROWS,
    MOST_VIEW_BYTES,
    Items,
    One,
    Rule,
    Shape,
    Text,
    Word,
)
from sandbox.wire import JsonObject, SlackError

_ALWAYS_ALLOWED = frozenset({"type", "block_id", "action_id", "fallback"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place."""

    pointer: str
    what: str

    def __str__(self) -> str:
        return f"{self.what} [json-pointer:{self.pointer}]"


def checked_blocks(blocks: list[JsonObject], surface: str) -> list[JsonObject]:
    """Return *blocks*; SlackError: invalid_blocks (with `errors`), msg_blocks_too_long."""
    problems = problems_of(blocks, surface)
    if problems:
        raise invalid("invalid_blocks", problems)
    if surface == "message" and sum(map(len, texts_in(blocks))) > MOST_MESSAGE_TEXT:
        raise SlackError("msg_blocks_too_long")
    return blocks


def checked_view(view: JsonObject, types: tuple[str, ...]) -> JsonObject:
    """Return *view*; SlackError: invalid_arguments (with messages), view_too_large."""
    problems = [*_view_problems(view, types)]
    if problems:
        raise invalid("invalid_arguments", problems)
    if len(json.dumps(view)) > MOST_VIEW_BYTES:
        raise SlackError("view_too_large")
    return view


def invalid(error: str, problems: list[Problem]) -> SlackError:
    """Return the error that lists *problems* the way Slack does."""
    messages = [str(each) for each in problems]
    return SlackError(
        error, errors=messages, response_metadata={"messages": [f"[ERROR] {each}" for each in messages]}
    )


def problems_of(blocks: list[JsonObject], surface: str) -> list[Problem]:
    """Return everything that is wrong with *blocks* on a surface: message, modal or home."""
    root = "/blocks" if surface == "message" else "/view/blocks"
    return [*_all_problems(blocks, surface, root)]


def _all_problems(blocks: list[JsonObject], surface: str, root: str) -> Iterator[Problem]:
    if len(blocks) > MOST_BLOCKS[surface]:
        yield Problem(root, f"no more than {MOST_BLOCKS[surface]} items allowed")
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        at = f"{root}/{number}"
        yield from _block(block, surface, at)
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if isinstance(block_id, str) and block_id in seen:
            yield Problem(f"{at}/block_id", f"block_id `{block_id}` already exists")
        seen.add(str(block_id))
    yield from _totals([each for each in blocks if isinstance(each, dict)], root)


def _totals(blocks: list[JsonObject], root: str) -> Iterator[Problem]:
    if sum(each.get("type") == "table" for each in blocks) > 1:
        yield Problem(root, "only_one_table_allowed")
    markdown = [len(str(each.get("text", ""))) for each in blocks if each.get("type") == "markdown"]
    if max(markdown, default=0) <= MOST_MARKDOWN < sum(markdown):
        yield Problem(
            root, f"markdown blocks hold {sum(markdown)} characters, at most {MOST_MARKDOWN} together"
        )
    tasks = [
        each.get("task_id")
        for block in blocks
        for each in (*_listed(block.get("tasks")), block)
        if isinstance(each, dict) and each.get("type") == "task_card"
    ]
    if len(tasks) != len(set(map(str, tasks))):
        yield Problem(root, "task_id must be unique")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _block(block: Any, surface: str, at: str) -> Iterator[Problem]:  # noqa: ANN401 - whatever JSON the caller sent
    kind = block.get("type") if isinstance(block, dict) else None
    shape = BLOCKS.get(str(kind))
    if shape is None or surface not in shape.surfaces:
        yield Problem(f"{at}/type", f"unsupported type: {kind}")
        return
    if len(str(block.get("block_id") or "")) > MOST_BLOCK_ID:
        yield Problem(f"{at}/block_id", f"must be less than {MOST_BLOCK_ID + 1} characters")
    yield from _shape(block, shape, surface, at)
    if kind == "table":
        yield from _table(block, at)


def _table(block: JsonObject, at: str) -> Iterator[Problem]:
    rows = block.get("rows")
    if not isinstance(rows, list) or not rows:
        yield Problem(at, "missing required field: rows")
        return
    if len(rows) > MOST_TABLE_ROWS:
        yield Problem(f"{at}/rows", f"no more than {MOST_TABLE_ROWS} items allowed")
    for number, row in enumerate(rows):
        if not isinstance(row, list) or not 1 <= len(row) <= MOST_TABLE_CELLS:
            yield Problem(f"{at}/rows/{number}", f"must have 1 to {MOST_TABLE_CELLS} cells")
            continue
        for column, cell in enumerate(row):
            kind = cell.get("type") if isinstance(cell, dict) else None
            if kind not in ("raw_text", "raw_number", "rich_text"):
                yield Problem(f"{at}/rows/{number}/{column}/type", f"unsupported type: {kind}")
            elif kind == "raw_text" and not cell.get("text"):
                yield Problem(f"{at}/rows/{number}/{column}/text", "must be more than 0 characters")


@cache
def _properties(model: type[Model]) -> frozenset[str]:
    names: set[str] = object.__new__(model).attributes  # a property of the class's own names and its parents'
    return frozenset(names) | _ALWAYS_ALLOWED


def _shape(given: JsonObject, shape: Shape, surface: str, at: str) -> Iterator[Problem]:
    if shape.model is not None:
        for name in given.keys() - _properties(shape.model):
            yield Problem(at, f"invalid additional property: {name}")
    if shape.one_of and not any(given.get(name) for name in shape.one_of):
        yield Problem(at, f"missing required field: {' or '.join(shape.one_of)}")
    if shape.action and len(str(given.get("action_id") or "")) > MOST_ACTION_ID:
        yield Problem(f"{at}/action_id", f"must be less than {MOST_ACTION_ID + 1} characters")
    for rule in shape.rules:
        value = given.get(rule.field)
        if value is None:
            if rule.required:
                yield Problem(at, f"missing required field: {rule.field}")
        else:
            yield from _rule(rule, value, surface, f"{at}/{rule.field}")


def _rule(rule: Rule, value: Any, surface: str, at: str) -> Iterator[Problem]:  # noqa: ANN401 - unchecked JSON
    if isinstance(rule, Text):
        yield from _text(rule, value, at)
    elif isinstance(rule, Word):
        yield from _word(rule, value, at)
    elif isinstance(rule, One):
        yield from _child(value, rule.types, surface, at)
    elif isinstance(rule, Items):
        yield from _items(rule, value, surface, at)
    else:
        assert_never(rule)


def _text(rule: Text, value: Any, at: str) -> Iterator[Problem]:  # noqa: ANN401 - unchecked JSON
    if not isinstance(value, dict) or value.get("type") not in rule.kinds:
        kind = value.get("type") if isinstance(value, dict) else value
        yield Problem(
            f"{at}/type", f"must be a valid enum value: {' or '.join(sorted(rule.kinds))}, not {kind}"
        )
        return
    yield from _word(Word("text", rule.most), value.get("text"), f"{at}/text")


def _word(rule: Word, value: Any, at: str) -> Iterator[Problem]:  # noqa: ANN401 - unchecked JSON
    if not isinstance(value, str):
        yield Problem(at, "must be a string")
    elif rule.among and value not in rule.among:
        yield Problem(at, f"must be a valid enum value: {', '.join(sorted(rule.among))}")
    elif len(value) > rule.most:
        yield Problem(at, f"must be less than {rule.most + 1} characters")
    elif not value and (rule.required or rule.field == "text"):
        yield Problem(at, "must be more than 0 characters")


def _items(rule: Items, value: Any, surface: str, at: str) -> Iterator[Problem]:  # noqa: ANN401 - unchecked JSON
    if not isinstance(value, list):
        yield Problem(at, "must be an array")
        return
    if len(value) > rule.most:
        yield Problem(at, f"no more than {rule.most} items allowed")
    elif len(value) < rule.least:
        yield Problem(at, f"must have at least {rule.least} items")
    for number, each in enumerate(value):
        here = f"{at}/{number}"
        if rule.text is not None and rule.text.field:
            inner = each.get(rule.text.field) if isinstance(each, dict) else None
            yield from _text(rule.text, inner, f"{here}/{rule.text.field}")
        elif rule.text is not None:
            yield from _text(rule.text, each, here)
        else:
            yield from _child(each, rule.types, surface, here)
    yield from _unique_actions(value, at)


def _unique_actions(elements: list[Any], at: str) -> Iterator[Problem]:
    ids = [each["action_id"] for each in elements if isinstance(each, dict) and each.get("action_id")]
    for repeated in {str(each) for each in ids if ids.count(each) > 1}:
        yield Problem(at, f"action_id `{repeated}` already exists")


def _child(value: Any, types: frozenset[str], surface: str, at: str) -> Iterator[Problem]:  # noqa: ANN401 - unchecked
    kind = value.get("type") if isinstance(value, dict) else None
    if "*" not in types and kind not in types:
        yield Problem(f"{at}/type", f"unsupported type: {kind}")
    elif kind in ELEMENTS and not (kind == "image" and "*" in types):
        yield from _shape(value, ELEMENTS[str(kind)], surface, at)
    else:
        yield from _block(value, surface, at)


def texts_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - walks JSON
    """Yield every text that is shown in *value*: the strings under `text` and `title`, at any depth."""
    if isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str):
                if key in ("text", "title"):
                    yield inner
            else:
                yield from texts_in(inner)


_VIEW_RULES = {
    "modal": (
        Text("title", 24, required=True),
        Text("submit", 24),
        Text("close", 24),
        Word("private_metadata", 3_000),
        Word("callback_id", 255),
        Word("external_id", 255),
    ),
    "home": (Word("private_metadata", 3_000), Word("callback_id", 255), Word("external_id", 255)),
}


def _view_problems(view: JsonObject, types: tuple[str, ...]) -> Iterator[Problem]:
    kind = view.get("type")
    if kind not in types:
        yield Problem("/view/type", f"must be a valid enum value: {', '.join(types)}")
        return
    yield from _shape(view, Shape(_VIEW_RULES[str(kind)]), str(kind), "/view")
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or (kind == "modal" and not blocks):
        yield Problem("/view", "missing required field: blocks")
        return
    yield from problems_of(blocks, str(kind))
    has_input = any(isinstance(each, dict) and each.get("type") == "input" for each in blocks)
    if kind == "modal" and has_input and not view.get("submit"):
        yield Problem("/view", "missing required field: submit")
    if kind == "home":
        for name in ("title", "submit", "close"):
            if view.get(name) is not None:
                yield Problem("/view", f"invalid additional property: {name}")
