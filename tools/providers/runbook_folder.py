"""Runbooks from a folder of Markdown: ours, or a checkout of a team's.

Front matter may say `title`, `alerts` (names it serves), `services`, `signals` (words people use); a file without
it is found by its words. Read in a thread, again only when a file has changed. Links outside the folder are not
followed, files over MAX_BYTES and beyond MAX_FILES are left out.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import frontmatter
import structlog
import yaml

from tools.lane import in_lane
from tools.telemetry import Runbook
from tools.tool import Unavailable

MAX_FILES = 2_000
MAX_BYTES = 200_000
log = structlog.get_logger(__name__)


class RunbookFolder:
    """All Markdown files below a folder (a RunbookSource)."""

    name = "runbooks"

    def __init__(self, folder: Path, link_prefix: str = "") -> None:
        """Read below *folder*; a runbook's link is *link_prefix* and its path there, or the file itself."""
        self._folder = folder
        self._prefix = link_prefix
        self._stamp: tuple[tuple[str, int], ...] | None = None
        self._kept: tuple[Runbook, ...] = ()

    async def runbooks(self) -> Sequence[Runbook]:
        """Return all runbooks, in the order of their paths."""
        return await in_lane(self._read)

    def _read(self) -> tuple[Runbook, ...]:
        try:
            if not self._folder.is_dir():
                raise Unavailable(f"runbooks: {self._folder} is not a folder that exists")
            home = self._folder.resolve()
            paths = [path for path in sorted(self._folder.rglob("*.md"))[:MAX_FILES] if _within(home, path)]
            stamp = tuple((str(path), path.stat().st_mtime_ns) for path in paths)
            if stamp != self._stamp:
                self._kept = tuple(self._runbook(path) for path in paths)
                self._stamp = stamp
        except OSError as problem:
            raise Unavailable(f"runbooks: {self._folder} cannot be read: {problem.strerror}") from problem
        return self._kept

    def _runbook(self, path: Path) -> Runbook:
        text = path.read_text(encoding="utf-8", errors="replace")
        place = path.relative_to(self._folder).as_posix()
        link = f"{self._prefix.rstrip('/')}/{place}" if self._prefix else path.resolve().as_uri()
        return runbook_of(place, text, link)


def _within(home: Path, path: Path) -> bool:
    """Say whether *path* is a file of bearable size that truly lies below *home*."""
    return path.resolve().is_relative_to(home) and path.is_file() and path.stat().st_size <= MAX_BYTES


def runbook_of(place: str, text: str, link: str | None) -> Runbook:
    """Read one file of Markdown with its front matter; *place* is its path below the folder."""
    told, body = _parts(text, place)
    heading = re.search(r"(?m)^#\s+(.+)$", body)
    title = str(told.get("title") or (heading.group(1) if heading else Path(place).stem)).strip()
    signals = " ".join(_texts(told.get("signals")))
    return Runbook(
        id=place.removesuffix(".md"),
        title=title,
        text=f"{body.strip()}\n\nSignals: {signals}" if signals else body.strip(),
        alerts=_texts(told.get("alerts")),
        services=_texts(told.get("services")),
        link=link,
    )


def _parts(text: str, place: str) -> tuple[dict[str, object], str]:
    try:
        told, body = frontmatter.parse(text)
    except yaml.YAMLError as problem:
        log.warning("runbook_front_matter_unreadable", path=place, problem=str(problem).splitlines()[0])
        return {}, text
    return dict(told), body


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(each.strip() for each in value.split(",") if each.strip())
    return tuple(str(each) for each in value) if isinstance(value, list) else ()
