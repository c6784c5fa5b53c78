"""The last look at a message before it leaves: one body through the output gate.

A body is ``{"text", "blocks", "mentions"}``; *mentions* are the people that we ourselves name in it, taken from
typed fields and never from a text, and do not leave. One that holds our own words only may name the *hosts* that
its links lead to.
"""

from collections.abc import Callable, Collection
from typing import Any

import structlog

from bot.gate import safe_blocks, safe_text
from tools.redact import WITHHELD

log = structlog.get_logger()

Body = dict[str, Any]


def door(allowed_hosts: Collection[str], redact: Callable[[str], str]) -> Callable[[Body], Body]:
    """Return the gate for messages whose links may lead to *allowed_hosts* only.

    When *redact* fails on a text, that text does not leave.
    """

    def checked(text: str) -> str:
        try:
            return redact(text)
        except Exception:  # any failure closes the door for this text
            log.exception("withheld_from_slack", characters=len(text))
            return WITHHELD

    def gate(body: Body) -> Body:
        named = frozenset(body.get("mentions", ()))
        hosts = {*allowed_hosts, *body.get("hosts", ())}
        return {
            "text": safe_text(body["text"], allowed_hosts=hosts, redact=checked, mentions=named),
            "blocks": safe_blocks(body["blocks"], allowed_hosts=hosts, redact=checked, mentions=named),
        }

    return gate
