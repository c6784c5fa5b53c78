"""IncidentOS: the one place that reads the environment. `app.py --help` lists the commands."""

import os
import sys
from pathlib import Path

from bot.cli.environment import read_environment
from bot.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], lambda: read_environment(os.environ, Path(".env"))))
