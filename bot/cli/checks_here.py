"""`doctor` on this machine: policy, data folder, disk, database, embedding model, index, runbooks, clock."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli.checks import Check, failed, ok, warning
from bot.settings import Settings
from bot.store.database import CannotOpen, create_tables, engine_for, prepare_folder
from memory.memory import Memory, MemoryUnavailable
from memory.opening import MemorySettings, open_memory
from memory.store import StoreUnavailable
from memory.weights import WeightsUnavailable, prepare_model
from router.policy_file import DEFAULT, RETIREMENTS, PolicyError, read_policy
from router.tables import metadata as router_tables
from tools.redact import redact

ROOMY, TIGHT = 1_000_000_000, 100_000_000  # bytes
SOON_DAYS = 30
MADE = datetime(2026, 11, 1, tzinfo=UTC)  # a clock before this is wrong


async def checks_here(settings: Settings, now: datetime) -> AsyncIterator[Check]:
    """Yield what was found on this machine, one thing after another."""
    yield _clock(now)
    yield policy(settings, now)
    folder = data_folder(settings)
    yield folder
    if folder.state == "failed":
        return
    yield _disk(settings)
    engine = engine_for(settings.database_url.get_secret_value() or None, settings.folder)
    try:
        found = await database(engine)
        yield found
        weights = await asyncio.to_thread(embedding_model, settings)
        yield weights
        if found.state != "failed" and weights.state == "ok":
            yield await index(engine, settings)
    finally:
        await engine.dispose()


def _clock(now: datetime) -> Check:
    if now < MADE:
        return failed(
            "clock",
            f"this machine says {now:%Y-%m-%d %H:%M} UTC",
            "Set the clock (NTP); evidence goes by time.",
        )
    return ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC; compared with Slack below when a token is set")


def policy(settings: Settings, now: datetime) -> Check:
    """Say whether the routing policy can be meant, and whether a model of it retires soon."""
    try:
        read = read_policy(settings.routes or DEFAULT, now=now)
    except PolicyError as error:
        return failed("routing policy", str(error), "Correct that line; router/routes.toml shows the form.")
    models = [tier.model for tier in read.text.tiers.values() if tier.model]
    ending = {name: RETIREMENTS[name] for name in models if name in RETIREMENTS}
    soon = [f"{name} on {day}" for name, day in ending.items() if (day - now.date()).days <= SOON_DAYS]
    if soon:
        return warning(
            "routing policy", f"retires soon: {', '.join(soon)}", "Name its successor in routes.toml."
        )
    return ok("routing policy", f"{' < '.join(models)}, policy {read.sha}")


def data_folder(settings: Settings) -> Check:
    """Say whether the data folder can be written."""
    try:
        return ok("data folder", f"{prepare_folder(settings.folder)} can be written")
    except CannotOpen as error:
        return failed("data folder", str(error), "See above.")


def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(settings.folder).free
    told = f"{free / 1e9:.1f} GB free in {settings.folder}"
    if free < TIGHT:
        return failed("disk", told, "Free some space: without it nothing can be kept.")
    return warning("disk", told, "Keep at least 1 GB free.") if free < ROOMY else ok("disk", told)


async def database(engine: AsyncEngine) -> Check:
    """Say whether the database opens, is of our release and is whole."""
    try:
        await create_tables(engine, router_tables)
        if engine.url.get_backend_name() != "sqlite":
            return ok("database", f"{engine.url.render_as_string(hide_password=True)} answers")
        async with engine.connect() as connection:
            whole = await connection.scalar(sa.text("PRAGMA quick_check(1)"))
    except CannotOpen as error:
        return failed("database", str(error), "See above.")
    except sa.exc.SQLAlchemyError as error:
        return failed(
            "database",
            str(error).splitlines()[0],
            "Restore a backup, or name another folder (INCIDENTOS_DATA).",
        )
    if whole != "ok":
        return failed(
            "database", f"SQLite finds damage: {whole}", "Restore a backup; recover with `.recover`."
        )
    return ok("database", f"SQLite {engine.url.database}, whole")


def embedding_model(settings: Settings) -> Check:
    """Say whether the embedding model is there; it is built when it is not."""
    try:
        files = prepare_model(settings.cache)
    except WeightsUnavailable as error:
        mend = "Name a folder that can be written in INCIDENTOS_CACHE; until then memory goes by words only."
        return failed("embedding model", str(error), mend)
    return ok("embedding model", f"{files.model_id} in {files.folder.parent}")


async def index(engine: AsyncEngine, settings: Settings) -> Check:
    """Say whether the search index answers and has learnt everything."""
    key = settings.qdrant_api_key.get_secret_value() or None
    where = MemorySettings(
        settings.folder, settings.qdrant_url or None, key, settings.cache, settings.embedding_model
    )
    memory = await open_memory(engine, where, redact=redact)
    try:
        return await _index(memory, settings)
    finally:
        await memory.close()
        memory.embed.close()


async def _index(memory: Memory, settings: Settings) -> Check:
    what = settings.qdrant_url or "embedded"
    kept = await memory.records.count()
    try:
        await memory.index_pending()
    except StoreUnavailable as down:
        mend = (
            "Start Qdrant or check QDRANT_URL and QDRANT_API_KEY; recall goes by words until then."
            if settings.qdrant_url
            else "If the bot runs, it holds the index and this is as it should be; else run `app.py reindex`."
        )
        return warning("index", f"{what}: {down}", mend)
    except MemoryUnavailable as down:
        return failed("index", str(down), "Mend the database first; memory keeps everything there.")
    return ok("index", f"{what}: {kept} incidents in memory, all indexed")
