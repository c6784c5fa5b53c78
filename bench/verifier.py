"""How many bad answers the router's checks catch, and how many good ones they reject.

    .venv/bin/python -m bench.verifier --data DIR

DIR holds answers.jsonl (or verifier/answers.jsonl): evidence, onset, answer, stop_reason, defects (empty = good).
The last line is `{"defective", "caught", "good", "false_alarms", "by_defect": {NAME: [caught, n]}}`.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.common import arguments, data_folder, print_result, print_table, read_jsonl
from router.escalate import blocking
from router.outcomes import Finding
from router.verify.answer import check_answer

GROUPS = {
    "form": "truncated_json prose_not_json refusal missing_field confidence_missing confidence_out_of_range",
    "citation": "uncited_claim unknown_citation irrelevant_citation",
    "grounding": "invented_number wrong_unit_or_magnitude contradicts_metric_direction invented_identifier "
    "quote_not_in_evidence wrong_service_invented deploy_after_onset_blamed cause_after_effect",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of evidence of one answer."""

    id: str
    kind: str
    text: str
    service: str | None
    time: datetime | None


def findings(row: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what the router's own checks find wrong with one answer."""
    grounds = [
        Row(e["id"], e.get("kind", ""), e["text"], e.get("service"), _time(e.get("time")))
        for e in row["evidence"]
    ]
    return blocking(
        check_answer(
            row["answer"],
            stop_reason=row["stop_reason"],
            grounds=grounds,
            onset=_time(row.get("onset")),
            wanted=WANTED,
        )
    )


# What a diagnosis is asked to look like; an answer that is no JSON is then a defect and not free text.
WANTED: Mapping[str, Any] = {
    "type": "object",
    "properties": {"cause": {}, "services": {}, "confidence": {}, "claims": {}, "fix": {}},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench."""
    asked = arguments("Catch rate and false alarms of the answer checks")
    asked.add_argument(
        "--show", action="store_true", help="list what was missed and what was falsely rejected"
    )
    options = asked.parse_args(argv)
    rows = read_jsonl(data_folder(options.data, "verifier") / "answers.jsonl")
    by_defect: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    caught = alarms = good = 0
    began = time.perf_counter()
    for row in rows:
        found = findings(row)
        good += not row["defects"]
        alarms += bool(found) and not row["defects"]
        caught += bool(found) and bool(row["defects"])
        for defect in row["defects"]:
            by_defect[defect][0] += bool(found)
            by_defect[defect][1] += 1
        if options.show and bool(found) != bool(row["defects"]):
            _show(row, found)
    took = time.perf_counter() - began
    print(
        f"{len(rows)} answers in {took:.2f} s, {1000 * took / max(1, len(rows)):.1f} ms each", file=sys.stderr
    )
    print_table("Defects caught", ("defect", "group", "caught", "of"), _table(by_defect))
    bad = len(rows) - good
    share = alarms / good if good else None
    print_table(
        "In all",
        ("", "n", "of", "share"),
        [("caught", caught, bad, caught / bad if bad else None), ("false alarms", alarms, good, share)],
    )
    print_result(
        {
            "defective": bad,
            "caught": caught,
            "good": good,
            "false_alarms": alarms,
            "by_defect": dict(sorted(by_defect.items())),
        }
    )
    return 0


def _table(by_defect: Mapping[str, Sequence[int]]) -> Iterator[Sequence[object]]:
    for group in (*GROUPS, "meaning and other"):
        mine = [(n, c) for n, c in sorted(by_defect.items()) if _group(n) == group]
        for name, (caught, n) in mine:
            yield name, group, caught, n
        if mine:
            yield f"= {group}", "", sum(c[0] for _, c in mine), sum(c[1] for _, c in mine)


def _group(defect: str) -> str:
    return next((group for group, names in GROUPS.items() if defect in names.split()), "meaning and other")


def _show(row: Mapping[str, Any], found: Sequence[Finding]) -> None:
    told = "; ".join(f"{f.code}: {f.detail}" for f in found) or json.dumps(row["answer"])[:300]
    print(
        f"{'MISSED' if row['defects'] else 'FALSE ALARM'} {row['id']} {row['defects']}: {told}",
        file=sys.stderr,
    )


def _time(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


if __name__ == "__main__":
    sys.exit(main())
