"""One Markdown post-mortem, or a log of several, to records: front matter, headings of any kind, "Key: value" lines.

Pure. It decides nothing about what an incident is (memory/import_record.py does).
"""

import html
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

import frontmatter
import yaml

from memory.import_record import LeftOut

Record = Mapping[str, Any]
HEADINGS = {
    "symptoms": ("symptom", "impact", "what happened", "detection", "summary", "problem", "description", "effect"),
    "root_cause": ("root cause", "cause", "why", "trigger", "contributing"),
    "resolution": ("resolution", "fix", "mitigation", "remediation", "recovery", "how we resolved", "how it was",
                   "solution"),
    "timeline": ("timeline", "events", "chronology"),
    "lessons": ("lesson", "what went", "action item", "follow", "takeaway", "prevention"),
}  # fmt: skip
ORDERED = ("root_cause", "resolution", "timeline", "lessons", "symptoms")
KEYS = {
    "date": "date", "started": "started_at", "start": "started_at", "start time": "started_at",
    "detected": "started_at",
    "resolved": "resolved_at", "resolved at": "resolved_at", "end": "resolved_at", "end time": "resolved_at",
    "severity": "severity", "priority": "severity", "service": "services", "services": "services",
    "affected services": "services", "services affected": "services", "component": "services",
    "components": "services", "version": "version", "release": "version", "status": "status",
    "resolved by": "resolved_by", "incident commander": "resolved_by",
}  # fmt: skip
HEAD_LINES = 40
_HEADING = re.compile(r"^(#{1,6})\s+(?P<title>.+?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^(?P<mark>=|-)(?P=mark){2,}\s*$")
_BOLD = re.compile(r"^\s*(?:[-*]\s+)?\*\*(?P<title>[^*:]{3,40}):?\*\*:?\s*(?P<rest>.*)$")
_BOLD_LINE = re.compile(r"^\s*\*\*(?P<title>[^*]{3,120})\*\*\s*$")
_KEY = re.compile(
    r"^\s*(?:[-*|]\s*)?\*{0,2}(?P<key>[A-Za-z][A-Za-z ]{2,24}?)\*{0,2}\s*[:|]\s*\*{0,2}\s*(?P<value>[^|]+)"
)
_TOML = re.compile(r"\A\s*\+\+\+[ \t]*\n(?P<matter>.*?)\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_FENCE = re.compile(r"^\s*(?P<mark>`{3,}|~{3,})")
_HTML_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.IGNORECASE | re.DOTALL)
_HTML_TAG = re.compile(
    r"</?(?:p|div|br|ul|ol|li|strong|b|em|i|span|a|table|tbody|tr|td|th)\b[^<>]*>", re.IGNORECASE
)
_DATED = re.compile(r"(?<!\d)(\d{4})[-/_.](\d{2})[-/_.](\d{2})(?!\d)")


def records_of_markdown(text: str, name: str) -> Iterator[Record | LeftOut]:
    """Return the record of a file called *name*; of a log with dated headings, one for each of them."""
    try:
        said, body = _front_matter(text)
    except (yaml.YAMLError, tomllib.TOMLDecodeError) as error:
        form = "YAML" if isinstance(error, yaml.YAMLError) else "TOML"
        yield LeftOut(name, f"its front matter is not {form}: {str(error).splitlines()[0]}")
        return
    content = _plain_headings(_fences_apart(_without_html(body)))
    base = PurePath(name).with_suffix("").as_posix()
    entries = _entries(content)
    if not entries:
        yield _record(content, base, _date_in(name) or _date_in(text[:400])) | said
        return
    for number, entry in enumerate(entries, 1):
        yield {
            "id": f"{base}#{number}",
            **{k: v for k, v in _record(entry, base, _date_in(entry)).items() if k != "id"},
        }


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return what stands between --- (YAML) or +++ (TOML) at the head, and the rest."""
    if toml := _TOML.match(text):
        return tomllib.loads(toml["matter"]), text[toml.end() :]
    post = frontmatter.loads(text)
    return {str(key): value for key, value in post.metadata.items()}, post.content


def _without_html(content: str) -> str:
    """Return headings of an HTML export as Markdown's, and its other tags as line breaks."""
    if not _HTML_HEADING.search(content):
        return content
    marked = _HTML_HEADING.sub(
        lambda match: f"\n{'#' * int(match[1])} {' '.join(match[2].split())}\n", content
    )
    return html.unescape(_HTML_TAG.sub("\n", marked))


def _fences_apart(content: str) -> str:
    """Return *content* with the lines of code blocks moved in by a space: `# a comment` there is no heading."""
    lines, open_mark = [], ""
    for line in content.splitlines():
        fence = _FENCE.match(line)
        inside = bool(open_mark)
        if fence and not open_mark:
            open_mark = fence["mark"]
        elif fence and fence["mark"].startswith(open_mark):
            open_mark, inside = "", False
        lines.append(f" {line}" if inside else line)
    return "\n".join(lines)


def _record(content: str, base: str, date: str) -> dict[str, Any]:
    dated = {"date": date} if date else {}
    title = _title(content) or PurePath(base).name
    return {"id": base, **dated, **_key_lines(content), "title": title, "text": content, **_sections(content)}


def _date_in(text: str) -> str:
    found = _DATED.search(text)
    return "-".join(found.groups()) if found else ""


def _plain_headings(content: str) -> str:
    """Return *content* with underlined headings written as the others are."""
    lines: list[str] = []
    for line in content.splitlines():
        mark = _UNDERLINE.match(line)
        above = lines[-1].strip() if lines else ""
        if mark and above and not above.startswith(("#", "|", "-", "*", ">")) and len(above) <= 120:
            lines[-1] = f"{'#' if mark['mark'] == '=' else '##'} {above}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _entries(content: str) -> list[str]:
    """Return the parts of a log of incidents: two headings or more of one level that each begin with a date."""
    lines = content.splitlines()
    heads = [(at, match) for at, line in enumerate(lines) if (match := _HEADING.match(line))]
    dated = [(at, len(match.group(1))) for at, match in heads if _DATED.match(match["title"].lstrip("[("))]
    if len(dated) < 2 or len({level for _, level in dated}) > 1:
        return []
    ends = [at for at, _ in dated[1:]] + [len(lines)]
    return ["\n".join(lines[at:end]) for (at, _), end in zip(dated, ends, strict=True)]


def _title(content: str) -> str:
    """Return the first heading, unless a line in bold stands above it or in its place."""
    for line in content.splitlines():
        if match := _HEADING.match(line):
            return match["title"]
        if bold := _BOLD_LINE.match(line):
            return bold["title"]
    return ""


def _key_lines(content: str) -> dict[str, str]:
    """Return what "Date: …", "**Severity:** …" and "| Services | … |" at the head of the file say."""
    found: dict[str, str] = {}
    for line in content.splitlines()[:HEAD_LINES]:
        match = _KEY.match(line)
        name = KEYS.get(match["key"].strip().lower()) if match else None
        if match and name:
            found.setdefault(name, match["value"].strip().strip("*").strip())
    return found


def _sections(content: str) -> dict[str, str]:
    """Return the text below each heading that is known, however deep; a deeper heading stays in its section.

    The first heading is the title, whatever words are in it.
    """
    gathered: dict[str, list[str]] = {}
    current, depth, titled = "", 0, False
    for line in content.splitlines():
        if match := _HEADING.match(line):
            level = len(match.group(1))
            name = _known(match["title"]) if titled or level > 1 else ""
            titled = True
            if name or level <= depth:
                current, depth = name, level
                continue
        elif (bold := _BOLD.match(line)) and (name := _known(bold["title"])):
            gathered.setdefault(name, []).append(bold["rest"])
            if not bold["rest"]:
                current, depth = name, 6
            continue
        if current:
            gathered.setdefault(current, []).append(line)
    return {name: text for name, lines in gathered.items() if (text := "\n".join(lines).strip())}


def _known(heading: str) -> str:
    small = heading.lower()
    return next((name for name in ORDERED if any(word in small for word in HEADINGS[name])), "")
