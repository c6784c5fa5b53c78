"""Secrets whose name and value stand in two fields: `name: DB_PASSWORD` over `value: …`, `<add key= value=>`, HCL.

Also a YAML block under a secret's name and the default of a Terraform variable. It does not judge names itself:
`redact_worth` does.
"""

from collections.abc import Iterator

from tools.redact_lines import compiled
from tools.redact_values import MOST_JUDGED, is_placeholder, looks_secret, looks_spoken
from tools.redact_worth import Worth, kind_of, worth_of

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
_ARGUMENTS = compiled(
    r"[\"']([A-Za-z0-9_.-]{3,60})[\"'][ \t]*,[ \t]*([\"'][^\"'\n]{6,200})[\"'][ \t]*[)\]]"
)  # put("password", "…"), define('DB_PASSWORD', '…')
_ELEMENT = compiled(
    r"(?i)<(?:[\w-]+:)?([\w.-]{3,60})(?:[ \t][^<>\n]*)?>\s{0,20}(?:<value>)?(?:<!\[CDATA\[)?([^<>\n\[\]]{3,})"
    r"(?:\]\]>)?</"
)
_VARIABLE = compiled(
    r"\bvariable[ \t]+\"([A-Za-z0-9_-]{3,60})\"[ \t]*\{[^{}]{0,400}?\bdefault[ \t]*=[ \t]*(\"[^\"\n]+)"
)
_BLOCK = compiled(
    r"(?m)^[ \t-]*[\"']?([A-Za-z0-9_.-]{3,60})[\"']?:[ \t]*[|>][+-]?[ \t]*\r?\n[ \t]+(\S+)[ \t]*(?:\r?\n|$)"
)
_HEREDOC = compiled(r"(?m)^[ \t]*([A-Za-z0-9_.-]{3,60})[ \t]*=[ \t]*<<[-~]?\w+[ \t]*\r?\n[ \t]*(\S+)")
_FORMS = (
    (b"value", _TWO_FIELDS),
    (b"{", _WITHIN),
    (b"variable", _VARIABLE),
    (b":", _BLOCK),
    (b"<<", _HEREDOC),
    (b"</", _ELEMENT),
)


def paired_spans(data: bytes, low: bytes) -> Iterator[Span]:
    """Yield the values whose names stand in a field of their own; *low* is *data* in lower case."""
    for word, form in _FORMS:
        for match in form.finditer(data) if word in low else ():
            name, value = (match.group(each).decode("latin-1") for each in (1, 2))
            plain = value.lstrip("\\\"'")
            if _tells(name, plain[:MOST_JUDGED]):
                yield match.start(2) + len(value) - len(plain), match.end(2), kind_of(name)
    for match in _ARGUMENTS.finditer(data) if b"," in low else ():
        name, value = (match.group(each).decode("latin-1") for each in (1, 2))
        if worth_of(name) is not Worth.NOTHING and looks_spoken(value[1:]):
            yield match.start(2) + 1, match.end(2), kind_of(name)


def _tells(name: str, value: str) -> bool:
    if len(value) < 3 or is_placeholder(value):
        return False
    worth = worth_of(name)
    return worth is Worth.SURELY or (worth is Worth.MAYBE and looks_secret(value))
