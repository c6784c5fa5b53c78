"""`investigate`: one investigation in the terminal, with no Slack; it never writes memory."""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bot.blocks.thread import replies_for
from bot.cli.case_folder import alert_of
from bot.cli.failures import Refused
from bot.cli.plain import paper, plain_thread
from bot.cli.shapes import case_shape
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile, fold
from bot.investigation.events import AlertReceived, Event, Recorded
from bot.settings import Settings
from bot.sources import file_sources, sources_of
from bot.wiring import investigating
from tools.providers.configured import Configured


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Investigate what *options* name and print what came of it."""
    settings = Settings.read(environment)
    alert, sources = _subject(options, settings, environment)
    console = Console(stderr=True)
    began = datetime.now(UTC)
    async with investigating(settings, sources) as investigator:
        case = fold([Recorded(began, AlertReceived(f"cli-{began:%Y%m%dT%H%M%S%f}", alert))])
        with console.status("recalling …") as status:
            async for event in investigator.investigate(case):
                case = case.after(Recorded(datetime.now(UTC), event))
                status.update(_progress(case, event))
    if options.json:
        print(json.dumps(case_shape(case, stages=False)))
    else:
        paper().print(plain_thread(replies_for(case)), markup=False, highlight=False)
    return 0


def _subject(
    options: argparse.Namespace, settings: Settings, environment: Mapping[str, str]
) -> tuple[Alert, Configured]:
    """Return the alert and where to look, from the arguments or from standard input."""
    if options.case:
        folder = Path(options.case)
        return alert_of(folder), file_sources(folder, settings)
    text = options.text or ("" if sys.stdin.isatty() else sys.stdin.read())
    if not text.strip():
        raise Refused(
            'Say what is wrong: app.py investigate "checkout answers 502", or name a folder with --case.'
        )
    title, _, rest = text.strip().partition("\n")
    alert = Alert("person", title[:200], datetime.now(UTC), rest and text.strip())
    if options.telemetry:
        return alert, file_sources(Path(options.telemetry), settings)
    return alert, sources_of(settings, environment)


def _progress(case: CaseFile, event: Event) -> str:
    if event.type == "evidence_collected":
        return f"looking … {len(case.findings)} of {len(case.requested)}"
    return event.type.replace("_", " ")
