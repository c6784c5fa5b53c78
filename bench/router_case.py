"""What the model calls of one investigation cost: the product's own investigation and router on recorded scenarios.

    .venv/bin/python -m bench.router --case [NAME …]

Each of the lab's recordings is investigated against the scripted Messages API: real prompts, the real router, policy,
checks, ledger and prefix cache. Measured: which calls are made and of which model, the prompts' bytes, what is cached.
Estimated: tokens (bytes / 3.2, no tokenizer is public) and the length of answers (`OUTPUT`, thinking included), since
there is no model here: the script looks twice and then says what the evidence says. "all strong" is the ledger's
counterfactual (router/ledger.py). "published" is an investigation of cascadeflow's authors' article, $0.0610 at the
prices of its day, at today's prices: one ratio holds for input and output alike, so no token counts are needed.
The last line is `{"cases": {NAME: {"calls", "strong_calls", "avoided", "usd", "all_strong_usd", "cached_share"}}}`.
"""

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.common import print_result, print_table
from bot.cli.case_folder import alert_of
from bot.evaluation.running import NoMemory
from bot.investigation.casefile import CaseFile, fold
from bot.investigation.events import AlertReceived, Recorded
from bot.investigation.investigator import Investigator
from bot.settings import Settings
from bot.sources import file_sources
from bot.store.database import engine_for
from bot.wiring import toolbox_of
from router.anthropic_model import AnthropicModel
from router.decide import Question, State, decide
from router.messages import Task
from router.policy import Policy
from router.policy_file import DEFAULT, read_policy
from router.prices import Price, listed_price
from router.router import Router
from router.spending import Spent
from router.tables import metadata
from sandbox.anthropic_script import Received, Say, Tool
from sandbox.anthropic_server import AnthropicServer
from sandbox.lab.recordings import recordings

# Tokens of a reply, thinking included: an assumption. A wish to look is short, a diagnosis is not.
OUTPUT = {"looks": 250, "answers": 900}
# The article: two calls of its strong model and six of its weak one, in dollars of its day.
PUBLISHED = {"strong": (2, Decimal("0.0493")), "weak": (6, Decimal("0.0117"))}
_ARTICLE = {"strong": "claude-sonnet-4-6", "weak": "claude-haiku-4-5"}
_LINE = re.compile(r"^\[([a-z]+:\d+)\][^:]*(?::\d\d:\d\dZ)?[^:]*: (.*)$", re.MULTILINE)
_SUSPECT = re.compile(r"^- (\S+) \(score [\d.]+; [^;]*; ([^)]*)\)$", re.MULTILINE)


def script(received: Received) -> Say:
    """Look twice at the first suspect, then say what the evidence says of it."""
    messages = received.body["messages"]
    text = "\n".join(block.get("text", "") for message in messages for block in _blocks(message))
    suspect = _SUSPECT.search(text)
    service = suspect[1] if suspect else ""
    if len(messages) == 1 and received.body.get("tools") and service:
        looks = (Tool("search_logs", {"service": service}), Tool("query_metrics", {"service": service}))
        return Say("", looks, output_tokens=OUTPUT["looks"])
    return Say(json.dumps(_diagnosis(service, suspect, text)), output_tokens=OUTPUT["answers"])


def _blocks(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for block in message["content"]:
        yield block
        yield from (inner for inner in block.get("content") or () if isinstance(inner, dict))


def _diagnosis(service: str, suspect: "re.Match[str] | None", text: str) -> dict[str, Any]:
    lines = {found[1]: found[2] for found in _LINE.finditer(text)}
    cited = [each for each in (suspect[2].split(", ") if suspect else ()) if each in lines][:3]
    claims = [{"text": f"{service}: {_cut(lines[each], 300)}", "evidence": [each]} for each in cited]
    cause = f"{service}: {_cut(lines[cited[0]], 200)}" if cited else None
    return {
        "cause": cause,
        "services": [service] if cause else [],
        "confidence": 0.8 if cause else 0.2,
        "claims": claims,
        "fix": None,
    }


def _cut(text: str, most: int) -> str:
    """Return *text* whole, or as far as the last whole word within *most* letters."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0]


async def run(names: Sequence[str]) -> dict[str, Any]:
    """Investigate the recordings that *names* name, all when empty, and return the last line."""
    policy = read_policy(DEFAULT, now=datetime.now(UTC))
    cases = {"published": published(policy)}
    unverified = {}
    for each in recordings():
        if not names or each.name in names:
            case = await investigated(each.folder, policy)
            cases[each.name] = _figures(case, policy)
            unverified[each.name] = case.verdict.unverified if case.verdict else ("no verdict",)
    rows = []
    for name, one in cases.items():
        usd, strong = float(one["usd"]), float(one["all_strong_usd"])
        share = usd / strong if strong else None
        rows.append(
            (name, one["calls"], one["strong_calls"], one["avoided"], usd, strong, share, one["cached_share"])
        )
    columns = ("case", "calls", "strong", "avoided", "$", "$ all strong", "ratio", "cached share")
    print_table("One investigation", columns, rows)
    for name, objections in unverified.items():
        if objections:
            print(f"{name}: posted as unverified: {'; '.join(objections)}")
    return {"cases": cases}


async def investigated(folder: Path, policy: Policy) -> CaseFile:
    """Investigate one recording with a model that follows the script."""
    settings = Settings.read({})
    alert = alert_of(folder)
    with tempfile.TemporaryDirectory() as books:
        engine = engine_for(None, Path(books))
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        async with AnthropicServer(script, keep=False) as server:
            model = AnthropicModel("bench", server.url)
            router = await Router.open(policy, model, engine, now=_now)
            toolbox = toolbox_of(file_sources(folder, settings))
            case = fold([Recorded(_now(), AlertReceived(folder.name, alert))])
            async for event in Investigator(NoMemory(), router, toolbox, _now).investigate(case):
                case = case.after(Recorded(_now(), event))
            await router.aclose()
            await model.aclose()
        await engine.dispose()
    return case


def _figures(case: CaseFile, policy: Policy) -> dict[str, Any]:
    bill = case.bill
    assert bill is not None
    weakest = next(tier.models for tier in policy.text.tiers.values() if tier.model)
    return {
        "calls": bill.calls,
        "strong_calls": sum(one.calls for one in bill.models if one.model not in weakest),
        "avoided": bill.avoided,
        "usd": round(float(bill.usd), 6),
        "all_strong_usd": round(float(bill.all_strong_usd), 6),
        "cached_share": bill.cached_share and round(bill.cached_share, 4),
    }


def published(policy: Policy) -> dict[str, Any]:
    """Return the article's investigation as our policy would route its eight calls, at today's prices.

    Its two strong calls reason about the cause; its six weak ones classify, look and summarise.
    """
    tasks = {"strong": Task.COMPLEX_REASONING, "weak": Task.INCIDENT_SUMMARY}
    strong = policy.price(policy.strongest)
    usd = all_strong = Decimal(0)
    strong_calls = 0
    for kind, (calls, then) in PUBLISHED.items():
        state = State("published", has_key=True, spent=Spent())
        chosen = decide(Question(tasks[kind], "published", "", "", 2000, 3000), state, policy).model
        assert chosen is not None
        old = listed_price(_ARTICLE[kind], datetime.now(UTC))
        usd += then * _ratio(policy.price(chosen), old)
        all_strong += then * _ratio(strong, old)
        strong_calls += calls if chosen == strong.model else 0
    return {
        "calls": sum(calls for calls, _ in PUBLISHED.values()),
        "strong_calls": strong_calls,
        "avoided": 0,
        "usd": round(float(usd), 6),
        "all_strong_usd": round(float(all_strong), 6),
        "cached_share": None,
    }


def _ratio(now: Price, then: Price) -> Decimal:
    """Return what the same tokens cost now for a dollar then: the ratio must be one for input and output."""
    new, old = now.standard.base, then.standard.base
    ratio = new.input / old.input
    assert ratio == new.output / old.output, (now.model, then.model)
    return ratio


def _now() -> datetime:
    return datetime.now(UTC)


async def main(names: Sequence[str]) -> int:
    """Run the bench and print its last line."""
    print_result(await run(names))
    return 0
