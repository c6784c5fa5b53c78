"""Our own examples of what people say to the bot, by what they want; they stand in `requests_examples.toml`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_FILE = Path(__file__).with_name("requests_examples.toml")

EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    label: tuple(rows) for label, rows in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()
}
