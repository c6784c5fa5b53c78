"""`find_runbook` on our own runbooks and on small ones: by name, by words, and an honest none."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.source_contracts import check_unavailable
from tests.tools.test_toolbox import SCOPE
from tools.lexical import PASSAGE, Lexicon, Text, passages
from tools.providers.runbook_folder import MAX_BYTES, RunbookFolder
from tools.runbook_search import RunbookIndex, asked_words
from tools.runbooks import RunbookTool
from tools.telemetry import Runbook
from tools.tool import Findings, Scope, Status, ToolCall
from tools.toolbox import Toolbox
from tools.words import spelled, words

OURS = Path(__file__).parents[2] / "runbooks"


async def find(text: str, *folders: Path) -> Findings:
    sources = [RunbookFolder(folder) for folder in folders or (OURS,)]
    scope = Scope(SCOPE.window, SCOPE.onset, text=text, max_bytes=9_000)
    return await Toolbox([RunbookTool(sources)], lambda each: each).run(ToolCall("find_runbook"), scope)


def ids(findings: Findings) -> list[object]:
    return [seen.facts["id"] for seen in findings.observations]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[FIRING:1] HighErrorRate checkout", "high-error-rate"),
        ("HighLatency: p95 latency of gateway is 1.9 s", "high-latency"),
        ("PodRestarting on users: restarted 3 times", "pod-restarting"),
        ("kube_pod_crash_looping default/users-7d9f", "pod-restarting"),
        ("TargetDown store has not answered its scrapes", "target-down"),
        ("Disk on volume almost full, no space left on device, writes fail", "disk-filling"),
        ("x509: certificate has expired, TLS handshake failed", "certificate-expiry"),
        ("timed out waiting for a connection, the pool is exhausted", "connection-pool-exhausted"),
        ("connection refused by payments, dial tcp ECONNREFUSED", "dependency-refuses-connections"),
        ("queries got slow: sequential scan since the release, missing index", "slow-queries"),
    ],
)
async def test_common_alerts_find_their_runbook_by_name_or_by_words(text: str, wanted: str) -> None:
    found = await find(text)
    assert found.status is Status.FOUND
    assert ids(found)[0] == wanted


@pytest.mark.parametrize(
    "text",
    ["Where is the summer party?", "Lambda ColdStartBudget of the thumbnailer", "the printer is on fire"],
)
async def test_what_no_runbook_serves_finds_none_and_says_which_came_closest(text: str) -> None:
    found = await find(text)
    assert found.status is Status.NOTHING
    assert re.match(r"none of \d+ runbooks fits", found.note)


async def test_every_runbook_of_ours_is_whole() -> None:
    runbooks = await RunbookFolder(OURS).runbooks()
    assert len(runbooks) >= 15
    for each in runbooks:
        assert each.alerts, each.id
        parts = re.findall(r"(?m)^## (.+)$", each.text)
        assert parts == [
            "What it means",
            "Check first",
            "Likely causes",
            "What to do",
            "How to know it worked",
        ]
        assert "Signals: " in each.text
        assert each.link and each.link.startswith("file://")
    names = [name for each in runbooks for name in each.alerts]
    assert len(names) == len(set(names)), "two runbooks claim the same alert"


async def test_a_folder_without_front_matter_a_broken_one_and_odd_files(tmp_path: Path) -> None:
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "billing.md").write_text(
        "# Billing is stuck\n\nThe ledger waits for the bank's file."
    )
    (tmp_path / "broken.md").write_text("---\nalerts: [a\n---\n# Broken matter\nledger")
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe\x00 ledger")
    (tmp_path / "huge.md").write_text("x" * (MAX_BYTES + 1))
    (tmp_path / "notes.txt").write_text("no runbook")
    outside = tmp_path.parent / f"{tmp_path.name}-secret.md"
    outside.write_text("# Secret")
    (tmp_path / "link.md").symlink_to(outside)
    source = RunbookFolder(tmp_path, "https://wiki.example/runbooks/")
    runbooks = {each.id: each for each in await source.runbooks()}
    assert set(runbooks) == {"teams/billing", "broken", "binary"}
    assert runbooks["teams/billing"].title == "Billing is stuck"
    assert runbooks["teams/billing"].link == "https://wiki.example/runbooks/teams/billing.md"
    assert runbooks["broken"].alerts == ()
    (tmp_path / "teams" / "billing.md").write_text("# Billing works again")
    assert "Billing works again" in [each.title for each in await source.runbooks()]


async def test_a_missing_folder_is_unavailable_and_told_beside_one_that_serves(tmp_path: Path) -> None:
    await check_unavailable(RunbookFolder(tmp_path / "none").runbooks())
    assert (await find("HighLatency", tmp_path / "none")).status is Status.UNAVAILABLE
    both = await find("HighLatency", OURS, tmp_path / "none")
    assert both.status is Status.FOUND
    assert "is not a folder that exists" in both.note


def test_the_runbook_of_the_service_comes_first_among_those_that_serve_the_alert() -> None:
    general = Runbook("general", "High latency", "slow", alerts=("HighLatency",))
    ours = Runbook("checkout", "Checkout is slow", "pool", alerts=("HighLatency",), services=("checkout",))
    found = RunbookIndex([general, ours]).search("HighLatency", service="checkout")
    assert [each.runbook.id for each in found] == ["checkout", "general"]
    assert all(each.fits and each.fit == 1 for each in found)


def test_words_fall_apart_and_keep_their_whole() -> None:
    assert words("KubePodCrashLooping") == ["kube", "pod", "crash", "loop", "kubepodcrashlooping"]
    assert words("http_requests_total of the API") == ["http", "request", "total", "httprequeststotal", "api"]
    assert spelled("Connections refused")["connect"] == "connections"


def test_much_in_common_proves_more_than_a_larger_share_of_a_query_that_says_little() -> None:
    wal = Text(
        "wal", "WAL", "postgres archiver ships segments to bucket with credentials of barman every minute"
    )
    lexicon = Lexicon([wal, *(Text(f"other-{n}", "Slow", f"requests wait in queue{n}") for n in range(30))])
    more = " ".join(f"unheard{n}" for n in "abcdefghijklmn")
    (much,) = lexicon.search(asked_words(f"{wal.body} {more}"))
    (little,) = lexicon.search(asked_words("archiver credentials gremlin goblin"))
    assert much.fit > little.fit


def test_template_code_says_nothing_and_an_expression_less_than_prose() -> None:
    asked = asked_words('Lag of {{ $labels.pod }} is <.value> s expr: rate(lag_seconds{job="a"}[5m]) > 3')
    assert asked["lag"] == 1.0
    assert asked["rate"] == 0.3
    assert not {"label", "job", "valu"} & asked.keys()


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=200)), max_size=6), st.text(max_size=100))
def test_search_is_sound_for_any_text(texts: list[tuple[str, str]], query: str) -> None:
    lexicon = Lexicon([Text(str(number), title, body) for number, (title, body) in enumerate(texts)])
    found = lexicon.search(asked_words(query))
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert all(0 <= each.fit <= 1 and each.shared for each in found)


@settings(deadline=None)
@given(st.text(alphabet="ab #\n", max_size=6000))
def test_passages_lose_nothing_but_blank_ones(body: str) -> None:
    pieces = passages(body)
    assert "".join(pieces).split() == body.split() or "".join(pieces).replace(" ", "") == body.replace(
        " ", ""
    )
    assert all(len(piece) <= PASSAGE * 1.5 for piece in pieces)
