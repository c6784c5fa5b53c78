"""A question's answer as a reply: the point first, then the evidence it cites, then who was asked and why not.

Drawn from the case file alone, like every other reply.
"""

import re
from typing import Any

from bot.blocks.stages import chosen
from bot.blocks.words import Block, code, context, link, said, section
from bot.investigation.casefile import CaseFile
from bot.investigation.events import QuestionAnswered
from bot.investigation.spoken import spoken
from bot.talk.exchange import Exchange
from tools.tool import Status

PERSON = re.compile(r"@([UW][A-Z0-9]{2,20})\b")
LOCAL_LINK = re.compile(r"\[([^\]]+)\]\(#[^)]*\)")
ANCHOR = re.compile(r'<a id="[^"]*"></a>')
LOOKING = "🔎 looking …"
MARKDOWN_LIMIT = 11_500


def answer_reply(case: CaseFile, exchange: Exchange) -> list[Block]:
    """Return the reply to one question."""
    answer = exchange.answer
    if answer is None:
        return [section(LOOKING), context(f"for <@{exchange.asked.by}>: {said(exchange.asked.text, 200)}")]
    if answer.markdown:
        told = [context(said(answer.why, 240))] if answer.why else []
        return [{"type": "markdown", "text": fitted(answer.markdown)}, *told]
    first, *rest = answer.lines or ("",)
    mark = "" if exchange.asked.about == "catch_up" else "• "
    blocks = [
        section("\n".join([mentioned(first, 900), *(f"{mark}{mentioned(each, 500)}" for each in rest)]))
    ]
    cited = [piece for piece in case.evidence if piece.id in answer.cites]
    cited.sort(key=lambda piece: answer.cites.index(piece.id))
    cited = list({piece.text: piece for piece in reversed(cited)}.values())[
        ::-1
    ]  # two looks may see the same
    if cited:
        blocks.append(
            section(
                "\n".join(
                    f"• {code(piece.id)} {said(piece.text, 240)}"
                    + (f" · {link(piece.seen.link, 'open')}" if piece.seen.link else "")
                    for piece in cited
                )
            )
        )
    if small := _small_print(answer, exchange.asked.hint):
        blocks.append(context(small))
    return blocks


def answer_stream(case: CaseFile, exchange: Exchange) -> dict[str, Any] | None:
    """Return how an answer grows: what is looked at, then the verified lines; None for a whole document."""
    answer = exchange.answer
    if answer and answer.markdown:
        return None
    count = len(case.evidence)
    reading = f"Reading {count} piece{'' if count == 1 else 's'} of evidence"
    looks = [{"title": reading, "status": "complete" if answer else "in_progress"}]
    looks += [
        {
            "title": " ".join(["Looked at", spoken(each.call.name), *map(str, each.call.arguments.values())]),
            "status": "error" if each.status is Status.UNAVAILABLE else "complete",
        }
        for each in exchange.findings
    ]
    said_ = [PERSON.sub(r"<@\1>", line) for line in answer.lines] if answer else []
    return {"to": exchange.asked.by, "looks": looks, "say": said_}


def answer_text(exchange: Exchange) -> str:
    """Return the same in one line, for notifications and screen readers."""
    answer = exchange.answer
    if answer is None:
        return LOOKING
    return (
        "The post-mortem of this case" if answer.markdown else said(next(iter(answer.lines), "Answered"), 300)
    )


def mentioned(text: str, limit: int) -> str:
    """Return *text* as a harmless line in which people of this workspace (@U…) are shown by name."""
    return PERSON.sub(r"<@\1>", said(text, limit))


def fitted(markdown: str) -> str:
    """Return a document as one message takes it: no anchors, which Slack has not, cut on a line border."""
    markdown = ANCHOR.sub("", LOCAL_LINK.sub(r"\1", markdown))
    if len(markdown) <= MARKDOWN_LIMIT:
        return markdown
    kept = markdown[:MARKDOWN_LIMIT].rpartition("\n")[0]
    return f"{kept}\n\n_Cut here: Slack takes no longer message. The file has it all._"


def _small_print(answer: QuestionAnswered, hint: str) -> str:
    lines = [chosen(selection) for selection in answer.selections]
    if answer.unverified:
        lines.append("⚠️ Unverified: " + "; ".join(said(each, 160) for each in answer.unverified[:3]))
    if answer.why and not any(each.model and not each.available for each in answer.selections):
        lines.append(said(answer.why, 240))  # else the selection has said why nobody was asked
    if hint:
        lines.append(said(hint, 240))
    return "\n".join(lines)
