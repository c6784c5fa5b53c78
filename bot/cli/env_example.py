"""The settings reference: every setting with its description, as `.env.example`. Made from `bot/settings.py`.

`python -m bot.cli.env_example` prints it; a test holds the file in the repository to it.
"""

import sys
import textwrap
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.settings import Settings

HEAD = """\
# Every setting of IncidentOS. Copy to .env and fill in what you need; empty means not set.
# A secret may also stand in a file: NAME_FILE=/run/secrets/name. The environment wins over this file.
# Made by `python -m bot.cli.env_example` from bot/settings.py.
"""


def env_example() -> str:
    """Return the text of `.env.example`."""
    return "\n".join([HEAD, *(_setting(setting) for setting in Settings.model_fields.values())])


def _setting(setting: FieldInfo) -> str:
    told = textwrap.fill(setting.description or "", 110, initial_indent="# ", subsequent_indent="# ")
    return f"{told}\n{setting.alias}={_default(setting.default)}\n"


def _default(value: object) -> str:
    """Return a default as it is written in the file; one from this machine's home folder is written with ~."""
    if value is None or isinstance(value, SecretStr):
        return ""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, Path) and value.is_relative_to(Path.home()):
        return f"~/{value.relative_to(Path.home())}"
    return str(value)


if __name__ == "__main__":
    sys.stdout.write(env_example())
