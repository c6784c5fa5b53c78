"""Bringing the past in: every form, what is understood, what is left out and why, and twice changes nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.import_record import LeftOut, Origin, incident_from
from memory.importing import import_files
from memory.incident import Incident, Outcome, Status
from memory.memory import Memory
from memory.records import Records
from memory.store_qdrant import QdrantStore
from tests.memory.making import WordEmbed, an_incident

POSTMORTEM = """---
date: 2024-03-05
services: [checkout, store]
severity: high
link: https://example.com/pm/7
---
# Checkout down after the certificate expired

## Summary
Customers saw x509 errors when paying.

## Root cause
The certificate of the payment gateway expired; the renewal job had been off since the migration.

### Why nobody saw it
The alert went to a mailbox that no one reads.

## Resolution
Renewed the certificate by hand and turned the job on.

## Timeline
10:00 alert, 10:40 fixed
"""


async def only(memory: Memory, workspace: str = "T1") -> Incident:
    (found,) = await memory.records.select()
    assert found.workspace == workspace
    return found


async def test_a_post_mortem_with_front_matter_and_headings(memory: Memory, tmp_path: Path) -> None:
    folder = tmp_path / "postmortems"
    folder.mkdir()
    (folder / "cert.md").write_text(POSTMORTEM)
    report = await import_files(memory, folder, "T1")
    assert report.as_json() == {"read": 1, "stored": 1, "unchanged": 0, "left_out": []}
    found = await only(memory)
    assert found.title == "Checkout down after the certificate expired"
    assert found.symptoms == "Customers saw x509 errors when paying."
    assert found.root_cause.startswith("The certificate of the payment gateway expired")
    assert "mailbox that no one reads" in found.root_cause
    assert found.services == ("checkout", "store")
    assert found.severity == "high"
    assert found.link == "https://example.com/pm/7"
    assert str(found.started_at) == "2024-03-05 00:00:00+00:00"
    assert [(fix.action, fix.outcome) for fix in found.fixes] == [
        ("Renewed the certificate by hand and turned the job on.", Outcome.WORKED)
    ]


async def test_importing_again_changes_nothing_and_a_dry_run_stores_nothing(
    memory: Memory, tmp_path: Path
) -> None:
    (tmp_path / "cert.md").write_text(POSTMORTEM)
    dry = await import_files(memory, tmp_path / "cert.md", "T1", dry_run=True)
    assert (dry.stored, await memory.records.count()) == (1, 0)
    await import_files(memory, tmp_path / "cert.md", "T1")
    again = await import_files(memory, tmp_path / "cert.md", "T1")
    assert (again.stored, again.unchanged) == (0, 1)
    dry = await import_files(memory, tmp_path / "cert.md", "T1", dry_run=True)
    assert (dry.stored, dry.unchanged) == (0, 1)


def marking(key: str) -> Callable[[str], str]:
    return lambda text: text.replace("hunter2", f"[REDACTED:password:{key}]")


async def test_marks_that_die_with_the_process_do_not_make_it_new(records: Records, tmp_path: Path) -> None:
    (tmp_path / "cert.md").write_text(POSTMORTEM + "\npassword hunter2")
    for key in ("ab12", "c3d4"):
        memory = Memory(
            records,
            QdrantStore(":memory:", "words@1", WordEmbed.size),
            WordEmbed(),
            redact=marking(key),
        )
        report = await import_files(memory, tmp_path / "cert.md", "T1")
        assert report.stored == (key == "ab12")
        await memory.close()
    assert "[REDACTED:password]" in (await records.get(["cert"]))["cert"].report


async def test_json_lines_in_our_own_form_with_the_broken_told(memory: Memory, tmp_path: Path) -> None:
    good = {
        "id": "i-1",
        "date": "2021-06",
        "title": "Queue backlog",
        "services": ["mail"],
        "symptoms": "mails late",
        "root_cause": "a stuck consumer",
        "resolution": "restarted it",
        "text": "the whole story of the backlog",
    }
    lines = [
        json.dumps(good),
        "{broken",
        json.dumps({"id": "i-2", "title": "short"}),
        "[1]",
        "",
        json.dumps(good),
    ]
    (tmp_path / "all.jsonl").write_text("\n".join(lines))
    report = await import_files(memory, tmp_path / "all.jsonl", "T1")
    assert (report.read, report.stored) == (5, 1)
    assert [(item.what, item.why.split(":")[0]) for item in report.left_out] == [
        ("all.jsonl line 2", "not JSON"),
        ("i-2", "only 5 characters of text"),
        ("all.jsonl line 4", "is a list, not an object"),
        ("i-1", "the same id came before in this import"),
    ]
    assert (await only(memory)).report == "the whole story of the backlog"


async def test_a_pagerduty_export(memory: Memory, tmp_path: Path) -> None:
    incident = {
        "id": "PT4KHLK",
        "incident_number": 1234,
        "title": "The server is on fire, please send help",
        "created_at": "2015-10-06T21:30:42Z",
        "status": "resolved",
        "resolved_at": "2015-10-06T21:38:23Z",
        "service": {"id": "PIJ90N7", "type": "service_reference", "summary": "My Mail Service"},
        "urgency": "high",
        "resolve_reason": None,
        "html_url": "https://subdomain.pagerduty.com/incidents/PT4KHLK",
    }
    (tmp_path / "pd.json").write_text(json.dumps({"incidents": [incident], "limit": 25}))
    await import_files(memory, tmp_path / "pd.json", "T1")
    found = await only(memory)
    assert (found.id, found.services, found.severity) == ("PT4KHLK", ("My Mail Service",), "high")
    assert found.time_to_resolve is not None
    assert found.time_to_resolve.total_seconds() == 461
    assert found.link == "https://subdomain.pagerduty.com/incidents/PT4KHLK"
    assert found.fixes == ()


async def test_a_jira_export(memory: Memory, tmp_path: Path) -> None:
    issue = {
        "key": "OPS-7",
        "self": "https://jira.example.com/rest/api/2/issue/1",
        "fields": {
            "summary": "Login fails with 503 for everyone",
            "description": "All pods restarting since the deploy.",
            "created": "2024-02-01T10:00:00.000+0000",
            "components": [{"name": "auth"}, {"name": "gateway"}],
            "priority": {"name": "Blocker"},
            "resolution": {"name": "Fixed"},
            "status": {"name": "In Progress"},
            "assignee": {"displayName": "Ana"},
        },
    }
    (tmp_path / "jira.json").write_text(json.dumps({"issues": [issue]}))
    await import_files(memory, tmp_path / "jira.json", "T1")
    found = await only(memory)
    assert (found.id, found.services, found.severity) == ("OPS-7", ("auth", "gateway"), "Blocker")
    assert found.status is Status.OPEN
    assert found.fixes == (), "'Fixed' says that it was, not how"
    assert found.resolved_by == "Ana"
    assert found.started_at is not None


async def test_a_table_with_the_columns_people_use(memory: Memory, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "Number;Summary;Root Cause;Resolution;Service;Created\n"
        '12;"Disk full; writes fail";log rotation was off;turned rotation on;store;05/Mar/24 10:00\n'
    )
    await import_files(memory, tmp_path / "log.csv", "T1")
    found = await only(memory)
    assert (found.id, found.title, found.root_cause) == (
        "12",
        "Disk full; writes fail",
        "log rotation was off",
    )
    assert found.fixes[0].action == "turned rotation on"


async def test_what_is_not_read_is_told_and_nothing_is_raised(memory: Memory, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "photo.png").write_bytes(b"\x89PNG")
    (folder / "latin.md").write_bytes(b"caf\xe9")
    (folder / "bad.md").write_text("---\n: [\n---\ntext")
    (folder / "bad.json").write_text("{")
    (folder / ".hidden.md").write_text(POSTMORTEM)
    report = await import_files(memory, folder, "T1")
    assert (report.read, report.stored) == (4, 0)
    assert {item.what for item in report.left_out} == {"photo.png", "latin.md", "bad.md", "bad.json"}
    missing = await import_files(memory, tmp_path / "nowhere", "T1")
    assert missing.left_out[0].why == "there is no such file or folder"


async def test_another_workspace_is_not_overwritten(memory: Memory, tmp_path: Path) -> None:
    await memory.retain(an_incident("cert", workspace="T2"))
    (tmp_path / "cert.md").write_text(POSTMORTEM)
    report = await import_files(memory, tmp_path / "cert.md", "T1")
    assert report.stored == 0
    assert "another workspace" in report.left_out[0].why
    assert (await only(memory, "T2")).title == "Checkout answers 500"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["id", "title", "date", "services", "text", "status", "resolution"]), VALUES
    )
)
def test_any_record_becomes_an_incident_or_a_reason(record: dict[str, object]) -> None:
    made = incident_from(record, Origin("T1", "x"))
    assert made == incident_from(record, Origin("T1", "x"))
    assert made.why if isinstance(made, LeftOut) else made.id and made.title


@pytest.mark.parametrize("name", ["id", "incident_id", "key"])
def test_ids_are_kept(name: str) -> None:
    made = incident_from({name: "X-1", "text": "long enough to be recalled by"}, Origin("T1", "x"))
    assert isinstance(made, Incident)
    assert made.id == "X-1"
