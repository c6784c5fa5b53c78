"""What the name of a value says of it: surely a secret, maybe one, a short code, or nothing.

`bindPassword` and `X-Api-Key` name secrets; `token_type`, `secretName` and `next_page_token` only sound so. It does
not see values: `redact_names` and `redact_pairs` do.
"""

import re
from enum import IntEnum
from functools import lru_cache

# Names of things about a secret, and tokens and keys that open nothing.
_REFERS = frozenset(
    "id ids name names type path file dir url uri arn ref refs count len length ttl expiry expires expire "
    "expiration at policy version method mode status size limit rate bucket enabled required endpoint host "
    "store manager provider age usage hint prefix issuer seconds ms reset strength field label class format "
    "source alg algorithm timeout handler service error errors failed failure failures attempts attempt valid "
    "invalid updated created changed rotation page bytes used per engine backend selector column index spec "
    "domain samesite httponly in from "
    "audience scope scopes kind fingerprint checksum sha256 md5 minute hour day total max min budget window "
    "cost price requests generator validator location server port user username email encryption env".split()
)
OTHER_TOKENS = frozenset(
    "next page continuation pagination cursor marker idempotency request cancellation fencing lock sync "
    "resume prompt completion input output cached cache public partition sort foreign primary candidate "
    "object row cluster shard stop max min num total tokens tokenizer sequence hash less dedup dedupe "
    "group event message fingerprint index".split()
)
_STRONG = re.compile(
    r"(?a)pass(?:w(?:or)?d|wort|phrase|code)|(?:^|[a-z]*_)pwd?$|\bpwd|(?:^|_)pass$|_?(?:auth|ssh|db|user|smtp|root|admin)pass$|(?:^|_)p(?:sw|swd|w)$|requirepass|masterauth|auth_?tok$"
    r"|(?:client|app|api|webhook|shared|consumer|oauth|jwt|otp|session|signing|cookie)_?secret"
    r"|secret_?(?:access_?)?key|secret_?key_?base|api_?key|(?:^|_)app_?key|application_?key|access_?key|private_?key"
    r"|auth_?key|sign(?:ing)?_?key|encryption_?key|master_?key|account_?key|shared_?key|storage_?key|license_?key"
    r"|service_?key|admin_?key|preshared_?key|webhook_?key|hmac_?key|function_?key|client_?key_?data|token_?secret"
    r"|(?:auth|access|refresh|bearer|session|security|id|bot|app|user|api|personal|deploy|registry|oauth|csrf|xsrf"
    r"|private|vault|service_?account)_?token"
)
_TELLING = (
    "token", "secret", "secrets", "auth", "authorization", "cookie", "session", "sess", "sid", "sessionid", "signature",
    "sig", "psk", "jwt", "credential", "credentials", "creds", "cred", "key", "seed", "salt", "hmac",
)  # fmt: skip
_DIGITS_COUNT = re.compile(r"(?a)(?:^|_)(?:otp|pin|totp|mfa|mfa_code|passcode)$")
# whose key opens something; any other key (of a group, an event, an object) must look like one of a vendor's
KEEPERS = (
    "api", "app", "application", "access", "account", "admin", "auth", "client", "deploy", "encryption", "encrypt",
    "enc", "hmac", "fernet", "jwt",
    "ingest", "ingestion", "integration", "license", "licence", "master", "preshared", "private", "priv", "secret",
    "security", "service", "shared", "sign", "signing", "storage", "ssh", "ssl", "tls", "webhook", "write", "consumer",
    "environment", "server", "sdk", "subscription", "function", "host", "dsn", "base", "root", "instrumentation",
    "agent", "routing",
)  # fmt: skip


class Worth(IntEnum):
    """What a name says of its value."""

    NOTHING = 0
    MAYBE = 1  # the value must look made by chance
    DIGITS = 2  # a short code
    SURELY = 3  # any value that stands there


@lru_cache(maxsize=4_096)
def worth_of(name: str) -> Worth:
    """Return what *name* ("bindPassword", "X-Api-Key", "password_policy") says of its value."""
    parts = parts_of(name)
    if parts[-2:] in (["secret", "id"], ["session", "id"]) or parts[-1:] in (["sessionid"], ["jsessionid"]):
        return Worth.MAYBE
    if (
        not parts
        or parts[-1] in _REFERS
        or OTHER_TOKENS & set(parts[-3:])
        or parts[-2:] == ["password", "key"]
        or "encrypted" in parts[:-1]
    ):
        return Worth.NOTHING
    joined = "_".join(parts)
    if _STRONG.search(joined):
        return Worth.SURELY
    if _DIGITS_COUNT.search(joined):
        return Worth.DIGITS
    return Worth.MAYBE if any(part.endswith(_TELLING) for part in parts) else Worth.NOTHING


def parts_of(name: str) -> list[str]:
    """Return the words of *name* in small letters."""
    spaced = re.sub(r"(?a)(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [part for part in re.split(r"(?a)[^a-z0-9]+", spaced.lower()) if part]


@lru_cache(maxsize=4_096)
def kind_of(name: str) -> str:
    """Return the kind that a mark tells for a secret of this *name*: its last words."""
    parts = parts_of(name)
    kind = "_".join(parts[-3:])[:32].strip("_")
    return kind if re.fullmatch(r"(?a)[a-z][a-z0-9_]*", kind) else "secret"
