"""Words, exact marks, dates: how texts are read."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.moments import moment_of
from memory.ranking import age_in_words
from memory.signatures import signatures_of
from memory.words import Rarity, asked_vectors, document_vectors, number_of, stem, surfaces_of, words_of
from tests.memory.making import NOW, days_ago


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Connections timed out", ["connect", "time"]),
        ("OutOfMemoryError", ["outofmemoryerror", "memori", "error"]),
        ("repo.example.com", ["=repo.example.com", "repo", "exampl", "com"]),
        ("v2.4.1", ["=v2.4.1", "v2", "v", "2", "4", "1"]),
        ("Überlastung der Datenbank", ["überlastung", "der", "datenbank"]),
        ("", []),
        ("!!! ---", []),
    ],
)
def test_texts_become_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_words_are_shown_as_they_were_written() -> None:
    assert surfaces_of("Pool exhausted, pools")["exhaust"] == "exhausted"
    assert surfaces_of("NullPointerException")["pointer"] == "Pointer"


@given(st.text(max_size=300))
def test_no_text_breaks_reading_and_shares_stay_shares(text: str) -> None:
    held = document_vectors(text)
    asked = asked_vectors(text, Rarity(3, {number_of(word): 1 for word in words_of(text)}))
    for mine, theirs in ((asked.words, held.words), (asked.pairs, held.pairs)):
        assert sum(weight * theirs.get(number, 0) for number, weight in mine.items()) <= 1 + 1e-9
        assert all(0 < value <= 1 for value in theirs.values())


def test_threads_do_not_mix_up_each_others_stems() -> None:
    texts = [f"connections{n} exhausted timeouts retries failing deployments {n}" for n in range(200)]
    stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(words_of, texts))
    stem.cache_clear()
    assert together == [words_of(text) for text in texts]


def test_rare_words_count_more() -> None:
    rarity = Rarity(100, {number_of("error"): 90, number_of("prisma"): 1})
    weights = asked_vectors("prisma error", rarity).weights
    assert weights["prisma"] > 5 * weights["error"]


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("dial tcp: ECONNREFUSED", ("ECONNREFUSED",)),
        ("java.lang.NullPointerException at Foo", ("NullPointerException",)),
        ("the pod exited with code 137", ("exit code 137",)),
        ("exit status: 1", ("exit code 1",)),
        ("returned HTTP 503 for a minute", ("HTTP 503",)),
        ("a burst of 502 errors", ("HTTP 502",)),
        ("rpc failed: DEADLINE_EXCEEDED", ("DEADLINE_EXCEEDED",)),
        ("OOMKilled, then CrashLoopBackOff", ("OOMKilled", "CrashLoopBackOff")),
        ("ORA-01555 snapshot too old", ("ORA-01555",)),
        ("Prisma P2024", ()),
        ("alertname=CheckoutLatencyHigh", ("CheckoutLatencyHigh",)),
        ("EVERYTHING IS FINE at 10:30, 500 users", ()),
        ("encoded as UTF-8 with SHA-256", ()),
    ],
)
def test_exact_marks_are_found_and_shouting_is_not_one(text: str, marks: tuple[str, ...]) -> None:
    assert signatures_of(text) == marks


@given(st.text(max_size=400))
def test_marks_are_distinct_and_few(text: str) -> None:
    marks = signatures_of(text)
    assert len(set(marks)) == len(marks) <= 40


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2021", datetime(2021, 1, 1, tzinfo=UTC)),
        ("2021-06", datetime(2021, 6, 1, tzinfo=UTC)),
        ("2021-06-22", datetime(2021, 6, 22, tzinfo=UTC)),
        ("2021-06-22T10:00:00Z", datetime(2021, 6, 22, 10, tzinfo=UTC)),
        ("2021-06-22 10:00:00+00:00", datetime(2021, 6, 22, 10, tzinfo=UTC)),
        ("30/Sep/21 17:20", datetime(2021, 9, 30, 17, 20, tzinfo=UTC)),
        (1_632_000_000, datetime(2021, 9, 18, 21, 20, tzinfo=UTC)),
        (1_632_000_000_000, datetime(2021, 9, 18, 21, 20, tzinfo=UTC)),
        ("2021-13", None),
        ("last Tuesday", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_or_left_open(written: object, moment: datetime | None) -> None:
    assert moment_of(written) == moment


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "1 day ago"),
        (9, "9 days ago"),
        (20, "2 weeks ago"),
        (240, "8 months ago"),
        (800, "2 years ago"),
    ],
)
def test_ages_are_told_as_people_do(days: float, words: str) -> None:
    assert age_in_words(NOW - days_ago(days)) == words
