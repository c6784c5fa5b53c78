"""The output gate: what may pass, what is defused, what is cut, and its promises for any text and any blocks."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.gate import MOST_BLOCKS, MOST_MESSAGE, safe_blocks, safe_text, split_text
from tools.redact import redact

HOSTS = ("graphs.corp.example", "*.tools.example")


def safe(text: str, *, limit: int = 4_000, mentions: frozenset[str] = frozenset()) -> str:
    return safe_text(text, allowed_hosts=HOSTS, limit=limit, mentions=mentions)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("already &lt;b&gt; &amp; c", "already &lt;b&gt; &amp; c"),
        ("<!channel> <!here|here> <!everyone>", "@channel @here @everyone"),
        ("<!subteam^S012|@oncall> look", "a group look"),
        ("hi <@U07CEO>", "hi @someone"),
        ("<https://graphs.corp.example/d?a=1&amp;b=2|graph>", "<https://graphs.corp.example/d?a=1&amp;b=2|graph>"),
        ("<https://a.tools.example/x>", "<https://a.tools.example/x>"),
        ("<https://evil.example/c?d=1|the graph>", "the graph (evil[.]example (link removed))"),
        ("<https://a.tools.example|https://evil.example/x>", "<https://a.tools.example|evil[.]example (link removed)>"),
        ("go to https://evil.example/c?d=secret now", "go to evil[.]example (link removed) now"),
        ("evil.example/c?d=secret", "evil[.]example (link removed)"),
        ("<https://a.tools.example/r?next=https://evil.example/c|go>", "go (a[.]tools[.]example (link removed))"),
        ("<https://graphs.corp.example/https://evil.example>", "graphs[.]corp[.]example (link removed)"),
        ("<javascript:alert(1)|x>", "x ((link removed))"),
        ("https://graphs.corp.example@evil.example/", "(link removed)"),
        ("https://graphs.corp.example.evil.example/", "graphs[.]corp[.]example[.]evil[.]example (link removed)"),
        ("reg.corp.example/web:1.2 on pg.corp.example:5432", "reg.corp.example/web:1.2 on pg.corp.example:5432"),
        ("<!date^1795373000^{time}|18:43> in <#C0123>", "<!date^1795373000^{time}|18:43> in <#C0123>"),
        ("\x1b[31mred\x1b[0m zero\u200bwidth \u202eetirw", "red zerowidth etirw"),
    ],
)  # fmt: skip
def test_text(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_only_named_people_are_called() -> None:
    assert safe("<@U0ANN> <@U0BOB>", mentions=frozenset({"U0ANN"})) == "<@U0ANN> @someone"


def test_secrets_go_even_when_hidden_by_invisible_characters() -> None:
    token = "ghp_" + "a1B2" * 9
    out = safe(f"key {token[:12]}\u200b{token[12:]} end")
    assert token not in out
    assert "[REDACTED:github_token:" in out


def test_cut_between_lines_with_the_count_and_closed_code() -> None:
    text = "```\n" + "\n".join(f"line {number}" for number in range(2_000))
    out = safe(text, limit=500)
    assert len(out) <= 500
    assert re.search(r"\n```\n… [\d,]+ more lines$", out)
    one = safe("x" * 9_000, limit=300)
    assert len(one) <= 300
    assert one.endswith("more characters")


def test_split_keeps_every_line() -> None:
    text = "\n".join(f"line {number}" for number in range(900))
    parts = split_text(text, 1_000)
    assert all(len(part) <= 1_000 for part in parts)
    assert "\n".join(parts) == text


def test_blocks_are_judged_by_their_places() -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": "h" * 400}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<!channel> & <https://evil.example|x>"}},
        {"type": "actions", "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Stop" * 40},
             "action_id": "stop", "value": "case-7"},
            {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "url": "https://evil.example"},
        ]},
        {"type": "image", "image_url": "https://evil.example/p.png?d=1", "alt_text": "x"},
        {"type": "markdown",
         "text": "[a](https://evil.example) ![b](https://evil.example) [c](https://a.tools.example)"},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "broadcast", "range": "channel"}, {"type": "user", "user_id": "U07CEO"},
            {"type": "link", "url": "https://evil.example/q", "text": "q"}, {"type": "text", "text": "fine"},
        ]}]},
    ]  # fmt: skip
    header, section, actions, markdown, rich = safe_blocks(blocks, allowed_hosts=HOSTS, redact=redact)
    assert len(header["text"]["text"]) <= 150
    assert section["text"]["text"] == "@channel &amp; x (evil[.]example (link removed))"
    (button,) = actions["elements"]
    assert (button["value"], button["action_id"]) == ("case-7", "stop")
    assert len(button["text"]["text"]) <= 75
    assert "[c](https://a.tools.example)" in markdown["text"]
    assert [each["type"] for each in rich["elements"][0]["elements"]] == ["text"] * 4
    assert "evil.example" not in json.dumps([section, actions, markdown, rich])


def test_fields_are_counted_and_cut() -> None:
    wide = {"type": "section", "fields": [{"type": "mrkdwn", "text": "f" * 5_000}] * 4}
    many = {"type": "section", "fields": [{"type": "mrkdwn", "text": "f"}] * 14}
    shortened, counted = safe_blocks([wide, many], allowed_hosts=HOSTS, redact=redact)
    assert all(len(each["text"]) <= 2_000 for each in shortened["fields"])
    assert len(counted["fields"]) == 10


def test_a_message_too_long_says_what_is_missing() -> None:
    one = {"type": "section", "text": {"type": "mrkdwn", "text": "a line\n" * 100}}
    by_size = safe_blocks([one] * 40, allowed_hosts=HOSTS, redact=redact)
    by_count = safe_blocks([{"type": "divider"}] * 80, allowed_hosts=HOSTS, redact=redact)
    assert "more line" in by_size[-1]["elements"][0]["text"]
    assert len(by_count) == MOST_BLOCKS
    assert "31 more parts" in by_count[-1]["elements"][0]["text"]


_PIECES = st.sampled_from(
    ["<!channel>", "<@U07CEO>", "<!", "<", ">", "|", "&", "&amp;", "https://", "evil.example", "/c?d=1", "```", "\n",
     "graphs.corp.example", "<https://evil.example|", "<https://graphs.corp.example/", "\u202e",
     "\x1b[1m", "password=hunter22x!", "[a](", ")", "@", "\\", "%40"]
)  # fmt: skip
_TEXTS = st.lists(_PIECES | st.text(max_size=6), max_size=16).map("".join)
_BAD = re.compile(
    r"<!(?!date)\w[^<>\n]*>|<@\w[^<>\n]*>|://evil\.example|(?<![/\w.@-])evil\.example/\S*\?\S|[\u202a-\u202e\u200b\x1b]"
)


@example("<!channel>" * 5 + "password=hunter22x!" + "<!channel>" * 2 + "<https://graphs.corp.example/", 115)
@example("<!channel>" * 2 + "password=hunter22x!" + "<!channel>" * 12, 113)
@settings(max_examples=150, deadline=None)
@given(_TEXTS, st.integers(60, 400))
def test_any_text_is_harmless_short_and_stable(text: str, limit: int) -> None:
    out = safe(text, limit=limit)
    assert len(out) <= limit
    assert not _BAD.search(out)
    assert safe(out, limit=limit) == out
    for link in re.findall(r"<([^<>]*)>", out):
        assert link.startswith(("https://graphs.corp.example", "http://graphs.corp.example", "#", "!date"))


_KEYS = st.sampled_from("type text url image_url elements fields value title user_id accessory rows".split())
_JSON = st.recursive(
    _TEXTS | st.none() | st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(_KEYS, _JSON, max_size=5), max_size=8))
def test_any_blocks_are_harmless(blocks: list[dict[str, Any]]) -> None:
    out = safe_blocks(blocks, allowed_hosts=HOSTS, redact=redact)
    shown = list(_shown(out))
    assert not [text for text in shown if _BAD.search(text)]
    assert len(out) <= MOST_BLOCKS
    assert sum(map(len, shown)) <= MOST_MESSAGE


def _shown(value: object) -> Iterator[str]:
    """Yield every text but structural ids, which no person reads."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _shown(inner) if key not in {"type", "value", "user_id"} else ()
    elif isinstance(value, list):
        for each in value:
            yield from _shown(each)
