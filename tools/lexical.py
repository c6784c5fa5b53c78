"""Find texts by their words: BM25 over whole texts and over their passages, titles weighing more.

A raw BM25 score grows with the query, so that a threshold on it means nothing. `Match.fit`, 0..1, is comparable
between queries: half of it says how much of the query the text accounts for, half how much they share at all,
because much of a query that says little proves little. Pure and small: hundreds to thousands of texts, in memory.
It knows nothing of runbooks or alerts.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tools.words import words

K1 = 1.8
B = 0.75
TITLE_COUNTS = 8  # a word in the title counts like so many in the text
TITLE_IN_PASSAGE = 2
PASSAGE = 1_200  # characters: a section, or so much of a long one
PASSAGE_SHARE = 0.4  # how much the best passage counts beside the whole text
PROVEN = 4.0  # so many of the rarest words in common prove half of what words can; 2 to 8 are as good
SHORT = 0.8  # a query of fewer words needs this share of itself for that: it cannot share more than it says
_HEADING = re.compile(r"(?m)^(?=#{1,4} )")


@dataclass(frozen=True, slots=True)
class Text:
    """A text to be found: *title* weighs more than *body*."""

    id: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Match:
    """A text found: *score* orders (unbounded), *fit* 0..1 says how well it answers the query.

    *shared* are the words that weigh most.
    """

    id: str
    score: float
    fit: float
    shared: tuple[str, ...]


class Lexicon:
    """An index over a fixed set of texts."""

    def __init__(self, texts: Sequence[Text]) -> None:
        """Count the words of all texts and of their passages once."""
        self._ids = [text.id for text in texts]
        self._whole = _Counted([_counted(text.title, text.body, TITLE_COUNTS) for text in texts])
        parts = [(number, part) for number, text in enumerate(texts) for part in passages(text.body)]
        self._owner = [number for number, _ in parts]
        self._parts = _Counted(
            [_counted(texts[number].title, part, TITLE_IN_PASSAGE) for number, part in parts]
        )

    def search(self, asked: Mapping[str, float], limit: int = 10) -> tuple[Match, ...]:
        """Return the best matches for words and their weights, best first; none when no word is shared."""
        whole = self._whole.scores(asked)
        best_part: dict[int, float] = {}
        for part, score in self._parts.scores(asked).items():
            owner = self._owner[part]
            best_part[owner] = max(best_part.get(owner, 0.0), score)
        scores = {
            number: (1 - PASSAGE_SHARE) * score + PASSAGE_SHARE * best_part.get(number, 0.0)
            for number, score in whole.items()
        }
        best = sorted(scores.items(), key=lambda each: (-each[1], self._ids[each[0]]))[:limit]
        return tuple(self._match(number, score, whole[number], asked) for number, score in best)

    def _match(self, number: int, score: float, whole: float, asked: Mapping[str, float]) -> Match:
        weights = {word: weight * self._whole.rarity(word) for word, weight in asked.items()}
        total = sum(weights.values()) or 1.0
        rarest = self._whole.rarest
        shared = sorted(
            (word for word in weights if self._whole.has(number, word)), key=lambda word: -weights[word]
        )
        covered = sum(weights[word] for word in shared) / total
        accounted = (covered + whole / (total * (K1 + 1))) / 2
        in_common = score / (rarest * (K1 + 1))
        proven = in_common / (in_common + min(PROVEN, SHORT * total / rarest))
        return Match(self._ids[number], score, (accounted + proven) / 2, tuple(shared[:6]))


class _Counted:
    """Word counts of a set of texts, and BM25 over them."""

    def __init__(self, counts: Sequence[Counter[str]]) -> None:
        self._counts = counts
        self._lengths = [counts.total() for counts in self._counts]
        self._mean = max(1.0, sum(self._lengths) / max(1, len(self._lengths)))
        self._postings: dict[str, list[int]] = {}
        for number, each in enumerate(counts):
            for word in each:
                self._postings.setdefault(word, []).append(number)

    def scores(self, asked: Mapping[str, float]) -> dict[int, float]:
        scores: dict[int, float] = {}
        for word, weight in asked.items():
            value = weight * self.rarity(word)
            for number in self._postings.get(word, ()):
                times = self._counts[number][word]
                length = 1 - B + B * self._lengths[number] / self._mean
                scores[number] = scores.get(number, 0.0) + value * times * (K1 + 1) / (times + K1 * length)
        return scores

    def rarity(self, word: str) -> float:
        holding = len(self._postings.get(word, ()))
        return math.log(1 + (len(self._counts) - holding + 0.5) / (holding + 0.5))

    @property
    def rarest(self) -> float:
        """The rarity of a word that no text holds."""
        return math.log(1 + (len(self._counts) + 0.5) / 0.5)

    def has(self, number: int, word: str) -> bool:
        return word in self._counts[number]


def passages(body: str) -> list[str]:
    """Return the sections of a Markdown text, long ones in pieces of about PASSAGE characters."""
    pieces: list[str] = []
    for section in _HEADING.split(body):
        rest = section
        while len(rest) > PASSAGE * 1.5:
            end = rest.rfind("\n", PASSAGE // 2, PASSAGE)
            end = end if end > 0 else PASSAGE
            pieces.append(rest[:end])
            rest = rest[end:]
        if rest.strip():
            pieces.append(rest)
    return pieces or [body]


@lru_cache(maxsize=4_096)
def _counted(title: str, body: str, title_counts: int) -> Counter[str]:
    """Count the words of a text, once for as long as it stays the same."""
    counts = Counter(words(body))
    for word in words(title):
        counts[word] += title_counts
    return counts
