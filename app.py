"""IncidentOS: the one place that reads the environment. `app.py --help` lists the commands."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.cli.environment import read_environment
from bot.cli.main import main


def environment() -> Mapping[str, str]:
    """Return the environment over `.env`; what is OpenTelemetry's is put where its SDK looks for it."""
    given = read_environment(os.environ, Path(".env"))
    os.environ.update({name: value for name, value in given.items() if name.startswith("OTEL_")})
    return given


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], environment))
