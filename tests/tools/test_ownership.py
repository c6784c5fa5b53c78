"""Who owns a suspect service and who is on call, from the catalogue and the pager to the verdict."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.verdict import verdict_reply
from bot.investigation.alert import Alert
from bot.investigation.casefile import fold
from bot.investigation.events import AlertReceived, Concluded, EvidenceCollected, Recorded
from bot.investigation.verdict import Verdict
from tests.tools.every_kind import ONSET, WINDOW
from tests.tools.recorded import Stored
from tools.dependencies import ServiceDependencies
from tools.ownership import in_words, owner_of
from tools.providers.pagerduty import PagerDutyIncidents, PagerDutySettings
from tools.providers.services_yaml import ServicesFile
from tools.reads import Endpoint
from tools.telemetry import Owner
from tools.tool import Findings, Scope, Status, ToolCall, Unavailable
from tools.toolbox import Toolbox

SCOPE = Scope(WINDOW, ONSET, service="checkout")
# the form of PagerDuty's REST API v2 reference (GET /services, GET /oncalls), written out by hand, shortened
SERVICES = (
    b'{"services": [{"id": "P1", "name": "Checkout Service", "escalation_policy": {"id": "E1"}},'
    b' {"id": "P2", "name": "store", "escalation_policy": {"id": "E2"}}], "more": false}'
)
ON_CALLS = (
    b'{"oncalls": [{"escalation_level": 1, "escalation_policy": {"id": "E1"}, "user": {"summary": "Ada Lovelace"}},'
    b' {"escalation_level": 2, "escalation_policy": {"id": "E1"}, "user": {"summary": "Her Boss"}},'
    b' {"escalation_level": 1, "escalation_policy": {"id": "E2"}, "user": {"summary": "<!channel> @here"}}]}'
)


def pagerduty() -> PagerDutyIncidents:
    answers = {"/services": SERVICES, "/oncalls": ON_CALLS}

    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.method == "GET"
        return httpx2.Response(200, stream=Stored(answers[request.url.path]))

    settings = PagerDutySettings(Endpoint("https://api.pagerduty.example"), "k3y")
    return PagerDutyIncidents(settings, transport=httpx2.MockTransport(answer))


class Lost:
    """A catalogue that is down."""

    name = "backstage"

    async def owners(self) -> Sequence[Owner]:
        raise Unavailable("backstage: answered 503")


@pytest.fixture
def catalogue(tmp_path: Path) -> ServicesFile:
    path = tmp_path / "services.yaml"
    path.write_text(
        "services:\n  checkout: {calls: [store], owner: team-orders}\n  store: {owner: team-commerce}\n"
    )
    return ServicesFile(path)


async def test_the_first_level_of_the_escalation_policy_is_on_call() -> None:
    assert await pagerduty().owners() == [
        Owner("Checkout Service", on_call="Ada Lovelace", on_call_source="pagerduty"),
        Owner("store", on_call="<!channel> @here", on_call_source="pagerduty"),
    ]


async def look(tool: ServiceDependencies) -> Findings:
    return await Toolbox([tool], lambda text: text).run(ToolCall("service_dependencies"), SCOPE)


async def test_owner_and_on_call_come_together_and_a_dead_catalogue_is_told(catalogue: ServicesFile) -> None:
    told = await look(ServiceDependencies([catalogue], [Lost(), catalogue, pagerduty()]))
    assert "backstage: answered 503" in told.note
    assert "checkout is owned by team-orders (services.yaml); on call: Ada Lovelace (pagerduty)" in (
        told.observations[0].text
    )
    assert told.observations[0].facts["owners"] == [
        {
            "service": "checkout",
            "words": "checkout is owned by team-orders (services.yaml); on call: Ada Lovelace (pagerduty)",
        },
        {
            "service": "store",
            "words": "store is owned by team-commerce (services.yaml); on call: <!channel> @here (pagerduty)",
        },
    ]


async def test_a_pager_alone_tells_who_is_on_call_without_a_map() -> None:
    told = await look(ServiceDependencies([], [pagerduty()]))
    assert told.status is Status.FOUND
    assert told.observations[0].text == "on call for checkout: Ada Lovelace (pagerduty)."
    assert "dependencies: no source is configured" in told.note


async def test_the_verdict_names_the_owner_of_the_first_suspect_and_calls_nobody(
    catalogue: ServicesFile,
) -> None:
    told = await look(ServiceDependencies([catalogue], [catalogue, pagerduty()]))
    alert = Alert("alertmanager", "HighErrorRate checkout", ONSET, service="checkout")
    now = datetime.now(UTC)

    def head(*services: str) -> str:
        verdict = Verdict("concluded", "evidence_only", "store is slow", services)
        events = (AlertReceived("INC-1", alert), EvidenceCollected(told), Concluded(verdict))
        return str(verdict_reply(fold([Recorded(now, each) for each in events]))[0]["text"]["text"])

    assert (
        "👤 store is owned by team-commerce (services.yaml); on call: &lt;!channel&gt; @here (pagerduty)"
    ) in head("store", "checkout")
    assert "👤 checkout is owned by team-orders" in head("checkout")
    assert "👤" not in head("payments")
    assert "👤" not in head()


@pytest.mark.parametrize(
    ("asked", "known", "found"),
    [
        ("checkout", "Checkout Service", True),
        ("checkout-svc", "checkout", True),
        ("ts-order-service", "ts_order_service", True),
        ("check", "checkout", False),
        ("", "checkout", False),
    ],
)
def test_names_are_matched_as_people_spell_them(asked: str, known: str, found: bool) -> None:
    assert (owner_of(asked, [Owner(known, "team", "files")]) is not None) == found


@given(
    st.text(max_size=30), st.lists(st.builds(Owner, st.text(max_size=20), st.text(max_size=9)), max_size=5)
)
def test_any_names_are_survived(service: str, known: list[Owner]) -> None:
    found = owner_of(service, known)
    assert found is None or in_words(found)
