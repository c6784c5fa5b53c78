"""Every setting of the bot, read once from a mapping of names to values, with one clear line for what is wrong.

The mapping is handed in by `app.py`: nothing here touches the environment or the network. The descriptions are
the reference from which `.env.example` is made.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    NonNegativeInt,
    PositiveInt,
    SecretStr,
    TypeAdapter,
    ValidationError,
)

URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)


class BadSetting(Exception):
    """A setting cannot be meant; the message names it and says what would do."""


def _url(text: str) -> str:
    if text:
        URL.validate_python(text)
    return text.rstrip("/")


def _parts(given: object) -> object:
    if isinstance(given, str):
        return tuple(part.strip() for part in given.split(",") if part.strip())
    return given


def _begins(where: str, *prefixes: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        if secret.get_secret_value() and not secret.get_secret_value().startswith(prefixes):
            raise ValueError(f"must begin with {' or '.join(prefixes)}; {where}")
        return secret

    return AfterValidator(check)


def _host_port(text: str) -> str:
    host, _, port = text.rpartition(":")
    if text and not (host and port.isdigit() and int(port) < 65_536):
        raise ValueError("must be host:port, such as 0.0.0.0:8080")
    return text


def _users_by_service(pairs: tuple[str, ...]) -> tuple[str, ...]:
    if not all(re.fullmatch(r"[^=<>]{1,100}=[UW][A-Z0-9]{2,20}", pair) for pair in pairs):
        raise ValueError("must be service=U…, a user's id behind each service")
    return pairs


Url = Annotated[str, AfterValidator(_url)]
HostPort = Annotated[str, AfterValidator(_host_port)]
Names = Annotated[tuple[str, ...], BeforeValidator(_parts)]
OnCall = Annotated[tuple[str, ...], BeforeValidator(_parts), AfterValidator(_users_by_service)]
Folder = Annotated[Path, AfterValidator(Path.expanduser)]
BotToken = Annotated[SecretStr, _begins("see the Slack app, OAuth & Permissions", "xoxb-")]
AppToken = Annotated[SecretStr, _begins("see the Slack app, Basic Information, App-Level Tokens", "xapp-")]
Postgres = Annotated[
    SecretStr, _begins("empty means SQLite", "postgresql://", "postgresql+asyncpg://", "postgres://")
]
NONE = SecretStr("")


class Settings(BaseModel):
    """What an operator may set. A secret may also stand in a file that ``NAME_FILE`` names."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    data: Folder = Field(
        Path("data"), alias="INCIDENTOS_DATA", description="Folder that holds all state of the bot."
    )
    cache: Folder = Field(
        Path("~/.cache/incidentos").expanduser(),
        alias="INCIDENTOS_CACHE",
        description="Folder for the embedding model, built once.",
    )
    embedding_model: Folder | None = Field(
        None,
        alias="INCIDENTOS_EMBEDDING_MODEL",
        description="Folder with another embedding model (ONNX); fill its index with reindex before the bot uses it.",
    )
    slack_bot_token: BotToken = Field(
        NONE, alias="SLACK_BOT_TOKEN", description="Bot token of the Slack app (xoxb-…)."
    )
    slack_app_token: AppToken = Field(
        NONE, alias="SLACK_APP_TOKEN", description="App-level token with connections:write (xapp-…)."
    )
    slack_api_url: Url = Field(
        "", alias="SLACK_API_URL", description="Another address of Slack's Web API, such as GovSlack's."
    )
    anthropic_api_key: SecretStr = Field(
        NONE, alias="ANTHROPIC_API_KEY", description="Without it every verdict is evidence-only, at $0."
    )
    anthropic_base_url: Url = Field(
        "", alias="ANTHROPIC_BASE_URL", description="A gateway or local model that speaks Anthropic's API."
    )
    routes: Folder | None = Field(
        None, alias="INCIDENTOS_ROUTES", description="Routing policy to use instead of router/routes.toml."
    )
    database_url: Postgres = Field(
        NONE,
        alias="DATABASE_URL",
        description="PostgreSQL, when several replicas share the work; empty means SQLite in the data folder.",
    )
    qdrant_url: Url = Field(
        "", alias="QDRANT_URL", description="A Qdrant server or cluster; empty means the embedded engine."
    )
    qdrant_api_key: SecretStr = Field(NONE, alias="QDRANT_API_KEY", description="Key of the Qdrant server.")
    telemetry: Folder | None = Field(
        None,
        alias="INCIDENTOS_TELEMETRY",
        description="Folder of telemetry files to look at: logs, metrics, deploys, dependencies.",
    )
    read_megabytes: PositiveInt = Field(
        64,
        alias="INCIDENTOS_READ_MEGABYTES",
        description="Megabytes that are read of one telemetry file, unpacked: of a larger one its newest lines.",
    )
    sources: Folder | None = Field(
        None,
        alias="INCIDENTOS_SOURCES",
        description="TOML file of sources to look at (tools/providers/example.toml shows all kinds).",
    )
    prometheus_url: Url = Field(
        "", alias="PROMETHEUS_URL", description="Prometheus, or anything that speaks its HTTP API."
    )
    alertmanager_url: Url = Field(
        "", alias="ALERTMANAGER_URL", description="Alertmanager, read through its API v2."
    )
    deploy_repository: Folder | None = Field(
        None,
        alias="INCIDENTOS_DEPLOY_REPOSITORY",
        description="Git repository whose commits are the deployments.",
    )
    runbooks: Folder = Field(
        Path("runbooks"), alias="INCIDENTOS_RUNBOOKS", description="Folder of Markdown runbooks."
    )
    postmortems: Folder | None = Field(
        None,
        alias="INCIDENTOS_POSTMORTEMS",
        description="Folder, such as a git checkout, where post-mortems are written as INC-N.md; committing is yours.",
    )
    examples: bool = Field(
        True,
        alias="INCIDENTOS_EXAMPLES",
        description="Whether memory begins with well-known public incidents, marked as examples.",
    )
    keep_days: NonNegativeInt = Field(
        0,
        alias="INCIDENTOS_KEEP_DAYS",
        description="Cases and incidents are deleted everywhere this many days after they ended; 0 keeps them.",
    )
    digest_channel: str = Field(
        "",
        alias="INCIDENTOS_DIGEST_CHANNEL",
        description="Channel id that gets the week in a few lines, Monday morning; empty means none.",
    )
    operators: str = Field(
        "",
        alias="INCIDENTOS_OPERATORS_CHANNEL",
        description="Channel id that is told what is wrong with the bot itself; empty means only the log is.",
    )
    channels: Names = Field(
        (),
        alias="INCIDENTOS_CHANNELS",
        description="Channel ids to listen in, comma separated; empty means wherever the bot is invited.",
    )
    workspaces: Names = Field(
        (),
        alias="INCIDENTOS_WORKSPACES",
        description="Workspace ids (T…) to listen to; empty means the one that the bot token belongs to.",
    )
    people: Names = Field(
        (),
        alias="INCIDENTOS_PEOPLE",
        description="Users (U…) and user groups (S…) who may do everything below; empty means every full member.",
    )
    may_investigate: Names = Field(
        (),
        alias="INCIDENTOS_MAY_INVESTIGATE",
        description="Users and groups who may ask, recall and stop; empty means INCIDENTOS_PEOPLE.",
    )
    may_resolve: Names = Field(
        (),
        alias="INCIDENTOS_MAY_RESOLVE",
        description="Users and groups who may judge fixes, resolve and set channel rules; empty as above.",
    )
    may_spend: Names = Field(
        (),
        alias="INCIDENTOS_MAY_SPEND",
        description="Users and groups who may open investigations, ask open questions and set dollars; as above.",
    )
    may_import: Names = Field(
        (),
        alias="INCIDENTOS_MAY_IMPORT",
        description="Users and groups who may import a channel's past; empty as above, but with no people nobody.",
    )
    on_call: OnCall = Field(
        (),
        alias="INCIDENTOS_ON_CALL",
        description=(
            "Whom a verdict calls by @mention when a service is its first suspect: store=U…, comma separated; "
            "empty means that on-call is named and never called."
        ),
    )
    link_hosts: Names = Field(
        (),
        alias="INCIDENTOS_LINK_HOSTS",
        description="Hosts that links in threads may lead to, besides those of the configured sources.",
    )
    health: HostPort = Field(
        "",
        alias="INCIDENTOS_HEALTH",
        description="host:port that answers probes with /livez and /readyz, such as 0.0.0.0:8080; empty means none.",
    )
    otlp_endpoint: Url = Field(
        "",
        alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="OpenTelemetry collector (OTLP over HTTP) for traces and metrics; the other OTEL_* names hold too.",
    )
    plots: bool = Field(
        True,
        alias="INCIDENTOS_PLOTS",
        description="Whether the evidence reply shows a small plot of what changed (needs the scope files:write).",
    )
    at_once: PositiveInt = Field(
        4, alias="INCIDENTOS_AT_ONCE", description="How many cases one process investigates at once."
    )
    join_minutes: PositiveInt = Field(
        240,
        alias="INCIDENTOS_JOIN_MINUTES",
        description="Repeats of an alert within this time join its case.",
    )
    near_minutes: NonNegativeInt = Field(
        5,
        alias="INCIDENTOS_NEAR_MINUTES",
        description="Alerts of the same or a neighbouring service join a case opened within this time; 0 = never.",
    )
    calm_minutes: PositiveInt = Field(
        30,
        alias="INCIDENTOS_CALM_MINUTES",
        description="How long an alert must stay clear until a fix that worked counts as confirmed.",
    )
    storm_cases: PositiveInt = Field(
        20,
        alias="INCIDENTOS_STORM_CASES",
        description="So many cases opened within 5 minutes are a storm: further alerts are told in one digest.",
    )

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Settings":
        """Read the settings from *given*; empty values count as not set, unknown names are not ours.

        Raises:
            BadSetting: a value cannot be meant, or a secret's file cannot be read.
        """
        values: dict[str, Any] = {}
        for setting in cls.model_fields.values():
            name = str(setting.alias)
            text = given.get(name, "").strip() or _from_file(name, given)
            if text:
                values[name] = text
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            reason = str(first["msg"]).removeprefix("Value error, ")
            raise BadSetting(f"{first['loc'][0]}: {reason}. See .env.example.") from error

    @property
    def folder(self) -> Path:
        """The data folder, absolute."""
        return self.data.absolute()


def _from_file(name: str, given: Mapping[str, str]) -> str:
    path = given.get(f"{name}_FILE", "").strip()
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{name}_FILE names {path}, which cannot be read ({error.strerror}).") from error
