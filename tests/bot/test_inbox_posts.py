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


def misread(row: dict[str, Any], told: Heard) -> str:
    """Say what of a row was read in another way than its sender meant it; nothing when all was."""
    if not isinstance(told, HeardAlert):
        return f"{row['name']} ({row['form']}): {told}"
    action, status = TOLD[type(told)]
    read = {
        "action": action,
        "status": status,
        "severity": told.alert.severity.value,
        "title": told.alert.title,
        "service": told.alert.service or None,
        "link": told.alert.link,
        "firing_count": told.count,
        "source": told.alert.source,
    }
    expected = {name: value for name, value in row["expected"].items() if name != "pair"}
    expected.setdefault("source", told.alert.source)
    return "" if read == expected else f"{row['name']} ({row['form']}): {read}, not {expected}"


@pytest.mark.parametrize("posted", [LISTED, UNLISTED], ids=["listed", "unlisted"])
def test_an_alert_is_read_as_its_sender_meant_it(
    posted: list[dict[str, Any]], heard: dict[str, Heard]
) -> None:
    assert [wrong for row in posted if (wrong := misread(row, heard[row["name"]]))] == []


def test_posts_of_one_trouble_share_a_fingerprint_and_others_do_not(heard: dict[str, Heard]) -> None:
    fingerprints: dict[str, set[str]] = {}
    for row in (*LISTED, *UNLISTED):
        told = heard[row["name"]]
        assert isinstance(told, HeardAlert)
        trouble = row["expected"].get("pair") or row["name"]
        fingerprints.setdefault(trouble, set()).add(told.alert.fingerprint)
    assert [pair for pair, found in fingerprints.items() if len(found) > 1] == []
    assert len(set.union(*fingerprints.values())) == len(fingerprints)


def test_what_is_no_alert_wakes_nobody(heard: dict[str, Heard]) -> None:
    told = {row["name"]: heard[row["name"]] for row in LEFT_ALONE}
    assert [name for name, each in told.items() if isinstance(each, HeardAlert)] == []
    changes = {row["name"] for row in LEFT_ALONE if row["expected"] == "change"}
    assert {name for name, each in told.items() if isinstance(each, ChangeNoticed)} == changes


def test_what_was_read_is_not_read_again_and_what_differs_in_one_field_is() -> None:
    def told(severity: str, ts: str) -> Reading:
        inside = attached(title="disk full on db-1", fields=[{"title": "Severity", "value": severity}])
        return read_message({**webhook("cron", attachments=inside), "ts": ts})

    low, again, high = told("low", "1.1"), told("low", "2.2"), told("critical", "3.3")
    assert again is low
    assert high.severity is Severity.CRITICAL
    assert low.severity is not high.severity
