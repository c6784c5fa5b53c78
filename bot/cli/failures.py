"""The last edge of the terminal: what a person could mend is one line, everything else keeps its traceback."""

import sys
from collections.abc import Callable

from bot.health import CannotServe
from bot.identity import CannotJoin
from bot.settings import BadSetting
from bot.store.database import CannotOpen
from memory.weights import WeightsUnavailable
from router.policy_file import PolicyError
from tools.tool import Unavailable

MENDABLE = (BadSetting, CannotOpen, CannotJoin, CannotServe, WeightsUnavailable, PolicyError, Unavailable)


class Refused(Exception):
    """The command cannot do what was asked; the message says why and what would do."""


def exit_code(command: Callable[[], int]) -> int:
    """Run *command* and return its exit code; a mendable failure is one line and 1, Ctrl-C is 130."""
    try:
        return command()
    except (Refused, *MENDABLE) as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
