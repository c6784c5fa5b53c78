"""IncidentOS: the one place that reads the environment. `app.py --help` lists the commands."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def environment() -> Mapping[str, str]:
    """Return the environment over `.env`; what is OpenTelemetry's is put where its SDK looks for it."""
    from bot.cli.environment import read_environment  # noqa: PLC0415 (only once there is a home)

    given = read_environment(os.environ, Path(".env"))
    os.environ.update({name: value for name, value in given.items() if name.startswith("OTEL_")})
    return given


def with_a_home() -> None:
    """Give a user without a home (a container's bare user id) the root folder: libraries ask for one when imported."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = "/"


if __name__ == "__main__":
    with_a_home()
    from bot.cli.main import main

    sys.exit(main(sys.argv[1:], environment))
