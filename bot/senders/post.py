"""A Slack message laid out for reading: titles, lines, fields, links, buttons and colours in one flat record.

Attachments, blocks of every kind (also unknown ones), e-mails forwarded into a channel and plain text come
out alike. Unfurled previews and shared messages are left out, because they are somebody else's post. Wrong
types are taken as absent. It does not know what any of it means.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.senders.abroad import FIELD_NAMES
from bot.senders.fields import fields_in, label_value
from bot.senders.slack_text import Link, links_of, plain, unescaped

MOST_CHARACTERS = 16_000  # of one post; titles, states and labels stand at the top
MOST_LINES = 400
_LABELS = frozenset(
    "description details detail message output reason summary info context additional_info additional_information "
    "more_info".split()
)  # a title that only says what stands below it
_SHORT = {"msg": "message", "lvl": "level", "svc": "service"}  # as programs write them
_PADDING = re.compile(r"[ \t\u00a0]{5,}")
_UNFURL_MARKS = (
    "from_url",
    "is_app_unfurl",
    "is_msg_unfurl",
    "is_share",
    "is_thread_root_unfurl",
    "original_url",
)


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a bot, flat. Texts in *lines* are mrkdwn, everything else is plain words.

    *lines* holds the body in reading order, *prose* what of it stands outside the cells of fields; *headers* are the
    texts that Slack shows as titles; *fields* maps small-lettered names to values; *links* are those of body and
    titles, *buttons* those people press.
    """

    sender: str
    bot_id: str
    text: str
    title: str = ""
    title_link: str = ""
    headers: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict, hash=False)  # compared all the same
    links: tuple[Link, ...] = ()
    buttons: tuple[Link, ...] = ()
    colours: tuple[str, ...] = ()
    footer: str = ""

    @property
    def body(self) -> str:
        """All words of the post, one piece a line, titles first; the fallback only when it is all there is."""
        pieces = [*self.headers, *(plain(line) for line in self.lines)]
        return "\n".join(dict.fromkeys(piece for piece in pieces if piece)) or "\n".join(
            plain(piece) for piece in self.fallbacks
        )

    @property
    def urls(self) -> tuple[str, ...]:
        """Every address of the post: title, text, buttons."""
        title = (self.title_link,) if self.title_link else ()
        return title + tuple(link.url for link in self.links) + tuple(link.url for link in self.buttons)


def read_post(message: Mapping[str, Any]) -> Post:
    """Return *message* (a Slack message object, as in an event or in history) flat."""
    gathered = _Gathered()
    text = _unpadded(words(message.get("text")))
    attachments = [each for each in mappings(message.get("attachments")) if not _is_preview(each)]
    gathered.blocks(mappings(message.get("blocks")))
    if not gathered.lines and not gathered.headers:
        gathered.line(text)
    for attachment in attachments:
        gathered.attachment(attachment)
    for file in mappings(message.get("files")):
        gathered.email(file)
    if text and not gathered.has(text):
        gathered.text_behind(text)
    return gathered.post(_sender(message), words(message.get("bot_id")), text)


class _Gathered:
    """The lists that a post is made of while its parts are walked; local to `read_post`."""

    def __init__(self) -> None:
        self.headers: list[str] = []
        self.lines: list[str] = []
        self.prose: list[str] = []
        self.named: dict[str, str] = {}
        self.buttons: list[Link] = []
        self.colours: list[str] = []
        self.fallbacks: list[str] = []
        self.titles: list[tuple[str, str]] = []
        self.footers: list[str] = []
        self.room = MOST_CHARACTERS

    def line(self, mrkdwn: str, *, cell: bool = False) -> None:
        cut = _unpadded(mrkdwn)[: self.room]
        self.room -= len(cut)
        read = [line for line in cut.split("\n")[:MOST_LINES] if line.strip()]
        self.lines.extend(read)
        self.prose.extend([] if cell else read)

    def text_behind(self, text: str) -> None:
        """Take the top-level text that the blocks do not show: notifications and screen readers get it."""
        links = links_of(text)
        self.fallbacks.append(text[:MOST_CHARACTERS])
        if links and not self.titles:
            self.titles.append(("", links[0].url))

    def has(self, text: str) -> bool:
        return text[:MOST_CHARACTERS].split("\n", maxsplit=1)[0] in self.lines

    def name(self, name: str, value: str) -> None:
        key = plain(name).strip(" :：*").lower()
        key = FIELD_NAMES.get(key, _SHORT.get(key, key))
        if key and value:
            self.named.setdefault(key, plain(value)[:2_000])

    def attachment(self, part: Mapping[str, Any]) -> None:
        title, text = _unpadded(words(part.get("title"))), words(part.get("text"))
        label = plain(title).strip(" :")
        labelled = label.lower().replace(" ", "_") in _LABELS and bool(text)
        if title and not labelled:
            link = unescaped(words(part.get("title_link")))
            inline = links_of(title)
            self.titles.append((plain(title), link or (inline[0].url if inline else "")))
        self.line(words(part.get("pretext")))
        self.name(label if labelled else "", text)
        self.line(text)
        for each in mappings(part.get("fields")):
            name, value = words(each.get("title")), words(each.get("value"))
            self.name(name, value)
            self.line(f"{name}: {value}" if name else value, cell=bool(name))
        self.blocks(mappings(part.get("blocks")))
        self.colours.append(words(part.get("color")))
        self.fallbacks.append(_unpadded(words(part.get("fallback")))[:MOST_CHARACTERS])
        self.footers.append(plain(words(part.get("footer"))))
        self.footers.append(plain(words(part.get("author_name"))))
        for action in mappings(part.get("actions")):
            self.buttons.append(Link(words(action.get("url")), plain(words(action.get("text")))))

    def email(self, file: Mapping[str, Any]) -> None:
        if words(file.get("filetype")) == "email" or words(file.get("mode")) == "email":
            self.titles.append((words(file.get("subject")) or words(file.get("title")), ""))
            self.line(words(file.get("plain_text")) or words(file.get("preview_plain_text")))

    def blocks(self, blocks: Iterable[Mapping[str, Any]], depth: int = 0) -> None:
        for block in blocks:
            self._block(block, depth)

    def _block(self, block: Mapping[str, Any], depth: int) -> None:
        kind = words(block.get("type"))
        if depth > 6 or kind in {"image", "divider", "input"}:
            return
        if kind == "button":
            self.buttons.append(Link(unescaped(words(block.get("url"))), plain(text_of(block.get("text")))))
            return
        text = text_of(block.get("text")) or (words(block.get("url")) if kind == "link" else "")
        if kind == "header" and text:
            self.headers.append(plain(text))
        elif kind in {"rich_text_section", "rich_text_preformatted", "rich_text_quote"}:
            self.line(_rich(block))
            return
        else:
            self.line(text)
        for key in ("title", "subtitle", "body", "description"):
            self.line(text_of(block.get(key)))
        for each in mappings(block.get("fields")):
            name, value = label_value(text_of(each) or text_of(each.get("text")))
            self.name(name, value)
            self.line(text_of(each) or text_of(each.get("text")), cell=bool(name))
        for key in ("elements", "accessory", "blocks", "children", "rows", "cards"):
            inner = block.get(key)
            self.blocks(mappings([inner] if isinstance(inner, Mapping) else _flat(inner)), depth + 1)

    def post(self, sender: str, bot_id: str, text: str) -> Post:
        for name, value in fields_in(self.lines).items():
            self.name(name, value)
        title, title_link = next((each for each in self.titles if each[0]), ("", ""))
        title_link = title_link or next((link for _, link in self.titles if link), "")
        mrkdwn = [*self.lines, *(self.fallbacks if not self.lines else [])]
        return Post(
            sender=sender,
            bot_id=bot_id,
            text=text[:MOST_CHARACTERS],
            title=title,
            title_link=title_link,
            headers=tuple(dict.fromkeys([*(each for each, _ in self.titles if each), *self.headers])),
            lines=tuple(self.lines),
            prose=tuple(self.prose),
            fallbacks=tuple(each for each in self.fallbacks if each),
            fields=self.named,
            links=tuple(link for line in mrkdwn for link in links_of(line)),
            buttons=tuple(self.buttons),
            colours=tuple(each for each in self.colours if each),
            footer=" ".join(each for each in self.footers if each),
        )


def _unpadded(text: str) -> str:
    """Return *text* with long runs of blanks cut: they align tables, and patterns need not walk over them."""
    return _PADDING.sub("    ", text)


def words(value: object) -> str:
    """Return *value* when it is text, else nothing: senders send null and numbers where text belongs."""
    return value if isinstance(value, str) else ""


def mappings(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a JSON list, leaving out whatever else stands in it."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [each for each in value[:200] if isinstance(each, Mapping)]


def text_of(value: object) -> str:
    """Return the text of a text object or of a plain string."""
    if isinstance(value, Mapping):
        inner = value.get("text")
        return words(inner) if not isinstance(inner, Mapping) else words(inner.get("text"))
    return words(value)


def _flat(value: object) -> list[object]:
    if not isinstance(value, list):
        return []
    return [item for each in value for item in (each if isinstance(each, list) else [each])]


def _rich(block: Mapping[str, Any]) -> str:
    shown = []
    for each in mappings(block.get("elements")):
        if each.get("type") == "link":
            shown.append(f"<{words(each.get('url'))}|{words(each.get('text'))}>")
        elif each.get("type") == "emoji":
            shown.append(f":{words(each.get('name'))}:")
        else:
            shown.append(words(each.get("text")))
    return "".join(shown)


def _sender(message: Mapping[str, Any]) -> str:
    profile = message.get("bot_profile")
    named = words(profile.get("name")) if isinstance(profile, Mapping) else ""
    return (words(message.get("username")) or named).strip().lower()


def _is_preview(attachment: Mapping[str, Any]) -> bool:
    return any(attachment.get(mark) for mark in _UNFURL_MARKS)
