"""What is looked at to answer a question: calls and their scope, from the want alone. Pure.

It knows the tools by name only. A question of a person is about now; a check is about the case's own time.
"""

import math
from datetime import datetime

from bot.investigation.casefile import CaseFile
from bot.investigation.gathering import scope_for
from bot.talk.wants import About, Want
from tools.telemetry import Window
from tools.tool import Scope, ToolCall

MOST_SERVICES = 3


def looks_for(case: CaseFile, want: Want, text: str, now: datetime) -> tuple[tuple[ToolCall, Scope], ...]:
    """Return each call that answers *want* with what it is about."""
    match want.about:
        case About.CHANGED:
            return _changed(want, text, now)
        case About.CHECK:
            return _check(case, want, now)
        case About.RECALL:
            asked = f"{case.alert.text}\n{text}" if len(text.split()) > 7 else case.alert.text
            call = ToolCall("recall_similar_incidents", {"text": asked[:4000]})
            return ((call, scope_for(case.alert, now, case.channel)),)
        case _:
            return ()


def _changed(want: Want, text: str, now: datetime) -> tuple[tuple[ToolCall, Scope], ...]:
    began = now - want.span
    service = want.services[0] if want.services else ""
    only = {"service": service} if service else {}
    hours = max(1, min(720, math.ceil(want.span.total_seconds() / 3600)))
    since = Scope(Window(began - want.span, now), began, service=service, text=text)
    upto = Scope(Window(began, now), now, service=service, text=text)
    return (
        (ToolCall("list_deployments", {**only, "hours": hours}), upto),
        (ToolCall("query_metrics", only), since),
        (ToolCall("search_logs", only), since),
        (ToolCall("active_alerts", {}), upto),
    )


def _check(case: CaseFile, want: Want, now: datetime) -> tuple[tuple[ToolCall, Scope], ...]:
    scope = scope_for(case.alert, now, case.channel)
    names = ("search_logs", "query_metrics", "service_dependencies", "list_deployments")
    about = [{"service": service} for service in want.services[:MOST_SERVICES]] or [{}]
    return tuple((ToolCall(name, arguments), scope) for arguments in about for name in names)
