import ast
import random
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.lab.fault import Deploy, Fault
from sandbox.lab.faults import FAULTS
from sandbox.lab.history import past_releases
from sandbox.lab.release import Edit, EditRefused, Release
from sandbox.lab.repository import Repository

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "repository")
    repository.create(past_releases(random.Random(1)), NOW)
    return repository


def test_the_past_is_real_commits_at_their_own_times(repository: Repository) -> None:
    rows = repository.deployments()
    assert len(rows) == 7
    times = [datetime.fromisoformat(row["deployed_at"]) for row in rows]
    assert times == sorted(times)
    assert times[-1] < NOW
    assert NOW - times[0] > timedelta(days=7)
    assert (rows[0]["files"], rows[0]["diff"]) == ([], "")
    listed = subprocess.run(
        ["git", "-C", repository.folder, "log", "--format=%H"], capture_output=True, text=True, check=True
    )
    assert [sha[:12] for sha in reversed(listed.stdout.split())] == [row["sha"] for row in rows]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_every_release_of_a_fault_is_a_change_that_can_run(fault: Fault, repository: Repository) -> None:
    for step in fault.steps:
        if isinstance(step, Deploy):
            sha = repository.commit(step.release, NOW)
            row = repository.deployments()[-1]
            assert (row["sha"], row["service"], row["title"]) == (
                sha,
                step.release.service,
                step.release.title,
            )
            assert {file["path"] for file in row["files"]} == {edit.path for edit in step.release.edits}
            added = [line[1:] for line in row["diff"].splitlines() if line.startswith("+")]
            assert all(edit.new.splitlines()[-1] in added or edit.old for edit in step.release.edits)
    for file in (repository.folder / "shop").glob("*.py"):
        ast.parse(file.read_text())


def test_guilt_is_labelled_and_not_always_the_newest_releases() -> None:
    guilty = {
        name: [step.guilty for step in fault.steps if isinstance(step, Deploy)]
        for name, fault in FAULTS.items()
    }
    assert {name for name, flags in guilty.items() if not any(flags)} == {
        "payments-refused", "expired-certificate", "noisy-neighbour",
    }  # fmt: skip
    assert guilty["payments-refused"] == [False], "an innocent release just before"
    assert guilty["bad-config"] == [True, False], "an innocent release right after the guilty one"


def test_an_edit_that_does_not_fit_is_refused_and_nothing_is_committed(repository: Repository) -> None:
    before = repository.head()
    for edit in (Edit("shop/store.py", "no such line", "x"), Edit("shop/store.py", "", "x")):
        with pytest.raises(EditRefused, match=r"shop/store\.py"):
            repository.commit(Release("store", "t", "A B", (edit,)))
    assert repository.head() == before
