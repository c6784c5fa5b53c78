"""The commands of `app.py`: their arguments, and which file runs them.

Modules of a command are imported when it runs, so that `--help` answers at once.
"""

import argparse
import asyncio
import difflib
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence

import structlog

from bot.cli.failures import exit_code
from bot.cli.logs import configure_logs

COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("bot.cli.serve", "join Slack and work (the default)"),
    "sandbox": ("sandbox.command", "a local Slack workspace with the bot in it; no tokens, no key"),
    "investigate": ("bot.cli.investigate", "investigate a text or a case folder, here in the terminal"),
    "eval": ("bot.cli.eval", "case folders under several routing policies: accuracy, dollars, seconds"),
    "recall": ("bot.cli.recall", "what memory knows about some words"),
    "import": ("bot.cli.importing", "bring past incidents into memory"),
    "reindex": ("bot.cli.reindex", "rebuild the search index from SQL"),
    "forget": ("bot.cli.forget", "delete incidents everywhere, or hide those of a service that is gone"),
    "correct": ("bot.cli.correct", "put an incident right that was told wrongly"),
    "forget-examples": ("bot.cli.forget_examples", "remove the public example incidents from memory"),
    "cost": ("bot.cli.cost", "what was spent, by model and task"),
    "audit": ("bot.cli.audit", "every routing decision, newest first"),
    "replay": ("bot.cli.replay", "decide recorded decisions again and compare"),
    "report": ("bot.cli.report", "what memory sees: recurring causes, fixes that keep failing"),
    "doctor": ("bot.cli.doctor", "check every token, source, model, disk and clock"),
    "completion": ("bot.cli.completion", "print completion for bash, zsh or fish"),
}

log = structlog.get_logger()


def main(words: Sequence[str], environment: Callable[[], Mapping[str, str]]) -> int:
    """Run the command that *words* name and return its exit code."""
    parser = parser_of_all()
    if words and words[0] not in COMMANDS and not words[0].startswith("-"):
        near = difflib.get_close_matches(words[0], COMMANDS, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        parser.error(f"there is no command {words[0]!r}.{meant} There are: {', '.join(COMMANDS)}.")
    options = parser.parse_args(
        words if words and words[0] in {*COMMANDS, "-h", "--help"} else ["serve", *words]
    )
    configure_logs(pretty=sys.stderr.isatty())
    module = importlib.import_module(COMMANDS[options.command][0])
    return exit_code(lambda: int(asyncio.run(module.run(options, environment()))))


def parser_of_all() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="app.py", description="An operational memory for SRE teams, in Slack."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    adders = {
        name: commands.add_parser(name, help=about, description=about)
        for name, (_, about) in COMMANDS.items()
    }
    for adder in adders.values():
        adder.add_argument("--json", action="store_true", help="print one JSON object for programs")
    _investigation_arguments(adders)
    _memory_arguments(adders)
    _ledger_arguments(adders)
    return parser


def _investigation_arguments(adders: Mapping[str, argparse.ArgumentParser]) -> None:
    sandbox = adders["sandbox"]
    sandbox.add_argument("--port", type=int, default=8065, help="port of the page; 0 takes any free one")
    sandbox.add_argument(
        "--play", metavar="NAME", help="play one scenario without a page and print what came of it"
    )
    sandbox.add_argument("--list", action="store_true", help="list the scenarios")
    investigate = adders["investigate"]
    investigate.add_argument("text", nargs="?", help="what is wrong, in your words")
    investigate.add_argument("--case", metavar="DIR", help="a case folder; its alert.json is the alert")
    investigate.add_argument("--telemetry", metavar="DIR", help="folder of telemetry to look at")
    evaluate = adders["eval"]
    evaluate.add_argument("--cases", metavar="DIR", required=True, help="case folders beside answers.jsonl")
    evaluate.add_argument(
        "--policy", metavar="FILE", action="append", default=[], help="a routes.toml; may be given often"
    )
    evaluate.add_argument("--cap-usd", type=float, default=5.0, help="the most that may be spent in all")
    evaluate.add_argument("--resume", metavar="DIR", help="keep results there, and go on from what is there")
    evaluate.add_argument("--limit", type=int, help="only the first so many cases")


def _memory_arguments(adders: Mapping[str, argparse.ArgumentParser]) -> None:
    adders["recall"].add_argument("text", help="what you see, in your words")
    bringing = adders["import"]
    bringing.add_argument(
        "source",
        nargs="?",
        help="a file or a folder (Markdown, JSONL, CSV, PagerDuty, Jira), or slack:CHANNEL",
    )
    bringing.add_argument(
        "--slack", metavar="CHANNEL", help="a Slack channel's history; same as slack:CHANNEL"
    )
    bringing.add_argument(
        "--yes", action="store_true", help="store what a Slack channel tells; else it is only told"
    )
    bringing.add_argument("--workspace", metavar="ID", help="team id; default: the terminal's own")
    bringing.add_argument("--dry-run", action="store_true", help="read and tell, store nothing")
    forget, correct = adders["forget"], adders["correct"]
    forget.add_argument("ids", nargs="*", metavar="ID", help="incidents, such as INC-12")
    forget.add_argument(
        "--service", metavar="NAME", help="hide the incidents that are about this service alone"
    )
    forget.add_argument("--older-than", metavar="DAYS", type=int, help="delete what ended longer ago")
    forget.add_argument("--workspace", metavar="ID", help="team id; default: the terminal's own")
    correct.add_argument("id", metavar="ID", help="an incident, such as INC-12")
    correct.add_argument("--title", help="what it is called")
    correct.add_argument("--cause", help="what the cause was")
    correct.add_argument("--fix", help="what fixed it")
    correct.add_argument(
        "--service", action="append", metavar="NAME", help="a service it is about; repeatable"
    )


def _ledger_arguments(adders: Mapping[str, argparse.ArgumentParser]) -> None:
    adders["cost"].add_argument("--days", type=int, default=30, help="how far back")
    adders["audit"].add_argument("--case", metavar="ID", help="only this case, such as INC-12")
    adders["audit"].add_argument("--limit", type=int, default=50, help="how many records")
    adders["replay"].add_argument("--case", metavar="ID", help="only this case, such as INC-12")
    adders["replay"].add_argument("--policy", metavar="FILE", help="compare with this routes.toml instead")
    adders["report"].add_argument(
        "--prose", action="store_true", help="let a model word it, with its incidents"
    )
    adders["report"].add_argument("--workspace", metavar="ID", help="team id; default: the terminal's own")
    adders["completion"].add_argument("shell", choices=("bash", "zsh", "fish"))
