"""The measures themselves: a bench that cannot be wrong measures nothing."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from bench.logs import scores
from bench.rca import cases_in, judged, scored
from bench.rca_baselines import expected_at_random, nsigma, relative_change, robust


def test_grouping_is_right_only_when_exactly_right() -> None:
    assert scores([1, 1, 2, 2], ["a", "a", "b", "b"]) == (1.0, 1.0)
    assert scores([1, 1, 1, 1], ["a", "a", "b", "b"]) == (0.0, 0.0)
    ga, fga = scores([1, 1, 2, 3], ["a", "a", "b", "b"])
    assert ga == 0.5
    assert fga == pytest.approx(2 / 5)


def test_chance_is_counted_not_drawn() -> None:
    assert expected_at_random(4, 1, 1) == 0.25
    assert expected_at_random(4, 1, 9) == 1.0
    assert expected_at_random(0, 1, 1) == 0.0
    rng = random.Random(1)
    hits = sum(0 in rng.sample(range(10), 3) or 1 in rng.sample(range(10), 0) for _ in range(20_000))
    assert hits / 20_000 == pytest.approx(expected_at_random(10, 1, 3), abs=0.02)


def test_scorers_of_others() -> None:
    normal, since = np.array([1.0, 2.0, 3.0, 2.0]), np.array([2.0, 10.0])
    assert relative_change(normal, since) == 2.0
    assert nsigma(normal, since) == pytest.approx(8 / normal.std())
    assert robust(normal, since) == pytest.approx(8 / 0.5)


async def test_a_case_is_judged_through_the_products_own_path(tmp_path: Path) -> None:
    rows = [
        {
            "ts": 1_000_000 + second,
            "service": service,
            "latency_p95_s": 5.0 if second >= 1800 and service == "b" else 0.1,
        }
        for second in range(0, 3600, 60)
        for service in ("a", "b", "c")
    ]
    for name, guilty in (("case-1", "b"), ("case-2", "a")):
        case = tmp_path / name
        case.mkdir()
        (case / "metrics.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        (case / "case.json").write_text("{}", encoding="utf-8")
        (case / "alert.json").write_text(
            json.dumps({"title": "slow", "starts_at": 1_001_800}), encoding="utf-8"
        )
        with (tmp_path / "answers.jsonl").open("a", encoding="utf-8") as answers:
            answers.write(json.dumps({"id": name, "set": "made", "services": [guilty], "deploys": []}) + "\n")
    figures = scored([await judged(case) for case in cases_in(tmp_path)])["made"]
    assert (figures["ours"]["n"], figures["ours"]["ac1"]) == (2, 0.5)
    assert figures["nsigma"]["ac1"] == 0.5
    assert figures["random"]["ac1"] == pytest.approx(1 / 3, abs=1e-3)
