"""The house keeps its own rules: locks in step, files small, nothing that must not be committed."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOME = Path(__file__).resolve().parent.parent
MOST_LINES, MOST_TEST_LINES, MOST_FUNCTION = 300, 500, 60
REGISTRIES = re.compile(
    "|".join(("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "deb.deb" + "ian.org"))
)


def tracked(*patterns: str) -> list[Path]:
    told = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=HOME, capture_output=True, text=True, check=True
    ).stdout
    return [HOME / name for name in told.split("\0") if name and (HOME / name).is_file()]


def locked(name: str) -> dict[str, str]:
    text = (HOME / name).read_text(encoding="utf-8")
    return {
        canonicalize_name(package): version
        for package, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE)
    }


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_holds_what_the_project_declares(lock: str) -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = list(project["dependencies"])
    if "dev" in lock:
        declared += project["optional-dependencies"]["dev"]
    versions = locked(lock)
    for line in declared:
        wanted = Requirement(line)
        version = versions.get(canonicalize_name(wanted.name))
        assert version is not None, f"{wanted.name} is not in {lock}: lock again (docs/contributing.md)"
        assert wanted.specifier.contains(version), f"{lock} holds {wanted.name} {version}"


def test_both_locks_agree() -> None:
    everything = locked("requirements-dev.lock")
    assert {name: everything.get(name) for name in locked("requirements.lock")} == locked("requirements.lock")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_hashes(lock: str) -> None:
    blocks = re.split(r"^(?=[A-Za-z0-9])", (HOME / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert not [block for block in blocks if block.strip() and "--hash=sha256:" not in block]


def test_no_committed_file_names_a_registry() -> None:
    named = [
        str(path.relative_to(HOME))
        for path in tracked()
        if path.suffix not in {".gz", ".png"}
        and REGISTRIES.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert named == []


def test_files_are_small() -> None:
    large = {
        str(path.relative_to(HOME)): count
        for path in tracked("*.py")
        if (count := path.read_text(encoding="utf-8").count("\n"))
        > (MOST_TEST_LINES if "tests" in path.parts else MOST_LINES)
    }
    assert large == {}


def test_functions_fit_a_screen() -> None:
    long = [
        f"{path.relative_to(HOME)}:{node.lineno} {node.name}"
        for path in tracked("*.py")
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_FUNCTION
    ]
    assert long == []
