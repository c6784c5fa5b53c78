"""`doctor`: look at everything that the bot needs and say how to mend what is wrong. It changes and posts nothing."""

import argparse
import json
from collections.abc import AsyncIterator, Mapping

from rich.console import Console
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.checks import Check
from bot.cli.checks_here import checks_here
from bot.cli.checks_slack import checks_slack
from bot.cli.checks_sources import check_model, checks_sources
from bot.cli.plain import paper
from bot.cli.slack_client import slack_client
from bot.settings import Settings
from bot.wiring import now

MARKS = {"ok": "[green]✔[/]", "warning": "[yellow]![/]", "failed": "[red]✖[/]", "skipped": "[dim]–[/]"}


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print every check; exit 1 when one has failed."""
    settings = Settings.read(environment)
    progress, console = Console(stderr=True), paper()
    made: list[Check] = []
    with progress.status("looking …") as status:
        async for check in examine(settings, environment):
            made.append(check)
            status.update(f"{len(made)} checks, last: {check.name}")
    failures = sum(check.state == "failed" for check in made)
    if options.json:
        print(json.dumps({"ok": not failures, "checks": [check.shape() for check in made]}))
    else:
        for check in made:
            console.print(f"{MARKS[check.state]} [bold]{check.name}[/]  ", end="", highlight=False)
            console.print(check.found, markup=False, highlight=False, soft_wrap=True)
            if check.mend:
                console.print(
                    f"    → {check.mend}", style="dim", markup=False, highlight=False, soft_wrap=True
                )
        told = {state: sum(check.state == state for check in made) for state in MARKS}
        console.print(", ".join(f"{count} {state}" for state, count in told.items()), highlight=False)
    return 1 if failures else 0


async def examine(settings: Settings, environment: Mapping[str, str]) -> AsyncIterator[Check]:
    """Yield every check, this machine first."""

    def client(token: str) -> AsyncWebClient:
        return slack_client(settings, token)

    async for check in checks_here(settings, now()):
        yield check
    yield await check_model(settings)
    async for check in checks_slack(settings, client, now):
        yield check
    async for check in checks_sources(settings, now(), environment):
        yield check
