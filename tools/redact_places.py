"""Secrets known by where they stand: in a URL, an Authorization header, a Cookie, a Kubernetes Secret.

Keys in blocks, commands, sentences and pairs of fields have files of their own (`redact_keys`, `redact_commands`,
`redact_spoken`, `redact_pairs`). It does not know names: `redact_names` does.
"""

import base64
import binascii
import re
from collections.abc import Iterator

from tools.redact_bare import bare_spans
from tools.redact_commands import command_spans
from tools.redact_keys import key_spans
from tools.redact_lines import compiled
from tools.redact_pairs import paired_spans
from tools.redact_spoken import spoken_spans
from tools.redact_tables import tabled_spans
from tools.redact_values import MOST_JUDGED, is_placeholder, is_scrambled, looks_secret

Span = tuple[int, int, str]
LONG_USER = 20  # characters; a user in a URL of this length that looks made by chance is a key

_URL = compiled(r"(?i)\b[a-z][a-z0-9+.-]{1,20}:(?://|\\/\\/|\\\\/\\\\/)([^\s:/@?#\"'<>]*):([^\s\"'<>/?]+)@")
_URL_TOKEN = compiled(r"(?i)\bhttps?://([A-Za-z0-9_-]{20,128})@")
_URL_BASE64 = compiled(
    r"(?i)\b[a-z][a-z0-9+.-]{1,20}://[a-z][\w-]{0,60}:([A-Za-z0-9+/]{24,128}={0,2})@[\w.-]+[:/]"
)
_ORACLE = compiled(r"(?i)(?:thin:|sqlplus[ \t]+(?:-\w+[ \t]+)*)([\w.]+)/([^\s@/\"']+)@")
_AUTHORIZATION = compiled(
    r"(?i)\b(?:proxy-|x-forwarded-)?authorization[\"'`\\]{0,6}[ \t]{0,4}[:=][ \t]{0,4}[\"'`\\\[]{0,6}"
)
_BEARER = compiled(r"(?i)\bbearer[ \t]{1,4}([A-Za-z0-9._~+/=-]{12,})")
_BASIC = compiled(r"(?i)\bbasic[ \t]{1,4}([A-Za-z0-9+/_-]{8,}={0,2})")
_AUTH_JSON = compiled(r"\"auth\\{0,3}\"\s{0,3}:\s{0,3}\\{0,3}\"([A-Za-z0-9+/]{8,}={0,2})")
_SCHEMES = frozenset(
    "bearer basic token apikey api-key ssws digest negotiate ntlm key geniekey splunk hmac oauth macaroon hawk".split()
)
_SIGNED = re.compile(
    r"(?ai)\b(?:signature|response|oauth_signature|oauth_token|sig)=\"?([A-Za-z0-9+/=%_-]{16,})"
)
_COOKIES = compiled(r"(?i)\b(?:set-)?cookie[\"'`\\]{0,6}[ \t]{0,4}[:=][ \t]{0,4}[\"'`\\]{0,6}([^\r\n\"]+)")
_COOKIE_NAME = re.compile(
    r"(?ai)(?:^|[._-])(?:sid|sess\w*|ses|auth\w*|token|jwt|csrf\w*|xsrf\w*|remember\w*|login|phpsessid|jsessionid|asp\.net_sessionid)(?:$|[._-])|sess(?:ion)?(?:id)?$|token$|auth$"
)
_SECRET_KIND = compiled(r"[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?Secret\b")
_DATA_BLOCK = re.compile(
    r"(?a)^([ \t]*)(?:data|stringData):[ \t]*\r?\n((?:\1[ \t]+\S[^\n]*(?:\n|$))+)", re.MULTILINE
)
_DATA_PAIR = re.compile(r"(?a)^[ \t]+[\"']?[\w.-]+[\"']?:[ \t]*[\"']?([^\s\"'|>#][^\s\"']*)", re.MULTILINE)
_JSON_DATA = re.compile(r"(?a)\"(?:data|stringData)\\?\"\s*:\s*\{([^{}]{0,20000})\}")
_JSON_PAIR = re.compile(r"(?a):\s*\\?\"([^\"\\]{3,})\\?\"")


def placed_spans(data: bytes, text: str) -> Iterator[Span]:
    """Yield the secrets that their surroundings betray; *text* is *data* read as Latin-1, so offsets agree.

    A pattern runs only where one of its words stands: finding a word is many times cheaper.
    """
    low = data.lower()
    if b"@" in low:
        yield from _in_urls(data, text, low)
    yield from key_spans(data, low, text)
    if any(word in low for word in (b"auth", b"bearer", b"basic")):
        yield from _in_headers(data, text, low)
    if b"cookie" in low:
        yield from _in_cookies(data, text)
    if b"secret" in low and b"kind" in low and _SECRET_KIND.search(data):
        yield from _in_kubernetes_secrets(text)
    yield from command_spans(data, low)
    yield from spoken_spans(data, low, text)
    yield from paired_spans(data, low)
    yield from bare_spans(data, low, text)
    yield from tabled_spans(data, text)


def reaches_over_lines(data: bytes) -> bool:
    """Say whether a line of *data* may be judged by what stands on another one (a Kubernetes Secret)."""
    return b"ecret" in data and _SECRET_KIND.search(data) is not None


def _in_urls(data: bytes, text: str, low: bytes) -> Iterator[Span]:
    forms = [_URL] if any(opening in low for opening in (b"://", b":\\/", b":\\\\/")) else []
    if b"thin:" in low or b"sqlplus" in low:
        forms.append(_ORACLE)
    for form in forms:
        for match in form.finditer(data):
            start, end = match.span(2)
            if not is_placeholder(text[start : min(end, start + MOST_JUDGED)]):
                user = match.group(1).decode("latin-1")  # a key that stands for the user is as secret
                whole = len(user) >= LONG_USER and looks_secret(user)
                yield match.start(1) if whole else start, end, "url_password"
    for match in _URL_BASE64.finditer(data) if b"://" in low else ():
        if is_scrambled(match.group(1).decode("latin-1")):
            yield *match.span(1), "url_password"
    for match in _URL_TOKEN.finditer(data) if b"://" in low else ():
        if looks_secret(match.group(1).decode("latin-1"), shortest=20):
            yield *match.span(1), "url_token"


def _in_headers(data: bytes, text: str, low: bytes) -> Iterator[Span]:
    named = [match.span() for match in _AUTHORIZATION.finditer(data)] if b"authorization" in low else []
    limits = [*(start for start, _ in named[1:]), len(text)]
    for (_, at), following in zip(named, limits, strict=False):
        yield from _after_authorization(text, at, min(following, at + 4_000))
    for match in _BEARER.finditer(data) if b"bearer" in low else ():
        value = match.group(1).decode("latin-1")
        if looks_secret(value, shortest=12) and not re.match(r"(?a)[a-z_]+=[^=]", value):
            yield *match.span(1), "bearer_token"
    for word, form in ((b"basic", _BASIC), (b'"auth', _AUTH_JSON)):
        for match in form.finditer(data) if word in low else ():
            if _is_user_and_password(match.group(1)):
                yield *match.span(1), "basic_auth"


def _after_authorization(text: str, at: int, most: int) -> Iterator[Span]:
    line_end = text.find("\n", at, most)
    line = text[at : line_end if line_end >= 0 else most]
    words = re.match(r"(?a)([^\s\"'`,\\]+)(?:[ \t]+([^\s\"'`,\\]+))?", line)
    if words is None:
        return
    scheme, value = words.group(1), words.group(2)
    signed = list(_SIGNED.finditer(line))
    if signed:
        for each in signed:
            yield at + each.start(1), at + each.end(1), "signature"
    elif scheme.lower() in _SCHEMES:
        if value and len(value) >= 6 and not is_placeholder(value):
            yield at + words.start(2), at + words.end(2), f"{scheme.lower().replace('-', '_')}_token"
    elif looks_secret(scheme):
        yield at, at + words.end(1), "authorization"


def _in_cookies(data: bytes, text: str) -> Iterator[Span]:
    for match in _COOKIES.finditer(data):
        start, end = match.span(1)
        for pair in re.finditer(r"(?a)([^\s=;,]{1,100})=([^;\s,\"']{1,4000})", text[start:end]):
            name, value = pair.groups()
            known = _COOKIE_NAME.search(name) and len(value) >= 8 and not is_placeholder(value)
            if known or looks_secret(value, shortest=20):
                yield start + pair.start(2), start + pair.end(2), "cookie"


def _in_kubernetes_secrets(text: str) -> Iterator[Span]:
    for block in _DATA_BLOCK.finditer(text):
        for pair in _DATA_PAIR.finditer(block.group(2)):
            if not is_placeholder(pair.group(1)):
                yield block.start(2) + pair.start(1), block.start(2) + pair.end(1), "kubernetes_secret"
    for block in _JSON_DATA.finditer(text):
        for pair in _JSON_PAIR.finditer(block.group(1)):
            yield block.start(1) + pair.start(1), block.start(1) + pair.end(1), "kubernetes_secret"


def _is_user_and_password(encoded: bytes) -> bool:
    try:
        decoded = base64.b64decode(encoded + b"=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in decoded and all(32 <= byte < 127 for byte in decoded)
