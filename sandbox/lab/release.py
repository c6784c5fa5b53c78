"""What a release of the shop is: edits to its files, made by someone, for one service. Knows no git."""

from dataclasses import dataclass
from pathlib import Path


class EditRefused(Exception):
    """An edit does not fit the file as it stands."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace *old*, which stands in the file exactly once, by *new*; an empty *old* makes a new file."""

    path: str
    old: str
    new: str

    def apply(self, root: Path) -> None:
        """Change the file below *root*. EditRefused when *old* is not there exactly once, or the file is."""
        file = root / self.path
        if not self.old:
            if file.exists():
                raise EditRefused(f"{self.path} exists already")
            file.write_text(self.new, encoding="utf-8")
            return
        text = file.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise EditRefused(f"{self.path}: {text.count(self.old)} places for {self.old.strip()[:60]!r}")
        file.write_text(text.replace(self.old, self.new), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Release:
    """A change to one service, as its author calls it."""

    service: str
    title: str
    author: str
    edits: tuple[Edit, ...]
