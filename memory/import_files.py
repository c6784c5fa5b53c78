"""Files that people have their past incidents in, to records: JSONL, JSON, CSV, and Markdown post-mortems.

Reads files; it decides nothing about what an incident is (memory/import_record.py does). A file or line that cannot
be read becomes a `LeftOut` with the reason, never an exception.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from memory.import_record import LeftOut

Record = Mapping[str, Any]
READ = (".jsonl", ".ndjson", ".json", ".csv", ".md", ".markdown")
HEADINGS = {
    "symptoms": (
        "symptom",
        "impact",
        "what happened",
        "detection",
        "summary",
        "problem",
        "description",
        "effect",
    ),
    "root_cause": ("root cause", "cause", "why", "trigger", "contributing"),
    "resolution": ("resolution", "fix", "mitigation", "remediation", "recovery", "how we fixed", "solution"),
    "timeline": ("timeline", "events", "chronology"),
    "lessons": ("lesson", "what went", "action item", "follow", "takeaway", "prevention"),
}
_HEADING = re.compile(r"^(#{1,6})\s+(?P<title>.+?)\s*#*\s*$")
_BOLD = re.compile(r"^\s*(?:[-*]\s+)?\*\*(?P<title>[^*:]{3,40}):?\*\*:?\s*(?P<rest>.*)$")
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})")


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
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        yield LeftOut(name, f"cannot be read: {error}")
        return
    if kind in {".jsonl", ".ndjson"}:
        yield from _json_lines(text, name)
    elif kind == ".json":
        yield from _json(text, name)
    elif kind == ".csv":
        yield from _csv(text, name)
    else:
        yield _markdown(text, name)


def _json_lines(text: str, name: str) -> Iterator[Record | LeftOut]:
    for number, line in enumerate(text.splitlines(), 1):
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
    items = whole
    if isinstance(whole, dict):  # PagerDuty wraps in "incidents", Jira in "issues"
        items = next(
            (whole[key] for key in ("incidents", "issues", "items", "data") if key in whole), [whole]
        )
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        yield _record(item, f"{name} item {number}")


def _record(item: object, what: str) -> Record | LeftOut:
    if not isinstance(item, dict):
        return LeftOut(what, f"is a {type(item).__name__}, not an object")
    fields = item.get("fields")
    if isinstance(fields, dict):  # a Jira issue
        return {**fields, "key": item.get("key"), "self": item.get("self")}
    return item


def _csv(text: str, name: str) -> Iterator[Record | LeftOut]:
    lines = text.splitlines(keepends=True)
    try:
        dialect = csv.Sniffer().sniff("".join(lines[:5]), delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        for row in csv.DictReader(lines, dialect=dialect):
            yield {key: value for key, value in row.items() if key and value}
    except csv.Error as error:
        yield LeftOut(name, f"not a table: {error}")


def _markdown(text: str, name: str) -> Record | LeftOut:
    try:
        post = frontmatter.loads(text)
    except yaml.YAMLError as error:
        return LeftOut(name, f"its front matter is not YAML: {str(error).splitlines()[0]}")
    sections = _sections(post.content)
    dated = _DATED.search(name) or _DATED.search(text[:400])
    found = {"title": _title(post.content) or Path(name).stem, "text": post.content, **sections}
    said = {str(key): value for key, value in post.metadata.items()}
    date = {"date": dated.group(1)} if dated else {}
    return {"id": Path(name).with_suffix("").as_posix(), **date, **found, **said}


def _title(content: str) -> str:
    return next((match["title"] for line in content.splitlines() if (match := _HEADING.match(line))), "")


def _sections(content: str) -> dict[str, str]:
    """Return the text below each heading that is known, however deep; a deeper heading stays in its section."""
    gathered: dict[str, list[str]] = {}
    current, depth = "", 0
    for line in content.splitlines():
        if match := _HEADING.match(line):
            level, name = len(match.group(1)), _known(match["title"])
            if name or level <= depth:
                current, depth = name, level
                continue
        elif (bold := _BOLD.match(line)) and (name := _known(bold["title"])):
            gathered.setdefault(name, []).append(bold["rest"])
            continue
        if current:
            gathered.setdefault(current, []).append(line)
    return {name: text for name, lines in gathered.items() if (text := "\n".join(lines).strip())}


def _known(heading: str) -> str:
    small = heading.lower()
    ordered = ("root_cause", "resolution", "timeline", "lessons", "symptoms")
    return next((name for name in ordered if any(word in small for word in HEADINGS[name])), "")
