"""Trouble that came on top, passed along calls by its amount: who accounts for what the alert's service feels."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.investigation.suspects.clue import Clue
from bot.investigation.suspects.emphasis import emphasis_of
from bot.investigation.suspects.weighing import map_of, weigh

AT = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)


def waiting(service: str, points: float, added: float | None, cause: str = "latency") -> Clue:
    return Clue(service, "metric", cause, points, True, f"metric:{service}", "waits", AT, added=added)


def order(clues: list[Clue], pairs: list[tuple[str, str]], alert: str = "web") -> list[str]:
    return [each.service for each in weigh(clues, map_of(pairs), alert)]


def test_an_odd_callee_that_adds_next_to_nothing_is_not_behind_its_caller() -> None:
    clues = [waiting("web", 2.0, 200.0), waiting("lookup", 4.0, 0.5)]
    assert order(clues, [("web", "lookup")])[0] == "web"


def test_a_callee_that_accounts_for_all_stands_before_its_caller_however_faint_its_own_sign() -> None:
    clues = [waiting("web", 5.0, 100.0, "error"), waiting("cart", 1.0, 110.0, "error")]
    first, *_ = weigh(clues, map_of([("web", "cart")]), "web")
    assert (first.service, first.points) == ("cart", 5.0)


def test_it_is_passed_on_to_the_deepest_one() -> None:
    clues = [waiting("web", 5.0, 100.0), waiting("cart", 4.0, 95.0), waiting("stock", 2.0, 94.0)]
    assert order(clues, [("web", "cart"), ("cart", "stock")])[0] == "stock"


def test_the_explained_one_names_who_is_behind_it() -> None:
    found = weigh([waiting("web", 5.0, 100.0), waiting("cart", 4.0, 95.0)], map_of([("web", "cart")]), "web")
    assert {each.service: each.explained_by for each in found} == {"cart": None, "web": "cart"}


def test_services_that_call_each_other_pass_nothing_on() -> None:
    clues = [waiting("web", 3.0, 50.0), waiting("a", 3.0, 50.0), waiting("b", 2.0, 50.0)]
    found = {each.service: each.points for each in weigh(clues, map_of([("a", "b"), ("b", "a")]), "nobody")}
    assert (found["a"], found["b"]) == (3.0, 2.0)


@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.floats(0.1, 50), st.floats(0, 1e6)), max_size=8),
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")), max_size=10),
)
def test_passing_on_invents_no_points(
    told: list[tuple[str, float, float]], pairs: list[tuple[str, str]]
) -> None:
    clues = [waiting(service, points, added) for service, points, added in told]
    found = weigh(clues, map_of(pairs), "a")
    assert {each.service for each in found} == {service for service, _, _ in told}
    highest = max((points for _, points, _ in told), default=0.0)
    assert all(-1e-9 <= each.points <= highest + 1e-9 for each in found)


@pytest.mark.parametrize("number", ["1682823527", "at 5021 ms", "build 15003"])
def test_a_number_that_holds_a_status_is_no_status(number: str) -> None:
    assert emphasis_of(f"web is slow {number}") == emphasis_of("web is slow")
    assert emphasis_of("web answers 503") != emphasis_of("web is slow")
