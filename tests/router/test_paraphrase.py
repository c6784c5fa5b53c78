"""Numbers an engineer works out from a record pass, and the same made up do not; acts are judged by when they were."""

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import JsonValue

from router.escalate import blocking
from router.outcomes import FindingCode
from router.verify.answer import check_answer
from router.verify.reading.rounding import rounds_to
from router.verify.reading.words import PARTS, in_digits
from tests.router.world import Seen

ONSET = datetime(2026, 6, 2, 15, 0, tzinfo=UTC)


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 6, 2, hour, minute, second, tzinfo=UTC)


GROUNDS = (
    Seen("alert:1", "alert", "DepthHigh on parcels: 36,000 waiting (limit 9,000)", "parcels", at(15, 0)),
    Seen(
        "metric:1",
        "metric",
        "disk used (GiB): 14:00 420, 14:20 460, 14:40 500, 15:00 540",
        "vault",
        at(15, 0),
    ),
    Seen(
        "metric:2",
        "metric",
        "parcels done per minute: 14:30 1,500, 14:45 310, 15:00 300",
        "parcels",
        at(15, 0),
    ),
    Seen("metric:3", "metric", "reply p95 ms: 14:30 55, 14:45 57, 15:00 2410", "parcels", at(15, 0)),
    Seen("metric:4", "metric", "heap (MB), one sample a minute: 90, 150, 211, 270, 331", "sorter", at(15, 0)),
    Seen(
        "metric:5",
        "metric",
        "sheets per run: 12:00 818, 13:00 822, 14:00 820, 15:00 12",
        "printer",
        at(15, 0),
    ),
    Seen("metric:6", "metric", "rejected share: 14:40 0.011, 15:00 0.052", "gate", at(15, 0)),
    Seen("metric:7", "metric", "parcels kept per minute: 14:00 600, 15:00 101", "gate", at(15, 0)),
    Seen(
        "metric:8", "metric", "scans: 12:00 ok, 13:00 failed, 14:00 failed, 15:00 failed", "gate", at(15, 0)
    ),
    Seen("metric:9", "metric", "jams 44/min", "gate", at(15, 0)),
    Seen("metric:10", "metric", "egress Gbit/s: 14:30 590, 14:45 600, 15:00 600", "gate", at(15, 0)),
    Seen(
        "memory:1",
        "memory",
        "In March building the label index anew took 3 minutes; space was short",
        "vault",
    ),
    Seen("log:1", "log", "refused 5400 handovers between 14:50 and 15:00", "gate", at(15, 0)),
    Seen(
        "log:2", "log", "Back-off 2m40s restarting failed container (restart count 7)", "sorter", at(14, 58)
    ),
    Seen("log:3", "log", "sort: 3.31 s, of it lookup 3.02 s", "sorter", at(14, 57)),
    Seen("log:4", "log", "index built: 1,488,102 of 2,399,850 labels", "vault", at(14, 50)),
    Seen("log:5", "log", "vault is degraded: 2 errors", "vault", at(14, 59)),
    Seen("log:7", "log", "31 per 1k labels damaged", "vault", at(14, 59)),
    Seen("log:8", "log", "all sorters busy with recounts; next look at 15:10", "sorter", at(14, 59)),
    Seen("log:9", "log", "full scan every 30s", "vault", at(14, 59)),
    Seen("deploy:1", "deploy", "gate rev 311: stricter rules", "gate", at(14, 38)),
    Seen("deploy:2", "deploy", "gate rev 312: rules as before", "gate", at(15, 20)),
    Seen("deploy:3", "deploy", "gate rev 310: logging", "gate", at(14, 1)),
    Seen("runbook:2", "runbook", "Never restart sorters while parcels move.", "sorter"),
    Seen(
        "runbook:1",
        "runbook",
        "Depth: add sorters first. Never flush the vault queue: parcels are lost.",
        "vault",
    ),
)


def codes(claim: str, cites: str, **changes: JsonValue) -> set[FindingCode]:
    said: dict[str, JsonValue] = {
        "cause": "Revision 311 of gate turns too much away.",
        "services": ["gate"],
        "confidence": 0.8,
        "claims": [{"text": claim, "evidence": [*cites.split()]}],
        "fix": None,
    }
    found = check_answer({**said, **changes}, stop_reason="end_turn", grounds=GROUNDS, onset=ONSET)
    return {finding.code for finding in blocking(found)}


@pytest.mark.parametrize(
    ("good", "bad", "cites"),
    [
        ("The disk fills by two GiB a minute", "The disk fills by nine GiB a minute", "metric:1"),
        ("At this rate the queue needs two hours", "At this rate the queue needs nine hours", "alert:1 metric:2"),
        ("From 25 a second it fell to 5", "From 25 a second it fell to 12", "metric:2"),
        ("p95 is now 2.4 s", "p95 is now 2.4 ms", "metric:3"),
        ("Replies got slower by some 2.3 seconds", "Replies got slower by some 7.3 seconds", "metric:3"),
        ("The heap grew more than threefold in four minutes", "The heap grew more than threefold in 40 minutes",
         "metric:4"),
        ("The three runs before it printed some 820 sheets each", "The six runs before it printed some 820 sheets each",
         "metric:5"),
        ("Refusals more than quadrupled", "Refusals declined", "metric:6"),
        ("The rejected share went up", "The rejected share went down", "metric:6"),
        ("540 handovers a minute, nine every second, were refused",
         "540 handovers a minute, 70 every second, were refused",
         "log:1"),
        ("The pod is in CrashLoopBackOff", "The pod is in ImagePullBackOff", "log:2"),
        ("It was restarted seven times already", "It was restarted eleven times already", "log:2"),
        ("3 of the 3.3 seconds go to the lookup", "1.4 of the 3.3 seconds go to the lookup", "log:3"),
        ("1.49 of 2.4 million labels are in it", "0.35 of 2.4 million labels are in it", "log:4"),
        ("Five eighths of the labels are in it", "Seven ninths of the labels are in it", "log:4"),
        ("It stood between 55 and 57 ms until then", "It stood between 11 and 57 ms until then", "metric:3"),
        ("Shares went from 1.1 % to 5.2 %", "Shares went from 1.1 % to 17 %", "metric:6"),
        ("3.1 % of the labels are damaged", "31 percent of the labels are damaged", "log:7"),
        ("It reports 'all sorters busy with recounts'", "It reports 'all sorters idle since noon'", "log:8"),
        ("Five in six parcels are lost", "Two in seven parcels are lost", "metric:7"),
        ("Three scans in a row failed", "Eight scans in a row failed", "metric:8"),
        ("A jam comes more often than every two seconds", "A jam comes every nine seconds", "metric:9"),
        ("The rejected share swelled almost fivefold", "The rejected share dwindled", "metric:6"),
        ("Traffic holds at 600 Gbit/s", "Traffic holds at 600 Mbit/s", "metric:10"),
        ("In March it took three minutes to build it again", "It is being built again", "memory:1"),
        ("Old notes tell of short space in the vault", "Space is short in the vault", "memory:1"),
        ("In March the vault was short of space again", "The vault is short of space again", "memory:1"),
        ("The scan runs twice a minute", "The scan runs nine times a minute", "log:9"),
        ("From half past two to ten to three it took 5,400 of them", "It took 5,400 within seven hours", "log:1"),
        ("Revision 310 ran for 37 minutes", "Revision 310 ran for 97 minutes", "deploy:3"),
    ],
)  # fmt: skip
def test_what_is_worked_out_passes_and_what_is_made_up_does_not(good: str, bad: str, cites: str) -> None:
    assert not codes(good, cites)
    assert codes(bad, cites)


@pytest.mark.parametrize(
    ("claim", "good"),
    [
        ("The printer was given 5,400 handovers less by the gate", True),
        ("printer refused 5400 handovers", False),
    ],
)
def test_a_plain_noun_names_no_service(claim: str, good: bool) -> None:
    assert bool(codes(claim, "log:1")) is not good


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        ("Setting rev 312 live at 15:20 emptied the lanes.", FindingCode.DEPLOY_AFTER_ONSET),
        ("Handovers were refused because rev 312 was set live.", FindingCode.DEPLOY_AFTER_ONSET),
        ("Stopping the belt at 15:20 jammed the lane seen at 14:50.", FindingCode.CAUSE_AFTER_EFFECT),
        ("Setting rev 311 live at 14:38 jammed the lane seen at 14:50.", None),
        ("Lanes were put aside at 15:20 and this led to the jam at 14:50.", FindingCode.CAUSE_AFTER_EFFECT),
        ("rev 312 leads to refusals.", FindingCode.DEPLOY_AFTER_ONSET),
        ("Revision 311 refused too much; I have no lane_map output.", None),
        ("Revision 311 refused too much; lane_map output shows it.", FindingCode.IDENTIFIER),
        ("Revision 311 refused too much; going to 312 at 15:20 eased it.", None),
        ("The refusals seen at 14:50 followed the change of 14:38.", None),
        ("Rules of gate refuse parcels; everything is fine.", FindingCode.CONTRADICTION),
        ("Rules of gate refuse parcels; the printer is fine.", None),
    ],
)
def test_acts_are_judged_by_when_they_were(cause: str, code: FindingCode | None) -> None:
    assert codes("gate refused 5400 handovers", "log:1", cause=cause) == ({code} if code else set())


@pytest.mark.parametrize(
    ("fix", "good"),
    [
        ("Flush the vault queue.", False),
        ("Do not flush the vault queue; add sorters.", True),
        ("Restart the sorters while parcels move.", False),
        ("Restart the sorters once no parcels move.", True),
        ("I have rolled gate back.", False),
        ("Roll gate back; I have no record of who uses it.", True),
    ],
)
def test_a_fix_is_neither_forbidden_nor_told_as_done(fix: str, good: bool) -> None:
    assert bool(codes("gate refused 5400 handovers", "log:1", fix=fix)) is not good


@given(st.integers(100, 900), st.integers(30, 900), st.integers(2, 50))
def test_a_series_gives_its_slope_and_no_other(start: int, rise: int, minutes: int) -> None:
    seen = Seen(
        "metric:1", "metric", f"size (MB): 10:00 {start}, 10:{minutes:02} {start + rise}", "vault", at(14, 0)
    )
    slope = rise / minutes
    assume(slope > 0.5)

    def found(value: float) -> bool:
        said: dict[str, JsonValue] = {
            "text": f"It grew by about {value:.3g} MB a minute",
            "evidence": ["metric:1"],
        }
        whole: dict[str, JsonValue] = {
            "claims": [said],
            "cause": None,
            "services": [],
            "confidence": 0.5,
            "fix": None,
        }
        return bool(
            check_answer(whole, stop_reason="end_turn", grounds=(seen,), onset=ONSET, checks=("numbers",))
        )

    assert not found(slope)
    if all(not 0.5 < slope * 7 / other < 2 for other in (start, rise, start + rise)):
        assert found(slope * 7)


@given(st.integers(1, 10**9))
def test_a_whole_number_may_be_told_in_thousands(have: int) -> None:
    told = float(f"{have:.2g}")
    assert rounds_to(told, have) or abs(told - have) >= 0.02 * told or told < 1000
    assert not rounds_to(told * 1.5 + 1, have)


@given(st.sampled_from(sorted(PARTS)), st.sampled_from(["second", "minute", "hour", "percent", "GiB"]))
def test_parts_of_a_unit_are_read(part: str, unit: str) -> None:
    about, number, rest = in_digits(f"a {part} of a {unit}").split(" ")
    assert about == "about"
    assert rest == unit
    assert float(number) == pytest.approx(1 / PARTS[part], rel=0.03)
