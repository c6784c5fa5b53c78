"""A whole thread: which replies a case has, in which order, and which of them will not change any more.

At most four: recall, evidence, reasoning, verdict; a draft of the end when a person asks to close, and an answer to
each question that people ask.
It knows no Slack client and no outbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.blocks.answers import answer_reply, answer_stream, answer_text
from bot.blocks.draft import draft_reply
from bot.blocks.plots import Picture, picture_of
from bot.blocks.stages import evidence_reply, reasoning_reply, recall_reply
from bot.blocks.storm import STORM, digest_reply, digest_text
from bot.blocks.verdict import verdict_reply, verdict_text
from bot.blocks.words import Block
from bot.investigation.casefile import CaseFile
from bot.investigation.events import Degraded, EvidenceRequested, ModelFailed, ModelSelected, Stopped
from bot.talk.exchange import exchanges
from router.messages import Task


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of a thread. *text* stands for it in notifications and screen readers; *picture* is attached to it."""

    slot: str
    text: str
    blocks: tuple[Block, ...]
    final: bool = False
    in_channel: bool = False  # stands in the channel itself, not in the thread
    picture: Picture | None = None
    stream: Mapping[str, Any] | None = None  # how it grows while a person waits, where Slack streams


TAKE_A_WHILE = frozenset({"changed", "check", "recall", "why"})  # the other questions are answered at once


def replies_for(case: CaseFile) -> tuple[Reply, ...]:
    """Return the replies of *case* as they should stand now."""
    kinds = {type(entry.event) for entry in case.history}
    tasks = {entry.event.selection.task for entry in case.history if isinstance(entry.event, ModelSelected)}
    replies = [Reply("recall", "Recall", tuple(recall_reply(case)), case.precedents is not None)]
    if EvidenceRequested in kinds:
        gathered = not case.pending
        shown = picture_of(case)
        replies.append(Reply("evidence", "Evidence", tuple(evidence_reply(case)), gathered, picture=shown))
    if Task.COMPLEX_REASONING in tasks or kinds & {ModelFailed, Stopped, Degraded}:
        replies.append(Reply("reasoning", "Reasoning", tuple(reasoning_reply(case)), case.finished))
    if case.verdict is not None:
        replies.append(Reply("verdict", verdict_text(case), tuple(verdict_reply(case)), final=True))
    if case.draft is not None:
        replies.append(Reply("draft", "Closing this case", tuple(draft_reply(case)), final=True))
    if case.alert.source == STORM:
        replies.append(Reply("digest", digest_text(case), tuple(digest_reply(case)), in_channel=True))
    replies += [
        Reply(
            f"answer:{each.asked.id}",
            answer_text(each),
            tuple(answer_reply(case, each)),
            each.answer is not None,
            stream=answer_stream(case, each),
        )
        for each in exchanges(case)
        if each.answer is not None or each.asked.about in TAKE_A_WHILE
    ]
    return tuple(replies)
