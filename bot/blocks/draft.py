"""The draft of a case's end: what we would remember, for a person to accept or to edit."""

from typing import Any

from bot.blocks.words import Block, said, section, span
from bot.investigation.casefile import CaseFile

WORDS = {
    "worked": "it worked",
    "partly": "it worked partly",
    "did_not": "it did not work",
    "not_same": "it did not work",
}


def draft_reply(case: CaseFile) -> list[Block]:
    """Return the draft of *case*; a closed case shows what was kept, a reopened one that it is taken back."""
    if case.reopened_by:
        return [section(f"*Reopened* by <@{case.reopened_by}>. What was written down here is taken back.")]
    draft = case.resolution or case.draft
    assert draft is not None
    head = (
        "*Resolved.* This is what I remember:" if case.resolution else "*Closing this case.* Is this right?"
    )
    lines = [
        head,
        f"• Cause: {said(draft.root_cause, 500) or '_not known yet_'}",
        f"• Fix: {said(draft.fix, 500) or '_not known yet_'} ({WORDS[draft.worked]})",
        f"• Time to resolve: {span(draft.minutes * 60)}",
    ]
    if draft.services:
        lines.append("• Services: " + ", ".join(said(service) for service in draft.services))
    blocks = [section("\n".join(lines))]
    if case.resolution is None:
        complete = bool(draft.root_cause and draft.fix)
        buttons = [_button("Accept", "accept_resolution", case.id, primary=True)] if complete else []
        blocks.append(
            {"type": "actions", "elements": [*buttons, _button("Edit", "edit_resolution", case.id)]}
        )
    return blocks


def _button(label: str, action: str, case: str, *, primary: bool = False) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": action,
        "value": case,
    }
    return {**made, "style": "primary"} if primary else made
