"""The post-mortem is a fold of the journal: facts in order, each with what it rests on, nothing invented."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.investigation.alert import Alert, Severity
from bot.investigation.casefile import CaseFile, fold
from bot.investigation.ending import Reopened, Resolution
from bot.investigation.events import (
    AlertCleared,
    AlertReceived,
    Concluded,
    Event,
    EvidenceCollected,
    FixJudged,
    Recorded,
    Resolved,
    Steered,
)
from bot.investigation.steering import respecting, ruled_out
from bot.investigation.suspects import Suspects
from bot.investigation.suspects.ranking import Suspect
from bot.investigation.verdict import Claim, SuggestedFix, Verdict
from bot.postmortem.folder import PostmortemFolder
from bot.postmortem.markdown import postmortem
from bot.postmortem.marks import plain
from bot.postmortem.timeline import timeline
from bot.resolution import draft_for
from bot.talk.summary import catch_up
from tools.tool import Findings, Observation, Status, ToolCall

ONSET = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SHA = "abc1234def56"


def case_of(*events: Event, title: str = "HighErrorRate gateway") -> CaseFile:
    alert = Alert("alertmanager", title, ONSET, severity=Severity.CRITICAL, service="gateway")
    everything = [AlertReceived("INC-7", alert), *events]
    return fold(
        Recorded(ONSET + timedelta(minutes=minute), event) for minute, event in enumerate(everything, start=1)
    )


def collected() -> EvidenceCollected:
    seen = (
        Observation(
            "log", "store: PoolTimeout, first at 02:00:05", "loki", at=ONSET, service="store",
            link="https://loki.example/x", query='{app="store"}',
        ),
        Observation("deploy", f"{SHA} of store", "git", at=ONSET - timedelta(minutes=2), service="store",
            facts={"sha": SHA},
        ),
    )  # fmt: skip
    return EvidenceCollected(Findings(ToolCall("search_logs"), Status.FOUND, seen))


def concluded() -> Concluded:
    return Concluded(
        Verdict(
            "concluded",
            "evidence_only",
            "store has no free connection",
            services=("store", "gateway"),
            deploys=(SHA,),
            confidence=0.8,
            claims=(
                Claim("store has no free connection", ("log:1",)),
                Claim("a release went before", ("deploy:1",)),
            ),
            cites=("log:1", "deploy:1"),
            fixes=(SuggestedFix("roll store back", "deploy", "", SHA),),
            not_checked=("traces: no source is configured",),
        )
    )


def resolved() -> Resolved:
    end = Resolution(
        "the release kept connections",
        "rolled back",
        "worked",
        ("store",),
        ONSET + timedelta(minutes=30),
        "U1",
        30,
    )
    return Resolved(end)


def test_every_part_of_a_resolved_case_is_told_with_what_it_rests_on() -> None:
    text = postmortem(
        case_of(collected(), concluded(), FixJudged("U2", "worked"), AlertCleared("alertmanager"), resolved())
    )
    for part in (
        "Impact",
        "Timeline",
        "Root cause",
        "Contributing factors",
        "What worked",
        "Detection",
        "Follow-ups",
    ):
        assert f"## {part}" in text
    assert "confirmed by @U1" in text and "[log:1](#log-1)" in text
    assert "([open](https://loki.example/x))" in text and 'Query: `{app="store"}`' in text
    assert "First sign to resolution: 30 min" in text
    anchors, links = set(re.findall(r'id="([^"]+)"', text)), set(re.findall(r"\]\(#([^)]+)\)", text))
    assert links <= anchors


def test_a_fix_that_did_not_hold_stands_beside_the_one_that_did() -> None:
    end = Resolution(
        "store has no free connection", "gave store a larger pool", "worked", (), ONSET, "U2", 50
    )
    text = postmortem(
        case_of(collected(), concluded(), resolved(), Reopened("U3", "the *errors* are back"), Resolved(end))
    )
    worked, held = text.index("- gave store a larger pool: worked"), text.index("- rolled back: did not hold")
    assert worked < held
    assert "did not hold, @U3 reopened the case: “the \\*errors\\* are back” (journal)" in text
    assert text.count("store has no free connection") == 2, "its own reading is told to be the same"
    assert "by code, from the evidence alone: the same ([log:1]" in text


def test_of_a_runbook_the_evidence_tells_its_name() -> None:
    book = Observation("runbook", "High error rate\n## What it means\nA larger share of requests", "runbooks")
    found = EvidenceCollected(Findings(ToolCall("find_runbook"), Status.FOUND, (book,)))
    text = postmortem(case_of(found))
    assert "**runbook:1** High error rate" in text and "What it means" not in text


def test_votes_are_on_our_suggestion_and_not_on_what_a_person_did_instead() -> None:
    case = case_of(collected(), concluded(), FixJudged("U3", "did_not"))
    assert draft_for(case, ONSET, "U1", "gave store a larger pool").worked == "worked"
    assert draft_for(case, ONSET, "U1").worked == "did_not"


def test_an_open_case_leaves_open_what_nobody_said() -> None:
    text = postmortem(case_of(collected()))
    assert "a draft" in text and "_Open: nobody has said so yet._" in text
    assert "confirmed by" not in text


def test_the_timeline_is_in_order_and_starts_before_the_alert() -> None:
    rows = timeline(case_of(collected(), concluded(), Steered("U3", "not the gateway"), resolved()))
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert rows[0].rests_on == "deploy:1"


@given(st.text(max_size=200))
def test_foreign_words_make_no_markdown(title: str) -> None:
    text = plain(title)
    assert "\n" not in text
    assert not re.search(r"(?<!\\)[*_`\[\]<>#]", text.replace("\\\\", ""))
    assert postmortem(case_of(title=title or "x")).startswith("# INC-7: ")


def test_three_lines_are_three_lines_at_any_stage() -> None:
    now = ONSET + timedelta(minutes=12)
    for events in ((), (collected(),), (collected(), concluded()), (collected(), concluded(), resolved())):
        assert len(catch_up(case_of(*events), now)) == 3
    told = catch_up(case_of(collected(), concluded()), now)
    assert told[0].endswith("; critical, since 02:00 UTC, for 12 min.")
    assert told[1] == "Likely cause (80 %): store has no free connection [log:1, deploy:1]"


def test_a_folder_that_cannot_be_written_loses_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("taken")

    async def keep(folder: Path | None) -> Path | None:
        return await PostmortemFolder(folder).keep(case_of(collected()))

    assert asyncio.run(keep(tmp_path / "file" / "below")) is None
    assert asyncio.run(keep(None)) is None
    kept = asyncio.run(keep(tmp_path / "new"))
    assert kept is not None and kept.name == "INC-7.md"
    assert [each.name for each in kept.parent.iterdir()] == ["INC-7.md"]


SUSPECTS = Suspects(
    services=(
        Suspect("store", 6.0, ("error",), ("log:1",)),
        Suspect("gateway", 3.0, ("latency",), ("log:1",)),
    ),
    cause="store: errors",
    confidence=0.8,
    cites=("log:1",),
)


def test_a_suspect_that_a_person_ruled_out_leads_no_more() -> None:
    case = case_of(collected(), Steered("U3", "it is not the store"))
    assert ruled_out(case) == {"store": "U3"}
    left = respecting(SUSPECTS, case)
    assert [each.service for each in left.services] == ["gateway"]
    assert left.cause is not None and "gateway stands out next" in left.cause
    assert left.confidence == 0.5
    assert "store: <@U3> ruled it out" in left.not_checked


def test_words_about_something_else_change_nothing() -> None:
    for words in ("the store is on fire", "we restarted store", "it is not the weather"):
        assert respecting(SUSPECTS, case_of(collected(), Steered("U3", words))) == SUSPECTS


def test_with_nobody_left_it_is_inconclusive() -> None:
    both = case_of(collected(), Steered("U3", "store is fine"), Steered("U3", "gateway is healthy"))
    left = respecting(SUSPECTS, both)
    assert (left.services, left.cause, left.confidence) == ((), None, None)
