"""Jira's XML export (one `item` an issue) to records. Pure; a file that declares entities is not read at all."""

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Any

from memory.import_record import LeftOut

Record = Mapping[str, Any]
ONCE = (
    "title",
    "summary",
    "key",
    "description",
    "created",
    "resolved",
    "priority",
    "status",
    "resolution",
    "link",
)
_TAG = re.compile(r"<[^<>]{1,500}>")


def records_of_jira_xml(text: str, name: str) -> Iterator[Record | LeftOut]:
    """Return the issues of an export."""
    if "<!DOCTYPE" in text[:10_000] or "<!ENTITY" in text:
        yield LeftOut(name, "declares entities, which are not read")
        return
    try:
        root = ET.fromstring(text)  # noqa: S314 - without a DOCTYPE there is no entity to expand
    except ET.ParseError as error:
        yield LeftOut(name, f"not XML: {error}")
        return
    items = [*root.iter("item")]
    if not items:
        yield LeftOut(name, "holds no <item>: Jira's own XML export is read")
    for item in items:
        yield _record(item)


def _record(item: ET.Element) -> Record:
    said: dict[str, Any] = {tag: _words(item.findtext(tag)) for tag in ONCE}
    said["title"] = said["summary"] or said["title"]
    said["components"] = [_words(each.text) for each in item.iter("component")]
    said["version"] = ", ".join(_words(each.text) for each in item.iter("version"))
    said["assignee"] = _words(item.findtext("assignee"))
    said["lessons"] = "\n".join(_words(each.text) for each in item.iter("comment"))
    for field in item.iter("customfield"):
        label = _words(field.findtext("customfieldname"))
        values = [_words(value.text) for value in field.iter("customfieldvalue")]
        if label and any(values):
            said.setdefault(label.lower(), ", ".join(filter(None, values)))
    return {name: value for name, value in said.items() if value}


def _words(text: str | None) -> str:
    """Return what an element shows: Jira writes its texts as HTML."""
    return html.unescape(_TAG.sub(" ", html.unescape(text or ""))).replace("\xa0", " ").strip()
