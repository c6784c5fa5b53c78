"""Which parts of a system each symptom usually points to: what an on-call engineer associates without thinking.

Words are stems as tools/words.py makes them. A hint, never a proof: it only orders suspects.
"""

import re
from dataclasses import dataclass

from tools.words import words


@dataclass(frozen=True, slots=True)
class Concern:
    """A kind of trouble: how people and logs speak of it, and which changes tend to bring it about."""

    name: str
    said: frozenset[str]
    touched: frozenset[str]


def _concern(name: str, said: str, touched: str) -> Concern:
    return Concern(name, frozenset(words(said, whole=False)), frozenset(words(touched, whole=False)))


CONCERNS = (
    _concern(
        "web traffic",
        "502 503 504 404 unavailable unreachable page pages site website browser http https url host endpoint ingress",
        "ingress nginx traefik haproxy envoy istio proxy gateway balancer alb elb nlb cdn fastly cloudfront route "
        "routes waf modsec backend upstream listener annotation snippet admission webhook dns",
    ),
    _concern(
        "certificates",
        "certificate certificates x509 tls ssl altnames handshake expired cert https hostname",
        "certificate cert certs tls ssl acm acme letsencrypt issuer ingress webhook domain hostname hosts",
    ),
    _concern(
        "identity",
        "authenticate authentication authorization login logon signin sign-in token 401 403 forbidden denied "
        "unauthorized permission permissions session sso oauth",
        "auth oauth oidc sso iam rbac role roles policy permission token secret session waf modsec modsecurity "
        "ingress cookie keycloak cognito serviceaccount",
    ),
    _concern(
        "scheduling",
        "pods pod pending deployments deploy schedule scheduling evicted nodes node allocate ip addresses namespace "
        "cluster scale scaling crashloop crashlooping image pull",
        "node nodes eks gke aks kubernetes k8s cluster cni vpc calico cilium subnet addon addons autoscaler karpenter "
        "ami instance psp taint quota limit kubelet coredns prefix image registry",
    ),
    _concern(
        "name resolution",
        "dns resolve resolution nxdomain servfail lookup domain",
        "dns coredns route53 resolver zone nameserver record hosted ndots externaldns",
    ),
    _concern(
        "database",
        "database db sql query queries deadlock lock connection connections pool postgres mysql mongo replication "
        "transaction slow rds",
        "database db sql query migration migrations schema index postgres mysql mongo rds pool connection connections "
        "orm replica transaction",
    ),
    _concern(
        "memory",
        "memory oom oomkilled heap killed restart restarting restarts leak gc swap",
        "memory heap cache session sessions limit limits limit requests resources xmx ttl eviction buffer pool",
    ),
    _concern(
        "latency",
        "slow slowness latency timeout timeouts delay delayed hang hanging degraded p95 p99 cpu throttled",
        "timeout retry retries pool query index cache batch loop sleep cpu limit limits replicas concurrency "
        "threads workers n+1 scan",
    ),
    _concern(
        "disk",
        "disk space full inode volume storage filesystem write readonly",
        "disk volume pvc storage retention log logs logging logrotate snapshot backup wal",
    ),
    _concern(
        "queue",
        "queue backlog lag consumer consumers messages stuck delayed jobs worker workers kafka rabbitmq sqs",
        "queue consumer producer kafka rabbitmq sqs worker workers topic partition prefetch concurrency job",
    ),
    _concern(
        "refused connections",
        "refused unreachable reset econnrefused connect connection network unavailable dependency",
        "port ports host hosts url endpoint address service network networkpolicy firewall securitygroup proxy "
        "config environment dns",
    ),
    _concern(
        "watching",
        "metrics monitoring alerts prometheus grafana logs logging dashboards scrape missing",
        "prometheus thanos grafana alertmanager fluentbit fluentd loki opensearch elasticsearch logging "
        "servicemonitor exporter scrape",
    ),
    _concern(
        "builds",
        "build builds pipeline ci job jenkins runner concourse agent",
        "jenkins pipeline ci workflow runner agent agents template concourse plugin plugins",
    ),
)


_QUESTION = re.compile(r"\b(which|what|why|who|how)\b[^?.!\n]{0,200}\?", re.IGNORECASE)


def without_questions(text: str) -> str:
    """Return *text* without what is asked in it: a question names possible causes, not symptoms."""
    return _QUESTION.sub(" ", text)


def concerns(text: str) -> tuple[tuple[Concern, int], ...]:
    """Return the concerns that *text* speaks of and by how many distinct words, the most spoken of first."""
    said = set(words(text, whole=False))
    found = [(concern, len(said & concern.said)) for concern in CONCERNS]
    return tuple(sorted((each for each in found if each[1]), key=lambda each: -each[1]))
