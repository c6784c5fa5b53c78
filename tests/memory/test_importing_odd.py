"""Exports as they come: marks, line ends, columns twice, headings of all kinds, logs, documents in JSON, XML."""

import json
from pathlib import Path

import pytest

from memory.import_record import Origin, incident_from
from memory.importing import import_files
from memory.incident import Incident, Outcome, Status
from memory.memory import Memory
from memory.moments import moment_of


async def all_of(memory: Memory, folder: Path, name: str, content: bytes | str) -> dict[str, Incident]:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    report = await import_files(memory, folder / name, "T1")
    assert len(report.understood) == report.stored + report.unchanged
    return {incident.id: incident for incident in await memory.records.select()}


JIRA_CSV = (
    "Summary,Issue key,Status,Created,Resolved,Component/s,Component/s,Description,Custom field (Root Cause)"
    ",Comment,Comment\r\n"
    'Checkout down,OPS-1,Done,05/Mar/24 10:00 AM,05/Mar/24 11:30 AM,checkout,gateway,"All pods\r\nrestart, again",'
    '"the pool; halved",first look,found it\r\n'
    "Mail late,OPS-2,To Do,06/Mar/24 10:00 AM,,,mail,mails are an hour late,,,\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
async def test_jiras_table_with_columns_twice_in_any_mark(
    memory: Memory, tmp_path: Path, encoding: str
) -> None:
    found = await all_of(memory, tmp_path, "jira.csv", JIRA_CSV.encode(encoding))
    first = found["OPS-1"]
    assert first.services == ("checkout", "gateway")
    assert first.symptoms == "All pods\nrestart, again"
    assert first.root_cause == "the pool; halved"
    assert "first look, found it" in first.report
    assert first.time_to_resolve and first.time_to_resolve.total_seconds() == 5400
    assert found["OPS-2"].services == ("mail",) and found["OPS-2"].status is Status.OPEN


async def test_jiras_document_format_named_custom_fields_and_comments(memory: Memory, tmp_path: Path) -> None:
    def document(*lines: str) -> dict[str, object]:
        told = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines]
        return {"type": "doc", "version": 1, "content": told}

    export = {
        "names": {"customfield_10050": "Root Cause", "customfield_10051": "Resolution Notes"},
        "issues": [
            {
                "key": "OPS-3",
                "fields": {
                    "summary": "Search is slow",
                    "description": document("p99 is 9 s", "since noon"),
                    "customfield_10050": document("the index was rebuilt at noon"),
                    "customfield_10051": "moved the rebuild to the night",
                    "resolution": None,
                    "comment": {"comments": [{"body": document("looking")}, {"body": "found it"}]},
                    "created": "2024-03-05T10:00:00.000+0100",
                    "resolutiondate": "2024-03-05T12:00:00.000+0100",
                },
            }
        ],
    }
    found = (await all_of(memory, tmp_path, "jira.json", json.dumps(export)))["OPS-3"]
    assert found.symptoms == "p99 is 9 s\nsince noon"
    assert found.root_cause == "the index was rebuilt at noon"
    assert [(fix.action, fix.outcome) for fix in found.fixes] == [
        ("moved the rebuild to the night", Outcome.WORKED)
    ]
    assert found.report == "looking\nfound it"
    assert str(found.started_at) == "2024-03-05 09:00:00+00:00"


JIRA_XML = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="0.92"><channel><title>Jira</title>
<item><title>[OPS-9] Disk full</title><link>https://jira.example.com/browse/OPS-9</link>
<key id="1">OPS-9</key><summary>Disk full on the log node</summary>
<description>&lt;p&gt;writes fail: &lt;b&gt;no space&lt;/b&gt; left&lt;/p&gt;</description>
<created>Tue, 5 Mar 2024 10:00:00 +0000</created><resolved>Tue, 5 Mar 2024 10:40:00 +0000</resolved>
<component>logs</component><status>Done</status><resolution>Fixed</resolution><assignee username="a">Ana</assignee>
<comments><comment author="b">&lt;p&gt;rotated by hand&lt;/p&gt;</comment></comments>
<customfields><customfield><customfieldname>Root Cause</customfieldname>
<customfieldvalues><customfieldvalue>log rotation was off</customfieldvalue></customfieldvalues>
</customfield></customfields>
</item></channel></rss>"""


async def test_jiras_xml(memory: Memory, tmp_path: Path) -> None:
    found = (await all_of(memory, tmp_path, "jira.xml", JIRA_XML))["OPS-9"]
    assert (found.title, found.root_cause) == ("Disk full on the log node", "log rotation was off")
    assert found.symptoms.split() == "writes fail: no space left".split()
    assert (found.services, found.resolved_by, found.fixes) == (("logs",), "Ana", ())
    assert found.report == "rotated by hand"
    assert found.time_to_resolve and found.time_to_resolve.total_seconds() == 2400


@pytest.mark.parametrize(
    "hostile", ["<!DOCTYPE r [<!ENTITY a 'aa'>]><r>&a;</r>", "<rss><channel>", "<rss><channel/></rss>"]
)
async def test_xml_that_is_not_read_is_told(memory: Memory, tmp_path: Path, hostile: str) -> None:
    (tmp_path / "x.xml").write_text(hostile)
    report = await import_files(memory, tmp_path / "x.xml", "T1")
    assert (report.stored, len(report.left_out)) == (0, 1)


async def test_pagerduty_with_log_entries_and_notes(memory: Memory, tmp_path: Path) -> None:
    ana = {"type": "user_reference", "summary": "Ana"}
    incident = {
        "id": "Q1",
        "title": "Queue backlog on mail",
        "created_at": "2024-03-05T10:00:00Z",
        "status": "resolved",
        "service": {"summary": "mail", "type": "service_reference"},
        "notes": [{"content": "consumer was stuck", "user": ana, "created_at": "2024-03-05T10:20:00Z"}],
        "log_entries": [
            {
                "type": "resolve_log_entry",
                "created_at": "2024-03-05T10:30:00Z",
                "summary": "Resolved by Ana.",
                "agent": ana,
            },
            {
                "type": "trigger_log_entry",
                "created_at": "2024-03-05T10:00:00Z",
                "summary": "Triggered through the API.",
                "channel": {"type": "api", "summary": "backlog 12000"},
            },
        ],
    }
    found = (await all_of(memory, tmp_path, "pd.json", json.dumps([incident])))["Q1"]
    assert (found.resolved_by, found.services) == ("Ana", ("mail",))
    assert found.time_to_resolve and found.time_to_resolve.total_seconds() == 1800
    assert "consumer was stuck" in found.report
    assert found.report.index("backlog 12000") < found.report.index("Resolved by Ana.")


async def test_headings_that_are_underlined_and_a_title_that_sounds_like_a_section(
    memory: Memory, tmp_path: Path
) -> None:
    text = (
        "\ufeffWhy the fix for checkout caused a second outage\r\n===\r\n\r\n"
        "Severity: high\r\n| Services | store, cart |\r\n"
        "**Date**: 2024-03-05\r\n\r\nWhat happened\r\n-------------\r\nCarts were empty.\r\n\r\n"
        "Root cause\r\n----------\r\nA cache key without a version.\r\n\r\n### Five whys\r\nNobody reviewed it.\r\n\r\n"
        "**How we fixed it:**\r\n\r\n- flushed the cache\r\n"
    )
    (found,) = (await all_of(memory, tmp_path, "pm.md", text)).values()
    assert found.title == "Why the fix for checkout caused a second outage"
    assert found.symptoms == "Carts were empty."
    assert found.root_cause.startswith("A cache key without a version.")
    assert "Nobody reviewed it." in found.root_cause
    assert (found.services, found.severity) == (("store", "cart"), "high")
    assert found.fixes[0].action == "- flushed the cache"
    assert str(found.started_at) == "2024-03-05 00:00:00+00:00"


async def test_a_log_of_incidents_is_one_record_for_each_dated_heading(
    memory: Memory, tmp_path: Path
) -> None:
    text = (
        "# Incidents of the shop\n\n## 2024-03-05 Checkout down\n### Cause\nthe pool was halved\n### Fix\nrolled back\n"
        "## 2024-04-06 Mail late\n### Cause\na stuck consumer\n### Fix\nrestarted it\n"
    )
    found = await all_of(memory, tmp_path, "log.md", text)
    assert [(one.id, one.root_cause, one.fixes[0].action) for one in found.values()] == [
        ("log#1", "the pool was halved", "rolled back"),
        ("log#2", "a stuck consumer", "restarted it"),
    ]


async def test_another_incident_under_the_same_id_is_not_overwritten_and_an_edit_is_taken(
    memory: Memory, tmp_path: Path
) -> None:
    def row(title: str, date: str) -> str:
        return f"number,title,description,date\n1,{title},the shop is down for everyone,{date}\n"

    await all_of(memory, tmp_path, "a.csv", row("Checkout down", "2024-03-05"))
    (tmp_path / "b.csv").write_text(row("Mail is late", "2023-01-01"))
    report = await import_files(memory, tmp_path / "b.csv", "T1")
    assert report.stored == 0 and "another incident under this id" in report.left_out[0].why
    edited = await all_of(memory, tmp_path, "a.csv", row("Checkout is down", "2024-03-05"))
    assert edited["1"].title == "Checkout is down"


def test_names_of_fields_compare_however_they_are_written() -> None:
    record = {
        "Incident ID": "9",
        "rootCause": "a leak",
        "started-at": "2024-03-05T10:00Z",
        "Affected Services": "a;b",
        "Title": "Memory grows",
        "description": "until it is killed",
    }
    found = incident_from(record, Origin("T1", "x"))
    assert isinstance(found, Incident)
    assert (found.id, found.root_cause, found.services) == ("9", "a leak", ("a", "b"))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-03-05 10:00 UTC", "2024-03-05 10:00:00+00:00"),
        ("2024-03-05 10:00:00 GMT", "2024-03-05 10:00:00+00:00"),
        ("March 5, 2024 10:00 (UTC)", "2024-03-05 10:00:00+00:00"),
        ("5 March 2024 10:00 +0100", "2024-03-05 10:00:00+01:00"),
        ("2024-03-05T10:00:00-08:00", "2024-03-05 10:00:00-08:00"),
        ("2024-03-05 10:00 PST", "None"),
        ("03/05/2024", "None"),
        ("yesterday", "None"),
    ],
)
def test_moments_with_zones_and_what_is_not_guessed(written: str, read: str) -> None:
    assert str(moment_of(written)) == read


async def test_excels_mark_line_a_hugo_page_an_html_export_and_code_that_looks_like_headings(
    memory: Memory, tmp_path: Path
) -> None:
    table = "sep=;\nIncident Number;Title;Service\n17;Checkout was down for an hour;checkout, gateway\n"
    found = await all_of(memory, tmp_path, "excel.csv", table)
    assert found["17"].services == ("checkout", "gateway")
    (tmp_path / "pages").mkdir()
    hugo = (
        '+++\ntitle = "Disk of the log node was full"\ndate = 2025-01-02\n+++\n\n## Root Cause\nno rotation\n'
    )
    exported = "<h1>Search was <b>slow</b></h1><h2>Root Cause</h2>\n<p>a shard &amp; its copy were lost</p>"
    fenced = (
        "**Checkout stood still**\n\n## Summary\nnothing could be paid\n\n```bash\n# Root cause: a comment\n"
        "## Resolution\nkubectl get pods\n```\n\n## 1. Root cause(s)\na pool of ten\n\n"
        "## 2) How we resolved it\na pool of fifty\n"
    )
    for name, text in (("hugo.md", hugo), ("exported.md", exported), ("fenced.md", fenced)):
        (tmp_path / "pages" / name).write_text(text)
    report = await import_files(memory, tmp_path / "pages", "T1")
    assert not report.left_out
    pages = {incident.id: incident for incident in await memory.records.select()}
    assert (pages["hugo"].title, pages["hugo"].root_cause) == ("Disk of the log node was full", "no rotation")
    assert pages["hugo"].started_at == moment_of("2025-01-02")
    assert "a shard & its copy were lost" in pages["exported"].root_cause
    assert pages["fenced"].title == "Checkout stood still"
    assert pages["fenced"].root_cause == "a pool of ten"
    assert [fix.action for fix in pages["fenced"].fixes] == ["a pool of fifty"]
    assert "# Root cause: a comment" in pages["fenced"].symptoms


async def test_toml_at_the_head_that_is_none_is_told(memory: Memory, tmp_path: Path) -> None:
    (tmp_path / "broken.md").write_text("+++\ntitle = \n+++\n# Checkout was down for an hour\n")
    (left,) = (await import_files(memory, tmp_path / "broken.md", "T1")).left_out
    assert "not TOML" in left.why


async def test_pagerdutys_body_and_notes_are_kept(memory: Memory, tmp_path: Path) -> None:
    incident = {
        "id": "PT4KHLK",
        "title": "CPU is high",
        "description": "CPU is high",
        "body": {"type": "incident_body", "details": "checkout-7 at 99 % for ten minutes"},
        "notes": [{"content": "a loop in the price cache"}],
    }
    found = (await all_of(memory, tmp_path, "pd.json", json.dumps({"incidents": [incident]})))["PT4KHLK"]
    assert found.symptoms == "CPU is high\ncheckout-7 at 99 % for ten minutes"
    assert found.report == "a loop in the price cache"
