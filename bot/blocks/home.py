"""App Home: what is open, what was learned, what keeps failing, what it cost, and each channel's settings. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.blocks.words import Block, age, code, context, fitted, link, said, seconds, section, span
from bot.channel_rules import ChannelRules
from bot.home import HomeFacts
from bot.identity import permalink
from bot.investigation.casefile import CaseFile
from bot.prose import Statement
from bot.store.cases import CaseRow
from memory.reflection import Kind
from router.prices import dollar_range, dollars

CHANNEL_SETTINGS = "channel_settings"
MOST = 10
MOST_CASES = 4  # named behind a sentence
NEWEST = 3  # of what was learned, told by name
SINCE = re.compile(r", first at \d")  # of a cause: what began stands before, the rest is told in the thread
FELT = {"worked": "worked", "partly": "worked partly", "did_not": "did not work"}


def home_view(facts: HomeFacts, now: datetime) -> dict[str, Any]:
    """Return the home tab."""
    live = [pair for pair in facts.files if pair[1].resolution is None]
    ended = [pair for pair in facts.files if pair[1].resolution is not None]
    blocks: list[Block] = [{"type": "header", "text": {"type": "plain_text", "text": "IncidentOS"}}]
    blocks += _list("Open cases", live, facts.address, now) or [section("*Open cases*\nNone.")]
    blocks += _list("Resolved lately", ended, facts.address, now)
    blocks.append({"type": "divider"})
    blocks += [section(text) for text in (times(facts), learned(facts), *insights(facts)) if text]
    blocks += [section(spend(facts.spend))] if facts.spend else []
    blocks.append({"type": "divider"})
    blocks += _channels(facts.channels, facts.spent_today)
    blocks.append(context("I only read. I never touch your infrastructure."))
    return {"type": "home", "blocks": blocks[:100]}


def digest_blocks(facts: HomeFacts, statements: Sequence[Statement] = ()) -> list[Block]:
    """Return the week in a few lines, for the weekly digest; empty when nothing happened.

    *statements* are a model's words for the insights; they are told beside them, never in their place.
    """
    links = facts.reflection.links if facts.reflection else {}
    worded = [_sentence(each.text, each.incidents, links) for each in statements]
    summary = _titled("What it comes to (worded by a model)", worded)
    told = [text for text in (summary, times(facts), learned(facts), *insights(facts)) if text]
    if facts.spend and (facts.spend["calls"] or facts.spend["avoided"]):
        told.append(spend(facts.spend))
    return [section("*The week*"), *map(section, told)] if told else []


def times(facts: HomeFacts) -> str:
    """Say how fast it went this week, and how sure verdicts were beside how often they held."""
    lines = []
    if facts.first_line_s is not None:
        lines.append(f"First useful line after {seconds(facts.first_line_s)} (median of the week)")
    if facts.resolve_s is not None:
        lines.append(f"Resolved after {span(facts.resolve_s)} (median of the week)")
    if found := facts.calibration:
        sure, held = f"{found.said * 100:.0f} %", f"{found.worked * 100:.0f} %"
        lines.append(
            f"Verdicts were {sure} sure; people say {held} of the fixes worked ({found.votes} votes)"
        )
    return _titled("How it goes", lines)


def learned(facts: HomeFacts) -> str:
    """Say what memory took in this week: the newest by name, the rest counted."""
    lines = [_outcome(case) for case in facts.learned[:NEWEST]]
    if (more := len(facts.learned) - NEWEST) > 0:
        lines.append(f"… and {more} more")
    return _titled("Learned this week", lines)


def _outcome(case: CaseFile) -> str:
    """Say the cause and what became of the fix, as people wrote them."""
    end = case.resolution
    assert end is not None
    fix = f" → {said(end.fix, 100)} ({FELT[end.worked]})" if end.fix else ""
    return f"{code(case.id)} {said(end.root_cause or case.alert.title, 120)}{fix}"


def insights(facts: HomeFacts) -> list[str]:
    """Say which causes recur and which fixes keep failing, each with its cases."""
    if facts.reflection is None:
        return []
    found, links = facts.reflection.insights, facts.reflection.links
    known = f" (as of {facts.reflection.made_at:%d %b %H:%M} UTC, incidents changed since)"
    since = known if facts.reflection.stale else ""
    recurring = [each for each in found if each.kind in {Kind.RECURRING, Kind.RELEASE, Kind.AFTER_RELEASE}]
    failing = [each for each in found if each.kind in {Kind.FAILING_FIX, Kind.RETURNS}]
    return [
        _titled("Recurring", [_sentence(each.text, each.evidence, links) for each in recurring[:5]], since),
        _titled(
            "Fixes that do not hold",
            [_sentence(each.text, each.evidence, links) for each in failing[:5]],
            since,
        ),
    ]


def spend(told: Mapping[str, Any]) -> str:
    """Say what the week cost by task, beside the same questions all on the strong model."""
    routed, strong = Decimal(told["usd"]), [Decimal(usd) for usd in told["all_strong"]["usd"]]
    calls = told["calls"]
    line = f"{dollars(routed)} for {_calls(calls, 'model call')}" if calls else "No model was asked"
    if Decimal(told["kept_aside_usd"]):
        line += f" ({dollars(Decimal(told['kept_aside_usd']))} of it kept aside, as nobody knows whether it is billed)"
    if any(strong):
        line += f", all on {said(told['strong_model'])} ≈ {dollar_range(*strong)} (estimate)"
    avoided = told["avoided"]
    line += f"; {avoided} question{'' if avoided == 1 else 's'} answered by code at $0"
    tasks = [
        f"{said(str(group['name']).replace('_', ' '))}: {dollars(Decimal(group['usd']))}, {_calls(group['calls'])}"
        for group in told["by_task"][:6]
    ]
    return _titled(
        "Spend, last 7 days", [*missing(told), line, *tasks, *map(spike, told.get("spikes", ())[:3])]
    )


def missing(told: Mapping[str, Any]) -> list[str]:
    """Say in a line that records of the routing are gone; nothing when none is."""
    count = told["missing"]
    what = "1 record of the routing is" if count == 1 else f"{count:,} records of the routing are"
    return [f":warning: {what} gone, so this may not be all: `app.py audit` says since when"] if count else []


def _calls(number: int, what: str = "call") -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def spike(told: Mapping[str, Any]) -> str:
    """Say that a task cost far more on a day than before: it may be routed wrongly."""
    usd, usual = dollars(Decimal(told["usd"])), dollars(Decimal(told["usual_usd"]))
    task = said(str(told["task"]).replace("_", " "))
    return (
        f":warning: {said(told['day'])}: {task} cost {usd} ({told['calls']} calls), usually {usual} "
        f"({told['usual_calls']}): {said(told['why'])}"
    )


def _titled(title: str, lines: Sequence[str], since: str = "") -> str:
    return fitted("\n".join([f"*{title}*{since}", *(f"• {line}" for line in lines)])) if lines else ""


def _sentence(text: str, ids: Sequence[str], links: Mapping[str, str]) -> str:
    """Tell *text* and the incidents it rests on, each leading to its thread where it has one, the rest counted."""
    named = ", ".join(link(links.get(id_), id_[:40]) for id_ in ids[:MOST_CASES])
    more = len(ids) - MOST_CASES
    return f"{said(text, 300)} ({named}{f' and {more} more' if more > 0 else ''})"


def _list(title: str, files: Sequence[tuple[CaseRow, CaseFile]], home: str, now: datetime) -> list[Block]:
    lines = [_line(row, case, home, now) for row, case in files[:MOST]]
    if len(files) > MOST:
        lines.append(f"… {len(files) - MOST} more")
    return [section("\n".join([f"*{title}*", *lines]))] if lines else []


def _line(row: CaseRow, case: CaseFile, home: str, now: datetime) -> str:
    if case.resolution:
        state = f"fix: {said(case.resolution.fix, 80)}"
    elif case.verdict:
        state = said(SINCE.split(case.verdict.cause or "inconclusive")[0], 120)
    else:
        state = "investigating"
    thread = permalink(home, row.place.channel, row.place.thread_ts) if home else None
    return f"• {link(thread, row.id)} {said(case.alert.title, 80)} · {age(row.opened_at, now)} · {state}"


def _channels(channels: Sequence[tuple[str, ChannelRules]], today: Mapping[str, Decimal]) -> list[Block]:
    if not channels:
        return [section("*Channels*\nInvite me to an alert channel: /invite @IncidentOS")]
    blocks: list[Block] = [section("*Channels*")]
    for channel, rules in channels[:30]:
        button = {
            "type": "button",
            "text": {"type": "plain_text", "text": "Settings"},
            "action_id": CHANNEL_SETTINGS,
            "value": channel,
        }
        spent = f", {dollars(today[channel])} spent today" if channel in today else ""
        blocks.append({**section(f"<#{channel}> {said(rules.words())}{spent}"), "accessory": button})
    return blocks
