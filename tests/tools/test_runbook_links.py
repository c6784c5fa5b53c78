"""Runbooks behind the links of alerts: followed below allowed addresses, told otherwise."""

import httpx2
import pytest

from tests.tools.every_kind import ONSET, WINDOW
from tests.tools.recorded import Stored
from tools.providers.alertmanager import AlertmanagerAlerts, AlertmanagerSettings
from tools.providers.runbook_pages import RunbookPages, RunbookPagesSettings
from tools.reads import Endpoint
from tools.runbooks import RunbookTool
from tools.telemetry import Runbook
from tools.tool import Findings, Scope, Status, ToolCall
from tools.toolbox import Toolbox

HTML = (
    b"<!doctype html><html><head><title>Pool exhausted</title><style>p{}</style></head><body><nav>Home</nav>"
    b"<h1>Pool exhausted</h1><p>All connections are in use.</p><h2>What to do</h2><ul><li>Roll the release back</li>"
    b"<li>Raise <code>pool.size</code></li></ul><script>steal()</script></body></html>"
)
# Alertmanager API v2, GET /api/v2/alerts, written out by hand, shortened
FIRING = (
    b'[{"labels": {"alertname": "PoolExhausted", "service": "checkout"}, "startsAt": "2026-03-01T12:00:00Z",'
    b' "annotations": {"runbook_url": "https://wiki.example/runbooks/db/pool?x=1"}},'
    b' {"labels": {"alertname": "Other"}, "startsAt": "2026-03-01T12:00:00Z",'
    b' "annotations": {"runbook_url": "https://evil.example/collect"}}]'
)
ASKED: list[str] = []


class Shelf:
    """A small shelf of runbooks."""

    name = "runbooks"

    async def runbooks(self) -> list[Runbook]:
        return [Runbook("latency", "High latency", "# High latency\nLook at the slow queries.")]


def answer(request: httpx2.Request) -> httpx2.Response:
    ASKED.append(str(request.url))
    status = 403 if "secret" in request.url.path else 200
    body = FIRING if request.url.host == "am.example" else HTML
    return httpx2.Response(status, stream=Stored(body))


def tool() -> RunbookTool:
    ASKED.clear()
    way = httpx2.MockTransport(answer)
    pages = RunbookPages(
        RunbookPagesSettings(Endpoint("https://wiki.example/runbooks", token="t")), transport=way
    )
    alerts = AlertmanagerAlerts(AlertmanagerSettings(Endpoint("https://am.example")), transport=way)
    return RunbookTool([Shelf()], [pages], [alerts])


async def find(text: str) -> Findings:
    scope = Scope(WINDOW, ONSET, service="checkout", text=text)
    return await Toolbox([tool()], str).run(ToolCall("find_runbook"), scope)


async def test_the_runbook_of_an_annotation_comes_first_as_text() -> None:
    told = await find("[FIRING:1] PoolExhausted checkout")
    first = told.observations[0]
    assert (told.status, first.source, first.link) == (
        Status.FOUND,
        "runbook pages",
        "https://wiki.example/runbooks/db/pool",
    )
    assert first.facts["why"] == "the alert links it"
    assert first.facts["steps"] == "- Roll the release back - Raise pool.size"
    assert "steal()" not in first.text
    assert "Home" not in first.text
    assert "https://wiki.example/runbooks/db/pool" in ASKED
    assert not any("evil" in each for each in ASKED)


async def test_a_link_in_the_alerts_own_words_is_followed_below_the_allowed_address_only() -> None:
    told = await find("Slow. Runbook: https://wiki.example/runbooks/slow.md see https://wiki.example/admin")
    assert told.observations[0].link == "https://wiki.example/runbooks/slow.md"
    assert [each for each in ASKED if "wiki" in each] == ["https://wiki.example/runbooks/slow.md"]


async def test_what_is_linked_elsewhere_or_may_not_be_read_is_told() -> None:
    told = await find("Other fires on checkout")
    assert (
        "the alert links a runbook at evil.example, which is not among the pages that may be read"
        in told.note
    )
    assert "collect" not in told.note
    told = await find("see https://wiki.example/runbooks/secret/one")
    assert "runbook pages: credentials may not read this (403)" in told.note


@pytest.mark.parametrize(
    "link",
    [
        "https://wiki.example/runbooks",
        "https://wiki.example/runbooks/",
        "https://wiki.example/runbooks/../admin",
        "https://wiki.example/runbooks/%2e%2e/admin",
        "https://wiki.example/runbooks/a/..%2f..%2fadmin",
        "https://wiki.example.evil.example/runbooks/a",
        "https://user@wiki.example/runbooks/a",
        "http://wiki.example/runbooks/a",
        "https://wiki.example:8443/runbooks/a",
        "https://wiki.example/runbooksecrets/a",
        "https://169.254.169.254/runbooks/a",
        "not a link",
    ],
)
async def test_no_link_leads_out(link: str) -> None:
    told = await find(f"Runbook: {link}")
    assert not [each for each in ASKED if "am.example" not in each]
    assert all(each.source == "runbooks" for each in told.observations)
