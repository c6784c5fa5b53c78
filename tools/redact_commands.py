"""Secrets in command lines, protocol lines, SQL and markup: `mysql -p…`, `AUTH …`, `IDENTIFIED BY '…'`, `<password>`.

It does not know names or addresses: `redact_names` and `redact_places` do.
"""

from collections.abc import Iterator

from tools.redact_tokens import compiled
from tools.redact_values import MOST_JUDGED, is_placeholder, looks_secret, looks_spoken

Span = tuple[int, int, str]

# Words of which one must be there (finding a word is many times cheaper), a pattern whose first group is the secret.
_SURE: tuple[tuple[str, str], ...] = (
    ("curl", r"(?i)\bcurl\b[^\n|]*?[ \t](?:-u|--user|--proxy-user)[ =]?[\"']?[^\s:\"']+:([^\s\"']+)"),
    (
        "mysql mariadb",
        r"(?i)\b(?:mysql|mariadb)(?:dump|admin|import|-dump)?\b[^\n|]*?[ \t]-p[\"']?([^\s\"'-][^\s\"']*)",
    ),
    ("sshpass", r"(?i)\bsshpass[ \t]+-p[ \t]*[\"']?([^\s\"'-][^\s\"']*)"),
    (
        "login mongo influx cqlsh",
        (
            r"(?i)\b(?:(?:docker|podman|helm registry|az|oc|nerdctl|buildah|skopeo) login|mongo(?:sh|dump|restore)?"
            r"|mongoexport|influx|cqlsh)\b[^\n|]*?[ \t]-p[ \t]+[\"']?([^\s\"'-][^\s\"']*)"
        ),
    ),
    ("sqlcmd bcp isql", r"(?:sqlcmd|bcp|[to]?s?isql|osql|tsql)\b[^\n|]*?[ \t]-P[ \t]*[\"']?([^\s\"'-][^\s\"']*)"),
    ("redis-cli", r"(?i)\bredis-cli\b[^\n|]*?[ \t]-a[ \t]+[\"']?([^\s\"']+)"),
    ("ldap", r"(?i)\bldap(?:search|modify|add|delete|whoami|passwd)\b[^\n|]*?[ \t]-w[ \t]+[\"']?([^\s\"']+)"),
    ("smbclient rpcclient", r"(?i)\b(?:smbclient|rpcclient)\b[^\n|]*?-U[ \t]*[\"']?[\w\\./-]+%([^\s\"']+)"),
    (
        "snmp",
        (
            r"(?i)\bsnmp(?:walk|get|bulkwalk|set|-server)\b[^\n|]*?[ \t](?:-[cAX]|community:?)"
            r"[ \t]+[\"']?([^\s\"'-][^\s\"']{3,})"
        ),
    ),
    ("ipmitool", r"\bipmitool\b[^\n|]*?[ \t]-P[ \t]+[\"']?([^\s\"']+)"),
    (
        "identified password",
        r"(?i)\b(?:identified[ \t]+by|password)[ \t]*(?:password[ \t]*)?\(?[ \t]*(?:[ \t]|\()'([^'\n]+)'",
    ),
    ("login", r"(?i)\blogin[ \t]+\S+[ \t\r\n]+password[ \t]+(\S+)"),
    ("login", r"(?i)\blogin[ \t]+\"?[\w.+-]+@[\w.-]+\"?[ \t]+\"?([^\s\"]{6,})"),
    ("requirepass masterauth", r"(?i)(?:^|\s)(?:requirepass|masterauth)[ \t]+[\"']?([^\s\"']{3,})"),
    ("pass:", r"(?i)-pass(?:in|out)?[ \t]+pass:([^\s\"']+)"),
    ("add_user change_password", r"rabbitmqctl[ \t]+(?:add_user|change_password)[ \t]+\S+[ \t]+[\"']?([^\s\"']+)"),
    ("htpasswd", r"\bhtpasswd[ \t]+-\w*b\w*[ \t]+\S+[ \t]+\S+[ \t]+[\"']?([^\s\"']+)"),
    ("zip", r"\b(?:zip|unzip)[ \t][^\n|]*?-P[ \t]*[\"']?([^\s\"']+)"),
    ("openssl", r"\bopenssl[ \t]+enc\b[^\n|]*?[ \t]-(?:k|K)[ \t]+[\"']?([^\s\"']+)"),
    ("psexec", r"(?i)\bpsexec\b[^\n|]*?[ \t]-p[ \t]+[\"']?([^\s\"']+)"),
    ("/user:", r"(?i)\bnet[ \t]+use[ \t][^\n|]*?\\\\\S+[ \t]+([^\s/\"'*][^\s\"']*)[ \t]+/user:"),
    ("/pass /rp", r"(?i)[ \t]/(?:pass(?:word)?:|rp[ \t:]+)[\"']?([^\s\"']{3,})"),
    ("mc", r"\bmc[ \t]+(?:alias[ \t]+set|config[ \t]+host[ \t]+add)[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]+[\"']?([^\s\"']+)"),
    ("chpasswd", r"(?i)[\"'][\w.-]+:([^\"'\n]{4,})[\"'][ \t]*\|[ \t]*(?:sudo[ \t]+)?chpasswd"),
    ("addauth", r"\baddauth[ \t]+digest[ \t]+[^\s:]+:(\S+)"),
    ("securestring", r"(?i)convertto-securestring[ \t]+(?:-string[ \t]+)?[\"']([^\"'\n]+)[\"']"),
    ("auth-pass", r"\bauth-pass[ \t]+\S+[ \t]+[\"']?([^\s\"']{3,})"),
    ("psk", r"(?i)\bpsk[ \t]+[\"']([^\"'\n]{6,})[\"']"),
    ("otpauth", r"(?i)\botpauth://[^\s\"'<>]{1,200}?[?&]secret=([A-Z2-7]{16,})"),
)  # fmt: skip
# The same, where the value must look made by chance as well.
_LIKELY: tuple[tuple[str, str], ...] = (
    ("auth", r"\bAUTH\"?[ \t]+(?:(?:PLAIN|LOGIN|XOAUTH2)[ \t]+|\"\w+\"[ \t]+)?\"?([^\s\"]{8,})"),
    (
        "unseal recovery",
        r"(?i)\b(?:unseal|recovery)[ \t]key(?:[ \t]+\d{1,2})?(?:[ \t]\([\w -]+\))?:[ \t]+([\w+/=]{40,})",
    ),
    ("encrypt", r"[\"']?\bencrypt[\"']?[ \t]*[:=][ \t]*[\"']([A-Za-z0-9+/]{22,44}={0,2})[\"']"),
    ("code=", r"(?i)[?&\s\"']code=([A-Za-z0-9_./~-]{20,}={0,2})"),
    ("samlresponse assertion", r"(?i)\b(?:saml(?:response|request|art)|(?:client_)?assertion)=([\w+/=%.-]{24,})"),
    ("honeycomb", r"(?i)x-honeycomb-team[\"']?[ \t]*[:=][ \t]*[\"']?([A-Za-z0-9]{20,})"),
    ("--user creds", r"--(?:user|\w*creds)[ =][\"']?[^\s:\"']+:([^\s\"']{8,})"),
    ("user.info", r"\buser\.info[ \t]*[=:][ \t]*[^\s:]+:(\S{8,})"),
    ("bundle_", r"\bBUNDLE_\w+[=:][ \t]*[\"']?[^\s:\"']+:([^\s\"']{8,})"),
    ("/t/", r"https?://[\w.-]+/t/([A-Za-z0-9-]{20,})/"),
    (":", r"(?m)^[ \t]*[\w.*-]+:(?:\d{4,5}|\*):[\w.*-]+:[\w.*-]+:([^\s:]{8,})(?:[ \t].*)?$"),
)  # fmt: skip
# A name and a value with only a blank between, at the end of a line: the value must be none that a sentence would hold.
_CONFIGURED = compiled(
    r"(?im)(?:^|[\s_-])(?:\w*passw(?:or)?d|\w*pwdb?|passphrase|\w*secret|\w*api_?key)[ \t]+"
    r"(?:[\w.-]+:)?[\"']?([^\s\"':]{8,})[\"']?[ \t]*(?:$|#|;)"
)
_SURE_FORMS, _LIKELY_FORMS = (
    tuple((words.encode().split(), compiled(form)) for words, form in forms) for forms in (_SURE, _LIKELY)
)
_CONFIGURED_WORDS = (b"pass", b"pwd", b"secret", b"key")


def command_spans(data: bytes, low: bytes) -> Iterator[Span]:
    """Yield the secrets that a command, a statement or an element gives away; *low* is *data* in lower case."""
    for words, form in _SURE_FORMS:
        for match in form.finditer(data) if any(word in low for word in words) else ():
            if not is_placeholder(match.group(1).decode("latin-1")[:MOST_JUDGED]):
                yield *match.span(1), "password"
    for words, form in _LIKELY_FORMS:
        for match in form.finditer(data) if any(word in low for word in words) else ():
            if looks_secret(match.group(1).decode("latin-1")):
                yield *match.span(1), "secret"
    for match in _CONFIGURED.finditer(data) if any(word in low for word in _CONFIGURED_WORDS) else ():
        if looks_spoken(match.group(1).decode("latin-1")[:MOST_JUDGED]):
            yield *match.span(1), "password"
