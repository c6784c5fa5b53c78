"""The life of cases as a state machine: any order of alerts, ends, judgements, redeliveries, deaths and lost answers.

The store, the grouping, the outbox and the poster are the product's own.
"""

from collections import Counter
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from bot.aftermath import Aftermath
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile
from bot.investigation.ending import Resolution
from bot.investigation.events import AlertReceived, AlertRepeated, FixJudged, Resolved
from bot.joining import Grouping, Joining
from bot.store.cases import Place
from bot.store.intake import Envelope
from bot.store.timers import Timers
from tests.faults.machine import Machine, tried

NAMES = st.sampled_from(["disk", "errors", "latency"])


class Life(Machine):
    """What may happen, in any order."""

    @initialize()
    def begin(self) -> None:
        self.told = 0
        super().begin()

    def assemble(self) -> None:
        after = Aftermath(self.cases, self.dossier, Timers(self.engine), self.judged, self.now)
        self.after = after
        rules = Grouping(storm_cases=1000)
        self.joining = Joining(self.cases, self.dossier, after, lambda: None, self.now, rules)

    async def judged(self, _case: CaseFile, _said: FixJudged) -> None:
        """Memory is not part of this."""

    @rule(name=NAMES)
    def an_alert_is_posted(self, name: str) -> None:
        self.number += 1
        body = {"name": name, "ts": f"{self.number}.0"}
        self.last = Envelope("T1", f"E{self.number}", "event", body, f"C1:{self.number}.0:posted")
        assert self.run(self.intake.keep(self.last, self.at))
        self.told += 1

    @precondition(lambda self: self.last is not None)
    @rule()
    def slack_tells_it_again(self) -> None:
        assert self.last is not None
        assert not self.run(self.intake.keep(self.last, self.at))

    @rule(dies=st.booleans())
    def the_worker_takes_what_waits(self, dies: bool) -> None:
        async def work() -> None:
            for taken in await self.intake.take_many(self.at, 10):
                body = taken.envelope.body
                alert = Alert("monitor", str(body["name"]), self.at, dedupe_key=str(body["name"]))
                note = await self.joining.alert(alert, Place("C1", str(body["ts"])), taken)
                if note is not None and not dies:
                    await self.intake.done(taken, note)
            if not dies:
                await self.joining.settle()

        self.run(work())
        if dies:
            self.the_process_dies()

    @rule(name=NAMES)
    def the_alert_clears(self, name: str) -> None:
        async def clear() -> None:
            alert = Alert("monitor", name, self.at, dedupe_key=name)
            row = await self.cases.joined(alert.fingerprint, self.at - timedelta(hours=4))
            if row is not None:
                await self.after.cleared(row, "monitor")

        self.run(clear())

    @rule()
    def a_person_says_worked(self) -> None:
        async def judge() -> None:
            for row in await self.cases.recent(1):
                await self.dossier.record(row, [FixJudged("U1", "worked")])

        self.run(judge())

    @rule()
    def a_person_takes_it_back(self) -> None:
        async def unreact() -> None:
            for row in await self.cases.recent(1):
                case = await self.dossier.record(row, [FixJudged("U1", "worked", withdrawn=True)])
                assert not [each for each in case.judgements if each.by == "U1"]

        self.run(unreact())

    @rule(name=NAMES)
    def an_alert_is_edited(self, name: str) -> None:
        async def edit() -> None:
            alert = Alert("monitor", name, self.at, dedupe_key=name)
            row = await self.cases.joined(alert.fingerprint, self.at - timedelta(hours=4))
            if row is not None:
                before = (await self.dossier.read(row)).repeats
                case = await self.dossier.record(row, [AlertRepeated(alert, times=0, how="changed")])
                assert case.repeats == before, "an edit is no repeat"

        self.run(edit())

    @rule()
    def two_people_close_the_newest_case(self) -> None:
        async def close() -> None:
            for row in await self.cases.recent(1):
                ends = [
                    Resolved(Resolution("the pool", "rolled back", "worked", (), self.at, by, 1.0))
                    for by in ("U1", "U2")
                ]
                done = [await self.dossier.end(row, [end]) for end in ends]
                assert sum(case is not None for case in done) <= 1

        self.run(close())

    @rule(seconds=st.sampled_from([1, 40, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)
        self.run(self.after.tick())
        self.run(self.poster.send_due())  # as its loop does, whatever was lost before

    @rule(lost=st.integers(0, 2))
    def the_poster_sends(self, lost: int) -> None:
        self.wall.loses_answers = lost
        self.run(self.poster.send_due())

    @rule()
    def the_process_dies(self) -> None:
        self.restart()

    @invariant()
    def nothing_is_lost_and_nothing_is_counted_twice(self) -> None:
        async def counted() -> tuple[int, int]:
            rows = await self.cases.recent(500)
            files = [await self.dossier.read(row) for row in rows]
            seen = [entry.event for case in files for entry in case.history]
            opened = sum(isinstance(event, AlertReceived) for event in seen)
            joined = sum(event.times for event in seen if isinstance(event, AlertRepeated))
            return opened + joined, await self.intake.waiting()

        known, waiting = self.run(counted())
        assert known <= self.told <= known + waiting

    @invariant()
    def one_live_case_a_trouble(self) -> None:
        rows = [
            row for row in self.run(self.cases.recent(500)) if row.state not in {"resolved", "remembered"}
        ]
        opened = Counter(row.fingerprint for row in rows)
        within = [row for row in rows if self.at - row.opened_at < timedelta(hours=4)]
        assert all(opened[row.fingerprint] >= 1 for row in within)
        assert max(Counter(row.fingerprint for row in within).values(), default=0) <= 1

    @invariant()
    def a_case_ends_once(self) -> None:
        async def ends() -> list[int]:
            files = [await self.dossier.read(row) for row in await self.cases.recent(500)]
            return [sum(isinstance(e.event, Resolved) for e in case.history) for case in files]

        assert max(self.run(ends()), default=0) <= 1


Life.TestCase.settings = tried(5, 30)
TestLife = Life.TestCase


def test_the_alert_that_opened_a_case_counts_in_no_other() -> None:
    """Found by the machine above: two deaths, and an end between them."""
    life = Life()
    life.begin()
    try:
        life.an_alert_is_posted("disk")
        life.an_alert_is_posted("disk")
        life.the_worker_takes_what_waits(dies=True)
        life.two_people_close_the_newest_case()
        life.the_worker_takes_what_waits(dies=True)
        life.the_worker_takes_what_waits(dies=False)
        life.nothing_is_lost_and_nothing_is_counted_twice()
    finally:
        life.teardown()
