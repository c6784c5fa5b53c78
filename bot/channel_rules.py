"""What a team wants in one channel: what is investigated, what is shown, and when it is quiet. Pure.

The defaults are what a channel gets that nobody has set anything for. People who ask are always answered.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from bot.investigation.alert import Alert, Severity

Steps = Literal["stage", "each", "card"]
MOST_DOLLARS = Decimal(10_000)
HOURS = re.compile(r"^\s*(\d{1,2})\s*(?:-|–|to)\s*(\d{1,2})\s*$")


STEPS_SAID = {"stage": "one reply per stage", "each": "one reply per step", "card": "one card"}


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """The rules of one channel.

    *auto* investigates alerts by itself; *shadow* does so without posting; *floor* is the least loud severity
    that is investigated; *quiet* are hours of the day in UTC, from and until, in which only critical alerts are.
    *dollars* are what models may cost here in a day (UTC), None for no limit of the channel's own.
    """

    auto: bool = True
    shadow: bool = False
    steps: Steps = "stage"
    floor: Severity = Severity.INFO
    quiet: tuple[int, int] | None = None
    dollars: Decimal | None = None

    def leaves_alone(self, alert: Alert, now: datetime) -> str:
        """Say why *alert* is not investigated here by itself, or nothing when it is."""
        if not self.auto:
            return "this channel does not investigate by itself"
        if alert.severity.rank > self.floor.rank:
            return f"{alert.severity} is below this channel's floor ({self.floor})"
        if alert.severity is not Severity.CRITICAL and self.is_quiet(now):
            return "quiet hours"
        return ""

    def is_quiet(self, now: datetime) -> bool:
        """Say whether *now* lies in the quiet hours, also when they go over midnight."""
        if self.quiet is None:
            return False
        begin, end = self.quiet
        hour = now.hour
        return begin <= hour < end if begin <= end else hour >= begin or hour < end

    def words(self) -> str:
        """Say the rules in a line."""
        told = ["investigates by itself" if self.auto else "investigates when asked"]
        if self.shadow:
            told.append("shadow: posts nothing")
        told.append(STEPS_SAID[self.steps])
        if self.floor is not Severity.INFO:
            told.append(f"from severity {self.floor} up")
        if self.quiet:
            told.append(f"quiet {self.quiet[0]:02d}–{self.quiet[1]:02d} UTC")
        if self.dollars is not None:
            told.append(f"models for at most ${self.dollars:.2f} a day" if self.dollars else "no models")
        return ", ".join(told)


async def default_rules(_channel: str) -> ChannelRules:
    """Return the rules of a channel that nobody has set any for."""
    return ChannelRules()


def hours(text: str) -> tuple[int, int] | None:
    """Read hours such as "22-7".

    Raises:
        ValueError: it is no such thing.
    """
    if not text.strip():
        return None
    found = HOURS.match(text)
    if not found or not all(0 <= int(hour) <= 24 for hour in found.groups()):
        msg = "Hours of the day in UTC, such as 22-7."
        raise ValueError(msg)
    begin, end = (int(hour) % 24 for hour in found.groups())
    return (begin, end) if begin != end else None


def dollars(text: str) -> Decimal | None:
    """Read dollars such as "5" or "$2.50", in whole cents.

    Raises:
        ValueError: it is no such thing.
    """
    told = text.strip().removeprefix("$").strip()
    if not told:
        return None
    try:
        read = Decimal(told)
        if not read.is_finite() or not 0 <= read <= MOST_DOLLARS or read != round(read, 2):
            raise InvalidOperation
    except InvalidOperation:
        msg = f"Dollars a day, such as 2.50, at most {MOST_DOLLARS:,}. 0 asks no model; empty sets no limit."
        raise ValueError(msg) from None
    return round(read, 2)


def _kept_dollars(kept: object) -> Decimal | None:
    try:
        return dollars(kept) if isinstance(kept, str) else None
    except ValueError:
        return None


def read_rules(kept: Mapping[str, Any]) -> ChannelRules:
    """Return rules as they were kept; what is missing or of another time counts as not set."""
    default = ChannelRules()
    steps: Steps = next(
        (each for each in ("stage", "each", "card") if each == kept.get("steps")), default.steps
    )
    floor = next((each for each in Severity if each.value == kept.get("floor")), default.floor)
    told = kept.get("quiet")
    quiet = (int(told[0]), int(told[1])) if isinstance(told, list) and len(told) == 2 else None
    auto, shadow = bool(kept.get("auto", True)), bool(kept.get("shadow", False))
    return ChannelRules(auto, shadow, steps, floor, quiet, _kept_dollars(kept.get("dollars")))
