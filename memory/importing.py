"""Bring the past in: from files to memory, with a dry run, and a line for everything that was left out.

Importing the same again changes nothing. It overwrites neither what another workspace remembers nor what people
confirmed in Slack.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from memory.import_files import Record, records_in
from memory.import_record import LeftOut, Origin, incident_from
from memory.incident import Incident, Outcome
from memory.memory import Memory

BATCH = 64

Progress = Callable[[int], None]
"""Called with how many records were read so far."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import came to, or in a dry run would come to; *understood* is a line for each incident."""

    read: int = 0
    stored: int = 0
    unchanged: int = 0
    understood: tuple[str, ...] = ()
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
    bringing = Bringing(memory, dry_run=dry_run)
    for record in records:
        if await bringing.take(record if isinstance(record, LeftOut) else incident_from(record, origin)):
            await bringing.keep()
            if on_progress:
                on_progress(bringing.report.read)
    await bringing.keep()
    if on_progress:
        on_progress(bringing.report.read)
    return bringing.report


@dataclass(slots=True)
class Bringing:
    """One import under way: incidents are taken one by one and kept in batches."""

    memory: Memory
    dry_run: bool
    report: ImportReport = ImportReport()
    _waiting: dict[str, Incident] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    async def take(self, made: Incident | LeftOut) -> bool:
        """Take one incident, or note what was left out; return whether enough wait to be kept."""
        self.report = replace(self.report, read=self.report.read + 1)
        if isinstance(made, Incident) and made.id in self._seen:
            made = LeftOut(made.id, "the same id came before in this import")
        if isinstance(made, LeftOut):
            self._leave(made)
        else:
            self._seen.add(made.id)
            self._waiting[made.id] = made
            self.report = replace(self.report, understood=(*self.report.understood, line_of(made)))
        return len(self._waiting) >= BATCH

    async def keep(self) -> None:
        """Store what waits; in a dry run only find out what would change.

        Raises:
            MemoryUnavailable: the database cannot be written; what was stored before stays.
        """
        known = await self.memory.records.get(self._waiting)
        ours = []
        for id_, incident in self._waiting.items():
            if why := _stays(known.get(id_), incident):
                self._leave(LeftOut(id_, why))
            else:
                ours.append(incident)
        changed = await (self.memory.would_change(*ours) if self.dry_run else self.memory.retain(*ours))
        self.report = replace(
            self.report,
            stored=self.report.stored + len(changed),
            unchanged=self.report.unchanged + len(ours) - len(changed),
        )
        self._waiting.clear()

    def _leave(self, what: LeftOut) -> None:
        self.report = replace(self.report, left_out=(*self.report.left_out, what))


def line_of(incident: Incident) -> str:
    """Return in one line what was understood of *incident*, so that people see what is missing."""
    when = incident.started_at.date().isoformat() if incident.started_at else "no date"
    worked = sum(fix.outcome is Outcome.WORKED for fix in incident.fixes)
    cause = "cause known" if incident.root_cause else "no cause"
    where = ", ".join(incident.services[:3]) or "no service"
    fixes = f"{len(incident.fixes)} tried, {worked} worked" if incident.fixes else "no fix"
    return f"{incident.id}: “{incident.title[:70]}”: {when}, {where}, {cause}, {fixes}"


def _stays(known: Incident | None, new: Incident) -> str:
    """Return why what is known must not be overwritten by an import, or nothing."""
    if known is None:
        return ""
    if known.workspace != new.workspace:
        return "another workspace has an incident with this id"
    if known.source != "import":
        return "memory learned this one in Slack: an import does not change it"
    dates = {known.started_at, new.started_at}
    if known.title != new.title and len(dates) == 2 and None not in dates:
        return f"memory has another incident under this id (“{known.title[:60]}”): give it an id of its own"
    return ""
