"""Resolutions that were read before their alerts: noted in the intake, found when the alert opens its case.

Slack promises no order, replicas read side by side, and what was missed is read after what is heard live. Whoever
reads a resolution notes it and then looks for a case; whoever opens a case then looks for such a note: one of the
two sees the other. It knows no sender.
"""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import reading
from bot.store.intake import close
from bot.store.schema import intake

NOTE = "ignored: cleared, and no case of ours ({})"
RECENT = 5000  # envelopes looked through: what is further behind was told long ago


def said_at(event: Mapping[str, Any]) -> float:
    """Return when a message was said, in Slack's seconds: an edited one when it was edited last."""
    message = event.get("message") or event
    edited = message.get("edited") or {}
    try:
        return float(edited.get("ts") or event.get("ts") or 0)
    except (TypeError, ValueError):
        return 0.0


async def note_early(engine: AsyncEngine, work: int, fingerprint: str) -> str:
    """Close the intake row *work* as a resolution without a case, and return that note."""
    note = NOTE.format(fingerprint)
    async with engine.begin() as connection:
        await close(connection, [(work, note)])
    return note


async def ended_early(engine: AsyncEngine, fingerprint: str, since: float) -> bool:
    """Say whether a resolution of *fingerprint* that was said after *since* has been read without a case."""
    newest = sa.select(sa.func.max(intake.c.id)).scalar_subquery()
    noted = (intake.c.id > newest - RECENT, intake.c.note == NOTE.format(fingerprint))
    async with reading(engine) as connection:
        bodies = (await connection.execute(sa.select(intake.c.body).where(*noted))).scalars().all()
    return any(said_at(json.loads(body)) > since for body in bodies)
