"""Posts of many senders, read in order by one inbox: posts/*.jsonl, each row with the form it follows.

Written by us in the senders' forms: first from their documentation or code, then the reading was made right.
`listed` are senders with a file of their own, `unlisted` are read by shape, `left_alone` must wake nobody.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.heard import (
    AlertAcknowledged,
    AlertChanged,
    AlertOpened,
    AlertRepeated,
    AlertResolved,
    ChangeNoticed,
    Heard,
    HeardAlert,
)
from bot.inbox import Inbox, Me
from bot.investigation.alert import Severity
from bot.senders import Reading, read_message
from tests.bot.slack_posts import attached, webhook

POSTS = Path(__file__).parent / "posts"
TOLD = {
    AlertOpened: ("open", "firing"),
    AlertRepeated: ("update", "firing"),
    AlertChanged: ("update", "firing"),
    AlertAcknowledged: ("update", "acknowledged"),
    AlertResolved: ("resolve", "resolved"),
}


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (POSTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


LISTED, UNLISTED, LEFT_ALONE = rows("listed"), rows("unlisted"), rows("left_alone")


@pytest.fixture(scope="module")
def heard() -> dict[str, Heard]:
    inbox = Inbox(Me("U0BOT", "B0BOT"))
    return {row["name"]: inbox.read(row["message"]) for row in (*LISTED, *UNLISTED, *LEFT_ALONE)}


@pytest.mark.parametrize("row", [*LISTED, *UNLISTED], ids=lambda row: row["name"])
def test_an_alert_is_read_as_its_sender_meant_it(row: dict[str, Any], heard: dict[str, Heard]) -> None:
    told = heard[row["name"]]
    assert isinstance(told, HeardAlert), f"{row['form']}: {told}"
    expected = row["expected"]
    action, status = TOLD[type(told)]
    assert {
        "action": action,
        "status": status,
        "severity": told.alert.severity.value,
        "title": told.alert.title,
        "service": told.alert.service or None,
        "link": told.alert.link,
        "firing_count": told.count,
    } == {name: value for name, value in expected.items() if name not in {"pair", "source"}}
    assert told.alert.source == expected.get("source", told.alert.source)


def test_posts_of_one_trouble_share_a_fingerprint_and_others_do_not(heard: dict[str, Heard]) -> None:
    fingerprints: dict[str, set[str]] = {}
    for row in (*LISTED, *UNLISTED):
        told = heard[row["name"]]
        assert isinstance(told, HeardAlert)
        trouble = row["expected"].get("pair") or row["name"]
        fingerprints.setdefault(trouble, set()).add(told.alert.fingerprint)
    assert [pair for pair, found in fingerprints.items() if len(found) > 1] == []
    assert len(set.union(*fingerprints.values())) == len(fingerprints)


@pytest.mark.parametrize("row", LEFT_ALONE, ids=lambda row: row["name"])
def test_what_is_no_alert_wakes_nobody(row: dict[str, Any], heard: dict[str, Heard]) -> None:
    told = heard[row["name"]]
    assert not isinstance(told, HeardAlert)
    assert isinstance(told, ChangeNoticed) == (row["expected"] == "change")


def test_what_was_read_is_not_read_again_and_what_differs_in_one_field_is() -> None:
    def told(severity: str, ts: str) -> Reading:
        inside = attached(title="disk full on db-1", fields=[{"title": "Severity", "value": severity}])
        return read_message({**webhook("cron", attachments=inside), "ts": ts})

    low, again, high = told("low", "1.1"), told("low", "2.2"), told("critical", "3.3")
    assert again is low
    assert high.severity is Severity.CRITICAL
    assert low.severity is not high.severity
