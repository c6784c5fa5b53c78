"""What the project is built from is pinned, and what it asks of Slack is explained, one by one."""

import re
from pathlib import Path

import pytest
import yaml

HOME = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((HOME / ".github" / "workflows").glob("*.yml"))


def read(name: str) -> str:
    return (HOME / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=[each.name for each in WORKFLOWS])
def test_a_workflow_pins_its_actions_and_asks_for_nothing_beyond_reading(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    used = re.findall(r"uses: (.+)", text)
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", each) for each in used), used
    told = yaml.safe_load(text)
    assert told["permissions"] == {}
    for job in told["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        checkouts = [step for step in job["steps"] if "checkout" in step.get("uses", "")]
        assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(checkouts)


def test_ci_runs_what_people_run_and_audits_the_locks() -> None:
    assert "bash .ci/run" in read(".github/workflows/ci.yml")
    assert read(".ci/run").rstrip().endswith("make test")
    audit = read(".github/workflows/audit.yml")
    for lock in ("requirements.lock", "requirements-dev.lock"):
        assert f"pip-audit --require-hashes --disable-pip -r {lock}" in audit
    assert "--require-hashes -r .github/audit.lock" in audit
    assert "cyclonedx" in audit


def test_the_auditor_is_locked_by_hash() -> None:
    blocks = re.split(r"^(?=[A-Za-z0-9])", read(".github/audit.lock"), flags=re.MULTILINE)
    assert [block for block in blocks if block.startswith("pip-audit==")]
    assert not [block for block in blocks if block.strip() and "--hash=sha256:" not in block]


def test_the_image_is_pinned_and_runs_as_nobody_in_particular() -> None:
    lines = read("Dockerfile").splitlines()
    bases = [line for line in lines if line.startswith("FROM ")]
    assert all(re.search(r"@sha256:[0-9a-f]{64}", base) for base in bases)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001"]
    assert "MPLCONFIGDIR=/tmp/matplotlib" in read("Dockerfile")  # matplotlib writes a list of fonts
    assert not [line for line in lines if re.match(r"(?:ENV|ARG) .*(?:TOKEN|KEY|PASSWORD|SECRET)", line)]
    service = yaml.safe_load(read("compose.yaml"))["services"]["bot"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert "no-new-privileges:true" in service["security_opt"]


def test_every_scope_is_explained_and_no_other() -> None:
    asked = set(yaml.safe_load(read("manifest.yml"))["oauth_config"]["scopes"]["bot"])
    explained = set(re.findall(r"^\| `([a-z_.]+:[a-z]+|commands)` \|", read("SECURITY.md"), re.MULTILINE))
    assert explained == asked
    assert not {scope for scope in asked if scope.startswith(("admin", "im:", "mpim:", "users:read.email"))}
