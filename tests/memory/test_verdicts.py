"""From votes to records: any order and repetition gives the same, bounds hold, failures are told."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from memory.incident import Feedback, Fix, Outcome, Status
from memory.ranking import Recency
from memory.verdicts import attempts_of, fix_records, lower_bound, standing, with_outcomes
from tests.memory.making import NOW, an_incident, days_ago

VOTES = st.lists(
    st.builds(
        Feedback,
        incident_id=st.just("inc-1"),
        fix_id=st.sampled_from(["f1", "f2"]),
        user=st.sampled_from(["ana", "ben", "cem"]),
        outcome=st.sampled_from([*Outcome, None]),
        at=st.integers(0, 5).map(days_ago),
        why=st.sampled_from(["", "came back"]),
    ),
    max_size=8,
)
INCIDENT = an_incident(fixes=(Fix("f1", "raise the limit"), Fix("f2", "restart the pods")))


@given(VOTES, st.data())
def test_any_order_and_repetition_of_votes_gives_the_same_record(
    votes: list[Feedback], data: st.DataObject
) -> None:
    again = data.draw(st.permutations(votes + votes))
    assert attempts_of(INCIDENT, standing(again)) == attempts_of(INCIDENT, standing(votes))


@given(VOTES, st.sampled_from(["ana", "ben"]))
def test_a_vote_taken_back_is_as_if_never_cast(votes: list[Feedback], user: str) -> None:
    back = [Feedback("inc-1", fix, user, None, days_ago(-1)) for fix in ("f1", "f2")]
    others = [vote for vote in votes if vote.user != user]
    assert standing(votes + back) == standing(others)


@given(st.floats(0, 500), st.floats(0, 500))
def test_the_lower_bound_is_a_share_and_moves_the_right_way(worked: float, failed: float) -> None:
    bound = lower_bound(worked, failed)
    assert 0 <= bound <= 1
    assert bound <= (1 + worked) / (2 + worked + failed)
    assert lower_bound(worked + 1, failed) >= bound
    assert lower_bound(worked, failed + 1) <= bound


def test_four_of_five_outranks_one_of_one() -> None:
    often = [("roll back", Outcome.WORKED, 10.0)] * 4 + [("roll back", Outcome.DID_NOT, 10.0)]
    best, second = fix_records(
        [
            (attempt, 0.8)
            for n, (action, outcome, age) in enumerate([*often, ("restart", Outcome.WORKED, 10.0)])
            for attempt in attempts_of(
                an_incident(f"i{n}", fixes=(Fix("f", action, outcome, at=days_ago(age)),)), {}
            )
        ],
        NOW,
        Recency(),
    )
    assert (best.action, best.worked, best.tried) == ("roll back", 4, 5)
    assert second.action == "restart"


def test_old_successes_count_less_than_new_ones() -> None:
    old, new = an_incident("old"), an_incident("new")
    tried = [
        (
            attempts_of(
                replace(old, fixes=(Fix("f", "flush the cache", Outcome.WORKED, at=days_ago(720)),)), {}
            )[0],
            0.8,
        ),
        (
            attempts_of(replace(new, fixes=(Fix("f", "roll back", Outcome.WORKED, at=days_ago(5)),)), {})[0],
            0.8,
        ),
    ]
    assert [record.action for record in fix_records(tried, NOW, Recency())] == [
        "roll back",
        "flush the cache",
    ]


def test_the_same_action_in_other_order_and_form_is_one_record() -> None:
    tried = [
        (attempts_of(an_incident(f"i{n}", fixes=(Fix("f", action, Outcome.WORKED),)), {})[0], 0.8)
        for n, action in enumerate(["Restarted the pods", "restart pods"])
    ]
    (record,) = fix_records(tried, NOW, Recency())
    assert record.worked == 2


def test_votes_outweigh_what_was_written_down_and_reach_the_incident() -> None:
    incident = an_incident(fixes=(Fix("f1", "restart", Outcome.WORKED, "ana", days_ago(3)),))
    votes = standing([Feedback("inc-1", "f1", u, Outcome.DID_NOT, days_ago(1), "came back") for u in "ab"])
    attempts = attempts_of(incident, votes)
    told = with_outcomes(incident, attempts)
    assert (told.fixes[0].outcome, told.fixes[0].why) == (Outcome.DID_NOT, "came back")
    (record,) = fix_records([(a, 0.9) for a in attempts], NOW, Recency())
    assert record.failed
    assert record.why == "came back"


def test_conflicting_votes_come_to_partly() -> None:
    incident = an_incident(fixes=(Fix("f1", "restart"),))
    votes = [
        Feedback("inc-1", "f1", "ana", Outcome.WORKED, NOW),
        Feedback("inc-1", "f1", "ben", Outcome.DID_NOT, NOW),
    ]
    assert attempts_of(incident, standing(votes))[0].outcome is Outcome.PARTLY


def test_a_success_is_provisional_while_fresh_or_open() -> None:
    fix = Fix("f", "roll back", Outcome.WORKED, at=NOW - timedelta(minutes=5))
    settled = replace(fix, at=NOW - timedelta(hours=2))
    for incident, provisional in (
        (an_incident(fixes=(fix,)), True),
        (an_incident(fixes=(settled,)), False),
        (an_incident(fixes=(settled,), status=Status.OPEN), True),
    ):
        (record,) = fix_records([(a, 0.8) for a in attempts_of(incident, {})], NOW, Recency())
        assert record.provisional is provisional


def test_a_fix_from_another_service_counts_less() -> None:
    tried = []
    for service, action in (("billing", "scale out"), ("checkout", "roll back")):
        incident = an_incident(service, services=(service,), fixes=(Fix("f", action, Outcome.WORKED),))
        tried += [(attempt, 0.8) for attempt in attempts_of(incident, {})]
    records = fix_records(tried, NOW, Recency(), ["Checkout"])
    assert [record.action for record in records] == ["roll back", "scale out"]
