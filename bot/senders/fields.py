"""Names and values that stand in a post's lines: "*Severity:* critical", " - team = payments", "● Restarts `14`".

Linear in the text. It does not know which names matter.
"""

import re
from collections.abc import Iterable, Mapping

from bot.senders.slack_text import plain

_BULLET = r"^[\s>]*(?:[•●▪◦‣·–—*-]\s+)?(?::[a-z0-9_+-]{2,40}:\s*)?"
_BOLD_NAME = re.compile(_BULLET + r"[^\w*`]{0,6}\*([^*:\n]{1,60}?):?\*:?\s*(\S.{0,2000})$")
_COLON_NAME = re.compile(_BULLET + r"`?([^\W\d_][\w .()/-]{0,40}?)`?\s?(?::\s+|：\s*)(\S.{0,2000})$")
_EQUALS_NAME = re.compile(_BULLET + r"`?([A-Za-z_][\w.\-/]{0,60})`?\s*=\s*(\S.{0,2000})$")
_TICKED_VALUE = re.compile(r"^[\s>]*[•●▪◦‣-]\s+([A-Za-z][\w -]{0,40}?):?\s+`([^`\n]{1,500})`\s*$")
_INLINE = re.compile(
    r"(?<![\w*])\*?([A-Z][A-Za-z]+(?: [A-Z]?[A-Za-z]+){0,2}):\*?\s+"
    r"(?:\*([^*\n]{1,80})\*|<([^>|\n]{1,400})\|([^>\n]{1,200})>|`([^`\n]{1,200})`)"
)
_BESIDE = re.compile(r"\s{2,}(?=\*?[A-Z][\w ]{0,30}:)")
_SEGMENT = re.compile(r"^\*?([A-Za-z][\w ]{0,30}?)\*?\s?[:=]\s*\*?\s*(\S.{0,200})$")
_TAG = re.compile(r"^([A-Za-z][\w.\-/]{0,60})[:=]([^,\s]{1,200})$")
_EQUAL = re.compile(r"(?<!\S)`?([A-Za-z_][\w.\-/]{0,60})=(?:\"([^\"\n]{0,300})\"|(\S{1,300}))")
_SPACED_EQUALS = re.compile(r"\W?\s=\s\W?")  # "*service* = `web`, *value* = 3"
_JSON_PAIR = re.compile(r"\"([A-Za-z][\w .-]{0,40})\"\s*:\s*(?:\"([^\"\n]{0,300})\"|([\w.+-]{1,40}))")
_SHOUTED_NAME = re.compile(r"(?<!\S)([A-Z]{3,}(?: [A-Z]{3,})?):\s+")  # "HOST: db-1 STATE: DOWN MESSAGE: ..."
_NAME_LINE = re.compile(r"^\s*\*([^*\n]{1,60}?):?\*:?\s*$")


def label_value(mrkdwn: str) -> tuple[str, str]:
    """Return name and value of a block's field: a name line over a value, "*Service* web" or "Service: web"."""
    first, _, rest = mrkdwn.partition("\n")
    if rest.strip():
        name = plain(first).strip(" :")
        return (name, rest.strip()) if len(name) <= 60 else ("", "")
    return _pair(mrkdwn) or ("", "")


def fields_in(lines: Iterable[str]) -> Mapping[str, str]:
    """Return the names and values that whole lines state; the first of a name counts.

    A line of several "Name: *value*" pairs gives each, and so does one of "a | b: c" segments.
    """
    found: dict[str, str] = {}
    waiting = ""
    for line in lines:
        if waiting and not _pair(line):
            found.setdefault(waiting, plain(line))
        alone = _NAME_LINE.match(line)
        waiting = alone.group(1) if alone else ""
        for name, value in _pairs(line):
            found.setdefault(plain(name).strip(" :*"), plain(value))
    return found


def name_stated(line: str) -> str:
    """Return the name of a line that is one name and its value ("*Owner:* ann"), in small letters; else nothing."""
    pair = _pair(line)
    return plain(pair[0]).strip(" :*").lower() if pair else ""


def states_only(line: str) -> bool:
    """Say whether *line* is nothing but name=value items or JSON, with at most one word beside them."""
    if line.lstrip(" `").startswith(("{", '"')):
        return _JSON_PAIR.search(line) is not None
    if len(_SHOUTED_NAME.findall(line)) > 2:
        return True
    bare = _unspaced(line)
    return bare.count("=") > 1 and len(_EQUAL.findall(bare)) > 1 and len(_EQUAL.sub("", bare).split()) <= 1


def _unspaced(line: str) -> str:
    return _SPACED_EQUALS.sub("=", re.sub(r"[*`]", "", line))


def tags_in(text: str) -> dict[str, str]:
    """Return the name:value (or name=value) items of a comma or space separated list of tags."""
    found: dict[str, str] = {}
    for item in re.split(r"[,\s]+", text[:4_000]):
        match = _TAG.match(item.strip("`*{}\"'"))
        if match and not match.group(2).startswith("//"):
            found.setdefault(match.group(1), match.group(2).strip("\"'`*}"))
    return found


def _pairs(line: str) -> list[tuple[str, str]]:
    shouted = _SHOUTED_NAME.split(line)[1:]
    if len(shouted) > 4:
        return [(name, value.strip()) for name, value in zip(shouted[::2], shouted[1::2], strict=True)]
    beside = [_pair(part.strip()) for part in _BESIDE.split(line)]
    if len(beside) > 1 and all(beside):
        return [pair for pair in beside if pair]
    if states_only(line):  # "ALERT name=queue value=3"
        listed = _JSON_PAIR.findall(line) or _EQUAL.findall(_unspaced(line))
        return [(name, (quoted or bare).strip("`*,")) for name, quoted, bare in listed]
    inline = [
        (each.group(1), next(filter(None, each.groups()[1:2] + each.groups()[3:]), ""))
        for each in _INLINE.finditer(line)
    ]
    if len(inline) > 1:
        return inline
    segments = (
        [_SEGMENT.match(each.strip()) for each in re.split(r"\s[|·•]\s", line)]
        if re.search(r"\s[|·•]\s", line)
        else []
    )
    stated = [(each.group(1), each.group(2)) for each in segments if each]
    if stated:
        return stated
    pair = _pair(line)
    return [pair] if pair else inline


def _pair(line: str) -> tuple[str, str] | None:
    for pattern in (_TICKED_VALUE, _BOLD_NAME, _EQUALS_NAME, _COLON_NAME):
        match = pattern.match(line)
        if match:
            return match.group(1), match.group(2)
    return None
