"""`completion`: a script that completes commands and options in bash, zsh or fish; made from the parser itself."""

import argparse
import json
from collections.abc import Mapping


async def run(options: argparse.Namespace, _environment: Mapping[str, str]) -> int:
    """Print the script for the shell that *options* name."""
    from bot.cli.main import parser_of_all  # noqa: PLC0415 (main imports the commands, this one by name)

    words = words_of(parser_of_all())
    script = {"bash": _bash, "zsh": _zsh, "fish": _fish}[options.shell](words)
    print(json.dumps({"shell": options.shell, "script": script}) if options.json else script)
    return 0


def words_of(parser: argparse.ArgumentParser) -> dict[str, tuple[str, ...]]:
    """Return each command of *parser* with its options."""
    commands = next(each for each in parser._actions if isinstance(each, argparse._SubParsersAction))  # noqa: SLF001
    return {
        name: tuple(
            word
            for action in sub._actions  # noqa: SLF001
            for word in action.option_strings
            if word.startswith("--")
        )
        for name, sub in commands.choices.items()
    }


def _bash(words: Mapping[str, tuple[str, ...]]) -> str:
    cases = "\n".join(f'    {name}) offered="{" ".join(options)}" ;;' for name, options in words.items())
    return f"""\
# eval "$(.venv/bin/python app.py completion bash)"
_incidentos() {{
  local offered="{" ".join(words)}" at=1
  while [ $at -lt $COMP_CWORD ] && [ "${{COMP_WORDS[at]##*/}}" = app.py ]; do at=$((at + 1)); done
  if [ $COMP_CWORD -gt $at ]; then case "${{COMP_WORDS[at]}}" in
{cases}
  esac; fi
  case "${{COMP_WORDS[COMP_CWORD-1]}}" in --case | --telemetry | --policy) offered="" ;; esac
  COMPREPLY=($(compgen -W "$offered" -- "${{COMP_WORDS[COMP_CWORD]}}"))
  [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -F _incidentos app.py ./app.py
_incidentos_python() {{
  case "${{COMP_WORDS[1]##*/}}" in
  app.py) _incidentos ;;
  *) COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}")) ;;
  esac
}}
complete -F _incidentos_python .venv/bin/python"""


def _zsh(words: Mapping[str, tuple[str, ...]]) -> str:
    begin = "typeset -f compdef >/dev/null || { autoload -Uz compinit && compinit; }\n"  # a bare shell has none yet
    return begin + "autoload -U +X bashcompinit && bashcompinit\n" + _bash(words)


def _fish(words: Mapping[str, tuple[str, ...]]) -> str:
    none = f"not __fish_seen_subcommand_from {' '.join(words)}"
    lines = ["# .venv/bin/python app.py completion fish | source"]
    lines += [f"complete -c app.py -n '{none}' -a {name}" for name in words]
    lines += [
        f"complete -c app.py -n '__fish_seen_subcommand_from {name}' -l {option.removeprefix('--')}"
        for name, options in words.items()
        for option in options
    ]
    return "\n".join(lines)
