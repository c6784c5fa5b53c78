"""Block Kit's limits as tables: what each block and element may hold, and how much of it.

The numbers come from slack_sdk's own models where it has them, else from Slack's reference (named beside them).
blocks.py walks these tables; nothing here runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from slack_sdk.models import blocks as sdk
from slack_sdk.models.basic_objects import JsonObject as Model
from slack_sdk.models.views import View

PLAIN = frozenset({"plain_text"})
ANY_TEXT = frozenset({"plain_text", "mrkdwn"})
EVERYWHERE = frozenset({"message", "modal", "home"})

MOST_BLOCKS = {"message": 50, "modal": View.blocks_max_length, "home": View.blocks_max_length}
MOST_BLOCK_ID = sdk.Block.block_id_max_length
MOST_ACTION_ID = sdk.InteractiveElement.action_id_max_length
MOST_MARKDOWN = sdk.MarkdownBlock.text_max_length
MOST_TABLE_ROWS, MOST_TABLE_CELLS = 100, 20  # docs: table block
MOST_MESSAGE_TEXT = 13_200  # measured by others on a live workspace (bolt-js #2509)
MOST_VIEW_BYTES = 250_000  # docs: views.open, view_too_large


@dataclass(frozen=True, slots=True)
class Text:
    """A text object in a field: its kinds and most characters."""

    field: str
    most: int
    kinds: frozenset[str] = PLAIN
    required: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A plain string in a field: most characters, or the words allowed."""

    field: str
    most: int = 3_000
    among: frozenset[str] = frozenset()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list in a field: how many, and what each must be: a text object, or elements or blocks of these types."""

    field: str
    most: int
    least: int = 1
    text: Text | None = None
    types: frozenset[str] = frozenset()
    required: bool = True


@dataclass(frozen=True, slots=True)
class One:
    """A single element or block in a field, of one of these types."""

    field: str
    types: frozenset[str]
    required: bool = False


Rule = Text | Word | Items | One


@dataclass(frozen=True, slots=True)
class Shape:
    """What one type of block or element looks like. `model` is the slack_sdk class that knows its property names."""

    rules: tuple[Rule, ...] = ()
    model: type[Model] | None = None
    surfaces: frozenset[str] = EVERYWHERE
    one_of: tuple[str, ...] = ()
    action: bool = False


_SELECTS = frozenset({
    "static_select", "external_select", "users_select", "conversations_select", "channels_select",
    "multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select",
    "multi_channels_select",
})  # fmt: skip
_PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker"})
_CHOICES = frozenset({"checkboxes", "radio_buttons"})
_IN_ACTIONS = _SELECTS | _PICKERS | _CHOICES | {"button", "overflow", "workflow_button", "rich_text_input"}
_IN_INPUT = _SELECTS | _PICKERS | _CHOICES | {
    "plain_text_input", "email_text_input", "url_text_input", "number_input", "file_input", "rich_text_input",
}  # fmt: skip
_IN_RICH_TEXT = frozenset({
    "rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote",
})  # fmt: skip
_TASK_STATES = frozenset({"pending", "in_progress", "complete", "error"})
_OPTION = Text("text", sdk.Option.label_max_length, ANY_TEXT, required=True)
_MODALS_AND_HOME = frozenset({"modal", "home"})
_MESSAGES = frozenset({"message"})

BLOCKS: Mapping[str, Shape] = {
    "section": Shape(
        (
            Text("text", sdk.SectionBlock.text_max_length, ANY_TEXT),
            Items(
                "fields", sdk.SectionBlock.fields_max_length, text=Text("", 2_000, ANY_TEXT), required=False
            ),  # docs: section, 2,000 a field
            One("accessory", _IN_ACTIONS | {"image"}),
        ),
        sdk.SectionBlock,
        one_of=("text", "fields"),
    ),
    "header": Shape((Text("text", sdk.HeaderBlock.text_max_length, required=True),), sdk.HeaderBlock),
    "divider": Shape((), sdk.DividerBlock),
    "image": Shape(
        (
            Word("alt_text", sdk.ImageBlock.alt_text_max_length, required=True),
            Word("image_url", sdk.ImageBlock.image_url_max_length),
            Text("title", sdk.ImageBlock.title_max_length),
        ),
        sdk.ImageBlock,
        one_of=("image_url", "slack_file"),
    ),
    "actions": Shape(
        (Items("elements", sdk.ActionsBlock.elements_max_length, types=_IN_ACTIONS),), sdk.ActionsBlock
    ),
    "context": Shape(
        (Items("elements", sdk.ContextBlock.elements_max_length, types=ANY_TEXT | {"image"}),),
        sdk.ContextBlock,
    ),
    "context_actions": Shape(
        (
            Items(
                "elements",
                sdk.ContextActionsBlock.elements_max_length,
                types=frozenset({"feedback_buttons", "icon_button"}),
            ),
        ),
        sdk.ContextActionsBlock,
        _MESSAGES,
    ),
    "input": Shape(
        (
            Text("label", sdk.InputBlock.label_max_length, required=True),
            Text("hint", sdk.InputBlock.hint_max_length),
            One("element", _IN_INPUT, required=True),
        ),
        sdk.InputBlock,
    ),
    "markdown": Shape((Word("text", MOST_MARKDOWN, required=True),), sdk.MarkdownBlock, _MESSAGES),
    "rich_text": Shape((Items("elements", 1_000, types=_IN_RICH_TEXT),), sdk.RichTextBlock),
    "table": Shape((), sdk.TableBlock, _MESSAGES),
    "task_card": Shape(
        (
            Word("task_id", 255, required=True),
            Word("title", 3_000, required=True),
            Word("status", among=_TASK_STATES, required=True),
            One("details", frozenset({"rich_text"})),
            One("output", frozenset({"rich_text"})),
            Items("sources", 50, least=0, types=frozenset({"url"}), required=False),
        ),
        sdk.TaskCardBlock,
        _MESSAGES,
    ),
    "plan": Shape(
        (
            Word("title", 3_000, required=True),
            Items("tasks", 50, least=0, types=frozenset({"task_card"}), required=False),
        ),
        sdk.PlanBlock,
        _MESSAGES,
    ),
    "alert": Shape(
        (
            Text("text", 3_000, ANY_TEXT, required=True),
            Word("level", among=frozenset(sdk.AlertBlock.valid_levels)),
        ),
        sdk.AlertBlock,
    ),
    "card": Shape(
        (
            Text("title", sdk.CardBlock.title_max_length, ANY_TEXT),
            Text("subtitle", sdk.CardBlock.subtitle_max_length, ANY_TEXT),
            Text("body", sdk.CardBlock.body_max_length, ANY_TEXT),
            Items("actions", 5, types=frozenset({"button", "overflow"}), required=False),
        ),
        sdk.CardBlock,
        _MESSAGES,
        one_of=("hero_image", "title", "actions", "body"),
    ),
    "carousel": Shape(
        (Items("elements", sdk.CarouselBlock.elements_max_length, types=frozenset({"card"})),),
        sdk.CarouselBlock,
        _MESSAGES,
    ),
    "container": Shape(
        (
            Text("title", sdk.ContainerBlock.title_max_length),
            Text("subtitle", sdk.ContainerBlock.subtitle_max_length, ANY_TEXT),
            Word("width", among=frozenset(sdk.ContainerBlock.valid_widths)),
            Items("child_blocks", sdk.ContainerBlock.child_blocks_max_length, types=frozenset({"*"})),
        ),
        sdk.ContainerBlock,
        _MESSAGES,
        one_of=("title", "rich_text_title"),
    ),
    "file": Shape((Word("external_id", 255, required=True),), sdk.FileBlock, _MESSAGES),
    "video": Shape(
        (Text("title", sdk.VideoBlock.title_max_length, required=True), Word("video_url", required=True)),
        sdk.VideoBlock,
    ),
    "data_table": Shape((), None, _MESSAGES),
    "data_visualization": Shape((), None, _MESSAGES),
}

_OPTIONS = Items("options", sdk.StaticSelectElement.options_max_length, text=_OPTION, required=False)
_PLACEHOLDER = Text("placeholder", sdk.InputInteractiveElement.placeholder_max_length)

ELEMENTS: Mapping[str, Shape] = {
    "button": Shape(
        (
            Text("text", sdk.ButtonElement.text_max_length, required=True),
            Word("value", sdk.ButtonElement.value_max_length),
            Word("url", sdk.ButtonElement.url_max_length),
            Word("style", among=frozenset({"primary", "danger"})),
            Word("accessibility_label", sdk.ButtonElement.text_max_length),
        ),
        sdk.ButtonElement,
        action=True,
    ),
    "image": Shape(
        (
            Word("alt_text", sdk.ImageElement.alt_text_max_length, required=True),
            Word("image_url", sdk.ImageElement.image_url_max_length),
        ),
        sdk.ImageElement,
        one_of=("image_url", "slack_file"),
    ),
    "plain_text": Shape((Word("text", 3_000, required=True),)),
    "mrkdwn": Shape((Word("text", 3_000, required=True),)),
    "overflow": Shape(
        (Items("options", sdk.OverflowMenuElement.options_max_length, text=_OPTION),),
        sdk.OverflowMenuElement,
        action=True,
    ),
    "static_select": Shape(
        (_OPTIONS, _PLACEHOLDER), sdk.StaticSelectElement, one_of=("options", "option_groups"), action=True
    ),
    "multi_static_select": Shape(
        (_OPTIONS, _PLACEHOLDER),
        sdk.StaticMultiSelectElement,
        one_of=("options", "option_groups"),
        action=True,
    ),
    "radio_buttons": Shape((Items("options", 10, text=_OPTION),), sdk.RadioButtonsElement, action=True),
    "checkboxes": Shape((Items("options", 10, text=_OPTION),), sdk.CheckboxesElement, action=True),
    "plain_text_input": Shape((_PLACEHOLDER, Word("initial_value")), sdk.PlainTextInputElement, action=True),
    "feedback_buttons": Shape((), sdk.FeedbackButtonsElement, action=True),
    "icon_button": Shape(
        (Text("text", 75, required=True), Word("icon", 75, required=True)), sdk.IconButtonElement, action=True
    ),
    "url": Shape((Word("url", 3_000, required=True), Word("text", 3_000, required=True))),
    **dict.fromkeys(_IN_RICH_TEXT, Shape()),
    **dict.fromkeys(
        (_SELECTS | _PICKERS) - {"static_select", "multi_static_select"}, Shape((_PLACEHOLDER,), action=True)
    ),
    **dict.fromkeys(
        (
            "email_text_input",
            "url_text_input",
            "number_input",
            "rich_text_input",
            "file_input",
            "workflow_button",
        ),
        Shape(action=True),
    ),
}
