"""The record told to be whole, and whatever was taken out of it, put in or changed told to be missing or wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.blocks.routing import cost_text, why_text
from bot.cli.cost import unrecorded
from bot.store.database import create_tables
from bot.store.schema import about
from router.chain import Chain, End, Written
from router.messages import Task, Usage
from router.prices import dollars
from router.records import RECORD, Ended, link
from router.reports import cost, why
from router.router import Router
from router.spending import caps_for
from router.tables import audit, audit_ends, metadata
from tests.router.conftest import Opened
from tests.router.world import NOW, ScriptedModel, ask, events, heard, usd

BEGAN = NOW.timestamp()


@pytest.fixture
async def books(either: AsyncEngine) -> AsyncEngine:
    return either  # the record is held to both databases


async def asked(open_router: Opened, times: int = 3) -> Router:
    """Return a router that was asked *times* and wrote three records each time: decided, tried, ended."""
    usage = Usage(input=2000, output=500)
    router = await open_router(ScriptedModel(lambda _: heard(usage=usage)))
    for number in range(times):
        await events(router, ask(case=f"case-{number}", task=Task.POSTMORTEM))
    await router.audit.flush()
    return router


async def lose(books: AsyncEngine, *where: sa.ColumnElement[bool]) -> None:
    async with books.begin() as connection:
        await connection.execute(audit.delete().where(*where))


async def test_a_row_taken_out_of_the_middle_is_told(open_router: Opened, books: AsyncEngine) -> None:
    router = await asked(open_router)
    assert await router.audit.broken() is None
    await lose(books, audit.c.number == 3)
    told = str(await router.audit.broken())
    assert (
        told
        == f"1 record is missing from number 3 of {router.audit.writer} on (after 2026-11-22 12:00:00 UTC)"
    )


async def test_rows_cut_off_the_end_are_told_with_their_dollars(
    open_router: Opened, books: AsyncEngine
) -> None:
    router = await asked(open_router)
    await lose(books, audit.c.number > 3)
    bill = usd("0.002") * 2 + usd("0.01") / 2  # 2000 tokens in, 500 out on the model that writes post-mortems
    told = str(await router.audit.broken())
    assert f"6 records are missing from number 4 of {router.audit.writer} on" in told
    assert f"{dollars(2 * bill)} stood in what is missing" in told


async def test_people_in_slack_are_told_that_records_are_gone(
    open_router: Opened, books: AsyncEngine
) -> None:
    router = await asked(open_router)

    async def told() -> list[str]:
        spent = await cost(router.audit, router.policy, chain=False)
        return [cost_text(spent), why_text("case-0", await why(router.audit, "case-0", chain=False))]

    assert not any("gone" in text for text in await told())
    await lose(books, audit.c.number > 7)
    assert all("2 records of the routing are gone" in text for text in await told())
    await lose(books)
    assert all("9 records of the routing are gone" in text for text in await told())


async def test_what_a_killed_process_had_set_aside_is_told_beside_the_record(open_router: Opened) -> None:
    router = await asked(open_router)
    await router.budget.flush()
    told = await cost(router.audit, router.policy)
    assert Decimal(told["unrecorded_usd"]) == 0 < Decimal(told["usd"])
    await router.budget.reserve("killed.1", "case-9", usd("0.02"), caps_for("", router.policy))
    await router.budget.flush()  # and its process ends before the call is settled and written
    told = await cost(router.audit, router.policy)
    assert Decimal(told["unrecorded_usd"]) == usd("0.02")
    assert "$0.0200 more (of all time) is set aside and in no record" in unrecorded(told)


async def test_what_is_written_after_a_loss_does_not_hide_it(open_router: Opened, books: AsyncEngine) -> None:
    router = await asked(open_router)
    await lose(books, audit.c.number > 7)
    router.audit._certain = False  # as after a commit whose answer was lost: it looks where to go on
    await events(router, ask())
    assert "2 records are missing from number 8" in str(await router.audit.broken())


async def test_a_writer_that_is_gone_with_all_its_rows_is_told(
    open_router: Opened, books: AsyncEngine
) -> None:
    first, second = await asked(open_router), await asked(open_router)
    assert await second.audit.broken() is None
    rows = await second.audit.rows()
    begun = next(row for row in rows if row.writer == second.audit.writer)
    assert begun.before in {row.hash for row in rows if row.writer == first.audit.writer}
    await lose(books, audit.c.writer == first.audit.writer)
    told = str(await second.audit.broken())
    assert f"9 records are missing from number 1 of {first.audit.writer}" in told
    assert f"the record that {second.audit.writer} went on from is gone" in told


async def test_a_row_that_is_filed_elsewhere_is_told(open_router: Opened, books: AsyncEngine) -> None:
    router = await asked(open_router)
    async with books.begin() as connection:
        await connection.execute(audit.update().where(audit.c.number == 2).values(kase="hidden"))
    assert f"record 2 of {router.audit.writer} was filed under another case" in str(
        await router.audit.broken()
    )


async def test_what_an_older_release_wrote_has_its_ends_from_the_upgrade_on(
    open_router: Opened, books: AsyncEngine
) -> None:
    await create_tables(books, metadata)
    first, second = await asked(open_router), await asked(open_router, times=1)
    async with books.begin() as connection:  # the database as release 2 had it
        await connection.execute(sa.text("DROP TABLE router_audit_ends"))
        await connection.execute(about.update().values(value="2"))
    await create_tables(books, metadata)
    assert await first.audit.broken() is None
    async with books.connect() as connection:
        spent = dict((await connection.execute(sa.select(audit_ends.c.writer, audit_ends.c.pico))).all())
    assert spent[first.audit.writer] == 3 * spent[second.audit.writer] > 0
    await lose(books, audit.c.writer == second.audit.writer, audit.c.number == 3)
    assert f"1 record is missing from number 3 of {second.audit.writer}" in str(await first.audit.broken())


@dataclass
class Writer:
    """Somebody who writes *count* records, one a second."""

    name: str
    count: int
    before: str = ""

    def rows(self) -> list[Written]:
        made: list[Written] = []
        for number in range(1, self.count + 1):
            record = Ended("q", "case-1", "postmortem", "", "d", number, (), 1, Decimal(0))
            text, at = RECORD.dump_json(record).decode(), BEGAN + number
            before = made[-1].hash if made else self.before
            digest = link(before, self.name, number, at, text)
            made.append(Written(self.name, number, at, record.kind, record.case, text, before, digest))
        return made


def end_of(rows: Sequence[Written]) -> End:
    return End(rows[-1].writer, rows[-1].number, rows[-1].at, rows[-1].hash, 0)


def verdict(rows: Sequence[Written], *ends: End) -> str | None:
    chain = Chain()
    chain.take(rows)
    return chain.broken(ends)


def test_rows_put_in_behind_the_end_are_told() -> None:
    rows = Writer("a", 3).rows()
    assert verdict(rows, end_of(rows)) is None
    assert (
        verdict(rows, end_of(rows[:2])) == "the records of a do not end as they did (2026-11-22 12:00:02 UTC)"
    )


def test_a_chain_written_anew_does_not_end_as_it_did() -> None:
    kept, forged = Writer("a", 3).rows(), Writer("a", 3, before="").rows()
    at = kept[2].at + 1
    last = forged[2]._replace(at=at, hash=link(kept[1].hash, "a", 3, at, kept[2].record))
    assert "do not end as they did" in str(verdict([*kept[:2], last], end_of(kept)))


def test_rows_without_a_kept_end_are_told() -> None:
    assert "not kept how far a came" in str(verdict(Writer("a", 2).rows()))


def test_the_earliest_break_is_told_first_and_the_rest_counted() -> None:
    writers = {name: Writer(name, 9).rows() for name in "abcde"}
    ends = [end_of(rows) for rows in writers.values()]
    left = {name: rows[: 8 - number] for number, (name, rows) in enumerate(writers.items())}
    told = str(verdict([row for rows in left.values() for row in rows], *ends))
    assert told.index(" of e ") < told.index(" of d ") < told.index(" of c ")
    assert told.endswith("and 2 more")
