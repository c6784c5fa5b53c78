"""The recorded runs that come with the lab: what there is, and where. Reads names and labels, no telemetry.

`answers.jsonl` beside them is all labels in one file, the form in which benches read a folder of cases.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from sandbox.lab.faults import FAULTS

FOLDER = Path(__file__).parent / "recordings"


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded run: a case folder with `alert.json`, and the label beside it in `answer.json`."""

    name: str
    title: str
    description: str
    fault: str
    folder: Path


def recordings(folder: Path = FOLDER) -> tuple[Recording, ...]:
    """Return every recording of *folder*, by name; a folder without label and alert is none."""
    found = (_recording(each) for each in sorted(folder.glob("*/")) if (each / "answer.json").is_file())
    return tuple(each for each in found if each)


def _recording(folder: Path) -> Recording | None:
    if not (folder / "alert.json").is_file():
        return None
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    fault = FAULTS[case["command"].split(" record ")[1].split()[0]]
    again = folder.name.removeprefix(fault.name).strip("-")
    title = f"{fault.title}, again" if again else fault.title
    return Recording(folder.name, title, fault.description, fault.name, folder)


def write_answers(folder: Path = FOLDER) -> None:
    """Write the labels of every recording in *folder* to its `answers.jsonl`, by name."""
    labels = (json.loads((each.folder / "answer.json").read_text("utf-8")) for each in recordings(folder))
    text = "".join(json.dumps(label, ensure_ascii=False) + "\n" for label in labels)
    (folder / "answers.jsonl").write_text(text, encoding="utf-8")
