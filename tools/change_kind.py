"""What kind of change a deployment is, read from its title, paths and diff, and how far it reaches.

Pure reading of text; it knows no alert and no clock. Rules an engineer uses at a glance: documents and tests do
not break production, a version bump brings in what nobody here wrote, a part that everything passes through
(ingress, DNS, network, cluster, identity) breaks everything when it breaks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tools.telemetry import Deployment
from tools.words import words


class Kind(StrEnum):
    """The kinds of change, in words for people."""

    NOTHING = "nothing that runs"  # documents, tests, examples only
    PIPELINE = "build pipeline only"
    TOOLING = "version of the deploying tool"
    PIN = "same version, new image digest"
    BUMP = "version bump"
    CONFIG = "configuration or infrastructure"
    CODE = "code"
    REVERT = "revert"
    UNKNOWN = "unknown kind of change"


@dataclass(frozen=True, slots=True)
class Change:
    """A deployment as its kind, with how far it reaches.

    *wide* names the shared parts that it touches, *titled* those of them that its title speaks of.
    """

    kind: Kind
    wide: tuple[str, ...]
    titled: tuple[str, ...]


_NOTHING = re.compile(
    r"(^|/)(docs?|tests?|spec|smoke-tests|e2e|examples?|fixtures|runbooks?)/|\.(md|rst|txt|adoc|png|svg)$"
    r"|_test\.\w+$|\.spec\.\w+$|(^|/)(LICENSE|CODEOWNERS|CHANGELOG)[^/]*$|\.gitignore$",
    re.IGNORECASE,
)
_PIPELINE = re.compile(
    r"(^|/)(\.github|\.circleci|\.gitlab|updatecli|renovate|\.pre-commit)|Jenkinsfile|Makefile$|"
    r"\.gitlab-ci|dependabot|\.tool-versions|(^|/)(ci|hack|scripts?)/",
    re.IGNORECASE,
)
_TOOLING = re.compile(r"(^|/)(\.terraform\.lock\.hcl|versions?\.tf|providers?\.tf|\.terraform-version)$")
_CODE = re.compile(
    r"\.(py|go|java|kt|rb|js|jsx|ts|tsx|rs|c|cc|cpp|h|cs|php|scala|ex|exs|clj|swift|sql)$", re.IGNORECASE
)
_BUMP = re.compile(
    r"\b(bump|upgrade|update[sd]?\b.*\b(version|chart|image|module|release|to v?\d)|rollout of v?\d)",
    re.IGNORECASE,
)
_REVERT = re.compile(r"^\W*(revert|roll(ing)? ?back|undo)\b", re.IGNORECASE)
_VERSION = re.compile(r"\bv?\d+\.\d+(\.\d+)?([-+.]\w+)*\b|ref=[\w.-]+")
_DIGEST = re.compile(r"sha256:[0-9a-f]{8,}")
_SHARED_PARTS = {
    "ingress": "ingress traefik haproxy",
    "gateway": "gateway proxy envoy istio linkerd",
    "load balancer": "balancer alb nlb elb",
    "CDN": "cdn cloudfront fastly",
    "WAF": "waf modsec modsecurity",
    "DNS": "dns coredns route53",
    "network": "cni calico cilium vpc firewall networkpolicy",
    "cluster": "eks gke aks kubernetes k8s kubelet",
    "cluster add-on": "addon addons",
    "nodes": "node nodes ami kernel autoscaler karpenter",
    "admission": "webhook admission opa gatekeeper",
    "certificates": "cert certs certificate certificates tls acm issuer",
    "identity": "iam oauth oidc sso auth rbac",
    "database": "database postgres postgresql mysql rds",
    "cache": "redis memcached",
    "queue": "kafka rabbitmq",
    "secrets": "vault secret secrets",
    "limits": "limit limits quota",
    "pool": "pool pools",
}
_WIDE = {words(each)[-1]: part for part, names in _SHARED_PARTS.items() for each in names.split()}


def read(deployment: Deployment) -> Change:
    """Return the kind of change that *deployment* is."""
    paths = [each.path for each in deployment.files]
    lines = changed_lines(deployment.diff)
    titled, touched = _reach([deployment.title]), _reach(line[:300] for line in lines[:200])
    wide = tuple(dict.fromkeys([*titled, *touched]))
    return Change(_kind(deployment.title, paths, lines), wide, tuple(dict.fromkeys(titled)))


def is_idle(path: str) -> bool:
    """Say whether a file never runs in production: documents, tests, examples."""
    return bool(_NOTHING.search(path))


def changed_lines(diff: str) -> list[str]:
    """Return the lines that a diff adds or takes away, with their sign, without its headers."""
    return [
        line for line in diff.splitlines() if line[:1] in {"+", "-"} and not line.startswith(("+++", "---"))
    ]


def _kind(title: str, paths: list[str], lines: list[str]) -> Kind:
    live = [path for path in paths if not _NOTHING.search(path)]
    rules = (
        (Kind.REVERT, bool(_REVERT.search(title))),
        (Kind.NOTHING, bool(paths) and not live),
        (Kind.PIPELINE, bool(live) and all(_PIPELINE.search(path) for path in live)),
        (Kind.TOOLING, bool(live) and all(_TOOLING.search(path) for path in live)),
        (Kind.PIN, _only_digests(lines)),
        (Kind.BUMP, bool(_BUMP.search(title)) or _only_versions(lines)),
        (Kind.CODE, any(_CODE.search(path) for path in live)),
        (Kind.CONFIG, bool(live)),
    )
    return next((kind for kind, holds in rules if holds), Kind.UNKNOWN)


def _only_digests(lines: list[str]) -> bool:
    return _pairs_equal_without(lines, _DIGEST)


def _only_versions(lines: list[str]) -> bool:
    return _pairs_equal_without(lines, _VERSION)


def _pairs_equal_without(lines: list[str], what: re.Pattern[str]) -> bool:
    """Say whether the lines taken away equal those added but for *what*, which differs."""
    minus = [line[1:] for line in lines if line[0] == "-" and line[1:].strip()]
    plus = [line[1:] for line in lines if line[0] == "+" and line[1:].strip()]
    if not minus or len(minus) != len(plus) or not all(what.search(line) for line in minus + plus):
        return False
    return sorted(what.sub("", line).strip() for line in minus) == sorted(
        what.sub("", line).strip() for line in plus
    )


def _reach(texts: Iterable[str]) -> list[str]:
    """Name the shared parts that texts speak of, the first first."""
    return [_WIDE[word] for text in texts for word in words(text) if word in _WIDE]
