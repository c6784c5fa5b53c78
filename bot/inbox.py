"""Slack message events in, facts out: alerts of any sender, people who speak, and what is left alone, with why.

Pure apart from its own memory of which alerts stand open (bounded, rebuilt with `remember` after a restart).
It posts nothing, asks nobody, and trusts no text: an alert that mentions the bot is still only an alert. It
does not know which channels are allowed or which threads are cases; the desk does.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.heard import (
    AlertAcknowledged,
    AlertChanged,
    AlertOpened,
    AlertRepeated,
    AlertResolved,
    ChangeNoticed,
    Heard,
    Ignored,
    Mentioned,
    Place,
    PostDeleted,
    ThreadSaid,
)
from bot.investigation.alert import Alert, Severity
from bot.senders import Kind, Reading, read_message
from bot.senders.post import mappings, words
from bot.senders.slack_text import unescaped
from bot.senders.titles import alike
from bot.senders.words import Status

MOST_KNOWN = 20_000
FLAP_SECONDS = 24 * 3600  # the same words within a day of the resolution are the same trouble coming back
_CARRYING = frozenset({"", "bot_message", "thread_broadcast", "file_share", "me_message"})
_SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Me:
    """Who the bot is in this workspace, as auth.test tells."""

    user_id: str
    bot_id: str


@dataclass(frozen=True, slots=True)
class _Known:
    alert: Alert
    status: Status
    face: tuple[str, ...]
    at: float
    sender: str


class Inbox:
    """Reads one workspace's messages in the order they came, one at a time, in whatever thread."""

    def __init__(self, me: Me) -> None:
        self._me = me
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def remember(self, alert: Alert, *, resolved: bool = False, at: float = 0.0) -> None:
        """Take up an alert that was read before a restart; *at* is when its state last changed, Unix seconds."""
        status = Status.RESOLVED if resolved else Status.FIRING
        self._keep(_Known(alert, status, _face_of(alert), at, alert.source))

    def read(self, event: Mapping[str, Any], *, channel: str = "") -> Heard:
        """Return what a Slack `message` or `app_mention` event (or a message from history, with *channel*) says."""
        channel = words(event.get("channel")) or channel
        subtype = words(event.get("subtype"))
        if subtype == "message_deleted":
            return PostDeleted(Place(channel, words(event.get("deleted_ts"))))
        if subtype == "message_changed":
            return self._edited(event, channel)
        if subtype not in _CARRYING:
            return Ignored(f"system message {subtype}")
        if self._is_own(event):
            return Ignored("own post")
        if not _is_bot(event):
            return self._person(event, channel)
        return self._posted(read_message(event), event, channel)

    def _person(self, event: Mapping[str, Any], channel: str) -> Heard:
        text, user = words(event.get("text")), words(event.get("user"))
        if user == _SLACKBOT or not user:
            return Ignored("Slackbot")
        place = _place(event, channel)
        called = f"<@{self._me.user_id}" in text or event.get("type") == "app_mention"
        if called or event.get("channel_type") == "im":
            said = re.sub(rf"<@{re.escape(self._me.user_id)}(?:\|[^>]{{0,80}})?>[\s,:]*", " ", text)
            return Mentioned(unescaped(said).strip(), user, place)
        if place.thread_ts:
            return ThreadSaid(unescaped(text), user, place)
        return Ignored("a person talking")

    def _edited(self, event: Mapping[str, Any], channel: str) -> Heard:
        after, before = event.get("message"), event.get("previous_message")
        if not isinstance(after, Mapping):
            return Ignored("edit without a message")
        if after.get("subtype") == "tombstone":  # how Slack tells that the head of a thread was deleted
            return PostDeleted(_place(after, channel))
        if self._is_own(after):
            return Ignored("own post")
        if words(after.get("subtype")) not in _CARRYING or not _is_bot(after):
            return Ignored("a person edited")
        now = read_message(after)
        was = read_message(before) if isinstance(before, Mapping) else None
        if was is not None and _told(was) == _told(now):
            return Ignored("an edit that changes nothing we read")
        heard = self._posted(now, after, channel, edited=was is not None and was.kind is Kind.ALERT)
        return _back(heard) if was is not None and was.status is Status.RESOLVED else heard

    def _posted(
        self, reading: Reading, event: Mapping[str, Any], channel: str, *, edited: bool = False
    ) -> Heard:
        place = _place(event, channel)
        known = self._standing(reading, words(event.get("bot_id")))
        if (
            reading.kind is Kind.TALK
            and reading.status is Status.RESOLVED
            and known
            and _sure_of(known, reading)
        ):
            reading = replace(reading, kind=Kind.ALERT)
        if reading.kind is Kind.CHANGE:
            return _change(reading, place)
        if reading.kind is not Kind.ALERT:
            return Ignored(reading.kind.value)
        if reading.status is not Status.FIRING and not known and not reading.sure:
            return Ignored("the end of nothing that is known")
        alert = _alert(reading, known.alert if known else None, place)
        fresh = _Known(alert, reading.status, _face(reading), _seconds(place.ts), words(event.get("bot_id")))
        self._keep(fresh)
        return _heard(reading, fresh, known, place, edited=edited)

    def _standing(self, reading: Reading, sender: str) -> _Known | None:
        """Return the alert that the post is about: by its key, or the only open one of much the same words."""
        known = self._known.get(reading.key)
        if known or reading.status is Status.FIRING or reading.kind not in {Kind.ALERT, Kind.TALK}:
            return known
        similar = [
            each
            for each in self._known.values()
            if each.status is not Status.RESOLVED and each.sender == sender and _alike(each.alert, reading)
        ]
        return similar[0] if len(similar) == 1 else None

    def _keep(self, known: _Known) -> None:
        self._known[known.alert.dedupe_key] = known
        self._known.move_to_end(known.alert.dedupe_key)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    def _is_own(self, message: Mapping[str, Any]) -> bool:
        return self._me.bot_id == message.get("bot_id") or self._me.user_id == message.get("user")


def _heard(reading: Reading, fresh: _Known, known: _Known | None, place: Place, *, edited: bool) -> Heard:
    alert, count = fresh.alert, reading.count
    if reading.status is Status.RESOLVED:
        return AlertResolved(alert, place, count)
    if reading.status is Status.ACKNOWLEDGED:
        return AlertAcknowledged(alert, place, count)
    if known is None:
        return AlertChanged(alert, place, count) if edited else AlertOpened(alert, place, count)
    if known.status is Status.RESOLVED:
        within = abs(fresh.at - known.at) <= FLAP_SECONDS or known.at == 0.0
        same = fresh.face == known.face and within
        return (
            AlertRepeated(alert, place, count, came_back=True) if same else AlertOpened(alert, place, count)
        )
    moved = edited or known.alert.firing_count != alert.firing_count or known.alert.severity != alert.severity
    return AlertChanged(alert, place, count) if moved else AlertRepeated(alert, place, count)


def _back(heard: Heard) -> Heard:
    """Return that an alert came back, when what a resolved post was edited to says that it fires."""
    if isinstance(heard, AlertOpened | AlertChanged):
        return AlertRepeated(heard.alert, heard.place, heard.count, came_back=True)
    return heard


def _change(reading: Reading, place: Place) -> ChangeNoticed:
    told = reading.labels
    return ChangeNoticed(
        reading.source,
        reading.title,
        reading.link,
        place,
        service=reading.service,
        version=told.get("version", ""),
        author=told.get("author", ""),
        took_effect="effect" in told,
    )


def _alert(reading: Reading, before: Alert | None, place: Place) -> Alert:
    """Return the alert, with what a follow-up leaves out (severity, service, labels) from its first post."""
    at = datetime.fromtimestamp(_seconds(place.ts), tz=UTC)
    count = reading.count if reading.count is not None else 0 if reading.status is Status.RESOLVED else 1
    if before is None:
        before = Alert(reading.source, reading.title, at)
    over = (
        reading.status is Status.RESOLVED and before.severity is not Severity.UNKNOWN
    )  # an end is no milder
    severity = before.severity if over or reading.severity is Severity.UNKNOWN else reading.severity
    return Alert(
        source=reading.source,
        title=reading.title or before.title,
        starts_at=before.starts_at if reading.status is not Status.FIRING else min(at, before.starts_at),
        description=reading.description or before.description,
        severity=severity,
        service=reading.service or before.service,
        labels={**before.labels, **reading.labels},
        link=reading.link or before.link,
        firing_count=count,
        dedupe_key=before.dedupe_key or reading.key,
    )


def _alike(alert: Alert, reading: Reading) -> bool:
    page = reading.link if reading.link == alert.link else None
    if page and reading.title == alert.title:
        return True  # whatever words it has
    if page and re.search(r"\d", page):  # of this one trouble
        return alike(alert.title, reading.title, least=0.3)
    kin = bool(alert.service) and alert.service == reading.service
    return alike(alert.title, reading.title, least=0.5 if kin else 0.6)


def _sure_of(known: _Known, reading: Reading) -> bool:
    return known.status is not Status.RESOLVED and _alike(known.alert, reading)


def _face(reading: Reading) -> tuple[str, ...]:
    """What of a firing post makes it the same trouble again: its title and the sender's kind of firing."""
    silent = reading.status is Status.FIRING and reading.state.lower().replace("_", " ") in {
        "no data",
        "nodata",
        "insufficient data",
    }
    return (reading.title.lower(), "no data" if silent else "")


def _face_of(alert: Alert) -> tuple[str, ...]:
    return (alert.title.lower(), "")


def _told(reading: Reading) -> tuple[object, ...]:
    return (
        reading.kind,
        reading.status,
        reading.title,
        reading.severity,
        reading.count,
        reading.key,
        reading.description,
    )


def _is_bot(message: Mapping[str, Any]) -> bool:
    """Say whether a machine posted it; an e-mail sent to a channel counts, though Slackbot delivers it."""
    mailed = any(words(file.get("filetype")) == "email" for file in mappings(message.get("files")))
    return bool(message.get("bot_id")) or message.get("subtype") == "bot_message" or mailed


def _place(message: Mapping[str, Any], channel: str) -> Place:
    ts, thread = words(message.get("ts")), words(message.get("thread_ts"))
    return Place(channel, ts, thread if thread != ts else "")


def _seconds(ts: str) -> float:
    try:
        seconds = float(ts)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < 253_402_300_000 else 0.0
