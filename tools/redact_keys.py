"""Private keys in the blocks that hold them: PEM and SSH2 blocks, PuTTY files, JSON Web Keys, .NET's RSAKeyValue.

Blocks may be cut off at either end, escaped, quoted or prefixed line by line. A key without its block has a form of its
own (`redact_token_forms`).
"""

import re
from collections.abc import Iterator

from tools.redact_lines import compiled

Span = tuple[int, int, str]

_PEM = compiled(
    r"-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----|-----BEGIN OpenVPN Static key V1-----"
    r"|---- BEGIN SSH2 (?:ENCRYPTED )?PRIVATE KEY ----"
)
_END = re.compile(r"(?a)----[- ]END(?:[ A-Za-z0-9]{1,64}-{4,5})?")
_PEM_TAIL = compiled(
    r"((?:[A-Za-z0-9+/=]{16,76}(?:\r?\n|\\n)[ \t]*)+)-----END (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY"
)  # its head was cut off
_PUTTY = compiled(r"(?i)Private-Lines: \d+[ \t\r]*\n((?:[A-Za-z0-9+/=]+\r?\n?)+)")
_PEM_BODY = re.compile(r"(?a)(?:[A-Za-z0-9+/=\s:,.]|\\{1,4}[nr])*")
_WEB_KEY = compiled(r"\{[^{}]*\"kty\\{0,3}\"[^{}]*")
_WEB_SECRET = re.compile(r"(?a)\"(?:d|k|p|q|dp|dq|qi)\\{0,3}\"\s*:\s*\\{0,3}\"([A-Za-z0-9_-]{16,})")
_XML_SECRET = compiled(r"<(?:D|P|Q|DP|DQ|InverseQ)>\s*([A-Za-z0-9+/=\s]{16,}?)\s*</")


def key_spans(data: bytes, low: bytes, text: str) -> Iterator[Span]:
    """Yield the private keys of *data*; *low* is it in small letters, *text* Latin-1."""
    if b"private" in low or b"static key" in low:
        yield from _in_blocks(data, text)
    for match in _WEB_KEY.finditer(data) if b'"kty' in data else ():
        for secret in _WEB_SECRET.finditer(text, *match.span()):
            yield *secret.span(1), "private_key"
    for match in _XML_SECRET.finditer(data) if b"rsakeyvalue" in low else ():
        yield *match.span(1), "private_key"


def _in_blocks(data: bytes, text: str) -> Iterator[Span]:
    last_closing, done = max(text.rfind("-----END"), text.rfind("---- END")), -1
    for match in _PEM.finditer(data):
        start, opened = match.span()
        if start < done:
            continue
        closing = _END.search(text, opened, opened + 20_000) if opened <= last_closing else None
        if closing:
            done = closing.end()
        else:
            body = _PEM_BODY.match(text, opened, opened + 20_000)
            done = body.end() if body else opened
        yield start, done, "private_key"
    for sign, form in (("rivate-", _PUTTY), ("-----END", _PEM_TAIL)):
        for match in form.finditer(data) if sign in text else ():
            yield *match.span(1), "private_key"
