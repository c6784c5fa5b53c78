"""A runbook in one line: its title and the first thing it says to do. Pure."""

import re

STEPS = (
    "what to do",
    "do this",
    "mitigation",
    "remediation",
    "resolution",
    "check first",
    "diagnosis",
    "steps",
)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
ITEM = re.compile(r"^\s*(?:[-*]|\d+[.)])\s+(.*)$")


def runbook_line(text: str) -> str:
    """Return the title of a runbook's Markdown *text* and its first step, without marks of its own."""
    lines = [line for line in text.splitlines() if line.strip()]
    title = lines[0].strip("# ").strip() if lines else ""
    for wanted in STEPS:
        if step := _first_step(lines, wanted):
            return f"{title}. First: {step}"
    return title


def _first_step(lines: list[str], wanted: str) -> str:
    """Return the first item, or else the first line, under the heading that begins with *wanted*."""
    inside = False
    for line in lines:
        if heading := HEADING.match(line):
            inside = heading.group(1).lower().startswith(wanted)
        elif inside:
            item = ITEM.match(line)
            return (item.group(1) if item else line).replace("`", "").strip()
    return ""
