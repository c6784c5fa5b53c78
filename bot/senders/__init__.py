"""Whose posts they are, and what they say: one small file or one declared entry a sender.

`read_message` is the door. Order matters only where two tools share a form: Grafana writes Alertmanager's
titles, so it is asked first. A post that no listed sender owns is read by its shape.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.senders.alertmanager import ALERTMANAGER
from bot.senders.changes import change_told
from bot.senders.cloudwatch import CLOUDWATCH
from bot.senders.datadog import DATADOG
from bot.senders.declared import BETTER_STACK, NEW_RELIC
from bot.senders.grafana import GRAFANA
from bot.senders.opsgenie import OPSGENIE
from bot.senders.pagerduty import PAGERDUTY
from bot.senders.post import Post, read_post
from bot.senders.reading import Kind, Reading, Sender
from bot.senders.robusta import ROBUSTA
from bot.senders.sentry import SENTRY
from bot.senders.shape import read_shape
from bot.senders.uptime_kuma import UPTIME_KUMA

__all__ = ["SENDERS", "Kind", "Post", "Reading", "Sender", "read_message"]

SENDERS: tuple[Sender, ...] = (
    GRAFANA, PAGERDUTY, DATADOG, OPSGENIE, SENTRY, CLOUDWATCH, ROBUSTA, UPTIME_KUMA, BETTER_STACK, NEW_RELIC,
    ALERTMANAGER,
)  # fmt: skip


def read_message(message: Mapping[str, Any]) -> Reading:
    """Return what a bot's *message* says, whoever sent it; `Kind.TALK` when it is no alert."""
    post = read_post(message)
    reading = _read(post)
    return change_told(post, reading) if reading.kind is Kind.CHANGE else reading


@lru_cache(maxsize=200)
def _read(post: Post) -> Reading:
    """Read *post*, the same words once: a reading takes milliseconds, and a storm says one thing a thousand times."""
    sender = next((each for each in SENDERS if each.sent(post)), None)
    if sender is None:
        return read_shape(post)
    shape = read_shape(post, source=sender.name)
    reading = sender.read(post, shape) or shape
    if reading.kind is Kind.ALERT and not reading.title:
        return replace(reading, title=post.body.split("\n")[0][:300] or "(an alert without words)")
    return reading
