"""How bad a log line says it is, and where one message ends and the next begins.

Reads what loggers print (levels in words, klog's letters, JSON levels) and what people write when things break.
It knows no time and no template.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from tools.telemetry import LogLine

ERROR, WARNING, CALM = "error", "warning", "info"
MAX_STACK_LINES = 200
MAX_STACK_CHARS = 16_000

_LEVEL = re.compile(
    r"\b(?:(fatal|panic|critical|crit|emerg|alert|severe|error|err)|(warn|warning)|"
    r"(info|information|notice|debug|trace|verbose))\b",
    re.IGNORECASE,
)
_KLOG = re.compile(r"^[EF]\d{4} \d\d:")
_TROUBLE = re.compile(
    r"exception|traceback|stack ?trace|\bpanic|\boom|out of memory|\bkilled\b|segfault|core dump|refused|"
    r"timed? ?out|deadline exceeded|unreachable|unavailable|denied|deadlock|no space left|expired|corrupt|"
    r"cannot |can't |could ?n[o']t |unable to |\bfail|\babort|rejected|exhausted|too many|not found",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^(\s+\S|Caused by:|Suppressed:|\.\.\. \d+ more|Traceback \(most recent|During handling of the above)"
)
_HEAD = 200  # characters in which a level stands
_OF_LEVEL = {"fatal": ERROR, "critical": ERROR, "panic": ERROR, "severe": ERROR, "warn": WARNING}


def severity(line: LogLine) -> str:
    """Return ``error``, ``warning`` or ``info``: by the level where one is told, else by the words."""
    if line.level:
        return _of(line.level) or CALM
    head = line.text[:_HEAD]
    told = _LEVEL.search(head)
    if told and (told.group(0).isupper() or told.end() < 60):
        found = _of(told.group(0))
        if found:
            return found
    if _KLOG.match(head):
        return ERROR
    return WARNING if speaks_of_trouble(line.text) else CALM


def speaks_of_trouble(text: str) -> bool:
    """Say whether the words are those of something that went wrong."""
    return _TROUBLE.search(text[:2_000]) is not None


def whole_messages(lines: Iterable[LogLine]) -> list[LogLine]:
    """Return *lines* with the lines of a stack trace joined to the message that they belong to.

    A line belongs to the one before it of the same service and pod when it is indented or begins as stack
    traces go on. What is longer than a stack may be keeps its beginning.
    """
    messages: list[LogLine] = []
    last: dict[tuple[str, str], tuple[int, list[str], int]] = {}
    for line in lines:
        source = (line.service, line.pod)
        known = last.get(source)
        if known and _CONTINUES.match(line.text):
            place, rest, size = known
            if len(rest) < MAX_STACK_LINES and size < MAX_STACK_CHARS:
                rest.append(line.text)
                last[source] = (place, rest, size + len(line.text))
            continue
        messages.append(line)
        last[source] = (len(messages) - 1, [], len(line.text))
        if known and known[1]:
            messages[known[0]] = _joined(messages[known[0]], known[1])
    for place, rest, _ in last.values():
        if rest:
            messages[place] = _joined(messages[place], rest)
    return messages


def _joined(line: LogLine, rest: list[str]) -> LogLine:
    return replace(line, text="\n".join((line.text, *rest)))


def _of(level: str) -> str | None:
    told = _LEVEL.match(level.strip())
    if told is None:
        return _OF_LEVEL.get(level.strip().lower(), {"e": ERROR, "w": WARNING}.get(level.strip().lower()))
    return ERROR if told.group(1) else WARNING if told.group(2) else CALM
