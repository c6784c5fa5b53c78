"""Find the runbook that serves an alert: by the alert names it says it serves, else by words, else none.

Pure. A search by words abstains below `FITS_FROM`: a wrong runbook costs more than none. The threshold is
calibrated with bench/runbooks.py on alerts with and without a runbook. Template code in an alert's text
(`{{ $labels.pod }}`) says nothing and is dropped; its query expression says less than its prose.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tools.lexical import Lexicon, Text
from tools.telemetry import Runbook
from tools.words import words

FITS_FROM = 0.42
IN_EXPRESSION = 0.3  # weight of a word that stands only in the query expression
REPEATS = 3  # a word counts at most so often
_TEMPLATE = re.compile(r"\{\{.*?\}\}|<[^<>\s]{0,3}\.[\w.]+>|\$\w+", re.DOTALL)
_EXPRESSION = re.compile(r"\b(?:expr|expression|query|condition)\s*:")
_MATCHER = re.compile(r"\b[\w.]+\s*(?:=~|!=|!~|=)\s*(?:\"[^\"]*\"|`[^`]*`)")


@dataclass(frozen=True, slots=True)
class Found:
    """A runbook and why: *fit* is 0..1 (1 when it names the alert), *fits* whether it is worth showing."""

    runbook: Runbook
    fit: float
    fits: bool
    why: str


class RunbookIndex:
    """A fixed set of runbooks, ready to be searched."""

    def __init__(self, runbooks: Sequence[Runbook]) -> None:
        """Index *runbooks* by alert name and by word."""
        self._by_id = {each.id: each for each in runbooks}
        self._serving: dict[str, list[Runbook]] = {}
        for each in runbooks:
            for alert in each.alerts:
                self._serving.setdefault(_key(alert), []).append(each)
        self._lexicon = Lexicon([Text(each.id, each.title, _body(each)) for each in runbooks])

    def search(self, text: str, *, service: str = "", limit: int = 10) -> tuple[Found, ...]:
        """Return runbooks for the alert *text*, best first, those of *service* before equals.

        The ones that name an alert standing in the text come first. Whether a match is good enough to show is
        in `Found.fits`.
        """
        named = self._naming(text, service)
        known = {each.runbook.id for each in named}
        matches = self._lexicon.search(asked_words(text), limit + len(named))
        by_words = [
            Found(
                self._by_id[each.id],
                each.fit,
                each.fit >= FITS_FROM,
                "shares words with the trouble: " + ", ".join(each.shared[:4]),
            )
            for each in matches
            if each.id not in known
        ]
        return tuple([*named, *by_words][:limit])

    def _naming(self, text: str, service: str) -> list[Found]:
        found: dict[str, Found] = {}
        for token in re.findall(r"[A-Za-z][\w-]*", text):
            for runbook in self._serving.get(_key(token), ()):
                found.setdefault(runbook.id, Found(runbook, 1.0, fits=True, why=f"serves the alert {token}"))
        return sorted(found.values(), key=lambda each: service not in each.runbook.services)


def asked_words(text: str) -> dict[str, float]:
    """Return the words of an alert's text with their weights."""
    prose, *expressions = _EXPRESSION.split(_TEMPLATE.sub(" ", text))
    asked = {word: float(min(times, REPEATS)) for word, times in Counter(words(prose)).items()}
    for expression in expressions:
        for word in words(_MATCHER.sub(" ", expression)):
            asked.setdefault(word, IN_EXPRESSION)
    return asked


def _key(alert: str) -> str:
    return re.sub(r"[\W_]", "", alert).casefold()


def _body(runbook: Runbook) -> str:
    return "\n".join([" ".join(runbook.alerts), " ".join(runbook.services), runbook.text])
