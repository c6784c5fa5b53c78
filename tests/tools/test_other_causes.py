"""A report that names what no deployment brings about makes deployments less suspect; ordinary reports do not."""

from datetime import UTC, datetime, timedelta

import pytest

from tools.deploy_suspicion import accused, ranked
from tools.other_causes import other_cause
from tools.telemetry import ChangedFile, Deployment

ONSET = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("report", "kind"),
    [
        ("Cloudflare reports increased errors in Warsaw; our pages do not load.", "an outage elsewhere"),
        ("The payment provider is down, charges fail.", "an outage elsewhere"),
        ("The licence of the search engine lapsed.", "something that expired"),
        ("A drive of the database host failed.", "failed hardware or its system"),
        ("Kernel panic on three workers.", "failed hardware or its system"),
        ("A colleague dropped the orders table by mistake.", "what somebody did by hand"),
        ("Bots fetch every product page since noon.", "unusual traffic"),
        (
            "The weekly backup runs on the primary and queries are slow.",
            "housekeeping, or what filled up over time",
        ),
        ("The registry's rate limit was reached, images are not pulled.", "trouble at somebody else's end"),
    ],
)
def test_a_named_cause_is_heard(report: str, kind: str) -> None:
    assert other_cause(report) == kind


@pytest.mark.parametrize(
    "report",
    [
        "HighErrorRate checkout: 51% of requests ended in a 5xx over the last 20 s",
        'jenkins.io and its sub-pages answer HTTP/503 (Fastly "Guru meditation")',
        "502 from the AWS load balancer for all ingresses",
        "x509: certificate is valid for a.svc, not b.svc",
        "Disk usage of store-db is at 91%",
        "Users are unable to log in",
        "We deployed a new driver by hand and volumes are accidentally unmounted",
        "Since the last release the nightly job fails",
        "PoolTimeout: no connection free after 2500 ms (6 of 6 in use)",
    ],
)
def test_an_ordinary_report_names_none(report: str) -> None:
    assert other_cause(report) == ""


def test_a_deployment_near_such_a_report_is_left_alone() -> None:
    deploy = Deployment(
        "c0ffee", ONSET - timedelta(minutes=30), "Upgrade the ingress controller",
        files=(ChangedFile("ingress/values.yaml", 2, 2),), diff="-version: 1.9\n+version: 1.10",
    )  # fmt: skip
    slow = "The website answers slowly"
    assert accused(ranked([deploy], text=slow, onset=ONSET))
    assert not accused(ranked([deploy], text=f"{slow}; Azure reports elevated latency.", onset=ONSET))
