"""Every kind of source that can be configured, made from the example file, so that a new one cannot be forgotten."""

import functools
import inspect
import tomllib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

import tools.providers
from tools.providers.configured import KINDS, Configured, configured
from tools.telemetry import Window

EXAMPLE = (Path(tools.providers.__path__[0]) / "example.toml").read_text()
SECRETS = {
    name: f"s3cret-{name}"
    for name in (
        "GRAFANA_TOKEN", "PAGERDUTY_KEY", "ELASTIC_AUTHORIZATION", "GITHUB_TOKEN", "GITLAB_TOKEN", "ARGOCD_TOKEN",
        "KUBERNETES_TOKEN", "BACKSTAGE_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "MCP_TOKEN",
        "LAUNCHDARKLY_TOKEN", "WIKI_TOKEN",
    )
}  # fmt: skip
PARTS = ("logs", "metrics", "deploys", "alerts", "dependencies", "runbooks", "owners", "pages")
ONSET = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WINDOW = Window(ONSET - timedelta(minutes=20), ONSET + timedelta(minutes=10))
_OF_A_WINDOW = (
    "lines", "series", "baseline", "deployments", "calls", "baseline_calls", "spans", "baseline_spans"
)  # fmt: skip
_OTHERS: dict[str, tuple[object, ...]] = {
    "page": ("https://wiki.example/runbooks/db/pool.md?token=x#top",),
    "firing": (),
    "runbooks": (),
    "owners": (),
    "diff": ("../../admin?x=#",),
}
Question = Callable[[], Awaitable[object]]


def toml_of(kind: str) -> str:
    """Return the example's tables of *kind*, as they stand there."""
    blocks = ("\n" + EXAMPLE).split("\n[[")
    return "\n".join(f"[[{block}" for block in blocks if block.startswith((f"{kind}]]", f"{kind}.")))


def made(kind: str, transport: httpx2.AsyncBaseTransport | None = None) -> Configured:
    """Return the example's source of *kind*, answered by *transport*."""
    return configured(toml_of(kind), SECRETS, transport=transport)


def sources(all_of_them: Configured) -> list[object]:
    """Return each source once, however many questions it answers."""
    told = [source for part in PARTS for source in getattr(all_of_them, part)]
    return list({id(source): source for source in told}.values())


def questions(source: object, window: Window = WINDOW) -> list[Question]:
    """Return every question that the protocols can put to *source*, hostile words included."""
    found: list[Question] = []
    for name, arguments in {**dict.fromkeys(_OF_A_WINDOW, (window,)), **_OTHERS}.items():
        method = getattr(source, name, None)
        if inspect.iscoroutinefunction(method):
            found.append(functools.partial(method, *arguments))
            if "service" in inspect.signature(method).parameters:
                found.append(functools.partial(method, *arguments, service='../x"} or #?'))
    return found


KIND_NAMES = sorted(KINDS)
OVER_HTTP = [kind for kind in KIND_NAMES if made(kind).closing]
assert set(tomllib.loads(EXAMPLE)) == set(KINDS)
