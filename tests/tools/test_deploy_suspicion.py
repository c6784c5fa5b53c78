"""Suspects among deployments: what an engineer would accuse, and what an engineer would leave alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.change_kind import Kind, read
from tools.deploy_suspicion import SKEW, accused, ranked
from tools.telemetry import ChangedFile, Deployment

ONSET = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def deploy(
    title: str, minutes: float, *paths: str, diff: str = "", service: str = "", sha: str = ""
) -> Deployment:
    files = tuple(ChangedFile(path, 3, 3) for path in paths)
    at = ONSET - timedelta(minutes=minutes)
    return Deployment(sha or title.replace(" ", "-"), at, title, service, files=files, diff=diff)


BANNER = deploy("Reword the welcome banner", 4, "web/banner.html", diff="-Hello\n+Welcome")
README = deploy("Explain the pool in the README", 3, "README.md", diff="+The pool holds connections")
TESTS = deploy("Add pool tests", 6, "tests/pool_test.py", diff="+def test_pool_exhausted(): ...")
POOL = deploy(
    "Make the checkout leaner",
    25,
    "checkout/settings.toml",
    diff="-pool_size = 20\n+pool_size = 2",
    sha="c0ffee",
)
SLOW_DB = "HighLatency checkout. Timed out waiting for a connection from the pool, queries are slow"


def shas(deployments: list[Deployment], text: str, service: str = "") -> list[str]:
    return [
        each.deployment.sha for each in accused(ranked(deployments, text=text, onset=ONSET, service=service))
    ]


def test_the_change_that_touches_what_is_reported_beats_newer_ones() -> None:
    first, *rest = ranked([README, BANNER, TESTS, POOL], text=SLOW_DB, onset=ONSET, service="checkout")
    assert first.deployment.sha == "c0ffee"
    assert first.accused
    assert not any(each.accused for each in rest)
    assert "25 min before the onset" in first.reasons
    assert any(reason.startswith("shares words ") and "pool" in reason for reason in first.reasons)


def test_documents_tests_and_unrelated_changes_are_left_alone() -> None:
    assert shas([README, BANNER, TESTS], SLOW_DB, "checkout") == []


def test_a_fresh_change_of_a_shared_part_is_accused_only_with_a_link_to_the_trouble() -> None:
    ingress = deploy(
        "Bump nginx-ingress chart", 5, "clusters/a.yaml", diff="-version: 4.0.6\n+version: 4.0.8"
    )
    assert shas([ingress, BANNER], "Invoices show the wrong currency") == []
    assert shas([ingress, BANNER], "The site answers 503 for all pages") == [ingress.sha]


def test_a_service_that_most_changes_name_links_none_of_them() -> None:
    changes = [deploy(f"Change {name}", 30, f"members/{name}.sql") for name in ("birthday", "plan", "town")]
    found = ranked(changes, text="deadlock detected", onset=ONSET, service="members")
    several = ranked([*changes[:1], BANNER, POOL], text="deadlock detected", onset=ONSET, service="members")
    assert not any("names members" in each.reasons for each in found)
    assert any("names members" in each.reasons for each in several)


def test_no_deployments_means_no_suspects() -> None:
    assert ranked([], text=SLOW_DB, onset=ONSET) == ()


def test_what_went_out_after_the_onset_is_no_cause_but_a_little_skew_is_told() -> None:
    late = deploy("Bump ingress-nginx chart", -60, "ingress.yaml")
    skewed = deploy("Bump ingress-nginx to 4.1", -5, "ingress.yaml")
    found = ranked([late, skewed], text="HTTP 503 from the website", onset=ONSET)
    assert [each.deployment for each in found] == [skewed]
    assert "5 min after the onset (clock skew or a rollout still running)" in found[0].reasons


def test_a_bump_of_a_shared_part_outranks_a_newer_digest_of_one_application() -> None:
    digest = "-image: shop@sha256:{}\n+image: shop@sha256:{}".format("a" * 12, "b" * 12)
    app = deploy("Bump shop image digest", 10, "apps/shop.yaml", diff=digest)
    ingress = deploy(
        "Bump nginx-ingress chart", 45, "clusters/a.yaml", diff="-version: 4.0.6\n+version: 4.0.8"
    )
    first, second = ranked([app, ingress], text="The site answers 503 for all pages", onset=ONSET)
    assert first.deployment is ingress
    assert second.score < first.score


def test_the_service_that_alerts_counts_for_its_own_deployment() -> None:
    mine = deploy("Release 12", 8, "app.py", service="checkout", sha="mine")
    other = deploy("Release 13", 8, "app.py", service="user", sha="other")
    assert shas([mine, other], "HighErrorRate: too many errors", "checkout")[:1] == ["mine"]


def test_a_report_that_names_an_expiry_accuses_nobody_lightly() -> None:
    change = deploy("Tidy the ingress", 50, "ingress.yaml", diff="-a: 1\n+a: 2")
    text = "Browsers refuse: the certificate of shop.example has expired"
    assert shas([change], text) == []
    (suspicion,) = ranked([change], text=text, onset=ONSET)
    assert "the report speaks of something that expired" in suspicion.reasons


def test_an_upgrade_of_the_cluster_stays_suspect_over_night() -> None:
    cluster = deploy("Upgrade the EKS addons", 16 * 60, "cluster.tf", diff='-cni = "1.11"\n+cni = "1.12"')
    text = deploy("Raise a text limit", 15 * 60, "web/form.ts", diff="-80\n+90")
    assert shas([cluster, text], "New pods stay pending, no ip addresses on nodes") == [cluster.sha]


def test_the_question_that_people_append_is_no_symptom() -> None:
    plain = ranked([POOL, BANNER], text="checkout is slow", onset=ONSET)
    asked = ranked(
        [POOL, BANNER], text="checkout is slow. Which recent deployment, if any, did this?", onset=ONSET
    )
    assert plain == asked


@pytest.mark.parametrize(
    ("title", "paths", "diff", "kind"),
    [
        ("Revert pool change", ["a.py"], "", Kind.REVERT),
        ("Fix typo", ["docs/a.html", "README.md"], "", Kind.NOTHING),
        ("Faster CI", [".github/workflows/ci.yml", "docs/ci.md"], "", Kind.PIPELINE),
        ("Bump provider", [".terraform.lock.hcl", "versions.tf"], "", Kind.TOOLING),
        ("Update", ["a.yaml"], "-i: sha256:0123456789ab\n+i: sha256:ba9876543210", Kind.PIN),
        ("Update", ["a.yaml"], "--- a/a.yaml\n+++ b/a.yaml\n-v: 1.2.3\n+v: 1.3.0", Kind.BUMP),
        ("chore(deps): bump redis from 6 to 7", ["go.mod"], "", Kind.BUMP),
        ("Retry twice", ["app/pay.py", "tests/pay_test.py"], "+x", Kind.CODE),
        ("Smaller pool", ["pool.toml"], "-a: 1\n+b: 2", Kind.CONFIG),
        ("Something", [], "", Kind.UNKNOWN),
    ],
)
def test_kinds_of_change(title: str, paths: list[str], diff: str, kind: Kind) -> None:
    assert read(deploy(title, 1, *paths, diff=diff)).kind is kind


def test_reach_names_the_shared_parts() -> None:
    assert read(deploy("Merge from org/eks124", 1, "cluster.tf")).wide == ("cluster",)
    assert "DNS" in read(deploy("x", 1, "a.tf", diff='+  source = "coredns?ref=1.2"')).wide


TITLES = st.text(alphabet="abc POOLdbump-/.#1", max_size=40)


@settings(deadline=None)
@given(
    st.lists(st.tuples(TITLES, st.integers(-5000, 50_000), TITLES), max_size=8),
    st.text(max_size=80),
    st.sampled_from(["", "checkout"]),
)
def test_ranking_is_sound_for_any_input(rows: list[tuple[str, int, str]], text: str, service: str) -> None:
    deployments = [deploy(title, minutes, title, diff=diff) for title, minutes, diff in rows]
    found = ranked(deployments, text=text, onset=ONSET, service=service)
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert all(each.deployment.at <= ONSET + SKEW and each.reasons for each in found)
    assert [each.accused for each in found] == sorted((each.accused for each in found), reverse=True)
    assert found == ranked(deployments[::-1], text=text, onset=ONSET, service=service) or len(
        set(scores)
    ) < len(scores)


def test_a_folder_that_every_change_lies_in_points_to_nothing() -> None:
    changes = [
        deploy(f"Change {name}", 30 + number, f"clusters/eks/{name}.yaml", sha=name)
        for number, name in enumerate(("banner", "footer", "colours", "texts", "icons"))
    ]
    found = ranked(changes, text="Pods stay pending on the cluster, nodes report pressure", onset=ONSET)
    assert all("scheduling" not in reason for each in found for reason in each.reasons)


@pytest.mark.parametrize(
    "report",
    [
        "One availability zone lost power, a third of the nodes is gone",
        "Pods cannot pull images: 429 toomanyrequests",
        "The registry's password was rotated and nothing can be pulled",
        "Requests doubled within minutes after the show on television",
    ],
)
def test_trouble_that_comes_from_elsewhere_halves_every_suspicion(report: str) -> None:
    change = deploy("Tidy the ingress", 50, "ingress.yaml", diff="-a: 1\n+a: 2")
    (suspicion,) = ranked([change], text=report, onset=ONSET)
    assert any(reason.startswith("the report speaks of") for reason in suspicion.reasons)
    assert not suspicion.accused
