"""The fact that a look is under way: told in its case's thread while people wait. It knows no tool."""

from dataclasses import dataclass
from typing import Literal

from tools.tool import ToolCall


@dataclass(frozen=True, slots=True)
class LookProgressed:
    """A look that takes its time told how far it has come (*said*: "31.0 MB of 50.0 MB read")."""

    call: ToolCall
    said: str
    type: Literal["look_progressed"] = "look_progressed"
