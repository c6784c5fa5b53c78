from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.models import blocks as sdk
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.blocks import checked_view, problems_of
from sandbox.wire import SlackError

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": mrkdwn(text)}


def button(text: str = "Go", **more: object) -> Json:
    return {"type": "button", "text": plain(text), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def task(number: int = 1, **more: object) -> Json:
    return {"type": "task_card", "task_id": f"t{number}", "title": "logs", "status": "complete", **more}


def table(rows: int, cells: int) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * cells for _ in range(rows)]}


RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
}
CARD = {"type": "card", "title": mrkdwn("x" * 150), "body": mrkdwn("y" * 200)}

AT_THE_LIMIT = [
    [section("x" * 3_000)],
    [section("x")] * 50,
    [{"type": "section", "fields": [mrkdwn("x" * 1_000)] * 10}],
    [{"type": "header", "text": plain("x" * 150)}],
    [{"type": "context", "elements": [mrkdwn("x")] * 10}],
    [actions(*[button()] * 25)],
    [actions(button("x" * 75, value="v" * 2_000, action_id="a" * 255, style="danger"))],
    [{"type": "divider", "block_id": "b" * 255}],
    [table(100, 20)],
    [{"type": "markdown", "text": "x" * 12_000}],
    [{"type": "plan", "title": "p", "tasks": [task(each) for each in range(50)]}],
    [task(details=RICH, output=RICH, sources=[{"type": "url", "url": "https://x.example", "text": "x"}])],
    [{"type": "image", "image_url": "https://x.example/a.png", "alt_text": "x"}],
    [CARD],
    [{"type": "carousel", "elements": [CARD] * 10}],
    [{"type": "container", "title": plain("x"), "child_blocks": [section("x")] * 10}],
    [{"type": "alert", "text": mrkdwn("x"), "level": "warning"}],
    [RICH],
]


@pytest.mark.parametrize("blocks", AT_THE_LIMIT)
def test_what_is_just_allowed_has_no_problems(blocks: list[Json]) -> None:
    assert problems_of(blocks, "message") == []


TOO_MUCH = [
    ([section("x" * 3_001)], "/blocks/0/text/text", "less than 3001"),
    ([section("")], "/blocks/0/text/text", "more than 0"),
    ([section("x")] * 51, "/blocks", "no more than 50"),
    ([{"type": "section"}], "/blocks/0", "missing required field: text or fields"),
    ([{"type": "section", "fields": [mrkdwn("x")] * 11}], "/blocks/0/fields", "no more than 10"),
    ([{"type": "section", "fields": [mrkdwn("x" * 2_001)]}], "/blocks/0/fields/0/text", "less than 2001"),
    ([{"type": "section", "text": "bare"}], "/blocks/0/text/type", "valid enum"),
    ([{**section("x"), "colour": "red"}], "/blocks/0", "additional property: colour"),
    (
        [{**section("x"), "accessory": {"type": "divider"}}],
        "/blocks/0/accessory/type",
        "unsupported type: divider",
    ),
    ([{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text", "less than 151"),
    ([{"type": "header", "text": mrkdwn("x")}], "/blocks/0/text/type", "plain_text"),
    ([{"type": "context", "elements": [mrkdwn("x")] * 11}], "/blocks/0/elements", "no more than 10"),
    ([{"type": "context", "elements": [button()]}], "/blocks/0/elements/0/type", "unsupported type: button"),
    ([actions(*[button()] * 26)], "/blocks/0/elements", "no more than 25"),
    ([actions()], "/blocks/0/elements", "at least 1"),
    ([actions(button("x" * 76))], "/blocks/0/elements/0/text/text", "less than 76"),
    ([actions(button(value="v" * 2_001))], "/blocks/0/elements/0/value", "less than 2001"),
    ([actions(button(style="green"))], "/blocks/0/elements/0/style", "danger, primary"),
    ([actions(button(action_id="a" * 256))], "/blocks/0/elements/0/action_id", "less than 256"),
    ([actions(button(action_id="a"), button(action_id="a"))], "/blocks/0/elements", "`a` already exists"),
    ([{"type": "divider", "block_id": "b" * 256}], "/blocks/0/block_id", "less than 256"),
    ([{**section("x"), "block_id": "b"}] * 2, "/blocks/1/block_id", "`b` already exists"),
    ([table(101, 1)], "/blocks/0/rows", "no more than 100"),
    ([table(1, 21)], "/blocks/0/rows/0", "1 to 20 cells"),
    ([table(1, 1), table(1, 1)], "/blocks", "only_one_table_allowed"),
    ([{"type": "table", "rows": [[mrkdwn("x")]]}], "/blocks/0/rows/0/0/type", "unsupported type: mrkdwn"),
    ([{"type": "markdown", "text": "x" * 12_001}], "/blocks/0/text", "less than 12001"),
    ([{"type": "markdown", "text": "x" * 6_001}] * 2, "/blocks", "at most 12000 together"),
    ([{"type": "plan", "title": "p", "tasks": [task(1)] * 2}], "/blocks", "task_id must be unique"),
    (
        [{"type": "plan", "title": "p", "tasks": [section("x")]}],
        "/blocks/0/tasks/0/type",
        "unsupported type: section",
    ),
    ([task(status="done")], "/blocks/0/status", "complete, error"),
    ([task(details="plain")], "/blocks/0/details/type", "unsupported type: None"),
    ([{"type": "input", "label": plain("x")}], "/blocks/0", "missing required field: element"),
    ([{"type": "image", "alt_text": "x"}], "/blocks/0", "missing required field: image_url or slack_file"),
    ([{"type": "shout"}], "/blocks/0/type", "unsupported type: shout"),
    (["no block"], "/blocks/0/type", "unsupported type: None"),
]


@pytest.mark.parametrize(("blocks", "pointer", "what"), TOO_MUCH)
def test_what_is_too_much_is_told_with_its_place(blocks: list[Json], pointer: str, what: str) -> None:
    found = problems_of(blocks, "message")
    assert [each.pointer for each in found] == [pointer]
    assert what in found[0].what


async def test_invalid_blocks_reach_the_caller_with_pointers(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(
            channel="C0001", text="x", blocks=[{"type": "header", "text": plain("x" * 151)}]
        )
    body = caught.value.response
    told = "must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert (body["error"], body["errors"]) == ("invalid_blocks", [told])
    assert body["response_metadata"]["messages"] == [f"[ERROR] {told}"]


async def test_all_block_text_of_a_message_has_a_hidden_limit(client: AsyncWebClient) -> None:
    fits = [section("x" * 2_640)] * 5
    assert (await client.chat_postMessage(channel="C0001", text="x", blocks=fits))["ok"]
    for args in ({"blocks": [*fits, section("x")]}, {"attachments": [{"blocks": [*fits, section("x")]}]}):
        with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
            await client.chat_postMessage(channel="C0001", text="x", **args)


async def test_blocks_validate_needs_no_token(client: AsyncWebClient) -> None:
    nobody = AsyncWebClient(base_url=client.base_url)
    assert (await nobody.api_call("blocks.validate", json={"blocks": [section("x")]}))["ok"]
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await nobody.api_call("blocks.validate", json={"blocks": [section("")]})
    with pytest.raises(SlackApiError, match="invalid_blocks_format"):
        await nobody.api_call("blocks.validate", json={"blocks": "text"})


FIELD = {"type": "input", "label": plain("Cause"), "element": {"type": "plain_text_input"}}
MODAL = {"type": "modal", "title": plain("x" * 24), "submit": plain("Save"), "blocks": [FIELD]}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({}, None),
        ({"blocks": [section("x")] * 100}, None),
        ({"title": plain("x" * 25)}, "/view/title/text"),
        ({"title": None}, "missing required field: title"),
        ({"submit": None}, "missing required field: submit"),
        ({"private_metadata": "x" * 3_001}, "/view/private_metadata"),
        ({"callback_id": "x" * 256}, "/view/callback_id"),
        ({"blocks": [section("x")] * 101}, "no more than 100"),
        ({"blocks": []}, "missing required field: blocks"),
        ({"blocks": [{"type": "markdown", "text": "x"}]}, "unsupported type: markdown"),
        ({"type": "home"}, "must be a valid enum value: modal"),
    ],
)
def test_modals_have_their_limits(change: Json, what: str | None) -> None:
    if what is None:
        assert checked_view(MODAL | change, ("modal",)) == MODAL | change
        return
    with pytest.raises(SlackError) as caught:
        checked_view(MODAL | change, ("modal",))
    assert what in str(caught.value.details["errors"])


def test_a_view_may_not_be_enormous_nor_a_home_have_a_title() -> None:
    rows = [{"type": "section", "fields": [plain("x" * 2_000)] * 10}] * 13
    with pytest.raises(SlackError, match="view_too_large"):
        checked_view({"type": "home", "blocks": rows}, ("home",))
    with pytest.raises(SlackError, match="invalid_arguments"):
        checked_view({"type": "home", "blocks": [section("x")], "title": plain("x")}, ("home",))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(
    ["section", "actions", "table", "plan", "task_card", "input", "context", "carousel", "rich_text"]
)
FIELDS = st.sampled_from(
    ["text", "fields", "elements", "rows", "tasks", "label", "element", "details", "block_id"]
)


@given(
    st.lists(
        st.builds(lambda kind, rest: {**rest, "type": kind}, KINDS, st.dictionaries(FIELDS, JSON)), max_size=4
    )
)
def test_no_json_whatever_breaks_the_check(blocks: list[Json]) -> None:
    assert all(str(each).endswith("]") for each in problems_of(blocks, "message"))


@given(st.text(min_size=1, max_size=3_000), st.text(min_size=1, max_size=75))
def test_what_the_sdk_builds_within_its_own_limits_passes(text: str, label: str) -> None:
    built = [
        sdk.SectionBlock(text=sdk.MarkdownTextObject(text=text)),
        sdk.ActionsBlock(elements=[sdk.ButtonElement(text=label, action_id="a", value="1")]),
        sdk.ContextBlock(elements=[sdk.MarkdownTextObject(text=label)]),
        sdk.PlanBlock(title=label, tasks=[task()]),
        sdk.DividerBlock(),
    ]
    assert problems_of([each.to_dict() for each in built], "message") == []
