"""Shows a case in its thread: draws it and puts what should stand there into the outbox.

It decides which replies and reactions a thread wants; drawing is `bot/blocks`, sending is `bot/poster`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks.on_call import on_call_for, with_call
from bot.blocks.plots import as_data
from bot.blocks.steps import arranged
from bot.blocks.thread import Reply, replies_for
from bot.channel_rules import ChannelRules, default_rules
from bot.investigation.casefile import CaseFile
from bot.poster import Poster
from bot.store.cases import CaseRow
from bot.store.replies import Replies, Wanted

WORKED, DID_NOT, LOOKING = "white_check_mark", "x", "eyes"


@dataclass(frozen=True)
class Thread:
    """Where cases are shown."""

    replies: Replies
    poster: Poster
    now: Callable[[], datetime]
    rules: Callable[[str], Awaitable[ChannelRules]] = default_rules
    on_call: Mapping[str, str] = field(default_factory=dict)  # by service the user whom a verdict may call

    async def show(self, row: CaseRow, case: CaseFile) -> None:
        """Want the thread of *row* to look like *case*, as its channel has it; in shadow mode nobody sees a thing."""
        rules = await self.rules(row.place.channel)
        if rules.shadow and not case.people and case.alert.source != "person":
            return
        replies, people = replies_for(case), sorted(case.people)
        if called := on_call_for(case, self.on_call):
            replies, people = with_call(replies, *called), sorted({*people, called[1]})
        drawn = arranged(replies, rules.steps)
        wanted = [_message(row, reply, position, people) for position, reply in enumerate(drawn)]
        wanted.append(_reaction(row, LOOKING, on=row.place.thread_ts))
        if case.verdict is not None:
            wanted += [_reaction(row, name, on=f"{row.id}:verdict") for name in (WORKED, DID_NOT)]
        await self.replies.want(wanted, self.now())
        self.poster.nudge()

    async def post(
        self, key: str, channel: str, text: str, thread_ts: str | None = None, people: Sequence[str] = ()
    ) -> str | None:
        """Post one message of ours now; return its ts, or None when Slack does not take it yet.

        *people* are the users that *text* names.
        """
        body = {
            "text": text,
            "mentions": list(people),
            "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text[:2900]}}],
        }
        wanted = Wanted(key, "note", channel, thread_ts, body, final=True)
        await self.replies.want([wanted], self.now())
        return await self.poster.deliver(key)


def _message(row: CaseRow, reply: Reply, position: int, people: Sequence[str]) -> Wanted:
    return Wanted(
        key=f"{row.id}:{reply.slot}",
        slot=reply.slot,
        channel=row.place.channel,
        thread_ts=None if reply.in_channel else row.place.thread_ts,
        body={
            "text": reply.text,
            "blocks": list(reply.blocks),
            "mentions": list(people),
            **({"picture": as_data(reply.picture)} if reply.picture else {}),
            **({"stream": reply.stream} if reply.stream else {}),
        },
        case_number=row.number,
        final=reply.final,
        position=position,
    )


def _reaction(row: CaseRow, name: str, *, on: str) -> Wanted:
    return Wanted(
        key=f"{row.id}:{on.partition(':')[2] or 'alert'}:{name}",
        slot=f"reaction:{name}",
        channel=row.place.channel,
        thread_ts=row.place.thread_ts,
        body={"name": name, "on": on},
        case_number=row.number,
        kind="reaction",
    )
