"""What `doctor` finds: one fact a check, with how to mend it. It knows no secret's value, so it prints none."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. *mend* says what to do, empty when there is nothing to do."""

    name: str
    state: State
    found: str
    mend: str = ""

    def shape(self) -> dict[str, Any]:
        """Return it as `doctor --json` prints it."""
        return asdict(self)


def ok(name: str, found: str) -> Check:
    """Return a check that found all well."""
    return Check(name, "ok", found)


def warning(name: str, found: str, mend: str) -> Check:
    """Return a check that found something that works and should be mended."""
    return Check(name, "warning", found, mend)


def failed(name: str, found: str, mend: str) -> Check:
    """Return a check that found something that does not work."""
    return Check(name, "failed", found, mend)


def skipped(name: str, found: str, mend: str = "") -> Check:
    """Return a check that could not be made, and what would let it."""
    return Check(name, "skipped", found, mend)
