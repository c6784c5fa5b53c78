"""The composition root: from settings to working parts. It knows everything and does nothing.

Each part is made once, here, and handed on as an argument; what must be closed is closed in the reverse order.
"""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from contextlib import aclosing as closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.door import door
from bot.forgetting import Forgetting
from bot.home import reflection_of, renewed_reflection
from bot.house import House
from bot.investigation.investigator import Investigator
from bot.joining import Grouping
from bot.model_door import ModelDoor
from bot.neighbours import Neighbours
from bot.office import Office
from bot.otel import exporting
from bot.permits import Permits, Right
from bot.postmortem.folder import PostmortemFolder
from bot.prose import told_by_model
from bot.remembering import ModelRecall, Remembering
from bot.requests_reading import Reading
from bot.settings import Settings
from bot.sources import link_hosts
from bot.steady import settled, short_turns
from bot.store.changes import Changes
from bot.store.channels import Channels
from bot.store.database import create_tables, engine_for, owned, prepare_folder
from bot.store.erasing import Erasing
from bot.warming import warmed
from memory.examples import public_examples
from memory.memory import Memory, MemoryUnavailable
from memory.opening import MemorySettings, open_memory
from memory.store import StoreUnavailable
from memory.tables import metadata as memory_tables
from memory.weights import Progress
from router.anthropic_model import PUBLIC, AnthropicModel
from router.policy_file import DEFAULT, read_policy
from router.reports import cost, why
from router.router import Router
from router.tables import metadata as router_tables
from tools.alerts import AlertsTool
from tools.dependencies import ServiceDependencies
from tools.deploys import DeploymentsTool
from tools.diffs import DiffTool
from tools.logs import SearchLogs
from tools.metrics import QueryMetrics
from tools.providers.configured import Configured
from tools.providers.noticed import NoticedChanges
from tools.recall import RecallTool
from tools.redact import redact
from tools.runbooks import RunbookTool
from tools.tool import Tool
from tools.toolbox import Toolbox

log = structlog.get_logger()

LOCAL = "local"  # the workspace of what is done in a terminal


def now() -> datetime:
    """Return this moment, aware and in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """What is shared by every way to run: the database, memory, the router and, with a key, the way to its models."""

    engine: AsyncEngine
    memory: Memory
    router: Router
    model: AnthropicModel | None


@asynccontextmanager
async def parts(settings: Settings, on_progress: Progress | None = None) -> AsyncIterator[Parts]:
    """Open the database, memory and the router, and close them again.

    Raises:
        CannotOpen: the data folder or the database cannot be used.
        PolicyError: the routing policy cannot be meant.
    """
    policy = read_policy(settings.routes or DEFAULT, now=now())
    folder = prepare_folder(settings.folder)
    async with AsyncExitStack() as stack:
        engine = engine_for(settings.database_url.get_secret_value() or None, folder)
        stack.push_async_callback(engine.dispose)
        await create_tables(
            engine, router_tables, memory_tables
        )  # under one lock: replicas may start together
        where = MemorySettings(
            folder,
            settings.qdrant_url or None,
            settings.qdrant_api_key.get_secret_value() or None,
            settings.cache,
            settings.embedding_model,
        )
        memory = await open_memory(engine, where, redact=redact, on_progress=on_progress, words_will_do=True)
        stack.callback(memory.embed.close)
        stack.push_async_callback(memory.close)
        model = model_of(settings)
        if model is not None:
            stack.push_async_callback(model.aclose)
        router = await Router.open(policy, model, engine, now=now, limit=Channels(engine, now).dollars)
        stack.push_async_callback(router.aclose)
        yield Parts(engine, memory, router, model)


def model_of(settings: Settings) -> AnthropicModel | None:
    """Return the way to the models, None without a key. Who asks for it closes it."""
    key = settings.anthropic_api_key.get_secret_value()
    return AnthropicModel(key, settings.anthropic_base_url or PUBLIC) if key else None


def toolbox_of(sources: Configured, *recall: RecallTool) -> Toolbox:
    """Return the tools that look at *sources*, behind *recall* where memory may be asked."""
    tools: tuple[Tool, ...] = (
        *recall,
        SearchLogs(sources.logs),
        QueryMetrics(sources.metrics),
        DeploymentsTool(sources.deploys),
        DiffTool(sources.deploys),
        RunbookTool(sources.runbooks, sources.pages, sources.alerts),
        AlertsTool(sources.alerts),
        ServiceDependencies(sources.dependencies, sources.owners),
    )
    return Toolbox(tools, redact)


def investigator_of(shared: Parts, sources: Configured, remembering: Remembering) -> Investigator:
    """Return an investigator that looks at *sources* and asks *remembering*."""
    seen = NoticedChanges(Changes(shared.engine, remembering.is_private), alone=not sources.deploys)
    toolbox = toolbox_of(
        replace(sources, deploys=(*sources.deploys, seen)), RecallTool(ModelRecall(remembering))
    )
    return Investigator(remembering, ModelDoor(shared.router, redact), toolbox, now)


@asynccontextmanager
async def investigating(settings: Settings, sources: Configured) -> AsyncIterator[Investigator]:
    """Open what one investigation in the terminal needs."""
    async with closing(sources), parts(settings) as shared:
        yield investigator_of(shared, sources, Remembering(shared.memory, LOCAL, now))


@asynccontextmanager
async def remembering(settings: Settings, workspace: str = LOCAL) -> AsyncIterator[Remembering]:
    """Open memory alone, with the public examples in it."""
    async with parts(settings) as shared:
        if settings.examples:
            await shared.memory.load_examples(public_examples())
        yield Remembering(shared.memory, workspace, now)


@asynccontextmanager
async def house(
    settings: Settings, sources: Configured, on_progress: Progress | None = None
) -> AsyncIterator[House]:
    """Open everything that an office needs besides Slack."""
    async with AsyncExitStack() as stack:
        stack.enter_context(short_turns())
        watch = await stack.enter_async_context(exporting(settings.otlp_endpoint))
        stack.enter_context(owned(prepare_folder(settings.folder)))
        await stack.enter_async_context(closing(sources))
        shared = await stack.enter_async_context(parts(settings, on_progress))
        await warmed(shared.memory, shared.model)
        behind = asyncio.create_task(_fill(shared.memory, examples=settings.examples))
        stack.push_async_callback(_ended, behind)
        stack.enter_context(settled())
        yield House(
            engine=shared.engine,
            owner=f"{socket.gethostname()[:40]}:{secrets.token_hex(4)}",  # containers may share both name and pid
            memory=shared.memory,
            remembering=lambda team: Remembering(shared.memory, team, now),
            investigator=lambda known: investigator_of(shared, sources, known),
            gate=door(link_hosts(settings), redact),
            now=now,
            grouping=Grouping(
                join=timedelta(minutes=settings.join_minutes),
                near=timedelta(minutes=settings.near_minutes),
                storm_cases=settings.storm_cases,
            ),
            neighbours=Neighbours(sources.dependencies, now).of,
            redact=redact,
            monitors=tuple(sources.alerts),
            calm=timedelta(minutes=settings.calm_minutes),
            at_once=settings.at_once,
            plots=settings.plots,
            permits=permits_of(settings),
            postmortems=PostmortemFolder(settings.postmortems),
            spend=lambda since: cost(shared.router.audit, shared.router.policy, since=since, chain=False),
            spent_today=shared.router.allowance.spent_today,
            reflect=lambda team, at: reflection_of(shared.memory, team, at),
            renew=lambda team, at: renewed_reflection(shared.memory, team, at),
            why=lambda case: why(shared.router.audit, case, chain=False),
            forgetting=Forgetting(
                shared.memory, Erasing(shared.engine), PostmortemFolder(settings.postmortems)
            ),
            digest_channel=settings.digest_channel,
            word=lambda insights: told_by_model(shared.router, insights),
            keep=timedelta(days=settings.keep_days) if settings.keep_days else None,
            watch=watch,
            reading=Reading(shared.memory.embed, ModelDoor(shared.router, redact) if shared.model else None),
            operators=settings.operators,
            on_call=dict(each.rsplit("=", 1) for each in settings.on_call),
        )


def permits_of(settings: Settings) -> Permits:
    """Return who may, as *settings* name them."""
    named = {
        Right.INVESTIGATE: settings.may_investigate,
        Right.RESOLVE: settings.may_resolve,
        Right.SPEND: settings.may_spend,
        Right.IMPORT: settings.may_import,
    }
    return Permits(
        frozenset(settings.channels),
        frozenset(settings.people),
        {right: frozenset(who) for right, who in named.items() if who},
        frozenset(settings.workspaces),
    )


def office(parts_of_it: House, client: AsyncWebClient, app_token: str) -> Office:
    """Return an office that joins Slack through *client*."""
    return Office(parts_of_it, client, app_token)


async def _fill(memory: Memory, *, examples: bool) -> None:
    """Write what the index lacks, and the public examples, behind the scenes: it takes a while, and nobody waits."""
    try:
        if examples:
            await memory.load_examples(public_examples())
        await memory.index_pending()
    except (MemoryUnavailable, StoreUnavailable) as down:
        log.warning("memory_not_filled", why=str(down))


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
