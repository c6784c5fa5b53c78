"""Digest as many lines as there is time for, the nearest to the onset first.

A first digest of the nearest lines tells how fast this machine groups them at present; then all of them are grouped
if time allows, else as many as it allows. It knows no source and no words.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tools.log_digest import LogGroup, digest
from tools.progress import Progress
from tools.telemetry import LogLine

MAX_LINES = 500_000  # some 60 MB
MAX_NORMAL = 300_000
FIRST_LINES = 30_000
_TRUSTED = 0.6  # of the time that is left


@dataclass(frozen=True, slots=True)
class Fitted:
    """The groups of *lines*, oldest first: of *total* lines those that were grouped."""

    groups: tuple[LogGroup, ...]
    lines: Sequence[LogLine]
    total: int

    @property
    def cut(self) -> str:
        """What was left out, in words; empty when nothing was."""
        if len(self.lines) == self.total:
            return ""
        return f"of {self.total:,} lines only the {len(self.lines):,} nearest to the onset were grouped"


def fitted_digest(
    lines: Sequence[LogLine], normal: Sequence[LogLine], *, onset: datetime, by: float, progress: Progress
) -> Fitted:
    """Return the digest of *lines* beside *normal* (both oldest first) that can be made until *by* (monotonic)."""
    most, usual = min(len(lines), MAX_LINES), normal[-MAX_NORMAL:]
    if most + len(usual) > 2 * FIRST_LINES:
        began = time.monotonic()
        progress.doing = f"grouping {most + len(usual):,} lines"
        first = _digested(lines, usual, FIRST_LINES, onset)
        now = time.monotonic()
        grouped = len(first.lines) + min(FIRST_LINES, len(usual))
        share = grouped / max(now - began, 1e-6) * _TRUSTED * (by - now) / (most + len(usual))
        if int(share * most) <= len(first.lines):
            return first
        most = int(min(1.0, share) * most)
        usual = usual[-max(1, int(min(1.0, share) * len(usual))) :]
    return _digested(lines, usual, most, onset)


def _digested(lines: Sequence[LogLine], normal: Sequence[LogLine], most: int, onset: datetime) -> Fitted:
    chosen = lines
    if most < len(lines):
        nearest = sorted(lines, key=lambda line: abs(line.at - onset))[:most]
        chosen = sorted(nearest, key=lambda line: line.at)
        normal = normal[-most:]
    return Fitted(digest(chosen, normal, onset=onset), chosen, len(lines))
