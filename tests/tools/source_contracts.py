"""What every source must keep, whoever answers it: the file provider, real servers, recorded HTTP."""

from datetime import UTC, timedelta

import pytest

from tools.sources import AlertSource, DependencySource, DeploySource, LogSource, MetricSource
from tools.telemetry import Window
from tools.tool import Unavailable


async def check_logs(source: LogSource, window: Window) -> None:
    """A window that holds lines: in order, inside it, filtered, bounded; and none far outside."""
    lines = await source.lines(window)
    assert lines
    assert all(line.at in window and line.at.tzinfo == UTC for line in lines)
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    service = lines[0].service
    of_service = await source.lines(window, service=service)
    assert of_service
    assert {line.service for line in of_service} == {service}
    word = lines[0].text.split()[0]
    with_word = await source.lines(window, contains=word)
    assert with_word
    assert all(word.casefold() in line.text.casefold() for line in with_word)
    assert len(await source.lines(window, limit=1)) == 1
    assert not await source.lines(_long_before(window))


async def check_metrics(source: MetricSource, window: Window) -> None:
    """A window that holds points: oldest first, inside it, of the service and metric asked for."""
    found = await source.series(window)
    assert found
    for series in found:
        times = [at for at, _ in series.points]
        assert times == sorted(set(times))
        assert window.start.timestamp() <= times[0]
        assert times[-1] <= window.end.timestamp()
    chosen = found[0]
    same = await source.series(window, service=chosen.service, metric=chosen.metric)
    assert (chosen.service, chosen.metric) in {(each.service, each.metric) for each in same}
    assert {each.service for each in same} == {chosen.service}
    assert source.query(chosen.service, chosen.metric)
    assert not await source.series(_long_before(window))


async def check_deploys(source: DeploySource, window: Window) -> None:
    """A window that holds deployments: newest first, inside it, found again with the diff by a prefix."""
    found = await source.deployments(window)
    assert found
    assert all(each.at in window for each in found)
    assert [each.at for each in found] == sorted((each.at for each in found), reverse=True)
    again = await source.diff(found[0].sha[:8])
    assert again is not None
    assert again.sha == found[0].sha
    assert again.diff
    assert await source.diff("ffffffffffff") is None
    assert not await source.deployments(_long_before(window))


async def check_alerts(source: AlertSource) -> None:
    """Something fires: it has a name and a start in UTC."""
    firing = await source.firing()
    assert firing
    assert all(alert.name and alert.since.tzinfo == UTC for alert in firing)


async def check_dependencies(source: DependencySource, window: Window) -> None:
    """Somebody calls somebody, measured in seconds or not at all."""
    calls = await source.calls(window)
    assert calls
    assert all(call.caller and call.callee for call in calls)
    measured = [call.client_p90_s for call in calls if call.client_p90_s is not None]
    assert all(0 <= seconds < 3600 for seconds in measured)


async def check_unavailable(*reads: object) -> None:
    """Each of *reads* (awaitables) says in one line that the source cannot be read."""
    for read in reads:
        with pytest.raises(Unavailable) as said:
            await read  # type: ignore[misc]  # the caller gives coroutines of several types
        assert str(said.value)
        assert "\n" not in str(said.value)


def _long_before(window: Window) -> Window:
    return Window(window.start - timedelta(days=900), window.start - timedelta(days=899))
