"""Answers what people ask in a case's thread: journal the question, look, journal the answer; the thread shows it.

Each question is answered in a task of its own, so that the intake never waits for a model. A question that a dead
process left unanswered is taken up again. It knows no Slack client: the thread is drawn from the journal.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.dossier import Dossier
from bot.investigation.casefile import CaseFile
from bot.investigation.events import (
    Billed,
    QuestionAnswered,
    QuestionAsked,
    QuestionLooked,
    Steered,
)
from bot.investigation.investigator import Asks, Looks
from bot.investigation.steering import names_of, second_thoughts
from bot.postmortem.folder import PostmortemFolder
from bot.postmortem.markdown import postmortem
from bot.requests import Asked, did_you_mean
from bot.slack_files import Attached
from bot.store.cases import CaseRow, Cases
from bot.talk.about_us import about_us
from bot.talk.exchange import exchanges
from bot.talk.from_evidence import from_look
from bot.talk.looking import looks_for
from bot.talk.model_answer import ModelAnswer
from bot.talk.summary import catch_up
from bot.talk.wants import About, Want, want_of
from router.messages import Task
from router.outcomes import Selection

log = structlog.get_logger()

LEFT_BEHIND = timedelta(minutes=3)
FORGOTTEN = timedelta(days=1)
TASKS = {
    About.CATCH_UP: (Task.INCIDENT_SUMMARY, "three lines are folded from the journal"),
    About.POSTMORTEM: (Task.POSTMORTEM, "the facts are folded from the journal"),
    About.RECALL: (Task.MEMORY_RECALL, "searching memory is arithmetic on vectors and words"),
    About.CHANGED: (Task.DATA_RETRIEVAL, "what changed is read by tools and ranked by code"),
    About.CHECK: (Task.DATA_RETRIEVAL, "a service is looked at by tools and ranked by code"),
    About.STEER: (Task.DATA_RETRIEVAL, "the suspects are ranked again without what was ruled out"),
}


class Files(Protocol):
    """What puts a document into a thread as a file; its leaf is `bot/slack_files.py`."""

    async def attach(self, channel: str, thread_ts: str, name: str, title: str, text: str) -> Attached:
        """Put *text* into the thread as the file *name*."""
        ...


@dataclass(frozen=True)
class Conversation:
    """The talk in all threads of one workspace."""

    cases: Cases
    dossier: Dossier
    router: Asks
    toolbox: Looks
    postmortems: PostmortemFolder
    now: Callable[[], datetime]
    files: Files | None = None
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def said(
        self,
        row: CaseRow,
        id: str,  # noqa: A002 (a message's own word)
        by: str,
        text: str,
        asked: Asked | None = None,
    ) -> str:
        """Take what a person said to us in a case's thread; return in a few words what came of it."""
        case = await self.dossier.read(row)
        if any(each.asked.id == id for each in exchanges(case)):
            return f"asked already in {row.id}"
        want = want_of(text, names_of(case), asked)
        if want.about is About.STEER:
            await self.dossier.record(row, [Steered(by, text)])
            if case.verdict is None:
                return f"steered {row.id}"
        unsure = did_you_mean(asked) if asked and want.about is not About.STEER else ""
        question = QuestionAsked(id, by, text, want.about.value, unsure)
        await self.dossier.record(row, [question])
        self._start(row, question)
        return f"asked in {row.id}: {want.about}"

    async def may_cost(self, row: CaseRow, text: str, asked: Asked | None = None) -> bool:
        """Say whether a model may be asked to answer *text* in this case."""
        return want_of(text, names_of(await self.dossier.read(row)), asked).about is About.WHY

    async def take_up(self) -> int:
        """Answer what a dead process left unanswered; return how many questions that were."""
        found, now = 0, self.now()
        for row in await self.cases.recent(50):
            for each in exchanges(await self.dossier.read(row)):
                if each.answer is None and LEFT_BEHIND < now - each.at < FORGOTTEN:
                    self._start(row, each.asked)
                    found += 1
        return found

    async def close(self) -> None:
        """Let go of the questions that are being answered; `take_up` finds them again."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _start(self, row: CaseRow, question: QuestionAsked) -> None:
        task = asyncio.create_task(self._answer(row, question), name=f"{row.id}:{question.id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, row: CaseRow, question: QuestionAsked) -> None:
        structlog.contextvars.bind_contextvars(case=row.id)
        try:
            await self._answered(row, question)
        except Exception as error:  # a person waits: they are told, and the log has the traceback
            log.exception("question_failed", question=question.id)
            told = f"I could not answer that ({type(error).__name__}; the log says more). Ask me again."
            await self.dossier.record(row, [QuestionAnswered(question.id, (told,))])

    async def _answered(self, row: CaseRow, question: QuestionAsked) -> None:
        case = await self.dossier.read(row)
        want = want_of(question.text, names_of(case))
        about = About(question.about)
        if about is About.WHY:
            model = ModelAnswer(self.router, self.toolbox, self.now)
            async with aclosing(model.answer(case, question)) as events:
                async for event in events:
                    await self.dossier.record(row, [event])
        else:
            answer = await self._by_code(row, case, question, Want(about, want.services, want.span))
            await self.dossier.record(row, [answer])
        await self.dossier.record(row, [Billed(await self.router.summary(case.id))])

    async def _by_code(
        self, row: CaseRow, case: CaseFile, question: QuestionAsked, want: Want
    ) -> QuestionAnswered:
        if want.about is About.SETTINGS:
            return QuestionAnswered(question.id, about_us(case, question.text))
        task, why = TASKS[want.about]
        selected = (await self.router.without_model(task, case.id, why)).selection
        if want.about is About.CATCH_UP:
            return QuestionAnswered(question.id, catch_up(case, self.now()), selections=(selected,))
        if want.about is About.POSTMORTEM:
            return await self._postmortem(row, case, question, selected)
        if want.about is About.STEER:
            lines, cites = second_thoughts(case)
            return QuestionAnswered(question.id, lines, cites, selections=(selected,))
        looks = looks_for(case, want, question.text, self.now())
        found = tuple(await asyncio.gather(*(self.toolbox.run(call, scope.anew()) for call, scope in looks)))
        known = len(case.evidence)
        case = await self.dossier.record(row, [QuestionLooked(question.id, found)])
        said = from_look(
            want, found, [piece for piece in case.evidence[known:] if not _itself(piece.facts, case)]
        )
        return QuestionAnswered(question.id, said.lines, said.cites, selections=(selected,))

    async def _postmortem(
        self, row: CaseRow, case: CaseFile, question: QuestionAsked, selected: Selection
    ) -> QuestionAnswered:
        """Answer with the post-mortem: shown in the thread, kept in its folder, attached as a file."""
        written = await self.postmortems.keep(case)
        text, told = postmortem(case), [f"Kept as {written.name} in the folder."] if written else []
        attached = Attached()
        if self.files is not None:
            title = f"Post-mortem of {case.id}"
            attached = await self.files.attach(
                row.place.channel, row.place.thread_ts, f"{case.id}.md", title, text
            )
            told += [f"Not attached as a file: {attached.why}."] if attached.why else []
        return QuestionAnswered(
            question.id,
            (),
            why=" ".join(told),
            markdown=text,
            selections=(selected,),
            file=attached.id,
        )


def _itself(facts: object, case: CaseFile) -> bool:
    return isinstance(facts, dict) and facts.get("incident") == case.id
