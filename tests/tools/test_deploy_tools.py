"""`list_deployments`, `diff_deployment` and `active_alerts` on real folders, through the toolbox as a model would."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tools.alerts import AlertsTool
from tools.deploys import DeploymentsTool
from tools.diffs import DiffTool
from tools.hunks import split, telling
from tools.providers.files import FileTelemetry
from tools.telemetry import Window
from tools.tool import Findings, Scope, Status, ToolCall
from tools.toolbox import Toolbox

ONSET = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SCOPE = Scope(
    Window(ONSET - timedelta(minutes=30), ONSET + timedelta(minutes=10)),
    ONSET,
    service="checkout",
    text="HighLatency on checkout: waiting for a connection from the pool",
)
POOL_DIFF = """diff --git a/checkout/settings.toml b/checkout/settings.toml
--- a/checkout/settings.toml
+++ b/checkout/settings.toml
@@ -1,3 +1,3 @@
 [pool]
-connections = 20
+connections = 2
diff --git a/docs/pool.md b/docs/pool.md
--- a/docs/pool.md
+++ b/docs/pool.md
@@ -1 +1 @@
-The pool has many connections.
+The pool has few connections.
diff --git a/web/colors.css b/web/colors.css
--- a/web/colors.css
+++ b/web/colors.css
@@ -1,2 +1,2 @@
-body { color: navy }
+body { color: teal }
"""


def row(sha: str, minutes: float, title: str, **more: object) -> str:
    at = (ONSET - timedelta(minutes=minutes)).isoformat()
    return json.dumps({"sha": sha, "deployed_at": at, "title": title, "files": [], "diff": "", **more}) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = [{"path": "checkout/settings.toml", "added": 1, "deleted": 1}]
    (tmp_path / "deploys.jsonl").write_text(
        row(
            "c0ffee" * 6, 12, "Leaner checkout", service="checkout", author="Ada", files=files, diff=POOL_DIFF
        )
        + row("d00d" * 9, 4, "Reword the help page", service="web", files=[{"path": "docs/help.md"}])
        + row("feed" * 9, -4, "Bump the gateway", service="gateway")
        + row("dead" * 9, -90, "A fix, later", service="checkout")
        + row("beef" * 9, 60 * 24 * 9, "Long ago", service="checkout")
    )
    alerts = [
        {
            "title": "TargetDown",
            "service": "user",
            "starts_at": "2026-03-01T11:50:00Z",
            "severity": "warning",
        },
        {
            "title": "HighLatency",
            "service": "checkout",
            "starts_at": "2026-03-01T12:00:10Z",
            "description": "p95 2 s",
        },
    ]
    (tmp_path / "alerts.jsonl").write_text("".join(json.dumps(each) + "\n" for each in alerts))
    return tmp_path


async def call(folder: Path, name: str, **arguments: str | int) -> Findings:
    files = FileTelemetry(folder)
    elsewhere = FileTelemetry(folder / "nowhere")
    box = Toolbox(
        [
            DeploymentsTool([files.deploys, elsewhere.deploys]),
            DiffTool([files.deploys]),
            AlertsTool([files.alerts, files.alerts]),
        ],
        lambda text: text,
    )
    return await box.run(ToolCall(name, arguments), SCOPE)


async def test_deployments_come_newest_first_with_what_speaks_for_each(folder: Path) -> None:
    found = await call(folder, "list_deployments")
    assert [seen.facts["sha"] for seen in found.observations] == ["feed" * 9, "d00d" * 9, "c0ffee" * 6]
    pool = found.observations[2]
    assert pool.text.startswith("c0ffeec0ffee of checkout by Ada, 12 min before the onset: Leaner checkout")
    assert (pool.facts["rank"], pool.facts["accused"], pool.facts["minutes_before_onset"]) == (1, True, 12.0)
    assert pool.facts["paths"] == ["checkout/settings.toml"]
    assert "3 deployments in the 168 h before the onset; suspect: c0ffeec0ffee" in found.note
    assert "one went out just after the onset" in found.note
    assert "has no deploys.jsonl" in found.note  # the source that could not be read is told


async def test_deployments_of_one_service_further_back(folder: Path) -> None:
    found = await call(folder, "list_deployments", service="checkout", hours=600)
    assert [seen.facts["title"] for seen in found.observations] == ["Leaner checkout", "Long ago"]
    assert found.status is Status.FOUND


async def test_no_deployments_beside_a_source_that_cannot_be_read_is_not_nothing(folder: Path) -> None:
    unknown = await call(folder, "list_deployments", service="nobody")
    assert (unknown.status, unknown.observations) == (Status.UNAVAILABLE, ())
    assert unknown.note == "files: nowhere has no deploys.jsonl"
    assert "has no deploys.jsonl" in unknown.note
    (folder / "deploys.jsonl").unlink()
    assert (await call(folder, "list_deployments")).status is Status.UNAVAILABLE


async def test_a_diff_is_shown_with_its_telling_hunk_first_to_survive(folder: Path) -> None:
    (seen,) = (await call(folder, "diff_deployment", sha="c0ffee")).observations
    assert "+connections = 2" in seen.text
    assert (seen.facts["hunks_shown"], seen.facts["hunks_total"]) == (3, 3)
    tight = telling(POOL_DIFF, text=SCOPE.text, max_bytes=130)
    assert (tight.kept, tight.total) == (1, 3)
    assert "+connections = 2" in tight.text
    assert "colors" not in tight.text


async def test_an_unknown_deployment_is_nothing_and_a_bad_id_is_refused(folder: Path) -> None:
    assert (await call(folder, "diff_deployment", sha="abcdef123")).note == "no deployment abcdef123 is known"
    assert (await call(folder, "diff_deployment", sha="; rm -rf /")).status is Status.REFUSED
    assert (await call(folder, "diff_deployment", sha="abc")).status is Status.REFUSED


def test_hunks_know_their_files_and_a_giant_hunk_is_squeezed() -> None:
    assert [hunk.path for hunk in split(POOL_DIFF)] == [
        "checkout/settings.toml",
        "docs/pool.md",
        "web/colors.css",
    ]
    assert split("") == []
    giant = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n" + "".join(f"+line {number}\n" for number in range(500))
    cut = telling(giant, text="line", max_bytes=200)
    assert len(cut.text.encode()) <= 200
    assert cut.text.endswith("[… cut]")


async def test_alerts_of_the_service_come_first_and_each_once(folder: Path) -> None:
    found = await call(folder, "active_alerts")
    assert [seen.facts["alert"] for seen in found.observations] == ["HighLatency", "TargetDown"]
    first, second = found.observations
    assert (
        first.text == "HighLatency on checkout (unknown) since 2026-03-01 12:00:10 UTC, at the onset: p95 2 s"
    )
    assert second.facts["minutes_before_onset"] == 10.0
    assert found.note == "2 alerts fire"


async def test_no_alert_is_nothing(folder: Path) -> None:
    found = await call(folder, "active_alerts", service="nobody")
    assert (found.status, found.note) == (Status.NOTHING, "nothing fires")
