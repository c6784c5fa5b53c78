"""The end of a case as a state machine: buttons, modals and reactions in any order, deaths, and a memory that is away.

The desk, the closing, the write-back, the outbox and memory are the product's own; what comes from Slack is told by the
envelopes that the listeners keep. Invariants: no outcome is lost or written twice, a vote counts once a person.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from bot.closing import Closing
from bot.desk import Desk
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile
from bot.investigation.events import Concluded, Recalled, Remembered, Resolved
from bot.investigation.precedent import Precedent, Precedents, TriedFix
from bot.investigation.verdict import SuggestedFix, Verdict
from bot.permits import Permits
from bot.postmortem.folder import PostmortemFolder
from bot.remembering import Remembering
from bot.store.cases import CaseRow, Place
from bot.store.intake import Envelope
from bot.write_back import WriteBack
from memory.incident import Fix, Incident
from memory.memory import Memory, MemoryUnavailable
from memory.records import Records
from memory.store import Entry, Hit, Probe, Scope, StoreUnavailable
from memory.tables import metadata as memory_tables
from memory.verdicts import standing
from tests.faults.machine import Machine, tried
from tests.memory.making import WordEmbed

NOTHING: Any = None
PEOPLE = st.sampled_from(["U1", "U2"])
MARKS = {"white_check_mark": "worked", "x": "did_not", "large_yellow_circle": "partly"}


class Shelf:
    """An index in a dict, away when told."""

    def __init__(self) -> None:
        self.held: dict[str, Entry] = {}
        self.away = False

    def _reach(self) -> None:
        if self.away:
            raise StoreUnavailable("the shelf is away")

    async def put(self, entries: Sequence[Entry]) -> None:
        self._reach()
        self.held |= {entry.incident_id: entry for entry in entries}

    async def remove(self, incident_ids: Iterable[str]) -> None:
        self._reach()
        for each in incident_ids:
            self.held.pop(each, None)

    async def search(self, probe: Probe, scope: Scope, candidates: int) -> list[Hit]:  # noqa: ARG002
        self._reach()
        return []

    async def count(self) -> int:
        self._reach()
        return len(self.held)

    async def clear(self) -> None:
        self.held.clear()

    async def close(self) -> None:
        """Nothing is open."""


class Forgetful(Memory):
    """Memory whose database is away when told."""

    away = False

    async def retain(self, *incidents: Incident) -> list[str]:
        if self.away:
            raise MemoryUnavailable("Memory's database is away.")
        return await super().retain(*incidents)


class Everybody:
    """A guard that lets all people pass; memory's own door is tried elsewhere."""

    permits = Permits()

    def __init__(self) -> None:
        self.whispers: list[str] = []

    async def refuses(
        self, kind: str, body: Mapping[str, Any], workspace: str = "", *, again: bool = False
    ) -> str:
        del kind, body, workspace, again
        return ""

    async def whisper(self, channel: str, user: str, text: str, named: Collection[str] = ()) -> None:  # noqa: ARG002
        self.whispers.append(text)


async def stopped(_number: int) -> None:
    """No investigation runs."""


class Ends(Machine):
    """What people and the machine may do to one concluded case, in any order."""

    tables = (memory_tables,)

    @initialize()
    def begin(self) -> None:
        self.shelf, self.away = Shelf(), False
        super().begin()
        self.run(self.a_case())

    def assemble(self) -> None:
        self.memory = Forgetful(Records(self.engine), self.shelf, WordEmbed())
        self.memory.away = self.away
        known = Remembering(self.memory, "T1", self.now)
        self.back = WriteBack(
            self.cases, self.dossier, known, PostmortemFolder(None), NOTHING, "", None, self.now, NOTHING
        )
        self.guard = Everybody()
        closing = Closing(
            *(
                self.cases,
                self.dossier,
                stopped,
                self.back.remember,
                self.back.take_back,
                self.guard.whisper,
                self.now,
            )
        )
        rest = dict.fromkeys(
            ("inbox", "joining", "gone", "erase", "talk", "changes", "hides", "reading", "aside", "importing")
        )
        stores = {"intake": self.intake, "cases": self.cases, "dossier": self.dossier, "guard": self.guard}
        given: dict[str, Any] = {**rest, **stores}
        self.desk = Desk(**given, closing=closing, judged=known.judged, now=self.now)

    async def a_case(self) -> None:
        """Open it, recall a precedent, suggest its fix, show the verdict."""
        fix = Fix("OLD-1:1", "raise the pool limit", by="U9", at=self.at)
        await self.memory.retain(Incident("OLD-1", "T1", "pool dry", fixes=(fix,), started_at=self.at))
        row, _ = await self.cases.open(Alert("monitor", "pool dry", self.at), Place("C1", "1.0"), self.at)
        tried = TriedFix("raise the pool limit", "worked", id="OLD-1:1")
        old = Precedent(
            "OLD-1", "pool dry", 0.9, "seen_before", ("same words",), outcome="worked", fixes=(tried,)
        )
        suggested = SuggestedFix("raise the pool limit", "precedent", reference="OLD-1")
        verdict = Verdict("concluded", "evidence_only", "the pool ran dry", ("store",), fixes=(suggested,))
        await self.dossier.record(row, [Recalled(Precedents("seen_before", (old,)), 0.1), Concluded(verdict)])
        await self.cases.set_state(row.number, "concluded", self.at)
        await self.poster.send_due()

    async def row(self) -> CaseRow:
        row = await self.cases.by_number(1)
        assert row is not None
        return row

    async def case(self) -> CaseFile:
        return await self.dossier.read(await self.row())

    def told(self, kind: str, body: dict[str, Any], *, dies: bool = False) -> None:
        """Keep an envelope as the listeners do, and work on what waits; *dies*: before that is noted as done."""
        self.number += 1
        self.at += timedelta(seconds=1)
        self.last = Envelope("T1", f"E{self.number}", kind, body, None)
        assert self.run(self.intake.keep(self.last, self.at))
        self.work(dies=dies)

    def work(self, *, dies: bool = False) -> None:
        async def do() -> None:
            for taken in await self.intake.take_many(self.at, 10):
                note = await self.desk.handle(taken)
                assert note is not None
                if not dies:
                    await self.intake.done(taken, note)

        self.run(do())
        if dies:
            self.the_process_dies()

    @rule(user=PEOPLE, mark=st.sampled_from(sorted(MARKS)), gone=st.booleans(), dies=st.booleans())
    def a_person_reacts(self, user: str, mark: str, gone: bool, dies: bool) -> None:
        kind = "reaction_removed" if gone else "reaction_added"
        ts = f"{self.wall.keys.index('INC-1:verdict') + 1}.0"
        body = {"type": kind, "user": user, "reaction": mark, "item": {"channel": "C1", "ts": ts}}
        self.told("event", body, dies=dies)

    @rule(
        user=PEOPLE, name=st.sampled_from(["fix_worked", "fix_did_not", "fix_not_same"]), dies=st.booleans()
    )
    def a_person_presses_a_verdict_button(self, user: str, name: str, dies: bool) -> None:
        self.told("action", {"case": "INC-1", "user": user, "action": name}, dies=dies)

    @rule(user=PEOPLE, dies=st.booleans())
    def a_person_flags_and_accepts_the_draft(self, user: str, dies: bool) -> None:
        flag = {"type": "reaction_added", "user": user, "reaction": "checkered_flag"}
        self.told("event", {**flag, "item": {"channel": "C1", "ts": "1.0"}})
        self.told("action", {"case": "INC-1", "user": user, "action": "accept_resolution"}, dies=dies)

    @rule(user=PEOPLE, dies=st.booleans())
    def a_person_submits_the_modal(self, user: str, dies: bool) -> None:
        said = {
            "root_cause": f"{user}: the pool was too small",
            "fix": "raised it",
            "services": "store",
            "minutes": "5",
        }
        values = {name: {"value": {"value": text}} for name, text in said.items()}
        values["worked"] = {"value": {}}
        view = {"state": {"values": values}}
        self.told("submission", {"case": "INC-1", "user": user, "view": view}, dies=dies)

    @rule(user=PEOPLE)
    def a_person_takes_the_end_back(self, user: str) -> None:
        self.told("action", {"case": "INC-1", "user": user, "action": "reopen"})

    @rule()
    def slack_tells_the_last_again(self) -> None:
        if self.last is not None:
            assert not self.run(self.intake.keep(self.last, self.at))
            self.work()

    @rule(away=st.booleans(), index=st.booleans())
    def memory_goes_and_comes(self, away: bool, index: bool) -> None:
        self.away = self.memory.away = away
        self.shelf.away = index

    @rule()
    def the_sweep_runs(self) -> None:
        self.run(self.back.sweep())
        self.run(self.poster.send_due())

    @rule()
    def the_process_dies(self) -> None:
        self.restart()
        self.work()

    @rule()
    def everything_is_back(self) -> None:
        """After one sweep with all at hand, memory tells what the case tells, once."""
        self.memory_goes_and_comes(away=False, index=False)
        self.the_sweep_runs()
        self.at += timedelta(minutes=1)
        case = self.run(self.case())
        kept = self.run(self.memory.records.get(["INC-1"])).get("INC-1")
        if case.resolution is not None:
            assert kept is not None, "an outcome is lost"
            assert (kept.root_cause, kept.resolved_by) == (case.resolution.root_cause, case.resolution.by)
            assert case.remembered is not None
        elif kept is not None:
            assert kept.root_cause == "", "an end that was taken back is told by nobody"
        assert self.run(self.memory.waiting()) == 0
        assert set(self.shelf.held) == {"OLD-1", *(["INC-1"] if kept else [])}

    @invariant()
    def an_end_stands_once_and_is_remembered_once(self) -> None:
        seen = [entry.event for entry in self.run(self.case()).history]
        ends = [event.type for event in seen if event.type in {"resolved", "reopened"}]
        assert all(one != other for one, other in pairwise(ends)), ends
        told = [
            event.type
            for event in seen
            if isinstance(event, Resolved | Remembered) or event.type == "reopened"
        ]
        assert all(pair != ("remembered", "remembered") for pair in pairwise(told)), told

        assert self.run(self.memory.records.count()) <= 2, "the precedent and this case"

    @invariant()
    def a_vote_counts_once_a_person(self) -> None:
        case = self.run(self.case())
        kinds = Counter((each.by, each.outcome == "not_same") for each in case.judgements)
        assert max(kinds.values(), default=0) <= 1, "of the fix, and of being the same trouble"
        said = {each.by: each.outcome for each in case.judgements if each.outcome != "not_same"}
        votes = standing(self.run(self.memory.records.verdicts(["OLD-1"]))).get(("OLD-1", "OLD-1:1"), [])
        counted = {vote.user: str(vote.outcome) for vote in votes}
        assert len(counted) == len(votes)
        assert {by: outcome for by, outcome in counted.items() if by in said} == said


Ends.TestCase.settings = tried(10, 20)
TestEnds = Ends.TestCase
