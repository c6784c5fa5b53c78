"""The environment and the `.env` file as one mapping; a malformed file is refused with its line."""

from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import parse_stream

from bot.settings import BadSetting


def read_environment(environment: Mapping[str, str], file: Path) -> dict[str, str]:
    """Return *environment* over what *file* says; a missing file says nothing.

    Raises:
        BadSetting: the file cannot be read, or a line is no setting.
    """
    return {**_from_file(file), **environment}


def _from_file(file: Path) -> dict[str, str]:
    try:
        with file.open(encoding="utf-8") as stream:
            bindings = list(parse_stream(stream))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{file} cannot be read ({error}). Mend or remove it; .env.example shows the form."
        raise BadSetting(msg) from error
    for binding in bindings:
        if binding.error:
            msg = f"{file}, line {binding.original.line}: not NAME=value. .env.example shows the form."
            raise BadSetting(msg)
    return {binding.key: binding.value or "" for binding in bindings if binding.key}
