"""The redactor on lines of our own: secrets of a thousand kinds, and things that only look so.

Eleven batches, each written after the rules had been mended on those before it. Figures of the first try are in
docs/threat-model.md.
"""

import pytest

from tests.safety.corpus import leaks, lines
from tools.redact import Redactor, redact

BATCHES = {
    "": 0.98,
    "_later": 0.98,
    "_third": 0.97,
    "_fourth": 0.97,
    "_fifth": 0.93,
    "_sixth": 0.98,
    "_seventh": 0.95,
    "_eighth": 0.95,
    "_ninth": 0.97,
    "_tenth": 0.93,
    "_eleventh": 0.93,
}  # the least recall of each
LEAST_RECALL, MOST_WRONG = 0.98, 0.01


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("seed", [7, 8])
def test_nearly_every_secret_goes(batch: str, seed: int) -> None:
    known = lines(f"secrets{batch}", seed)
    missed = [line.kind for line in known if any(leaks(secret, redact(line.text)) for secret in line.secrets)]
    assert all(line.secrets for line in known)
    assert 1 - len(missed) / len(known) >= BATCHES[batch], missed


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("seed", [7, 8])
def test_nearly_every_lookalike_stays(batch: str, seed: int) -> None:
    known = lines(f"lookalikes{batch}", seed)
    wrong = [line.kind for line in known if redact(line.text) != line.text]
    assert len(wrong) / len(known) <= MOST_WRONG, wrong


def test_all_lines_in_one_text_are_judged_as_each_by_itself() -> None:
    redactor = Redactor(b"k" * 16)
    known = [*lines("secrets"), *lines("secrets_later")]
    out = redactor.redact("\n\n".join(line.text for line in known))
    missed = [line.kind for line in known if any(leaks(secret, out) for secret in line.secrets)]
    assert 1 - len(missed) / len(known) >= LEAST_RECALL, missed
    assert redactor.redact(out) == out


def test_what_one_line_calls_a_secret_goes_from_the_others_too() -> None:
    secret = "Zq7tRw9" + "kLm4XpBv2s"
    out = redact(f"connect('pg', 'app', '{secret}') failed\nDB_PASSWORD={secret}\nargv: {secret}")
    assert secret not in out
    assert len({part.split("]")[0] for part in out.split("[REDACTED:")[1:]}) == 1


def test_the_corpus_is_as_broad_as_it_says() -> None:
    secrets = {line.kind for batch in BATCHES for line in lines(f"secrets{batch}")}
    lookalikes = {line.kind for batch in BATCHES for line in lines(f"lookalikes{batch}")}
    assert (len(secrets) >= 900, len(lookalikes) >= 750) == (True, True), (len(secrets), len(lookalikes))
