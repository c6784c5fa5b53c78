"""Bring the past in: from files to memory, with a dry run, and a line for everything that was left out.

Importing the same again changes nothing. It does not overwrite what another workspace remembers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from memory.import_files import Record, records_in
from memory.import_record import LeftOut, Origin, incident_from
from memory.incident import Incident
from memory.memory import Memory

BATCH = 64

Progress = Callable[[int], None]
"""Called with how many records were read so far."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import came to, or in a dry run would come to."""

    read: int = 0
    stored: int = 0
    unchanged: int = 0
    left_out: tuple[LeftOut, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the object that `import --json` prints."""
        return {
            "read": self.read,
            "stored": self.stored,
            "unchanged": self.unchanged,
            "left_out": [{"what": item.what, "why": item.why} for item in self.left_out],
        }


async def import_files(
    memory: Memory, path: Path, workspace: str, *, dry_run: bool = False, on_progress: Progress | None = None
) -> ImportReport:
    """Remember the incidents in *path*, a file or a folder; with *dry_run* only say what would be remembered.

    Raises:
        MemoryUnavailable: the database cannot be written; what was stored before stays.
    """
    return await import_records(
        memory, records_in(path), Origin(workspace, path.stem), dry_run=dry_run, on_progress=on_progress
    )


async def import_records(
    memory: Memory,
    records: Iterable[Record | LeftOut],
    origin: Origin,
    *,
    dry_run: bool = False,
    on_progress: Progress | None = None,
) -> ImportReport:
    """Remember *records*, wherever they come from; see `import_files`."""
    report, batch = ImportReport(), list[Incident]()
    seen: set[str] = set()
    for record in records:
        report = replace(report, read=report.read + 1)
        made = record if isinstance(record, LeftOut) else incident_from(record, origin)
        if isinstance(made, Incident) and made.id in seen:
            made = LeftOut(made.id, "the same id came before in this import")
        if isinstance(made, LeftOut):
            report = replace(report, left_out=(*report.left_out, made))
            continue
        seen.add(made.id)
        batch.append(made)
        if len(batch) >= BATCH:
            report = await _keep(memory, batch, report, dry_run=dry_run)
            batch.clear()
            if on_progress:
                on_progress(report.read)
    report = await _keep(memory, batch, report, dry_run=dry_run)
    if on_progress:
        on_progress(report.read)
    return report


async def _keep(
    memory: Memory, batch: list[Incident], report: ImportReport, *, dry_run: bool
) -> ImportReport:
    known = await memory.records.get(incident.id for incident in batch)
    ours = [i for i in batch if i.id not in known or known[i.id].workspace == i.workspace]
    theirs = [LeftOut(i.id, "another workspace has an incident with this id") for i in batch if i not in ours]
    changed = await memory.would_change(*ours) if dry_run else await memory.retain(*ours)
    return replace(
        report,
        stored=report.stored + len(changed),
        unchanged=report.unchanged + len(ours) - len(changed),
        left_out=(*report.left_out, *theirs),
    )
