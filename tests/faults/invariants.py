"""What must hold after every fault, looked up in the sandbox's Slack and in the bot's own database."""

from collections import Counter
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.cases import LEASE
from bot.store.database import reading
from bot.store.schema import cases, intake, journal
from bot.wiring import now
from memory.tables import incidents
from sandbox.server import Sandbox

ENDED = ("done", "ignored", "failed")


async def check(sandbox: Sandbox, engine: AsyncEngine) -> None:
    """Assert what concerns intake, posts, memory and leases: nothing lost, doubled or stuck."""
    await sandbox.wait_for(lambda: True, 1.0)
    async with reading(engine) as connection:
        rows = (await connection.execute(sa.select(intake))).mappings().all()
        held = (await connection.execute(sa.select(cases.c.lease_until))).scalars().all()
        kept = (await connection.execute(sa.select(incidents.c.id))).scalars().all()
        told = (
            (await connection.execute(sa.select(journal.c.case_number).where(journal.c.type == "remembered")))
            .scalars()
            .all()
        )
    _nothing_lost(sandbox, {str(row["content_key"]) for row in rows}, {str(row["event_id"]) for row in rows})
    keys = posted_keys(sandbox)
    assert [key for key, times in keys.items() if times > 1] == [], "a reply was posted twice"
    assert len(kept) == len(set(kept)), "an incident was remembered twice"
    assert len(told) == len(set(told)), "an outcome was written to memory twice"
    late = now() - LEASE - timedelta(seconds=30)
    assert all(until is None or until > late for until in held), "a case is stuck"


def posted_keys(sandbox: Sandbox) -> Counter[str]:
    """Return how often each of the bot's replies stands in Slack."""
    keys: Counter[str] = Counter()
    for timeline in sandbox.workspace.timelines.values():
        for message in timeline.messages.values():
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if "key" in payload:
                keys[str(payload["key"])] += 1
    return keys


def _nothing_lost(sandbox: Sandbox, contents: set[str], events: set[str]) -> None:
    for each in sandbox.envelopes:
        event = each.payload.get("event") or {}
        by = event.get("message") or event
        ours = by.get("bot_id") == "B0BOT" or by.get("user") == "U0BOT"
        if each.kind != "events_api" or each.acked_at is None or ours:
            continue
        content = f"{event.get('channel')}:{event.get('ts')}:posted"
        assert str(each.payload["event_id"]) in events or content in contents, (
            f"acknowledged and lost: {event}"
        )
