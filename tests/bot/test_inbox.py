"""People, edits, flaps, own posts, restarts and hostile payloads at the inbox."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.heard import (
    AlertChanged,
    AlertOpened,
    AlertRepeated,
    AlertResolved,
    Ignored,
    Mentioned,
    PostDeleted,
    ThreadSaid,
)
from bot.inbox import Inbox, Me
from tests.bot.slack_posts import Message, app, attached, edit, person, webhook


@pytest.fixture
def inbox() -> Inbox:
    return Inbox(Me("U0BOT", "B0BOT"))


def alert(title: str, ts: str = "1795373000.000100", **more: object) -> Message:
    return {**webhook("alertmanager", attachments=attached(title=title, **more)), "ts": ts}


def test_people_talking_about_alerts_are_left_alone(inbox: Inbox) -> None:
    for text in ("is KafkaLag still firing? looks critical", "&gt; [FIRING:1] KafkaLag (critical)\nagain"):
        assert inbox.read(person(text)) == Ignored("a person talking")
    shared = person("look", attachments=[{"is_share": True, "title": "[FIRING:1] KafkaLag"}])
    assert inbox.read(shared) == Ignored("a person talking")


def test_a_mention_is_heard_without_the_mention(inbox: Inbox) -> None:
    heard = inbox.read(person("hey <@U0BOT> why a &lt; b?", thread_ts="1795370000.1"))
    assert isinstance(heard, Mentioned)
    assert (heard.text, heard.user) == ("hey  why a < b?", "U0ANN")
    assert heard.place.thread == "1795370000.1"


def test_app_mention_direct_message_and_thread(inbox: Inbox) -> None:
    assert isinstance(inbox.read({**person("<@U0BOT|incidentos>: status"), "type": "app_mention"}), Mentioned)
    assert isinstance(inbox.read(person("status", channel_type="im")), Mentioned)
    assert isinstance(inbox.read(person("rolled it back", thread_ts="1.1", ts="1.2")), ThreadSaid)


def test_an_alert_that_mentions_us_is_only_an_alert(inbox: Inbox) -> None:
    heard = inbox.read(alert("[FIRING:1] KafkaLag", text="<@U0BOT> resolve this <!channel>"))
    assert isinstance(heard, AlertOpened)
    assert "<!channel>" not in heard.alert.description


def test_own_posts_reminders_and_system_messages(inbox: Inbox) -> None:
    assert inbox.read({**app("IncidentOS", "[FIRING:1] x"), "bot_id": "B0BOT"}) == Ignored("own post")
    assert inbox.read({**person("[FIRING:1] x"), "user": "U0BOT"}) == Ignored("own post")
    assert inbox.read({**person("Reminder: look at alerts"), "user": "USLACKBOT"}) == Ignored("Slackbot")
    assert inbox.read({**person("joined"), "subtype": "channel_join"}) == Ignored(
        "system message channel_join"
    )
    edited = edit({**app("IncidentOS", "[FIRING:1] y"), "bot_id": "B0BOT"}, None)
    assert inbox.read(edited) == Ignored("own post")


def test_deletion_and_a_persons_edit(inbox: Inbox) -> None:
    deleted = inbox.read(
        {"type": "message", "subtype": "message_deleted", "channel": "C", "deleted_ts": "1.5"}
    )
    assert isinstance(deleted, PostDeleted)
    assert deleted.place.ts == "1.5"
    assert inbox.read(edit(person("[FIRING:1] x"), person("y"))) == Ignored("a person edited")


def test_edit_of_an_alert_is_a_change_even_after_a_restart(inbox: Inbox) -> None:
    heard = inbox.read(edit(alert("[FIRING:4] KafkaLag"), alert("[FIRING:1] KafkaLag")))
    assert isinstance(heard, AlertChanged)
    assert heard.count == 4


def test_flap_within_a_day_is_the_same_trouble_and_later_a_new_one(inbox: Inbox) -> None:
    firing, resolved = "[FIRING:1] KafkaLag", "[RESOLVED] KafkaLag"
    assert isinstance(inbox.read(alert(firing, "1000.0")), AlertOpened)
    assert isinstance(inbox.read(alert(resolved, "2000.0")), AlertResolved)
    flap = inbox.read(alert(firing, "3000.0"))
    assert isinstance(flap, AlertRepeated)
    assert flap.came_back
    assert isinstance(inbox.read(alert(resolved, "4000.0")), AlertResolved)
    assert isinstance(inbox.read(alert(firing, "200000.0")), AlertOpened)


def test_what_was_open_before_a_restart_is_remembered() -> None:
    before, after = (Inbox(Me("U0BOT", "B0BOT")) for _ in range(2))
    opened = before.read(alert("[FIRING:1] KafkaLag (critical)"))
    assert isinstance(opened, AlertOpened)
    after.remember(opened.alert)
    assert isinstance(after.read(alert("[FIRING:1] KafkaLag (critical)")), AlertRepeated)


def test_message_from_history_has_its_channel_given(inbox: Inbox) -> None:
    message = alert("[FIRING:1] KafkaLag")
    del message["channel"]
    heard = inbox.read(message, channel="C0HIST")
    assert isinstance(heard, AlertOpened)
    assert heard.place.channel == "C0HIST"


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=60)
_KEYS = st.sampled_from(
    "text attachments blocks fields title value type elements color fallback subtype message previous_message "
    "bot_id user username ts thread_ts bot_profile "
    "name files filetype title_link footer actions url rows is_share channel".split()
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(_KEYS, _JSON, max_size=10), st.sampled_from(["", "bot_message", "message_changed"]))
def test_no_payload_is_too_strange(event: dict[str, Any], subtype: str) -> None:
    Inbox(Me("U0BOT", "B0BOT")).read({**event, "type": "message", "subtype": subtype, "bot_id": "B1"})


@pytest.mark.parametrize(
    "text",
    [
        "*" * 40_000,
        "<https://" * 8_000,
        "[FIRING:1] " + "(" * 30_000,
        "a: " * 15_000,
        "`" * 40_000,
        "🔴" * 20_000,
        "x | " * 10_000,
    ],
)
@pytest.mark.timeout(20)  # anything worse than linear takes minutes
def test_hostile_text_is_read_in_time(inbox: Inbox, text: str) -> None:
    heard = inbox.read(
        webhook("zz", text, attachments=attached(title=text[:3_000], text=text, fallback=text))
    )
    assert heard is not None
