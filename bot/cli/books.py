"""The router's books for commands that read them: the database and the policy, without memory and its model."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli.failures import Refused
from bot.settings import Settings
from bot.store.database import create_tables, engine_for, prepare_folder
from bot.wiring import now
from router.audit import Audit
from router.policy import Policy
from router.policy_file import DEFAULT, read_policy
from router.tables import metadata as router_tables


@dataclass(frozen=True, slots=True)
class Books:
    """What was decided and spent, and the policy in force."""

    engine: AsyncEngine
    audit: Audit
    policy: Policy


@asynccontextmanager
async def books(settings: Settings) -> AsyncIterator[Books]:
    """Open the books for reading.

    Raises:
        CannotOpen: the data folder or the database cannot be used.
        PolicyError: the routing policy cannot be meant.
        Refused: a record in them cannot be read.
    """
    policy = read_policy(settings.routes or DEFAULT, now=now())
    folder = prepare_folder(settings.folder)
    async with AsyncExitStack() as stack:
        engine = engine_for(settings.database_url.get_secret_value() or None, folder)
        stack.push_async_callback(engine.dispose)
        await create_tables(engine, router_tables)
        audit = Audit(engine, "reader", now)
        stack.push_async_callback(audit.aclose)
        try:
            yield Books(engine, audit, policy)
        except ValidationError as error:
            raise Refused(
                f"The audit in {engine.url.render_as_string(hide_password=True)} holds a row that cannot be read; "
                "it was changed by hand or written by a newer release. Restore a backup (docs/operations.md)."
            ) from error
