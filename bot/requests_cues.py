"""The cues of `requests_cues.toml`: words by which people give away what they want, weighed per label.

Read once, when the module is loaded. It does not know grammar or context; `bot/requests.py` adds those.
"""

import re
import tomllib
from pathlib import Path
from typing import Final

_FILE = Path(__file__).with_name("requests_cues.toml")


def _read(path: Path) -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    labels = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        (label, row["weight"], re.compile(row["says"])) for label, rows in labels.items() for row in rows
    )


CUES: Final = _read(_FILE)
