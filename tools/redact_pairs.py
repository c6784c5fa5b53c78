"""Secrets whose name and value stand in two fields: `name: DB_PASSWORD` over `value: …`, `<add key= value=>`, HCL.

Also rows of two cells, arguments of calls, blocks under a secret's name and the default of a Terraform variable. It
does not judge names itself: `redact_worth` does.
"""

import re
from collections.abc import Iterator

from tools.redact_lines import compiled
from tools.redact_values import MOST_JUDGED, is_mixed, is_placeholder, looks_secret, looks_spoken
from tools.redact_worth import Worth, kind_of, parts_of, worth_of

Span = tuple[int, int, str]

_QUOTE = r"(?:\\{0,3}[\"'])?"
_TWO_FIELDS = compiled(
    rf"(?i)\b(?:name|key|variable|parametername|parameterkey){_QUOTE}[ \t]{{0,4}}[:=][ \t]{{0,4}}"
    rf"{_QUOTE}([A-Za-z0-9_.-]{{3,60}}){_QUOTE}"
    rf"(?:[,;]\s{{0,40}}|\s{{1,40}})(?:-[ \t])?{_QUOTE}(?:value|parametervalue|stringvalue){_QUOTE}"
    r"[ \t]{0,4}[:=][ \t]{0,4}"
    r"(\\{0,3}\"[^\"\\\n]+|'[^'\n]+|[^\s\"'<>,}&|]+)"
)
_WITHIN = compiled(
    rf"(?i){_QUOTE}([A-Za-z0-9_.-]{{3,60}}){_QUOTE}[ \t]*:[ \t]*\{{\s{{0,40}}{_QUOTE}"
    rf"(?:inline_?string|value|secret|plaintext|stringvalue){_QUOTE}[ \t]*:[ \t]*(\\{{0,3}}\"[^\"\\\n]+)"
)
_IN_CALLS = compiled(  # put("password", "…"), define('DB_PASSWORD', '…'), {db_pass, <<"…">>}; ApiKey("…")
    r"(?:[\"'({]:?([A-Za-z0-9_.-]{3,60})[\"']?[ \t]*,[ \t]*(?:<<)?|\b([A-Za-z_]\w{2,60})\()"
    r"([\"'][^\"'\n]{6,200})[\"'](?:>>)?[ \t]*[)\]}]"
)
_READS = frozenset("get find load read fetch has is lookup describe delete remove".split())
_BELOW = compiled(  # what stands in a block that is called `secrets`
    r"(?mi)^[ \t]*[\"']?(?:\w+_)?(?:secrets|credentials|passwords)[\"']?[ \t]*[:=][ \t]*"
    r"(\{[^{}]+|\r?\n(?:[ \t]+[^\n]+(?:\n|$)){1,20})"
)
_PLURALS = (b"secrets", b"credentials", b"passwords")
_LEAF = re.compile(r"(?a)[\w.-]+[\"']?[ \t]*[:=][ \t]*[\"']?([^\s\"',{}]{12,200})")
_ELEMENT = compiled(
    r"(?i)<(?:[\w-]+:)?([\w.-]{3,60})(?:[ \t][^<>\n]*)?>\s{0,20}(?:<value>)?(?:<!\[CDATA\[)?([^<>\n\[\]]{3,})"
    r"(?:\]\]>)?</"
)
_NAMED_ELEMENT = compiled(  # Hadoop's <name>…</name><value>…, Spring's <property name="…">…
    r"(?i)(?:<name>([A-Za-z0-9_.-]{3,60})</name>\s{0,40}<value>|\b(?:name|key|id)=[\"']([A-Za-z0-9_.-]{3,60})[\"'][^<>\n]{0,60}>)"
    r"(?:<value>)?([^<>\n]{3,200})</"
)
_PIPELINE = compiled(
    r"(?i)\bvariable=([A-Za-z0-9_.-]{3,60})[^\]\n]{0,40}\](\S{3,200})"
)  # of Azure: ##vso[task.setvariable …]…
_VARIABLE = compiled(
    r"\bvariable[ \t]+\"([A-Za-z0-9_-]{3,60})\"[ \t]*\{[^{}]{0,400}?\bdefault[ \t]*=[ \t]*(\"[^\"\n]+)"
)
_BLOCK = compiled(
    r"(?m)^[ \t-]*[\"']?([A-Za-z0-9_.-]{3,60})[\"']?:[ \t]*[|>][+-]?[ \t]*\r?\n[ \t]+(\S+)[ \t]*(?:\r?\n|$)"
)
_HEREDOC = compiled(r"(?m)^[ \t]*([A-Za-z0-9_.-]{3,60})[ \t]*=[ \t]*<<[-~]?\w+[ \t]*\r?\n[ \t]*(\S+)")
_ROW = compiled(
    r"(?m)(?:^|\|)[ \t]*([A-Za-z][A-Za-z0-9_.-]{2,60})[ \t]*\|[ \t]*([^\s|]{6,200})[ \t]*(?:\||$)"
)
_BESIDE = compiled(
    r"(?i)[\"']([a-z0-9_.-]{0,40}(?:pass|secret|token|key|auth|pwd)[a-z0-9_.-]{0,20})[\"'][\s\d)]{1,8}[\"']([^\"'\s]{6,200})[\"']"
)
_FORMS = (
    (b"value", _TWO_FIELDS),
    (b"{", _WITHIN),
    (b"variable", _VARIABLE),
    (b"setvariable", _PIPELINE),
    (b"</", _NAMED_ELEMENT),
    (b":", _BLOCK),
    (b"<<", _HEREDOC),
    (b"</", _ELEMENT),
)


def paired_spans(data: bytes, low: bytes) -> Iterator[Span]:
    """Yield the values whose names stand in a field of their own; *low* is *data* in lower case."""
    for word, form in _FORMS:
        for match in form.finditer(data) if word in low else ():
            *names, value = match.groups()
            name = next(filter(None, names)).decode("latin-1")
            plain = value.lstrip(b"\\\"'")
            if _tells(name, plain.decode("latin-1")[:MOST_JUDGED]):
                yield match.end(match.lastindex) - len(plain), match.end(match.lastindex), kind_of(name)
    yield from _in_calls(data)
    yield from _beside(data, low)
    for block in _BELOW.finditer(data) if any(word in low for word in _PLURALS) else ():
        for leaf in _LEAF.finditer(block.group(1).decode("latin-1")):
            if looks_secret(leaf.group(1), shortest=12) and is_mixed(leaf.group(1)):
                yield block.start(1) + leaf.start(1), block.start(1) + leaf.end(1), "secret"


def _in_calls(data: bytes) -> Iterator[Span]:
    for match in _IN_CALLS.finditer(data):
        name = (match.group(1) or match.group(2)).decode("latin-1")
        if match.group(1):
            named = worth_of(name) is not Worth.NOTHING
        else:
            sure = worth_of(name) is Worth.SURELY or name.lower().endswith(("secret", "plaintext"))
            named = sure and parts_of(name)[0] not in _READS
        if named and looks_spoken(match.group(3).decode("latin-1")[1:]):
            yield match.start(3) + 1, match.end(3), kind_of(name)


def _beside(data: bytes, low: bytes) -> Iterator[Span]:
    for form in (_ROW, _BESIDE):
        for match in form.finditer(data) if form is _BESIDE or b"|" in low else ():
            name, value = (match.group(each).decode("latin-1") for each in (1, 2))
            worth = worth_of(name)
            if (worth is Worth.SURELY and looks_spoken(value)) or (
                worth is Worth.MAYBE and looks_secret(value)
            ):
                yield *match.span(2), kind_of(name)


def _tells(name: str, value: str) -> bool:
    if len(value) < 3 or is_placeholder(value):
        return False
    worth = worth_of(name)
    return worth is Worth.SURELY or (worth is Worth.MAYBE and looks_secret(value))
