"""What one model alone would have cost: the same calls cost the same, and nothing is saved that was not spent."""

from decimal import Decimal

from router.messages import Task, Usage
from router.otherwise import Alone, Asked, Reference
from router.outcomes import Attempt, Selection, Status
from router.warmth import KEPT_S
from tests.router.world import policy

RULES = policy()
STRONG, WEAK = RULES.strongest, RULES.weakest
HEAD, CASE = ("head", 2000), ("case", 5000)


def attempt(model: str, usage: Usage) -> Attempt:
    selection = Selection(
        "a.1", Task.COMPLEX_REASONING, "c", "t2", model, None, 100, (), Decimal(0), Decimal(0), "sha"
    )
    usd = RULES.price(model).cost(usage)
    return Attempt(selection, Status.KEPT, "end_turn", usage, usd, 1.0)


def alone() -> Alone:
    return Alone(Reference(RULES.price(STRONG), RULES.min_cache_prefix(STRONG)))


def asked(*attempts: Attempt, at: float = 0.0, case: str = "case") -> Asked:
    return Asked(attempts, (HEAD, (case, CASE[1])), at)


def cold(model: str) -> Attempt:
    return attempt(model, Usage(cache_write_5m=5000, output=300))


def warm(model: str) -> Attempt:
    return attempt(model, Usage(cache_read=2000, cache_write_5m=3000, output=300))


def test_another_cases_head_is_warm_for_five_minutes() -> None:
    strong = alone()
    first = strong.after(asked(cold(STRONG)))
    second = strong.after(asked(cold(WEAK), at=KEPT_S - 1, case="other"))
    third = strong.after(asked(cold(WEAK), at=3 * KEPT_S, case="third"))
    assert first.same == cold(STRONG).usd
    assert second.same == warm(STRONG).usd < third.same == cold(STRONG).usd


def test_what_the_model_itself_found_warm_is_taken_from_its_bill() -> None:
    """A case's footer does not know the case before it, whose head was still warm."""
    assert alone().after(asked(warm(STRONG))).same == warm(STRONG).usd


def test_a_cache_that_a_cut_call_had_warmed_is_no_gain_of_one_call() -> None:
    cut = attempt(STRONG, Usage())
    again = attempt(STRONG, Usage(cache_read=5000, output=300))
    assert alone().after(asked(cut, again)).same == cold(STRONG).usd


def test_a_repair_is_not_counted_against_the_other_model() -> None:
    repair = attempt(WEAK, Usage(cache_read=5000, cache_write_5m=900, output=300))
    assert alone().after(asked(cold(WEAK), repair)).same == cold(STRONG).usd
