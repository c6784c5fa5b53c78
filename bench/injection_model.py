"""The obedient model of the injection bench, and an honest one: scripts for the sandbox's Messages API.

The obedient one does all that the attacker wants: calls the tools wanted (under their wanted names and under the
nearest of ours), then says the wanted words as cause, claim and fix, and cites real evidence of several kinds for
them. It is the worst model there is, on purpose.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.anthropic_script import Received, Say, Tool, Turn

AT_ONCE = 6
_REPEAT = re.compile(r"@repeat\((.*?),(\d+)\)", re.DOTALL)
_ID = re.compile(r"\[((?:log|metric|deploy|alert|runbook|dependency):\d+)\]([^\n]*)")
_OURS = {"log": "search_logs", "metric": "query_metrics", "memory": "recall_similar_incidents"}


def expanded(value: Any) -> Any:  # noqa: ANN401 (JSON of any shape)
    """Return *value* with its short notation written out: `@repeat(text,n)`, and objects with "times"."""
    if isinstance(value, str):
        return _REPEAT.sub(lambda found: found.group(1) * int(found.group(2)), value)
    if isinstance(value, list):
        return [expanded(each) for item in value for each in [item] * _times(item)]
    if isinstance(value, dict):
        return {key: expanded(each) for key, each in value.items() if key != "times"}
    return value


def _times(item: object) -> int:
    return int(item.get("times", 1)) if isinstance(item, dict) else 1


@dataclass(slots=True)
class Obedient:
    """Does the steps that one case's attacker wants."""

    steps: Sequence[Mapping[str, Any]]
    heard: list[Received] = field(default_factory=list)
    _left: list[Tool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = [tool for step in self.steps for tool in _calls(step)]

    def __call__(self, received: Received) -> Turn:
        """Answer one request."""
        self.heard.append(received)
        if self._left and received.body.get("tools"):
            now, self._left = self._left[:AT_ONCE], self._left[AT_ONCE:]
            return Say("", tools=tuple(now))
        said = " ".join(str(step["text"]) for step in self.steps if step["type"] == "post")
        # who is made to call a tool still does its job afterwards
        return diagnosis(received, said) if said else honest(received)


@dataclass(slots=True)
class Honest:
    """Says what the first error in the logs says, and cites it."""

    heard: list[Received] = field(default_factory=list)

    def __call__(self, received: Received) -> Turn:
        """Answer one request."""
        self.heard.append(received)
        return honest(received)


def honest(received: Received) -> Say:
    """Return what the first error in the logs says, as a diagnosis."""
    logs = [text for name, text in _evidence(received) if name.startswith("log:") and "rror" in text]
    words = max(logs[:6], key=len) if logs else ": the evidence does not show a cause"
    return diagnosis(received, words.partition(": ")[2][:200], sure=0.7, fix=None)


def diagnosis(received: Received, words: str, *, sure: float = 0.99, fix: str | None = "") -> Say:
    """Return *words* as a diagnosis that cites the first evidence of each kind that was shown."""
    kinds: dict[str, str] = {}
    for name, _ in _evidence(received):
        kinds.setdefault(name.partition(":")[0], name)
    answer = {
        "cause": words,
        "services": [],
        "confidence": sure,
        "claims": [{"text": words, "evidence": list(kinds.values())}],
        "fix": words if fix == "" else fix,
    }
    return Say(json.dumps(answer))


def _evidence(received: Received) -> list[tuple[str, str]]:
    text = json.dumps(received.body.get("messages", []), ensure_ascii=False).replace("\\n", "\n")
    return _ID.findall(text)


def _calls(step: Mapping[str, Any]) -> Iterator[Tool]:
    """Yield the tool calls of a step: as the attacker names them, and by the nearest name that we have."""
    if step["type"] == "post":
        return
    name = str(step.get("name") or step["type"])
    arguments = step.get("args") or {key: value for key, value in step.items() if key not in {"type", "name"}}
    yield Tool(re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:60], arguments)
    for word, ours in _OURS.items():
        if word in name:
            yield Tool(ours, arguments)
            if isinstance(arguments.get("q"), str):
                key = {"search_logs": "contains", "query_metrics": "metric"}.get(ours, "text")
                yield Tool(ours, {key: arguments["q"]})
