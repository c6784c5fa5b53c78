"""`import`: bring past incidents into memory; importing the same again changes nothing."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from bot.cli.failures import Refused
from bot.cli.importing_slack import PREFIX, bring
from bot.settings import Settings
from bot.wiring import LOCAL, parts
from memory.importing import ImportReport, import_files
from memory.memory import MemoryUnavailable

SHOWN = 20  # records of a kind told to people; --json has all that were left out


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Import what *options* name; with --dry-run, and from Slack without --yes, only tell what would be stored."""
    settings = Settings.read(environment)
    if options.slack:
        options.source = f"{PREFIX}{options.slack}"
    if not options.source:
        raise Refused("Name a file, a folder, or slack:CHANNEL.")
    if options.source.startswith(PREFIX):
        report, dry_run = await bring(options, settings)
    else:
        report, dry_run = await _files(options, settings), options.dry_run
    print(json.dumps(report.as_json()) if options.json else _told(report, dry_run=dry_run))
    if dry_run and not options.dry_run and not options.json:
        print("Nothing was stored yet: the same with --yes stores it.")
    return 0


async def _files(options: argparse.Namespace, settings: Settings) -> ImportReport:
    source = _existing(options.source)
    async with parts(settings) as shared:
        with Console(stderr=True).status("reading …") as status:
            try:
                report = await import_files(
                    shared.memory,
                    source,
                    options.workspace or LOCAL,
                    dry_run=options.dry_run,
                    on_progress=lambda read: status.update(f"{read} records read"),
                )
            except MemoryUnavailable as down:
                raise Refused(f"{down} What was stored before stays; import again.") from down
    if not report.read:
        raise Refused(f"{source} holds no incident: Markdown, JSON, JSONL, CSV or Jira's XML is read.")
    return report


def _existing(name: str) -> Path:
    source = Path(name)
    if not source.exists():
        raise Refused(f"There is no file or folder {source}.")
    return source


def _told(report: ImportReport, *, dry_run: bool) -> str:
    verb = "would be stored" if dry_run else "stored"
    counted = f"{report.read} read, {report.stored} {verb}, {report.unchanged} unchanged"
    lines = [f"{counted}, {len(report.left_out)} left out."]
    if dry_run:
        lines += [f"  understood: {line}" for line in report.understood[:SHOWN]]
        if len(report.understood) > SHOWN:
            lines.append(f"  … {len(report.understood) - SHOWN} more like these")
    lines += [f"  left out: {each.what}: {each.why}" for each in report.left_out[:SHOWN]]
    if len(report.left_out) > SHOWN:
        lines.append(f"  … {len(report.left_out) - SHOWN} more; --json lists them all")
    return "\n".join(lines)
