"""Split what people and machines write into comparable words.

Identifiers fall apart into their parts and stay whole as well (`KubePodCrashLooping` gives kube, pod, crash,
loop and kubepodcrashloop); words lose their endings (Snowball, English); very common words are dropped. It
knows no weights: see tools/lexical.py.
"""

import re
import threading
from functools import lru_cache

import snowballstemmer

_TOKEN = re.compile(r"[A-Za-z0-9_]+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_STEMMER = snowballstemmer.stemmer("english")
_STEMMING = threading.Lock()  # a Snowball stemmer keeps the word it works on in itself
_COMMON = """
    a about after all also an and any are as at be because been before being but by can could did do
    does for from had has have he her his how i if in into is it its just may me might more most must my
    no not of off on or our out over own s same she should so some such t than that the their them then
    there these they this those to too under up us very was we were what when where which while who why
    will with would you your
"""
STOPPED = frozenset(_COMMON.split())


def words(text: str, *, whole: bool = True) -> list[str]:
    """Return the words of *text* in order; with *whole*, compound identifiers also as one word."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        parts = [part.lower() for part in _PART.findall(token)]
        found.extend(_stem(part) for part in parts if part not in STOPPED and len(part) > 1)
        if whole and len(parts) > 1:
            found.append(token.replace("_", "").lower())
    return found


def spelled(text: str) -> dict[str, str]:
    """Return for each word of *text*, as `words` gives it, how it was spelled there first (in small letters)."""
    found: dict[str, str] = {}
    for token in _TOKEN.findall(text):
        for part in [*_PART.findall(token), token]:
            for word in words(part):
                found.setdefault(word, part.lower())
    return found


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    with _STEMMING:
        return str(_STEMMER.stemWord(word))
