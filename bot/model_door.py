"""The last look at what goes to a model: every text of ours is redacted once more before the router has it.

What a tool found and what Slack said were redacted where they entered; this door does not rest on that. When the
redactor fails, the text does not go. A model's own turns are handed back untouched, as their seal wants it. It
knows no prompt's meaning.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, replace

import structlog

from bot.investigation.investigator import Asks
from router.ledger import Summary
from router.messages import Ask, Message, Task, Text, ToolResult
from router.outcomes import RouterEvent, Selected
from tools.redact import WITHHELD
from tools.redact_together import redacted_together

log = structlog.get_logger()


@dataclass(frozen=True)
class ModelDoor:
    """The router behind a door."""

    router: Asks
    redact: Callable[[str], str]

    def ask(self, ask: Ask) -> AsyncGenerator[RouterEvent, None]:
        """Ask with every text redacted."""
        told = [part.text for each in ask.messages for part in _ours(each)]
        safe = dict(zip(told, redacted_together(told, self._text), strict=True))
        return self.router.ask(replace(ask, messages=tuple(_with(each, safe) for each in ask.messages)))

    async def without_model(self, task: Task, case: str, what: str) -> Selected:
        """Note that code did it."""
        return await self.router.without_model(task, case, what)

    async def summary(self, case: str) -> Summary:
        """Return what the case has cost."""
        return await self.router.summary(case)

    def _text(self, text: str) -> str:
        try:
            return self.redact(text)
        except Exception:  # the one door to a model: any failure closes it
            log.exception("withheld_from_model", characters=len(text))
            return WITHHELD


def _ours(message: Message) -> list[Text | ToolResult]:
    """Return the parts that are ours to redact; a model's own turn is not."""
    parts = () if message.role == "assistant" else message.parts
    return [part for part in parts if isinstance(part, Text | ToolResult)]


def _with(message: Message, safe: Mapping[str, str]) -> Message:
    if message.role == "assistant":
        return message
    parts = (
        replace(part, text=safe[part.text]) if isinstance(part, Text | ToolResult) else part
        for part in message.parts
    )
    return replace(message, parts=tuple(parts))
