"""Files that people have their past incidents in, to records: JSONL, JSON, CSV, Jira's XML, and Markdown.

Reads files; it decides nothing about what an incident is (memory/import_record.py does). A file or line that cannot
be read becomes a `LeftOut` with the reason, never an exception.
"""

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from memory.import_markdown import records_of_markdown
from memory.import_record import LeftOut
from memory.import_xml import records_of_jira_xml

Record = Mapping[str, Any]
READ = (".jsonl", ".ndjson", ".json", ".csv", ".xml", ".md", ".markdown")
NO_NAMES: Mapping[str, str] = MappingProxyType({})
TABLE_MARKS = ",;\t|"
_MARK_LINE = re.compile(r"\A\"?sep=.\"?\n")  # how Excel notes the mark


def records_in(path: Path) -> Iterator[Record | LeftOut]:
    """Return every record below *path*, a file or a folder, in the order of names."""
    if not path.exists():
        yield LeftOut(str(path), "there is no such file or folder")
    elif path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file() and not _hidden(file, path))
        for file in files:
            yield from _file(file, file.relative_to(path).as_posix())
    else:
        yield from _file(path, path.name)


def _hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)


def _file(path: Path, name: str) -> Iterator[Record | LeftOut]:
    kind = path.suffix.lower()
    if kind not in READ:
        yield LeftOut(name, f"{kind or 'no suffix'} is not a format read here ({', '.join(READ)})")
        return
    try:
        text = _text_of(path)
    except (OSError, UnicodeDecodeError) as error:
        yield LeftOut(name, f"cannot be read: {error}; UTF-8 is read, and UTF-16 with its mark")
        return
    if kind in {".jsonl", ".ndjson"}:
        yield from _json_lines(text, name)
    elif kind == ".json":
        yield from _json(text, name)
    elif kind == ".csv":
        yield from _csv(text, name)
    elif kind == ".xml":
        yield from records_of_jira_xml(text, name)
    else:
        yield from records_of_markdown(text, name)


def _text_of(path: Path) -> str:
    held = path.read_bytes()
    marked = held.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = held.decode("utf-16" if marked else "utf-8-sig")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _json_lines(text: str, name: str) -> Iterator[Record | LeftOut]:
    for number, line in enumerate(text.split("\n"), 1):  # a text may hold other line separators
        if not line.strip():
            continue
        try:
            yield _record(json.loads(line), f"{name} line {number}")
        except json.JSONDecodeError as error:
            yield LeftOut(f"{name} line {number}", f"not JSON: {error.msg}")


def _json(text: str, name: str) -> Iterator[Record | LeftOut]:
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        yield LeftOut(name, f"not JSON: {error.msg} in line {error.lineno}")
        return
    items: object = whole
    names: Mapping[str, str] = NO_NAMES
    if isinstance(whole, dict):  # PagerDuty wraps in "incidents", Jira in "issues"
        names = _names_in(whole)
        items = next(
            (whole[key] for key in ("incidents", "issues", "items", "data") if key in whole), [whole]
        )
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        yield _record(item, f"{name} item {number}", names)


def _record(item: object, what: str, names: Mapping[str, str] = NO_NAMES) -> Record | LeftOut:
    if not isinstance(item, dict):
        return LeftOut(what, f"is a {type(item).__name__}, not an object")
    fields = item.get("fields")
    if isinstance(fields, dict):  # a Jira issue; its custom fields are named beside it
        own = _names_in(item) or names
        named = {str(own.get(key, key)): value for key, value in fields.items()}
        return {**named, "key": item.get("key"), "self": item.get("self")}
    return item


def _names_in(held: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what Jira says its custom fields are called, if it says so."""
    names = held.get("names")
    return names if isinstance(names, dict) else NO_NAMES


def _csv(text: str, name: str) -> Iterator[Record | LeftOut]:
    """Return the rows of a table; columns of the same name, as Jira writes them, are joined."""
    text = _MARK_LINE.sub("", text)
    first = text.splitlines()[0] if text.strip() else ""
    bare = re.sub(r'"[^"]*"', "", first)
    mark = max(TABLE_MARKS, key=bare.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        header = next(rows, [])
        for row in rows:
            record: dict[str, str] = {}
            for column, value in zip(header, row, strict=False):
                if column.strip() and value.strip():
                    before = record.get(column)
                    record[column] = f"{before}, {value}" if before else value
            if record:
                yield record
    except csv.Error as error:
        yield LeftOut(name, f"not a table: {error}")
