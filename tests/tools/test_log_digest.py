from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.log_digest import LogGroup, digest
from tools.log_digest_flow import Flow, flows, rate_surprise
from tools.log_digest_groups import shown, template_ids
from tools.log_digest_levels import CALM, ERROR, WARNING, severity, whole_messages
from tools.log_digest_words import MAX_PIECES, VALUE, skeleton
from tools.telemetry import LogLine

ONSET = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def line(text: str, seconds: float = 0.0, service: str = "cart", trace: str = "", pod: str = "") -> LogLine:
    return LogLine(ONSET + timedelta(seconds=seconds), service, text, pod=pod, trace=trace)


def alike(*texts: str) -> bool:
    return len(set(template_ids(texts))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("served 12 items in 3.4 ms", "served 7 items in 120.05 ms"),
        ("from 10.0.0.1:443 to 10.0.0.22:80", "from 192.168.10.12:9000 to 10.1.1.1:53"),
        ("id 3f2a9c1e-77aa-4b02-9d1b-0c9e8f1d2a3b done", "id 00000000-0000-0000-0000-000000000000 done"),
        ("wrote /var/lib/a/b.db", "wrote /etc/hosts"),
        ("register cafebabe set", "register deadbeef set"),
        ("at Mon Jul 25 23:23:12 2005 closed", "at Tue Aug 2 01:00:00 2005 closed"),
        ("blocks [1, 2, 3] gone", "blocks [17] gone"),
        ("sent 5 bytes (1.2 KB)", "sent 12000 bytes"),
        ("lifetime <1 sec", "lifetime 00:12"),
        ("value = null", "value = 17"),
    ],
)
def test_lines_that_differ_in_values_share_a_template(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("state changed from NEW to RUNNING", "state changed from RUNNING to DONE"),
        ('"GET /a/1 HTTP/1.1" 200', '"POST /a/1 HTTP/1.1" 200'),
        ("debug wait enable......0", "debug interrupt enable...0"),
        ("enabled: true", "closed 17"),
    ],
)
def test_lines_of_different_statements_do_not(one: str, other: str) -> None:
    assert not alike(one, other)


def test_names_of_users_and_many_hosts_are_values() -> None:
    assert alike(*(f"session opened for user {name} by (uid=0)" for name in ("root", "news")))
    assert alike(*(f"{name}.example.com:443 open through proxy" for name in "abcdefgh"))


@given(st.lists(st.text(), max_size=30))
def test_no_text_breaks_the_grouping(texts: list[str]) -> None:
    numbers = template_ids(texts)
    assert len(numbers) == len(texts)
    for text, number in zip(texts, numbers, strict=True):
        assert all(other == number for also, other in zip(texts, numbers, strict=True) if also == text)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_numbers_never_part_lines(one: int, other: int) -> None:
    assert skeleton(f"took {one} of {other}") == skeleton("took 1 of 2")


def test_giant_and_binary_lines_are_bounded() -> None:
    junk = bytes(range(256)).decode("latin-1") * 40_000
    assert len(skeleton(junk)) <= MAX_PIECES
    assert len(skeleton("a=b " * 1_000_000)) <= MAX_PIECES
    assert skeleton("") == skeleton("   ")


def test_a_template_shows_what_lines_share() -> None:
    assert (
        shown(["user ann logged in 3 times", "user bob logged in 4 times"])
        == f"user {VALUE} logged in {VALUE} times"
    )
    assert shown(["a b", "a b c"]) == "a b"
    assert shown([]) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22 10:00:00 ERROR pool empty", ERROR),
        ("E1122 10:00:00.123 main.go:1] lost lease", ERROR),
        ("WARN slow", WARNING),
        ("connection refused by upstream", WARNING),
        ("INFO refused nothing", CALM),
        ("ready", CALM),
    ],
)
def test_severity(text: str, expected: str) -> None:
    assert severity(line(text)) == expected


def test_a_told_level_wins() -> None:
    assert severity(LogLine(ONSET, "cart", "all fine", level="error")) == ERROR
    assert severity(LogLine(ONSET, "cart", "connection refused", level="INFO")) == CALM


def test_stack_traces_stay_whole_however_services_interleave() -> None:
    lines = [
        line("ValueError: no", pod="a"),
        line("served", service="web"),
        line("    at Foo.bar(Foo.java:12)", pod="a"),
        line("Caused by: Boom", pod="a"),
        line("next", pod="a"),
    ]
    told = [each.text for each in whole_messages(lines)]
    assert told == ["ValueError: no\n    at Foo.bar(Foo.java:12)\nCaused by: Boom", "served", "next"]


def by_template(groups: tuple[LogGroup, ...], part: str) -> LogGroup:
    return next(group for group in groups if part in group.template)


def test_what_is_new_comes_first_with_its_stack() -> None:
    normal = [line(f"served {n}", -3000 + n) for n in range(500)]
    now = [line(f"served {n}", n) for n in range(100)]
    now += [
        line(f"ERROR pool exhausted after {n} s\n    at Pool.take(Pool.java:1)", 10 + n) for n in range(20)
    ]
    groups = digest(now, normal, onset=ONSET)
    first = groups[0]
    assert (first.service, first.trend, first.severity, first.now, first.normal) == (
        "cart",
        "new",
        ERROR,
        20,
        0,
    )
    assert first.first == ONSET + timedelta(seconds=10)
    assert "Pool.java" in first.example.text
    assert by_template(groups, "served").score == 0


def test_a_line_that_a_service_no_longer_writes_is_missed_by_request() -> None:
    def request(number: int, seconds: float, *, priced: bool) -> list[LogLine]:
        trace = f"t{seconds}-{number}"
        lines = [line("asking for a price", seconds, "cart", trace)]
        if priced:
            lines.append(line("price found", seconds, "price", trace))
        return [*lines, line("priced", seconds, "cart", trace)]

    normal = [each for n in range(40) for each in request(n, -4000 + n, priced=True)]
    now = [each for n in range(40) for each in request(n, n, priced=False)]
    first = digest(now, normal, onset=ONSET)[0]
    assert (first.service, first.trend, first.share, first.normal_share) == ("price", "gone", 0.0, 1.0)
    assert first.score > 4


@pytest.mark.parametrize(
    ("written", "blamed"),
    [
        ("ABab", "till"),  # till returns early: nothing asks the printer, and till itself stops
        ("ABabd", "printer"),  # only the printer is missing: till goes on
        ("ABabx", None),  # till stops and complains: that tells, and nobody is missed
        ("ABay", "till"),  # its caller complains, but it is the till that stops
        ("ABbcd", "till"),  # a line less within a request that went on elsewhere is the till's own
    ],
)
def test_the_first_missing_line_tells_where_requests_stop(written: str, blamed: str | None) -> None:
    said = {
        "A": ("shop", "order placed"),
        "B": ("shop", "asking the till"),
        "a": ("till", "sum begun"),
        "b": ("till", "sum done"),
        "c": ("printer", "receipt printed"),
        "d": ("till", "receipt handed over"),
        "x": ("till", "ERROR no receipt came"),
        "y": ("shop", "ERROR the sum never came"),
    }

    def requests(letters: str, start: float, name: str) -> list[LogLine]:
        return [
            line(said[each][1], start + number + place / 100, said[each][0], trace=f"{name}{number}")
            for number in range(12)
            for place, each in enumerate(letters)
        ]

    groups = digest(requests(written, 1, "now"), requests("ABabcd", -900, "then"), onset=ONSET)
    missed = [each.service for each in groups if each.trend in {"gone", "fewer"} and each.score >= 2]
    assert missed[:1] == ([blamed] if blamed else [])


def test_what_a_rare_request_should_write_is_learned_shortly_before_the_onset() -> None:
    def requests(start: float, name: str, *, whole: bool) -> list[LogLine]:
        return [
            line(text, start + number + place / 100, "vault", trace=f"{name}{number}")
            for number in range(10)
            for place, text in enumerate(("opening the vault", "vault counted")[: 1 + whole])
        ]

    other = [line("tick", -900 + number, "clock", trace=f"c{number}") for number in range(20)]
    groups = digest([*requests(-40, "a", whole=True), *requests(1, "b", whole=False)], other, onset=ONSET)
    assert by_template(groups, "vault counted").trend in {"gone", "fewer"}
    assert by_template(groups, "vault counted").score >= 2


def test_errors_that_stopped_are_no_trouble() -> None:
    normal = [line("ERROR cache miss", -4000 + n) for n in range(50)] + [
        line("ok", -4000 + n) for n in range(50)
    ]
    now = [line("ok", n) for n in range(100)]
    assert by_template(digest(now, normal, onset=ONSET), "cache miss").score == 0


def test_a_kind_of_error_known_from_normal_days_weighs_less() -> None:
    normal = [line(f"ERROR no instances of svc-{name}", -4000 + n) for n in range(30) for name in "ab"]
    normal += [line("ok", -4000 + n) for n in range(200)]
    now = [line("ok", n) for n in range(100)]
    known = digest(now + [line("ERROR no instances of svc-zz", n) for n in range(20)], normal, onset=ONSET)
    novel = digest(now + [line("ERROR disk is full", n) for n in range(20)], normal, onset=ONSET)
    assert known[0].score < 0.5 * novel[0].score


def test_without_a_baseline_the_time_before_the_onset_serves() -> None:
    lines = [line("served", n) for n in range(-1200, 300)] + [
        line("FATAL out of memory", n) for n in range(100, 110)
    ]
    lines.sort(key=lambda each: each.at)
    groups = digest(lines, (), onset=ONSET)
    assert groups[0].template == "FATAL out of memory"
    assert groups[0].trend == "new"


def test_no_lines_at_all() -> None:
    assert digest((), (), onset=ONSET) == ()


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_surprise_has_the_sign_of_the_change(a: int, b: int, c: int, d: int) -> None:
    flow = Flow(min(a, b), b, min(c, d), d)
    if b and d:
        assert flow.surprise * (flow.logged / b - flow.normal_logged / d) >= 0
    else:
        assert flow.surprise == 0


def test_more_of_the_same_is_more_surprising() -> None:
    assert Flow(20, 40, 0, 40).surprise > Flow(5, 40, 0, 40).surprise > Flow(1, 40, 0, 40).surprise
    assert rate_surprise(100, 10, 1.0) > rate_surprise(20, 10, 1.0) > 0 > rate_surprise(0, 50, 1.0)


def test_flows_need_traces() -> None:
    assert flows([], [("t1", 0)], ["cart"]) == {}


def test_work_that_normal_operation_does_not_have_is_mentioned_but_accuses_nobody() -> None:
    normal = [
        LogLine(ONSET - timedelta(minutes=9, seconds=place), "store", "saved", trace=f"n{place}")
        for place in range(9)
    ]
    now = [
        LogLine(ONSET + timedelta(seconds=place), "export", "month 3 written", trace="t1")
        for place in range(30)
    ]
    now += [
        LogLine(ONSET + timedelta(seconds=place), "store", "saved", trace=f"s{place}") for place in range(9)
    ]
    (found,) = [each for each in digest(now, normal, onset=ONSET) if each.service == "export"]
    assert (found.trend, found.score) == ("new", 1.0)


@pytest.mark.parametrize("known", [0, 2])
def test_an_error_in_every_request_stands_out_where_normal_operation_hardly_came_by(known: int) -> None:
    """New work that always fails is odder than known warnings under more traffic; work that goes well is not."""

    def score(failing: int) -> float:
        normal = [line("request served", -600 + n, "gateway", trace=f"n{n}") for n in range(60)]
        normal += [line("seat kept", -300 + n, "seats", trace=f"n{n}") for n in range(known)]
        now = [line("request served", n, "gateway", trace=f"t{n}") for n in range(12)]
        now += [
            line(
                "ERROR IllegalStateException: no seat" if n < failing else "seat kept",
                n + 0.5,
                "seats",
                trace=f"t{n}",
            )
            for n in range(12)
        ]
        groups = digest(sorted(now, key=lambda each: each.at), normal, onset=ONSET)
        return next(group.score for group in groups if "IllegalState" in group.template)

    assert score(12) > 4.0
    assert score(12) > 2 * score(2)
