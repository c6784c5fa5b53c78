"""The first look: the same fixed calls for every alert, made by code before any model is asked.

It knows the tools by name only, and neither a source nor what comes back. What each tool looks for when no
argument is given follows from the scope: the alert's service, its words, the onset.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.investigation.alert import Alert
from tools.telemetry import Window
from tools.tool import Scope, ToolCall

BEFORE = timedelta(minutes=30)  # alerts fire late: what began it lies before the onset that they tell
AFTER = timedelta(minutes=30)
LEAST_AFTER = timedelta(minutes=2)

PATIENCE = {"search_logs": timedelta(seconds=28)}  # 50 MB of lines are read and grouped in that time

FIRST_LOOK = (
    "search_logs",
    "query_metrics",
    "service_dependencies",
    "list_deployments",
    "active_alerts",
    "find_runbook",
)


def first_calls(alert: Alert) -> tuple[ToolCall, ...]:  # noqa: ARG001 — every alert begins alike, today
    """Return what code looks at for *alert*, in the order in which evidence is told."""
    return tuple(ToolCall(name) for name in FIRST_LOOK)


def patient(call: ToolCall, scope: Scope) -> Scope:
    """Return *scope* with the time that a look such as *call* may take."""
    return replace(scope, timeout=max(scope.timeout, PATIENCE.get(call.name, scope.timeout)))


def scope_for(alert: Alert, now: datetime, channel: str = "") -> Scope:
    """Return what every look is about: half an hour around the onset, as far as it has come by *now*.

    A clock behind the sender's still gets two minutes after the onset. *channel* is where it will be read.
    """
    onset = alert.starts_at
    end = max(min(now, onset + AFTER), onset + LEAST_AFTER)
    return Scope(Window(onset - BEFORE, end), onset, service=alert.service, text=alert.text, channel=channel)
