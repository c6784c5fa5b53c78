"""What the evidence says in numbers, read from the facts that tools left with their observations.

Facts may come back from a journal written by another version: what is missing or of another type is left out,
never guessed. Each row knows the id of the evidence that tells it best. It weighs nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from bot.investigation.evidence import Evidence

Row = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Told:
    """One row of facts and the evidence id to cite for it."""

    row: Row
    id: str

    def text(self, key: str) -> str:
        """Return a text, or an empty one."""
        value = self.row.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> float | None:
        """Return a number, or None."""
        return _number(self.row.get(key))

    def part(self, key: str, inner: str) -> float | None:
        """Return a number within an object, or None."""
        value = self.row.get(key)
        return _number(value.get(inner)) if isinstance(value, Mapping) else None

    def time(self, key: str) -> datetime | None:
        """Return a time, or None."""
        try:
            return datetime.fromisoformat(self.text(key))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of a case by what they tell of; rows in the order in which the tools ranked them."""

    groups: tuple[Told, ...]
    changes: tuple[Told, ...]
    calls: tuple[Told, ...]
    spans: tuple[Told, ...]
    deploys: tuple[Evidence, ...]
    recalled: tuple[Evidence, ...]
    firing: tuple[Evidence, ...]
    kinds: frozenset[str]
    has_normal_logs: bool


def read(evidence: Sequence[Evidence]) -> Facts:
    """Return the facts of *evidence*."""
    return Facts(
        groups=tuple(_rows(evidence, "log", "groups", "group", ("service", "template", "trend"))),
        changes=tuple(_rows(evidence, "metric", "changes", "change", ("service", "metric"))),
        calls=tuple(_rows(evidence, "dependency", "calls", "call", ("caller", "callee"))),
        spans=tuple(_rows(evidence, "dependency", "spans", "span", ("service", "operation"))),
        deploys=tuple(piece for piece in evidence if piece.kind == "deploy" and "sha" in piece.facts),
        recalled=tuple(piece for piece in evidence if piece.kind == "recall"),
        firing=tuple(piece for piece in evidence if piece.kind == "alert" and "alert" in piece.facts),
        kinds=frozenset(piece.kind for piece in evidence),
        has_normal_logs=any(piece.facts.get("has_normal") is True for piece in evidence),
    )


def _rows(
    evidence: Sequence[Evidence], kind: str, table: str, single: str, key: tuple[str, ...]
) -> Iterator[Told]:
    """Yield the rows of the last table of a kind, each with the id of its own observation or the table's."""
    ids: dict[tuple[str, ...], str] = {}
    for piece in evidence:
        row = piece.facts.get(single)
        if piece.kind == kind and isinstance(row, Mapping):
            ids[_key(row, key)] = piece.id
    tables = [piece for piece in evidence if piece.kind == kind and isinstance(piece.facts.get(table), list)]
    if not tables:
        return
    rows = tables[-1].facts[table]
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping):
            yield Told(row, ids.get(_key(row, key), tables[-1].id))


def _key(row: Row, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(row.get(name, "")) for name in names)


def _number(value: JsonValue) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
