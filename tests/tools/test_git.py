"""Deployments from real git repositories, kind and hostile."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tools import source_contracts as contract
from tools.providers.git import GitDeploys, GitSettings
from tools.providers.runbook_repository import RunbookRepository, RunbookRepositorySettings
from tools.telemetry import Window

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
WINDOW = Window(START - timedelta(hours=1), START + timedelta(hours=12))


def git(repository: Path, *arguments: str, at: datetime = START) -> str:
    date = at.isoformat()
    who = {
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "a@x",
        "GIT_COMMITTER_EMAIL": "a@x",
    }
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments], check=True, capture_output=True, text=True,
        env={"PATH": os.defpath, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, **who,
             "GIT_CONFIG_GLOBAL": os.devnull},
    )  # fmt: skip
    return done.stdout.strip()


def commit(repository: Path, path: str, text: str, title: str, hours: float) -> str:
    file = repository / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    at = START + timedelta(hours=hours)
    git(repository, "add", "-A")
    git(repository, "commit", "-m", title, at=at)
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    here = tmp_path / "shop"
    here.mkdir()
    git(here, "init", "-q", "-b", "main")
    commit(here, "checkout/pool.toml", "size = 20\n", "First", 0)
    commit(here, "checkout/pool.toml", "size = 2\n", "Make the pool leaner", 1)
    git(here, "checkout", "-q", "-b", "feature")
    commit(here, "user/naïve name.py", "a = 1\n", "One", 2)
    commit(here, "user/b.py", "b = 1\n", "Two", 3)
    git(here, "checkout", "-q", "main")
    git(here, "merge", "-q", "--no-ff", "-m", "Merge sessions", "feature", at=START + timedelta(hours=4))
    return here


def deploys(repository: Path, **more: object) -> GitDeploys:
    services = {"checkout/": "checkout", "user/": "user"}
    return GitDeploys(GitSettings(repository, services=services, **more))  # type: ignore[arg-type]


async def test_a_branch_keeps_the_contract(repository: Path) -> None:
    await contract.check_deploys(deploys(repository), WINDOW)


async def test_a_merge_is_one_deployment_with_all_it_brought(repository: Path) -> None:
    merge, leaner, first = await deploys(
        repository, link="https://git.example/shop/-/commit/{sha}"
    ).deployments(WINDOW)
    assert [merge.title, leaner.title, first.title] == ["Merge sessions", "Make the pool leaner", "First"]
    assert [each.path for each in merge.files] == ["user/b.py", "user/naïve name.py"]
    assert (merge.service, leaner.service, leaner.author) == ("user", "checkout", "Ada")
    assert leaner.at == START + timedelta(hours=1)
    assert merge.link == f"https://git.example/shop/-/commit/{merge.sha}"


async def test_a_diff_by_prefix(repository: Path) -> None:
    source = deploys(repository)
    leaner = (await source.deployments(WINDOW, service="checkout"))[0]
    found = await source.diff(leaner.sha[:9])
    assert found is not None
    assert "-size = 20\n+size = 2" in found.diff
    assert found.files == leaner.files


@pytest.mark.parametrize(
    "sha", ["ffffffffff", "--output=/tmp/x", "HEAD", "main", "", "abc", "a" * 80, "../../etc"]
)
async def test_what_is_no_commit_of_the_repository_is_none(repository: Path, sha: str) -> None:
    assert await deploys(repository).diff(sha) is None


async def test_a_hostile_repository_runs_nothing(repository: Path, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    script = tmp_path / "trap.sh"
    script.write_text(f'#!/bin/sh\ntouch {trap}\ncat "$1" 2>/dev/null\n')
    script.chmod(0o755)
    for name in (
        "diff.external",
        "core.pager",
        "core.fsmonitor",
        "diff.evil.textconv",
        "diff.evil.command",
        "gpg.program",
    ):
        git(repository, "config", name, str(script))
    git(repository, "config", "log.showSignature", "true")
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* diff=evil\n")
    source = deploys(repository)
    (newest, *_) = await source.deployments(WINDOW)
    assert await source.diff(newest.sha)
    assert not trap.exists()


async def test_a_giant_diff_is_cut_and_a_giant_history_bounded(repository: Path) -> None:
    sha = commit(repository, "checkout/big.txt", "x" * 80 + "\n" + "line\n" * 50_000, "Big", 5)
    found = await deploys(repository, max_bytes=20_000).diff(sha)
    assert found is not None
    assert 10_000 < len(found.diff) <= 20_000


async def test_what_is_no_repository_is_unavailable(tmp_path: Path, repository: Path) -> None:
    await contract.check_unavailable(
        deploys(tmp_path).deployments(WINDOW),
        deploys(tmp_path / "none").deployments(WINDOW),
        deploys(repository, branch="no-such-branch").deployments(WINDOW),
    )
    with pytest.raises(ValueError, match="not the name of a branch"):
        deploys(repository, branch="--upload-pack=evil")


async def test_runbooks_of_a_branch_are_read_from_a_bare_mirror_and_again_when_it_moves(
    tmp_path: Path,
) -> None:
    work, mirror = tmp_path / "work", tmp_path / "mirror.git"
    git(tmp_path, "init", "-q", "-b", "main", str(work))
    commit(work, "docs/pool.md", "---\nalerts: [PoolExhausted]\n---\n# Pool exhausted\nRoll back.", "one", 1)
    commit(work, "docs/big.md", "x" * 300_000, "too big", 2)
    commit(work, "other.md", "# Other", "outside", 3)
    (work / "docs" / "evil.md").symlink_to("/etc/passwd")
    git(work, "add", "-A")
    git(work, "commit", "-m", "a link that leads out")
    git(tmp_path, "clone", "-q", "--bare", str(work), str(mirror))
    settings = RunbookRepositorySettings(mirror, "main", "docs", "https://git.example/docs")
    source = RunbookRepository(settings)
    (runbook,) = await source.runbooks()
    assert (runbook.id, runbook.title, runbook.alerts) == ("pool", "Pool exhausted", ("PoolExhausted",))
    assert runbook.link == "https://git.example/docs/pool.md"
    assert await source.runbooks() is source._kept
    commit(work, "docs/disk.md", "# Disk full\nMake room.", "two", 5)
    git(mirror, "fetch", "-q", str(work), "main:main")
    assert [each.id for each in await source.runbooks()] == ["disk", "pool"]
    for gone in (
        RunbookRepositorySettings(mirror, "nobranch"),
        RunbookRepositorySettings(mirror, "main", "nofolder"),
        RunbookRepositorySettings(tmp_path / "gone"),
    ):
        await contract.check_unavailable(RunbookRepository(gone).runbooks())
    with pytest.raises(ValueError, match="is not the name of a branch"):
        RunbookRepository(RunbookRepositorySettings(mirror, "--upload-pack=evil"))
