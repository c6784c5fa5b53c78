"""What looks like a command: for a shell, a database, or a setting to be set. Pure.

People are told where a command stands, never given one from a model, from memory or from telemetry. It errs on the
side of not showing; prose about a program ("nginx was restarted") passes.
"""

import re
from typing import Final

NOT_SHOWN: Final = "(a command stands here: read it where it comes from, and check it first)"

# "the helm chart", "a docker image", "mysql connections": things, unless a deed follows
_THING = (
    r"(?!(?:charts?|images?|digests?|connections?|servers?|clients?|accounts?|regions?|versions?|clusters?|timeouts?)\b"
    r"(?!\s+(?:-|rm|prune|pull|push|ls|list|load|save|build|tag|inspect|stop|start|kill|exec|restart|update|create|"
    r"delete|set|get|describe|import|export|modify)))"
)
_COMMAND = re.compile(
    r"\b(?:kubectl|helm|docker|podman|systemctl|sudo|ansible(?:-playbook)?|redis-cli|psql|mysql|mongosh?|"
    r"gcloud|aws|az|etcdctl|iptables|nsenter|journalctl|pg_ctl|kafka-[a-z-]+(?:\.sh)?)\s+"
    + _THING
    + r"[-\w/\"'{$.]"
    r"|\bterraform\s+(?:apply|destroy|plan|state|import|init|taint)\b"
    r"|\b(?:curl|wget|scp|ssh|nc)\s+(?:-|https?:|[\w.-]+[.@:][\w.-]+|\$)"
    r"|\brm\s+-|\bchmod\s+[0-7+ugoa]|\bchown\s+\S+[:.]|\bkill\s+-|\bgit\s+(?:push|reset|revert|checkout|clean)\b"
    r"|\b(?:ba|z)?sh\s+-c\b|\|\s*(?:ba|z)?sh\b|\$\([^)]*\)|`[^`\n]+`|&&|>\s*/(?:etc|dev|proc|sys)/"
    r"|(?:^|\s)--[a-z][a-z0-9-]+(?:[=\s]|$)"
    r"|\b(?:ALTER|DROP|TRUNCATE|GRANT|REVOKE|CREATE)\s+(?:ROLE|USER|TABLE|DATABASE|SCHEMA|SYSTEM|ALL|SELECT|INDEX)\b"
    r"|\bDELETE\s+FROM\b|\bINSERT\s+INTO\b|\bUPDATE\s+\w+\s+SET\b|\bSUPERUSER\b"
    r"|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\s*=\s*\S|\b0\.0\.0\.0/0\b"
    r"|\b(?:POST|PUT|PATCH|DELETE)\s+https?://\S"
)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z(*-])|\n+")


def looks_like_command(text: str) -> bool:
    """Say whether *text* holds something to be run or set."""
    return _COMMAND.search(text) is not None


def without_commands(text: str) -> str:
    """Return *text* with each sentence or line that holds a command replaced by a word about it, once in a row."""
    if not looks_like_command(text):
        return text
    kept: list[str] = []
    for part in _SENTENCE.split(text):
        said = NOT_SHOWN if looks_like_command(part) else part
        if said != NOT_SHOWN or kept[-1:] != [NOT_SHOWN]:
            kept.append(said)
    joined = " ".join(kept)
    return NOT_SHOWN if looks_like_command(joined) else joined
