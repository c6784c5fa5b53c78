"""The bot in one workspace: connects the parts to Slack, catches up, runs the loops, drains on the way out.

It is given everything it connects; making the parts is `bot/wiring.py`.
"""

import asyncio
from dataclasses import replace
from urllib.parse import urlsplit

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bot.aftermath import Aftermath, Polling
from bot.alarm import Alarm
from bot.answers import Answering
from bot.aside import Aside
from bot.catchup import CatchUp
from bot.closing import Closing
from bot.desk import Desk
from bot.digest import Digest
from bot.door import Body
from bot.dossier import Dossier
from bot.ear import Ear
from bot.elsewhere import Elsewhere
from bot.failures import Failures
from bot.gone import Gone
from bot.guard import Guard
from bot.health import Condition
from bot.history.bringing import remembered_by
from bot.home import Home
from bot.house import House
from bot.identity import CannotJoin, bolt_app, who_am_i
from bot.importing import Importing, Whose
from bot.inbox import Inbox
from bot.inbox_opening import inbox_of
from bot.investigation.casefile import CaseFile
from bot.joining import Joining
from bot.keeping import Keeping
from bot.listeners import Listeners
from bot.looping import looping
from bot.pictures import Pictures
from bot.poster import Poster
from bot.privacy import Privacy
from bot.remembering import Remembering
from bot.roster import Roster
from bot.slack_files import SlackFiles
from bot.slack_web import SlackWeb, offer_through, unpost_through, whisper_through
from bot.store.cases import Cases, Place
from bot.store.changes import Changes
from bot.store.channels import Channels
from bot.store.intake import Intake
from bot.store.pictures import UploadedPictures
from bot.store.refusals import Refusals
from bot.store.replies import Replies
from bot.store.timers import Timers
from bot.talk.conversation import Conversation
from bot.thread import Thread
from bot.ticking import Ticking
from bot.worker import Worker
from bot.write_back import WriteBack

log = structlog.get_logger()

SWEEP_S = 30.0
PRIVACY_S = 300.0
EXPIRY_S = 6 * 3600.0
DIGEST_S = 600.0
REFLECT_S = 600.0
TIMERS_S = 5.0
POLL_S = 60.0


class Office:
    """One process of the bot, joined to one workspace."""

    def __init__(self, house: House, client: AsyncWebClient, app_token: str) -> None:
        """Keep the parts; nothing is connected before `open`."""
        self._house = house
        self._client = client
        self._app_token = app_token
        self.cases = Cases(house.engine, house.owner)
        self.channels = Channels(house.engine, house.now)
        self.intake = Intake(house.engine, house.owner, house.redact)
        self.replies = Replies(house.engine)
        self._pictures = Pictures(client, UploadedPictures(house.engine), house.now)
        self._home: tuple[str, ...] = ()  # the workspace's own host: links to its threads may be shown
        self._files = SlackFiles(client, house.redact)
        slack = SlackWeb(client, self._gate, self._pictures if house.plots else None, self._files.attach)
        self.alarm = Alarm(slack, house.operators, house.now)
        self._gone = Gone(self.alarm)
        gone = (self._gone.refused, house.tempo, self._gone.held_up)
        self.poster = Poster(self.replies, slack, house.now, *gone)
        thread = Thread(self.replies, self.poster, house.now, self.channels.rules, house.on_call)
        self.dossier = Dossier(self.cases, thread, house.now, house.watch)
        self._failures = Failures(self.intake, thread, house.now)
        self._aside = Aside(self.intake, self._failures, house.now)
        self.refusals = Refusals(house.engine)
        whisper = whisper_through(client, self._gate)
        self._guard = Guard(house.now, house.permits, whisper, Roster(client, house.now), self.refusals)
        self._tasks: list[asyncio.Task[None]] = []
        self._clock = Ticking()
        self.privacy = Privacy(client, house.now)
        unpost = unpost_through(client)
        self.forgetting = replace(house.forgetting, unpost=unpost, files=self._files, dossier=self.dossier)
        self._postmortems = replace(house.postmortems, hides=self.privacy.hides)
        self.deaf = asyncio.Event()
        self._ear: Ear | None = None
        self._worker: Worker | None = None
        self._talk: Conversation | None = None
        self.home: Home | None = None
        self.importing: Importing | None = None
        self.write_back: WriteBack | None = None
        self._remembering: Remembering | None = None

    async def open(self) -> None:
        """Join the workspace and start working.

        Raises:
            CannotJoin: the token is refused, or Slack cannot be reached.
        """
        me, team, address = await who_am_i(self._client)
        self._home = tuple(filter(None, [urlsplit(address).hostname]))
        house = self._house
        ours = replace(house.permits, workspaces=house.permits.workspaces or frozenset({team}))
        self._guard = replace(self._guard, permits=ours)
        self._remembering = replace(house.remembering(team), is_private=self.privacy.is_private)
        if house.engine.dialect.name == "sqlite":  # one process owns the file (wiring): nobody else is alive
            await self.intake.take_over()
            await self.cases.take_over()
            await self.replies.take_over()
        inbox = await inbox_of(me, self.cases, self.dossier)
        investigator = house.investigator(self._remembering)
        ask, look = investigator.router, investigator.toolbox
        self._talk = Conversation(
            self.cases, self.dossier, ask, look, self._postmortems, house.now, self._files
        )
        timers = Timers(house.engine)
        self.aftermath = aftermath = Aftermath(
            self.cases, self.dossier, timers, self._remembering.judged, house.now, house.calm
        )
        kept = (self.intake, self._failures, self.cases, self.dossier)
        worker = Worker(*kept, investigator, house.now, self.alarm, house.at_once, timers)
        back = self.write_back = self._writing_back(address, self._remembering)
        desk = self._desk(
            inbox, worker, aftermath, back, Whose(team, address, frozenset({me.user_id, me.bot_id}))
        )
        self._worker = worker
        app = bolt_app(self._client, me, team)
        hides, why, spent, renew = self.privacy.hides, house.why, house.spent_today, house.renew
        seen = (self.cases, self.dossier, self.intake, self.channels)
        self.home = home = Home(
            *seen, house.spend, house.reflect, team, house.now, hides, why, spent, renew, address
        )
        answers = Answering(self.cases, self.dossier, self._remembering, home, self.channels, house.now)
        keeping = Keeping(self.intake, worker.heard, house.now, house.permits, self.alarm)
        Listeners(app, self._client, keeping, answers.table(), house.now, self._guard)
        self._tasks = [
            looping(worker.run(desk), "worker", self.deaf),
            looping(self.poster.run(), "poster", self.deaf),
        ]
        self._tick(aftermath, home, back)
        listened = (team, me.bot_id, house.permits.channels, house.now)
        await self._join(app, CatchUp(self._client, self.intake, self.cases, *listened))
        await self._talk.take_up()

    async def _join(self, app: AsyncApp, caught: CatchUp) -> None:
        """Join Socket Mode; what was missed meanwhile is caught up with.

        Raises:
            CannotJoin: Slack does not let us in.
        """

        async def missed() -> int:
            found = await caught.run()
            if found and self._worker is not None:
                self._worker.heard()
            return found

        self._ear = Ear(app, self._app_token, missed, self._house.hearing, self._gone.crowd)
        self._ear.deaf = self.deaf
        try:
            await self._ear.join()
        except (SlackApiError, OSError) as error:
            await self.close()
            msg = f"Socket Mode cannot be joined ({error}). Check SLACK_APP_TOKEN and its connections:write."
            raise CannotJoin(msg) from error
        self._tasks.append(looping(self._ear.watch(), "ear", self.deaf))

    def _writing_back(self, address: str, remembering: Remembering) -> WriteBack:
        """Return what keeps memory in step with the cases of the workspace at *address*."""
        house = self._house
        return WriteBack(
            self.cases,
            self.dossier,
            remembering,
            self._postmortems,
            self.forgetting,
            address,
            house.keep,
            house.now,
            self.alarm,
        )

    def _desk(
        self, inbox: Inbox, worker: Worker, aftermath: Aftermath, back: WriteBack, whose: Whose
    ) -> Desk:
        """Return the desk at which everything that is heard is decided."""
        house = self._house
        assert self._talk is not None
        assert self._remembering is not None
        point = Elsewhere(self._client, self.poster, self.privacy.hides, house.now).point
        alike = (house.now, house.grouping, house.neighbours)
        joining = Joining(
            self.cases, self.dossier, aftermath, worker.opened, *alike, point, self.privacy.hides
        )
        whisper, take_back = self._guard.whisper, back.take_back
        closing = Closing(self.cases, self.dossier, worker.stop, back.remember, take_back, whisper, house.now)
        offer, listens = offer_through(self._client, self._gate), self._guard.permits.listens
        memory, known = house.memory, remembered_by(self.cases)
        self.importing = importing = Importing(
            self._client, whose, memory, known, self.privacy.is_private, listens, offer, self._aside
        )
        return Desk(
            inbox=inbox,
            intake=self.intake,
            cases=self.cases,
            dossier=self.dossier,
            joining=joining,
            closing=closing,
            gone=self._gone.thread,
            judged=self._remembering.judged,
            erase=self.forgetting.forget,
            talk=self._talk,
            now=house.now,
            guard=self._guard,
            changes=Changes(house.engine),
            hides=self.privacy.hides,
            rules=self.channels.rules,
            reading=house.reading,
            aside=self._aside,
            importing=importing,
        )

    def _tick(self, aftermath: Aftermath, home: Home, back: WriteBack) -> None:
        """Start the clock: what an earlier failure left undone, timers, monitors, the week's digest."""
        house = self._house
        digest = Digest(home, self.replies, self.poster, house.digest_channel, house.now, house.word)
        self._clock.every(SWEEP_S, "sweep", back.sweep)
        self._clock.every(EXPIRY_S, "expiry", back.expire)
        self._clock.every(PRIVACY_S, "privacy", back.keep_apart)
        self._clock.every(TIMERS_S, "timers", aftermath.tick)
        self._clock.every(POLL_S, "monitors", Polling(self.cases, aftermath, house.monitors).tick)
        self._clock.every(REFLECT_S, "reflection", home.reflect_anew)
        self._clock.every(DIGEST_S, "digest", digest.weekly)
        self._clock.start()

    async def close(self) -> None:
        """Stop hearing, finish what runs, let go of the rest."""
        self._clock.stop()
        if self._ear is not None:
            await self._ear.leave()
        await self._aside.close()
        if self._worker is not None:
            await self._worker.drain()
        if self._talk is not None:
            await self._talk.close()
        await self.poster.send_due()
        await self._pictures.aclose()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _gate(self, body: Body) -> Body:
        return self._house.gate({**body, "hosts": (*body.get("hosts", ()), *self._home)})

    async def condition(self) -> Condition:
        """Return how this process is, for probes."""
        slack = self.poster.locked_out or (self._ear.state if self._ear else "not joined yet")
        try:
            waits = await self.intake.waiting()
            behind = await self._remembering.memory.waiting() if self._remembering else 0
        except (SQLAlchemyError, OSError) as away:
            return Condition(slack, f"does not answer ({type(away).__name__})")
        busy = len(self._worker.running) if self._worker else 0
        return Condition(slack, "ok", waits, behind, busy, self._ear.connections if self._ear else 0)

    async def case_at(self, channel: str, thread_ts: str) -> CaseFile:
        """Return the case of a thread.

        Raises:
            LookupError: there is none.
        """
        row = await self.cases.at(Place(channel, thread_ts))
        if row is None:
            raise LookupError(f"no case in the thread {thread_ts} of {channel}")
        return await self.dossier.read(row)
