"""What the inbox reads of alert posts, against what their sidecars say.

`python -m bench.alerts --data DIR`: the fixtures in name order through one inbox whose bot is U0BOT / B0BOT.
It judges the reading alone; what the bot then does with it is judged elsewhere.
"""

import json
from typing import Any

from bench.common import arguments, data_folder, print_result, print_table
from bot.heard import (
    AlertAcknowledged,
    AlertChanged,
    AlertOpened,
    AlertRepeated,
    AlertResolved,
    Heard,
    HeardAlert,
)
from bot.inbox import Inbox, Me
from bot.senders import SENDERS

COMPARED = ("action", "status", "severity", "service", "link", "firing_count")


def main() -> None:
    """Read every fixture, compare, print the table and the result."""
    options = arguments(str(__doc__).split("\n", maxsplit=1)[0]).parse_args()
    folder = data_folder(options.data, "alerts")
    inbox, keys = Inbox(Me("U0BOT", "B0BOT")), _Keys()
    counts = {"n": 0, "right": 0, "wrong_fields": 0, "missed": 0, "false_fire": 0}
    wrong: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.json")):
        if path.name.endswith(".expected.json"):
            continue
        body = json.loads(path.read_text(encoding="utf-8"))
        expected = json.loads(path.with_name(f"{path.stem}.expected.json").read_text(encoding="utf-8"))
        heard = inbox.read(body.get("event", body))
        verdict, why = _judge(heard, expected, keys)
        counts["n"] += 1
        counts[verdict] += 1
        if verdict != "right":
            wrong.append((path.stem, f"{verdict}: {why}"))
    print_table("alerts", ("what", "count"), counts.items())
    print_table("wrong", ("fixture", "why"), wrong)
    print_result({**counts, "wrong": [name for name, _ in wrong]})


class _Keys:
    """Dedupe keys seen so far: ours are equal exactly where the sidecars' are, whatever their wording."""

    def __init__(self) -> None:
        self._ours: dict[str, str] = {}
        self._said: dict[str, str] = {}

    def wrong(self, ours: str, pair: str | None, said: str) -> str:
        """Return what is wrong with the key *ours*, or nothing."""
        trouble = pair or said
        trouble = self._ours.setdefault(f"said {said}", trouble)
        first = self._said.setdefault(trouble, ours)
        if first != ours:
            return f"dedupe_key differs within {trouble}: {first!r} / {ours!r}"
        owner = self._ours.setdefault(f"ours {ours}", trouble)
        return "" if owner == trouble else f"dedupe_key {ours!r} shared by {owner} and {trouble}"


def _judge(heard: Heard, expected: dict[str, Any], keys: _Keys) -> tuple[str, str]:
    if not isinstance(heard, HeardAlert):
        return ("missed", str(heard)[:200]) if expected["is_alert"] else ("right", "")
    if not expected["is_alert"]:
        return "false_fire", f"{type(heard).__name__} {heard.alert.title!r}"
    got = _fields(heard)
    faults = [
        f"{name} {got[name]!r}, not {expected.get(name)!r}"
        for name in COMPARED
        if got[name] != expected.get(name)
    ]
    if not _titled(heard.alert.title, expected):
        faults.append(
            f"title {heard.alert.title!r}, not {expected.get('title') or expected.get('title_startswith')!r}"
        )
    listed = {sender.name for sender in SENDERS}
    if expected.get("source") in listed and heard.alert.source != expected["source"]:
        faults.append(f"source {heard.alert.source!r}, not {expected['source']!r}")
    by_key = keys.wrong(heard.alert.dedupe_key, expected.get("pair"), str(expected.get("dedupe_key")))
    faults += [by_key] if by_key else []
    return ("wrong_fields", "; ".join(faults)) if faults else ("right", "")


def _fields(heard: HeardAlert) -> dict[str, object]:
    action, status = {
        AlertOpened: ("open", "firing"),
        AlertRepeated: ("update", "firing"),
        AlertChanged: ("update", "firing"),
        AlertAcknowledged: ("update", "acknowledged"),
        AlertResolved: ("resolve", "resolved"),
    }[type(heard)]
    return {
        "action": action,
        "status": status,
        "severity": heard.alert.severity.value,
        "service": heard.alert.service or None,
        "link": heard.alert.link,
        "firing_count": heard.count,
    }


def _titled(title: str, expected: dict[str, Any]) -> bool:
    stem = expected.get("title_startswith")
    return title.startswith(stem) if stem else title == expected.get("title")


if __name__ == "__main__":
    main()
