"""What takes the lab's shop long to show; `make faults` runs it."""

from pathlib import Path

import aiohttp
import pytest

from tests.lab.opened import guilty_release, open_shop


async def test_disk_timeout_lock_stopped_dependency_and_index_each_truly_hurt(tmp_path: Path) -> None:
    async with open_shop(tmp_path, file_limits={"checkout": 60_000}) as opened:
        assert await opened.order(product=5) == 409, "every fifth product is sold out"
        assert await opened.order(product=1) == 200
        await opened.shop.release(guilty_release("full-disk"))
        await opened.logged("File too large", "checkout")
        assert (opened.newest("checkout", "data_folder_bytes") or 0) <= 60_000
        await opened.shop.release(guilty_release("bad-config"))
        await opened.logged("no answer within 2 ms", "checkout")
        await opened.shop.supervisor.stop("payments", "node drained for maintenance")
        await opened.until(lambda: opened.newest("payments", "up") == 0, "payments down in the metrics")
        with pytest.raises(aiohttp.ClientConnectorError):
            await opened.shop.ask("payments", "/charges", {})
        slow = "db_query_duration_seconds_history_of_p95"
        before = opened.newest("store", slow) or 0.0
        await opened.shop.release(guilty_release("slow-query"))
        await opened.until(lambda: (opened.newest("store", slow) or 0) > max(0.1, 2 * before), "a slow query")
        assert await opened.shop.ask("reports", "/exports", {"months": 36}) == 202
        await opened.logged("database is locked", "store")
