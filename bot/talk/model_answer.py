"""Asks a model one question about a case, lets it look at most twice, and returns what it said as an answer.

Whatever fails, the answer is code's and says why. It knows no Slack and no store; it yields facts for the journal.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from bot.investigation.casefile import CaseFile
from bot.investigation.diagnosis import SCHEMA, parse, supported_claims
from bot.investigation.events import Event, QuestionAnswered, QuestionAsked, QuestionLooked, Recorded
from bot.investigation.footing import why_not_offered, why_not_told
from bot.investigation.gathering import scope_for
from bot.investigation.investigator import Asks, Looks
from bot.investigation.prompts import look_result
from bot.investigation.steering import names_of
from bot.talk.exchange import exchanges
from bot.talk.from_evidence import from_file
from bot.talk.prompt import SYSTEM, opening
from bot.talk.wants import services_in
from router.explain import finding as finding_words
from router.messages import Ask, Message, Part, Task, Text
from router.outcomes import Answer, Answered, Failed, Selected, Selection
from tools.tool import ToolCall

ROUNDS = 2
CALLS = 4
LAST = "Nothing more can be looked at. Answer now, with what there is."


@dataclass(frozen=True)
class ModelAnswer:
    """The model's side of a talk."""

    router: Asks
    toolbox: Looks
    now: Callable[[], datetime]

    async def answer(self, case: CaseFile, question: QuestionAsked) -> AsyncGenerator[Event, None]:
        """Yield what was looked at, then the answer."""
        talk = tuple(each for each in exchanges(case) if each.asked.id != question.id)
        messages: list[Message] = [opening(case, talk, question.text)]
        selections: list[Selection] = []
        for round_ in range(ROUNDS + 1):
            heard = await self._ask(case, tuple(messages), selections)
            if isinstance(heard, str):
                yield self._by_code(case, question, heard, selections)
                return
            uses = heard.reply.tool_uses[:CALLS]
            if not uses or round_ == ROUNDS:
                yield self._said(case, question, heard, selections)
                return
            calls = [ToolCall(use.name, use.input, use.id) for use in uses]
            scope = scope_for(case.alert, self.now(), case.channel)
            found = tuple(await asyncio.gather(*(self.toolbox.run(call, scope.anew()) for call in calls)))
            looked = QuestionLooked(question.id, found)
            known = len(case.evidence)
            case = case.after(Recorded(self.now(), looked))
            yield looked
            results: list[Part] = [*look_result(found, case.evidence[known:])]
            results += [Text(LAST)] if round_ + 1 == ROUNDS else []
            messages += [Message("assistant", heard.reply.parts), Message("user", tuple(results))]

    async def _ask(
        self, case: CaseFile, messages: tuple[Message, ...], selections: list[Selection]
    ) -> Answer | str:
        """Return the model's answer, or in a sentence why there is none; *selections* learns who was asked."""
        ask = Ask(
            task=Task.COMPLEX_REASONING,
            case=case.id,
            channel=case.channel,
            system=SYSTEM,
            messages=messages,
            tools=self.toolbox.offered(),
            schema=SCHEMA,
            severity=case.alert.severity,
            service=case.alert.service,
            grounds=case.evidence,
            onset=case.alert.starts_at,
        )
        async with aclosing(self.router.ask(ask)) as events:
            async for told in events:
                match told:
                    case Selected(selection):
                        selections.append(selection)
                    case Answered(answer):
                        return answer
                    case Failed(failure):
                        return failure.message
                    case _:
                        pass
        return "the model gave no answer"

    def _said(
        self, case: CaseFile, question: QuestionAsked, answer: Answer, selections: list[Selection]
    ) -> QuestionAnswered:
        told = parse(answer.reply.text)
        if told is None:
            return self._by_code(case, question, "the model's answer could not be read", selections)
        claims = supported_claims(told, case)
        if told.cause and (objection := why_not_told(told.cause, claims, case)):
            why = f"the model's answer is not shown: {objection}"
            return self._by_code(case, question, why, selections)
        claims = tuple(claim for claim in claims if not why_not_told(claim.text, [claim], case))
        lines = [told.cause or "The evidence does not answer that."]
        lines += [
            f"{claim.text} [{', '.join(claim.evidence)}]" for claim in claims if claim.text != told.cause
        ]
        lines += [f"Next: {told.fix}"] if told.fix and not why_not_offered(told.fix, case) else []
        cites = tuple(dict.fromkeys(cited for claim in claims for cited in claim.evidence))
        return QuestionAnswered(
            question.id,
            tuple(lines[:5]),
            cites[:6],
            "model",
            selections=tuple(selections),
            unverified=tuple(dict.fromkeys(finding_words(found.code) for found in answer.unverified)),
        )

    def _by_code(
        self, case: CaseFile, question: QuestionAsked, why: str, selections: list[Selection]
    ) -> QuestionAnswered:
        said = from_file(case, question.text, services_in(question.text, names_of(case)))
        return QuestionAnswered(question.id, said.lines, said.cites, why=why, selections=tuple(selections))
