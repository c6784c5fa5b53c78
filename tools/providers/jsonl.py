"""Read JSON-lines files that others write, plain or gzipped, within bounds and without trust.

A line that is broken, too long or no object is counted and skipped. A file that is still being written is
read up to its last whole line. A gzip file is never unpacked past the byte limit, so a bomb costs no more
than a big file. Nothing here knows what the rows mean.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from tools.foreign_json import read_json
from tools.progress import progress

_TOLD_EVERY = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How much of a file is read: bytes in one line, bytes of one file once unpacked."""

    line_bytes: int = 1_000_000
    file_bytes: int = 64_000_000


@dataclass(slots=True)
class Tally:
    """What one reading of a file came to: rows that could not be used, and why it was not read to its end."""

    path: Path
    skipped: int = 0
    cut: bool = False
    broken: str = ""

    def caveats(self) -> tuple[str, ...]:
        """Return the counts in words."""
        said: list[str] = []
        if self.skipped:
            said.append(f"{self.path.name}: {self.skipped} malformed line{'s' * (self.skipped > 1)} skipped")
        if self.cut:
            part = "its oldest part only" if self.path.suffix == ".gz" else "its newest part only"
            said.append(f"{self.path.name}: larger than the limit, {part} was read")
        if self.broken:
            said.append(f"{self.path.name}: {self.broken}, read up to there")
        return tuple(said)


def rows(path: Path, limits: FileLimits, tally: Tally) -> Iterator[dict[str, object]]:
    """Yield the objects of *path* in order, counting in *tally* what is none.

    Raises:
        OSError: the file cannot be opened or read.
    """
    for line in _lines(path, limits, tally):
        if not line.strip():
            continue
        row = _object(line)
        if row is None:
            tally.skipped += 1
        else:
            yield row


def _object(line: bytes) -> dict[str, object] | None:
    try:
        value = read_json(line)
    except ValueError:
        return None
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _lines(path: Path, limits: FileLimits, tally: Tally) -> Iterator[bytes]:
    if path.suffix == ".gz":
        with gzip.open(path, "rb") as packed:
            yield from _bounded(cast("IO[bytes]", packed), limits, tally)
        return
    with path.open("rb") as plain:
        size = path.stat().st_size
        progress().of += min(size, limits.file_bytes)
        surplus = size - limits.file_bytes
        if surplus > 0:  # the newest lines matter most: start where the rest fits, at a whole line
            tally.cut = True
            plain.seek(surplus)
            plain.readline(limits.line_bytes)
        yield from _bounded(plain, limits, tally)


def _bounded(stream: IO[bytes], limits: FileLimits, tally: Tally) -> Iterator[bytes]:
    left, inside_giant, told, untold = limits.file_bytes, False, progress(), 0
    while True:
        try:
            line = stream.readline(min(limits.line_bytes, left + 1))
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            # a gzip that still grows ends without its trailer; a damaged one ends in the middle
            tally.broken = "incomplete gzip" if isinstance(problem, EOFError) else "damaged gzip"
            return
        if not line:
            told.read += untold
            return
        left, untold = left - len(line), untold + len(line)
        if untold >= _TOLD_EVERY:
            told.read, untold = told.read + untold, 0
        if left < 0:
            tally.cut = True
            return
        whole = line.endswith(b"\n")
        if inside_giant:
            inside_giant = not whole
        elif whole or len(line) < limits.line_bytes:
            if whole or _object(line) is not None:  # the last line may still be being written
                yield line
        else:
            tally.skipped += 1
            inside_giant = True
