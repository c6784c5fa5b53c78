"""Texts to words that can be compared: stems, the parts of identifiers, identifiers whole, and word pairs.

`OutOfMemoryError` gives its parts and itself, `repo.example.com` its parts and itself; English stems,
other languages pass as they are. BM25 weights are computed here, so that all stores score alike. It knows no
store and no corpus: how rare a word is comes from outside.
"""

import hashlib
import math
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import snowballstemmer

K1 = 1.2
B = 0.75
USUAL_LENGTH = 130
"""Words in a usual incident; fixed, so that weights need no rewriting as memory grows. Measured: anything
from 80 to 250 gives the same ranking within noise."""
LONGEST_TEXT = 60_000
LONGEST_IDENTIFIER = 60

_CHUNK = re.compile(r"[\w.$\-/:]+")
_PART = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
STOP_WORDS = frozenset(
    "a an and are as at be been but by can could did do does for from had has have he her his how i if in "
    "into is it its just may me might more most my no nor not of on or our out over own same she should so "
    "some such than that the their them then there these they this those through to too under up us very "
    "was we were what when where which while who whom why will with would you your".split()
)
_of_this_thread = threading.local()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the English stem of a word in small letters."""
    # A stemmer keeps the word it works on in itself, so two threads must not share one.
    if not hasattr(_of_this_thread, "stemmer"):
        _of_this_thread.stemmer = snowballstemmer.stemmer("english")
    stemmed: str = _of_this_thread.stemmer.stemWord(word)
    return stemmed


def words_of(text: str) -> list[str]:
    """Return the words of *text* in order; whole identifiers begin with "="."""
    return [word for word, _ in _read(text)]


def surfaces_of(text: str) -> dict[str, str]:
    """Return each word of *text* with how it was first written there."""
    surfaces: dict[str, str] = {}
    for word, surface in _read(text):
        surfaces.setdefault(word, surface)
    return surfaces


def _read(text: str) -> Iterator[tuple[str, str]]:
    for chunk in _CHUNK.finditer(text[:LONGEST_TEXT]):
        whole = chunk.group().strip("._-/:$")
        parts = _PART.findall(whole)
        if len(parts) > 1 and len(whole) <= LONGEST_IDENTIFIER:
            yield f"={whole.lower()}", whole
        for part in parts:
            yield from _word(part)


def _word(part: str) -> Iterator[tuple[str, str]]:
    small = part.lower()
    humps = _HUMP.findall(part) if part.isascii() else []
    if len(humps) < 2:
        if small not in STOP_WORDS:
            yield stem(small), part
        return
    yield small, part
    for hump in humps:
        if hump.lower() not in STOP_WORDS:
            yield stem(hump.lower()), hump


def pairs_of(words: list[str]) -> list[tuple[str, str]]:
    """Return each two neighbouring words, whole identifiers aside."""
    plain = [word for word in words if not word.startswith("=")]
    return list(pairwise(plain))


@lru_cache(maxsize=200_000)
def number_of(*words: str) -> int:
    """Return the number that a word, or a pair, has in every sparse vector; 32 bits, stable for ever."""
    return int.from_bytes(hashlib.blake2b("\0".join(words).encode(), digest_size=4).digest(), "big")


Sparse = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class WordVectors:
    """A text as two sparse vectors, of words and of word pairs."""

    words: Sparse
    pairs: Sparse


def document_vectors(text: str) -> WordVectors:
    """Return BM25's half of the score that depends on the remembered text alone."""
    words = words_of(text)
    pairs = pairs_of(words)
    return WordVectors(
        _saturated({number_of(word): n for word, n in Counter(words).items()}, len(words) / USUAL_LENGTH),
        _saturated({number_of(*pair): n for pair, n in Counter(pairs).items()}, 1.0),
    )


def _saturated(counts: Mapping[int, int], length: float) -> Sparse:
    """Return n/(n + norm) for each count; pairs pass a length of 1: a rare pair says as much in a long text."""
    norm = K1 * (1 - B + B * length)
    return {number: n / (n + norm) for number, n in counts.items()}


@dataclass(frozen=True, slots=True)
class Rarity:
    """In how many of *incidents* remembered incidents each word occurs."""

    incidents: int
    holding: Mapping[int, int]

    def of(self, word: str) -> float:
        """Return BM25's inverse document frequency."""
        holding = min(self.holding.get(number_of(word), 0), self.incidents)
        return math.log1p((self.incidents - holding + 0.5) / (holding + 0.5))


WORD_POWER = 1.5
PAIR_POWER = 1.25
"""Rare words say more than BM25 grants them: the exponents of the rarity of a word, and of a pair's product."""


@dataclass(frozen=True, slots=True)
class AskedWords:
    """A question as two sparse vectors, each scaled so that a document holding all of it scores 1 at most."""

    words: Sparse
    pairs: Sparse
    weights: Mapping[str, float]


def asked_vectors(text: str, rarity: Rarity) -> AskedWords:
    """Return the question's half of the score: what share of what was asked, by rarity, is found."""
    words = words_of(text)
    weights = {word: n * rarity.of(word) ** WORD_POWER for word, n in Counter(words).items()}
    pairs = {
        number_of(*pair): n * (rarity.of(pair[0]) * rarity.of(pair[1])) ** PAIR_POWER
        for pair, n in Counter(pairs_of(words)).items()
    }
    return AskedWords(
        _shares({number_of(word): weight for word, weight in weights.items()}), _shares(pairs), weights
    )


def _shares(weights: Sparse) -> Sparse:
    total = math.fsum(weights.values())
    return {number: weight / total for number, weight in weights.items()} if total > 0 else {}
