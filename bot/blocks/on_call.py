"""Calling who is on call: only whom the operator named for a service, and only when that service is the first suspect.

Whom catalogues and pagers know is named in plain words by the verdict itself and never called. Pure; it knows no Slack
client.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.blocks.thread import Reply
from bot.blocks.words import code, section
from bot.investigation.casefile import CaseFile
from tools.ownership import plain

VERDICT = "verdict"


def on_call_for(case: CaseFile, configured: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the first suspect and the user id *configured* for it by service; None when there is none to call."""
    verdict = case.verdict
    if verdict is None or verdict.cause is None or not verdict.services or case.resolution is not None:
        return None
    service = verdict.services[0]
    users = {plain(name): user for name, user in configured.items()}
    user = users.get(plain(service))
    return (service, user) if user else None


def with_call(replies: Sequence[Reply], service: str, user: str) -> tuple[Reply, ...]:
    """Return *replies* with a line in the verdict that calls *user*, who is on call for *service*."""
    line = section(f"📟 On call for {code(service)}: <@{user}>")
    return tuple(
        replace(reply, blocks=(*reply.blocks[:1], line, *reply.blocks[1:]))
        if reply.slot == VERDICT
        else reply
        for reply in replies
    )
