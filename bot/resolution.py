"""The end of a case: a draft from what is known, the modal that people edit, and what they say back. Pure.

A draft is never a fact: only what an allowed person submits is remembered.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.investigation.casefile import CaseFile
from bot.investigation.ending import FixOutcome, Resolution
from bot.investigation.verdict import SuggestedFix

CALLBACK = "resolve_case"
OUTCOMES: tuple[tuple[FixOutcome, str], ...] = (
    ("worked", "Worked"),
    ("partly", "Partly"),
    ("did_not", "Did not work"),
)


def draft_for(case: CaseFile, now: datetime, by: str, said: str = "") -> Resolution:
    """Draft root cause, fix and time to resolve from the case; *said* are a person's own words, which win."""
    verdict = case.verdict
    cause = (verdict.cause if verdict else None) or ""
    proposed = _done(verdict.fix) if verdict and verdict.fix else ""
    judged = (
        set() if said else {judgement.outcome for judgement in case.judgements}
    )  # votes are on what we suggested
    worked: FixOutcome = next((outcome for outcome, _ in OUTCOMES if outcome in judged), "worked")
    services = verdict.services[:1] if verdict else ()
    ended = case.cleared_at or now
    minutes = max(0.0, (ended - min(case.alert.starts_at, case.opened_at)).total_seconds() / 60)
    if not services and case.alert.service:
        services = (case.alert.service,)
    return Resolution(cause, said or proposed, worked, services, now, by, minutes)


def _done(fix: SuggestedFix) -> str:
    """Say a suggestion as something done; a runbook's list of choices is nobody's deed."""
    if fix.source == "deploy":
        return f"Rolled back deploy {fix.reference[:12]}"
    return "" if fix.source == "runbook" else fix.text


def resolution_modal(case: CaseFile, draft: Resolution) -> dict[str, Any]:
    """Return the modal in which a person edits or accepts *draft*."""
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": case.id,
        "title": {"type": "plain_text", "text": "Resolve the incident"},
        "submit": {"type": "plain_text", "text": "Resolve"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            _input("root_cause", "What was the cause?", draft.root_cause, multiline=True),
            _input("fix", "What fixed it?", draft.fix, multiline=True),
            _choice(draft.worked),
            _input("services", "Services, comma separated", ", ".join(draft.services), optional=True),
            _input("minutes", "Minutes from the first sign to the end", f"{draft.minutes:.0f}"),
        ],
    }


def read_modal(view: Mapping[str, Any], user: str, now: datetime) -> Resolution | dict[str, str]:
    """Return what the person submitted, or the errors to show beside each field."""
    values = view["state"]["values"]
    fields = ("root_cause", "fix", "services", "minutes")
    given = {name: (values[name]["value"].get("value") or "").strip() for name in fields}
    errors = {name: "Please say it in a few words." for name in ("root_cause", "fix") if not given[name]}
    try:
        minutes = float(given["minutes"].replace(",", "."))
    except ValueError:
        minutes = -1.0
    if not 0 <= minutes <= 60 * 24 * 365:
        errors["minutes"] = "A number of minutes, such as 25."
    if errors:
        return errors
    chosen = (values["worked"]["value"].get("selected_option") or {}).get("value", "worked")
    return Resolution(
        root_cause=given["root_cause"],
        fix=given["fix"],
        worked=next((outcome for outcome, _ in OUTCOMES if outcome == chosen), "worked"),
        services=tuple(part.strip() for part in given["services"].split(",") if part.strip()),
        resolved_at=now,
        by=user,
        minutes=minutes,
    )


def _input(
    name: str, label: str, value: str, *, multiline: bool = False, optional: bool = False
) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": "value", "multiline": multiline}
    if value:
        element["initial_value"] = value[:2900]
    return {
        "type": "input",
        "block_id": name,
        "optional": optional,
        "label": {"type": "plain_text", "text": label},
        "element": element,
    }


def _choice(worked: FixOutcome) -> dict[str, Any]:
    options = [{"text": {"type": "plain_text", "text": label}, "value": value} for value, label in OUTCOMES]
    chosen = next(
        option for option in options if option["value"] == (worked if worked != "not_same" else "did_not")
    )
    return {
        "type": "input",
        "block_id": "worked",
        "label": {"type": "plain_text", "text": "Did it work?"},
        "element": {
            "type": "static_select",
            "action_id": "value",
            "options": options,
            "initial_option": chosen,
        },
    }
