"""Where requests stop, told from the order of their lines alone."""

from tools.log_digest_steps import Stop, stops

CALLER, CALLEE = "shop", "till"
SERVICES = [
    CALLER,
    CALLEE,
    CALLEE,
    CALLER,
]  # of the groups 0 to 3: 0 asks, 1 and 2 are the callee's work, 3 answers


def test_a_service_that_always_went_on_and_no_longer_does_stopped_there() -> None:
    assert list(stops([[0, 1, 2, 3]] * 6, [[0, 1, 3]] * 9, SERVICES)) == [Stop(2, 9, 9, 6, 0)]


def test_of_all_that_stop_with_a_callee_only_the_callee_is_told() -> None:
    assert [each.missing for each in stops([[0, 1, 2, 3]] * 6, [[0, 1]] * 9, SERVICES)] == [2]


def test_work_begun_anew_instead_of_the_next_line_is_a_stop() -> None:
    again = [[0, 1, 2, 1, 2, 3]] * 6
    assert list(stops([*again, [0, 1, 2, 3]], [[0, 1, 1, 2, 3]] * 9, SERVICES)) == [Stop(2, 9, 9, 7, 0)]


def test_another_known_way_or_something_unheard_is_no_stop() -> None:
    services = [*SERVICES, CALLEE, CALLEE]
    ways = [[0, 1, 2, 3], [0, 1, 4, 3]] * 6
    assert not list(stops(ways, [[0, 1, 4, 3]] * 9, services))
    assert not list(stops(ways, [[0, 1, 5, 3]] * 9, services))


def test_the_last_line_of_the_work_is_no_stop() -> None:
    assert not list(stops([[0, 1, 2, 3]] * 6, [[0, 1, 2, 1, 2, 3]] * 9, SERVICES))
