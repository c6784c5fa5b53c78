"""A thread of the past as an incident, or why it is none. Pure.

People's words make the cause, the fix and the end; a machine's word alone makes none of them. What was said counts as
that: the incident is marked as imported, and a fix counts as having worked only when a person said that it was over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.history.said import Says, Sentence, sentences_of
from bot.identity import permalink
from bot.senders import read_message
from bot.senders.post import mappings, words
from bot.senders.slack_text import plain
from bot.senders.words import Status
from memory.import_record import LeftOut
from memory.incident import Fix, Incident, Outcome

ENDED_BY_REACTION = frozenset({"white_check_mark", "heavy_check_mark", "checkered_flag", "ok_hand"})
MOST_REPORT = 8_000
MOST_TITLE = 200
Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a thread stands: *home* is the workspace's address, *me* the bot's own ids, whose words are no facts."""

    workspace: str
    channel: str
    private: bool
    home: str
    me: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Said:
    by: str
    at: datetime
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class _End:
    by: str
    at: datetime
    person: bool


def incident_of(thread: Sequence[Message], setting: Setting) -> Incident | LeftOut:
    """Return what *thread* tells, its root first; the same thread always gets the same id."""
    root = thread[0]
    ts = words(root.get("ts"))
    told = read_message(root)
    title = _title(told.title, root)
    what = f"thread {ts} “{title[:60]}”"
    others = [each for each in thread if not _ours(each, setting)]
    said = [part for each in others if not _machine(each) for part in _spoken(each)]
    end = _end(root, others, said)
    if end is None:
        return LeftOut(what, "nobody says in it that it is over")
    said = [part for part in said if part.at <= end.at] if end.person else said
    causes = [part for part in said if Says.CAUSE in part.sentence.says]
    deeds = [part for part in said if Says.DEED in part.sentence.says]
    if not causes and not deeds:
        return LeftOut(what, "it ended, and nobody says why or what was done")
    return Incident(
        id=f"slack:{setting.channel}:{ts}",
        workspace=setting.workspace,
        title=title,
        symptoms=_text(root)[:2_000],
        root_cause=" ".join(_distinct(part.sentence.text for part in causes[-2:])),
        report="\n".join(_text(each) for each in others[1:] if not _machine(each))[:MOST_REPORT],
        services=(told.service,) if told.service else (),
        fixes=_fixes(deeds, said, end),
        severity=str(told.severity) if str(told.severity) != "unknown" else "",
        started_at=_moment(root),
        resolved_at=end.at,
        resolved_by=end.by,
        channel=setting.channel,
        private=setting.private,
        source="import",
        link=permalink(setting.home, setting.channel, ts),
    )


def _end(root: Message, others: Sequence[Message], said: Sequence[_Said]) -> _End | None:
    """Return who ended it: the last person to say so whom nobody contradicted, or a check mark, or the monitor."""
    for part in reversed(said):
        if Says.NOT_OVER in part.sentence.says:
            return None
        if Says.OVER in part.sentence.says:
            return _End(part.by, part.at, person=True)
    for reaction in mappings(root.get("reactions")):
        if words(reaction.get("name")) in ENDED_BY_REACTION and said:
            people = reaction.get("users") or [""]
            return _End(words(people[0]), said[-1].at, person=True)
    cleared = [each for each in others if _machine(each) and read_message(each).status is Status.RESOLVED]
    return _End("", _moment(cleared[-1]), person=False) if cleared else None


def _fixes(deeds: Sequence[_Said], said: Sequence[_Said], end: _End) -> tuple[Fix, ...]:
    outcome = Outcome.WORKED if end.person else Outcome.UNKNOWN
    last = deeds[-2:]
    done = " ".join(_distinct(part.sentence.text for part in last))
    found = [Fix("resolution", done, outcome, last[-1].by, last[-1].at)] if last else []
    vain = [part for part in said if Says.IN_VAIN in part.sentence.says]
    found += [
        Fix(f"in_vain:{number}", part.sentence.text, Outcome.DID_NOT, part.by, part.at)
        for number, part in enumerate(vain[:5], 1)
    ]
    return tuple(found)


def _spoken(message: Message) -> list[_Said]:
    by, at = words(message.get("user")), _moment(message)
    return [_Said(by, at, sentence) for sentence in sentences_of(_text(message))]


def _text(message: Message) -> str:
    """Return what a message shows: its own words, or an attachment's where a machine puts them."""
    own = plain(words(message.get("text")))
    shown = [
        plain(words(each.get(name)))
        for each in mappings(message.get("attachments"))
        for name in ("title", "text")
    ]
    return "\n".join(_distinct(part for part in (own, *shown) if part))


def _title(told: str, root: Message) -> str:
    line = told or next(iter(_text(root).splitlines()), "")
    return line[:MOST_TITLE] or "An incident without words"


def _ours(message: Message, setting: Setting) -> bool:
    return bool({words(message.get("bot_id")), words(message.get("user"))} & setting.me)


def _machine(message: Message) -> bool:
    return bool(message.get("bot_id")) or message.get("subtype") == "bot_message"


def _moment(message: Message) -> datetime:
    return datetime.fromtimestamp(float(words(message.get("ts")) or 0), tz=UTC)


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
