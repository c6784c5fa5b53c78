"""What a person asks for in free text, without a model: grammar first, then words that give it away.

A command is certain. Free text is scored by cues, by its likeness to examples of our own, and, when an ear is
lent (`bot/requests_ear.py`), by its sense; close calls go to the dearer task (failing upward) and say which
other reading there was. It knows no Slack and answers nothing. It does not understand irony, and a language
beyond English, German, French and Spanish only by its loan words.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Final, Literal

from bot.requests_cues import CUES
from bot.requests_examples import EXAMPLES


class Ask(StrEnum):
    """What somebody wants. The first six are the router's tasks; the rest is done by code, or not at all."""

    MEMORY_RECALL = "memory_recall"
    SIMPLE_CLASSIFICATION = "simple_classification"
    DATA_RETRIEVAL = "data_retrieval"
    INCIDENT_SUMMARY = "incident_summary"
    COMPLEX_REASONING = "complex_reasoning"
    POSTMORTEM = "postmortem"
    RESOLVE = "resolve"
    FEEDBACK = "feedback"
    ADMINISTRATION = "administration"
    NOT_FOR_US = "not_for_us"


@dataclass(frozen=True, slots=True)
class Asked:
    """How a text was read.

    *how*: by grammar, by its words, or by a model where words left it open (`bot/requests_model.py`). *verb* is the
    command when it was one ("resolve", "stop"), with *rest* its words; *case* is a case id that was named. *sure* is
    false when *other* is nearly as likely: then ask a model, or "did you mean".
    """

    label: Ask
    how: Literal["command", "words", "model"]
    sure: bool
    rest: str = ""
    verb: str = ""
    case: str = ""
    other: Ask | None = None
    scores: Mapping[Ask, float] = field(default_factory=dict)


# Verbs of /incident and of a mention that starts with one; "resolved: the disk was full" is one too.
VERBS: Final[Mapping[str, Ask]] = {
    "investigate": Ask.COMPLEX_REASONING, "why": Ask.COMPLEX_REASONING, "explain": Ask.COMPLEX_REASONING,
    "resolve": Ask.RESOLVE, "resolved": Ask.RESOLVE, "close": Ask.RESOLVE, "reopen": Ask.RESOLVE,
    "catchup": Ask.INCIDENT_SUMMARY, "summary": Ask.INCIDENT_SUMMARY, "summarize": Ask.INCIDENT_SUMMARY,
    "status": Ask.INCIDENT_SUMMARY, "postmortem": Ask.POSTMORTEM, "post-mortem": Ask.POSTMORTEM,
    "similar": Ask.MEMORY_RECALL, "recall": Ask.MEMORY_RECALL, "seen": Ask.MEMORY_RECALL,
    "help": Ask.ADMINISTRATION, "stop": Ask.ADMINISTRATION, "cancel": Ask.ADMINISTRATION, "cost": Ask.ADMINISTRATION,
    "mute": Ask.ADMINISTRATION, "unmute": Ask.ADMINISTRATION, "snooze": Ask.ADMINISTRATION,
    "forget": Ask.ADMINISTRATION, "settings": Ask.ADMINISTRATION,
    "logs": Ask.DATA_RETRIEVAL, "metrics": Ask.DATA_RETRIEVAL, "deploys": Ask.DATA_RETRIEVAL,
}  # fmt: skip
_BARE: Final = frozenset(
    "help stop cancel cost status resolve resolved close reopen summary postmortem mute unmute settings".split()
)
# Of close readings the one further left wins.
_DEARER: Final = (
    Ask.COMPLEX_REASONING, Ask.POSTMORTEM, Ask.INCIDENT_SUMMARY, Ask.MEMORY_RECALL, Ask.DATA_RETRIEVAL,
    Ask.SIMPLE_CLASSIFICATION, Ask.RESOLVE, Ask.FEEDBACK, Ask.ADMINISTRATION, Ask.NOT_FOR_US,
)  # fmt: skip
_CLOSE: Final = 1.0  # points between two readings below which the bot says so
_ENOUGH: Final = 1.2  # points below which nothing gave the wish away
_EXAMPLE_WEIGHT: Final = 0.4
_EAR_WEIGHT: Final = 2.5  # in points of a cue; chosen on wording of our own that the examples did not hold
_SMOOTH: Final = 0.1
_STRAIGHT = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "ß": "ss"})
_CASE = re.compile(r"\binc-?(\d{1,7})\b", re.IGNORECASE)
_ADDRESSED = re.compile(r"^\s*@?incident(?:os|bot)\b[\s,:]*", re.IGNORECASE)
_TO_OTHERS = re.compile(
    r"^(?:<@[UW]\w+(?:\|[^>]*)?>|@(?!incident|here\b|channel\b)[a-z][\w.-]+)[\s,:]", re.IGNORECASE
)
_SLASH = re.compile(r"^\s*/incident\b\s*", re.IGNORECASE)
_VERB = re.compile(r"^([a-z-]+)\s*(:?)\s*(.*)$", re.IGNORECASE | re.DOTALL)


def understand(text: str, *, in_thread: bool = False, heard: Mapping[Ask, float] | None = None) -> Asked:
    """Return what *text* asks for.

    *in_thread* when it was said in a case's thread; *heard* is what an ear makes of it (log-likelihoods), better
    with it than without.
    """
    slashed = _SLASH.match(text) is not None
    said = bare(text)
    case = next((f"INC-{match.group(1)}" for match in [_CASE.search(said)] if match), "")
    command = _command(said, case, slashed=slashed)
    if command:
        return command
    if _TO_OTHERS.match(said):  # our own mention has been taken off by the inbox
        return Asked(Ask.NOT_FOR_US, "words", sure=True, rest=said, case=case)
    scores = _scores(plain(said), heard or {}, in_thread=in_thread)
    ranked = sorted(_DEARER, key=lambda each: -scores[each])
    close = [each for each in ranked if scores[ranked[0]] - scores[each] < _CLOSE]
    best = min(close, key=_DEARER.index)  # answering too well costs money, answering too cheaply costs trust
    if not heard and scores[ranked[0]] < _ENOUGH:
        best = _when_unclear(said, in_thread=in_thread)
        close = [best, *close]
    other = next((each for each in close if each is not best), None)
    return Asked(best, "words", sure=other is None, rest=said, case=case, other=other, scores=scores)


def bare(text: str) -> str:
    """Return *text* without the command or the name that addresses the bot."""
    return _ADDRESSED.sub("", _SLASH.sub("", text)).strip()


def did_you_mean(asked: Asked) -> str:
    """Return one honest line for a reading that is not sure; nothing for a sure one."""
    if asked.sure or asked.other is None:
        return ""
    return f"I read this as {_SPOKEN[asked.label]}; if you meant {_SPOKEN[asked.other]}, say so."


def plain(text: str) -> str:
    """Return *text* as the cues know it: small letters, straight quotes, no accents, single blanks."""
    if not text.isascii():
        straight = unicodedata.normalize("NFKD", text.translate(_STRAIGHT))
        text = "".join(char for char in straight if not unicodedata.combining(char))
    return re.sub(r"\s+", " ", text.lower()).strip()[:2_000]


def _command(said: str, case: str, *, slashed: bool) -> Asked | None:
    """Return the command that *said* is: after /incident, with a colon, or standing (nearly) alone."""
    match = _VERB.match(said)
    verb = match.group(1).lower() if match else ""
    if match is None or verb not in VERBS:
        return None
    rest = match.group(3).strip()
    alone = not _CASE.sub("", rest).strip(" .!?")
    if slashed or match.group(2) or (alone and verb in _BARE):
        return Asked(VERBS[verb], "command", sure=True, rest=rest, verb=verb, case=case)
    return None


def _scores(said: str, heard: Mapping[Ask, float], *, in_thread: bool) -> dict[Ask, float]:
    scores = dict.fromkeys(Ask, 0.0)
    for label, weight, pattern in CUES:
        if pattern.search(said):
            scores[Ask(label)] += weight
    for label, likeness in _likeness(said).items():
        scores[label] += _EXAMPLE_WEIGHT * likeness
    for label, loglikelihood in heard.items():
        scores[label] += _EAR_WEIGHT * loglikelihood
    if not in_thread:
        scores[Ask.FEEDBACK] -= 0.5
        scores[Ask.RESOLVE] -= 0.5
    return scores


def _when_unclear(said: str, *, in_thread: bool) -> Ask:
    """Return the reading of a text that gives nothing away: a question goes up, a remark is not for us."""
    asks = "?" in said or re.match(
        r"(?i)\s*(?:what|why|how|when|where|which|who|is|are|can|could|does|did)\b", said
    )
    if asks or (not in_thread and len(said.split()) > 3):
        return Ask.COMPLEX_REASONING
    return Ask.NOT_FOR_US


def _likeness(said: str) -> dict[Ask, float]:
    """Return how much *said* sounds like each label's examples: about 0 for a stranger, 1 and more for a friend."""
    model = _model()
    counts = Counter(_grams(said))
    known = {gram: 1 + math.log(count) for gram, count in counts.items() if gram in model}
    if not known:
        return dict.fromkeys(Ask, 0.0)
    length = math.sqrt(len(counts))
    return {label: sum(model[gram][label] * count for gram, count in known.items()) / length for label in Ask}


@cache
def _model() -> Mapping[str, Mapping[Ask, float]]:
    """Return for each piece of wording how it speaks for each label (complement naive Bayes over our examples)."""
    texts = [(Ask(label), Counter(_grams(plain(text)))) for label, rows in EXAMPLES.items() for text in rows]
    in_all: Counter[str] = Counter()
    in_label: dict[Ask, Counter[str]] = {label: Counter() for label in Ask}
    for label, grams in texts:
        in_all.update(grams.keys())
        in_label[label].update(grams.keys())
    sizes = {label: sum(counts.values()) for label, counts in in_label.items()}
    total = sum(sizes.values())
    model: dict[str, dict[Ask, float]] = {}
    for gram, everywhere in in_all.items():
        model[gram] = {
            label: math.log((in_label[label][gram] + _SMOOTH) / (sizes[label] + _SMOOTH * len(in_all)))
            - math.log(
                (everywhere - in_label[label][gram] + _SMOOTH)
                / (total - sizes[label] + _SMOOTH * len(in_all))
            )
            for label in Ask
        }
    return model


def _grams(text: str) -> list[str]:
    """Return words, pairs of words and four-letter pieces: typos and inflections still meet."""
    words = re.findall(r"[a-z0-9%+']+", text)[:60]
    pairs = [f"{one} {two}" for one, two in pairwise(words)]
    pieces = [f"{word}_"[at : at + 4] for word in words if len(word) > 3 for at in range(len(word) - 2)]
    return [*words, *pairs, *pieces]


_SPOKEN: Final[Mapping[Ask, str]] = {
    Ask.MEMORY_RECALL: "a question about earlier incidents",
    Ask.SIMPLE_CLASSIFICATION: "a quick judgement",
    Ask.DATA_RETRIEVAL: "a request for data",
    Ask.INCIDENT_SUMMARY: "a request for a summary",
    Ask.COMPLEX_REASONING: "a question to investigate",
    Ask.POSTMORTEM: "work on the post-mortem",
    Ask.RESOLVE: "closing or reopening the case",
    Ask.FEEDBACK: "feedback on my answer",
    Ask.ADMINISTRATION: "a setting or command for me",
    Ask.NOT_FOR_US: "nothing for me",
}
