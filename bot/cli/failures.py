"""The last edge of the terminal: what a person could mend is one line, everything else keeps its traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.office import CannotJoin
from bot.settings import BadSetting
from bot.store.database import CannotOpen
from memory.weights import WeightsUnavailable
from router.policy_file import PolicyError
from tools.tool import Unavailable

MENDABLE = (BadSetting, CannotOpen, CannotJoin, WeightsUnavailable, PolicyError, Unavailable)


class Refused(Exception):
    """The command cannot do what was asked; the message says why and what would do."""


@dataclass
class Outcome:
    """How it ended."""

    code: int = 1


@contextmanager
def told_plainly() -> Iterator[Outcome]:
    """Print a mendable failure as one line and go on behind the block with its exit code."""
    outcome = Outcome()
    try:
        yield outcome
    except (Refused, *MENDABLE) as failure:
        print(f"{failure}", file=sys.stderr)
    except KeyboardInterrupt:
        outcome.code = 130
