"""Texts that are redacted together come out as each would alone, and clean ones cost one look."""

import random

import pytest

from tests.safety.corpus import lines
from tests.safety.test_redact_lines import BATCHES
from tools.redact import redact
from tools.redact_together import APART, MOST, redacted_together

OPEN = (
    "name: DB_PASSWORD",
    'variable "x" {',
    "kind: Secret\ndata:",
    "-----BEGIN ",
    "user|password",
    "AUTH LOGIN",
)


class Looks:
    """The product's redactor, which notes what it looked at."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str) -> str:
        self.texts.append(text)
        return redact(text)


@pytest.mark.parametrize("batch", BATCHES)
def test_no_secret_hides_behind_its_neighbours(batch: str) -> None:
    chance = random.Random(7)
    clean = [line.text for line in lines(f"lookalikes{batch}") if redact(line.text) == line.text]
    for line in lines(f"secrets{batch}"):
        if redact(line.text) == line.text:
            continue
        before, after = chance.choice((*OPEN, *clean)), chance.choice(clean)
        together = APART.join((before[: chance.randrange(1, len(before) + 1)], line.text, after))
        assert redact(together) != together, line.kind


def test_each_comes_out_as_it_would_alone() -> None:
    texts = [line.text for name in ("secrets", "lookalikes") for line in lines(name)][::7] * 2
    assert redacted_together(texts, redact) == [redact(text) for text in texts]


def test_clean_texts_cost_one_look_and_equal_ones_are_one() -> None:
    looks = Looks()
    texts = [f"checkout answers 502, pod {number % 50}" for number in range(400)]
    assert redacted_together(texts, looks) == texts
    assert len(looks.texts) == 1
    assert len(looks.texts[0]) < 50 * 40


def test_one_secret_among_many_costs_few_looks_and_goes() -> None:
    looks = Looks()
    texts = [f"order {number} was paid" for number in range(256)]
    texts[100] = "password=hunter2xyz"
    safe = redacted_together(texts, looks)
    assert "hunter2" not in safe[100]
    assert [text for at, text in enumerate(safe) if at != 100] == [
        text for at, text in enumerate(texts) if at != 100
    ]
    assert len(looks.texts) < 20


def test_one_look_is_bounded() -> None:
    looks = Looks()
    redacted_together([f"{number} {'word ' * 2_000}" for number in range(40)], looks)
    assert max(map(len, looks.texts)) <= MOST + 40 * len(APART)
