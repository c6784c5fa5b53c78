"""Every setting of the bot, read once from a mapping of names to values, with one clear line for what is wrong.

The mapping is handed in by `app.py`: nothing here touches the environment, a file or the network. The field
descriptions are the reference from which `.env.example` is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit


class BadSetting(Exception):
    """A setting cannot be meant; the message names it and says what would do."""


def _told(name: str, about: str, *, default: object, secret: bool = False, example: str = "") -> object:
    return field(
        default=default, metadata={"name": name, "about": about, "secret": secret, "example": example}
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set. Secrets come from the environment or from a file named ``NAME_FILE``."""

    data: Path = _told(  # type: ignore[assignment]
        "INCIDENTOS_DATA", "Folder that holds all state of the bot.", default=Path("data")
    )
    cache: Path = _told(  # type: ignore[assignment]
        "INCIDENTOS_CACHE",
        "Folder for the embedding model, built once.",
        default=Path("~/.cache/incidentos"),
    )
    slack_bot_token: str = _told(  # type: ignore[assignment]
        "SLACK_BOT_TOKEN", "Bot token of the Slack app.", default="", secret=True, example="xoxb-…"
    )
    slack_app_token: str = _told(  # type: ignore[assignment]
        "SLACK_APP_TOKEN",
        "App-level token with connections:write, for Socket Mode.",
        default="",
        secret=True,
        example="xapp-…",
    )
    anthropic_api_key: str = _told(  # type: ignore[assignment]
        "ANTHROPIC_API_KEY",
        "Without it every verdict is evidence-only, at $0.",
        default="",
        secret=True,
    )
    anthropic_base_url: str = _told(  # type: ignore[assignment]
        "ANTHROPIC_BASE_URL", "A gateway or a local model that speaks Anthropic's API.", default=""
    )
    routes: Path = _told(  # type: ignore[assignment]
        "INCIDENTOS_ROUTES", "Routing policy to use instead of router/routes.toml.", default=Path()
    )
    database_url: str = _told(  # type: ignore[assignment]
        "DATABASE_URL",
        "PostgreSQL when several replicas share the work; empty means SQLite in the data folder.",
        default="",
        secret=True,
    )
    qdrant_url: str = _told(  # type: ignore[assignment]
        "QDRANT_URL", "A Qdrant server or cluster; empty means the embedded engine.", default=""
    )
    qdrant_api_key: str = _told("QDRANT_API_KEY", "Key of the Qdrant server.", default="", secret=True)  # type: ignore[assignment]
    telemetry: Path = _told(  # type: ignore[assignment]
        "INCIDENTOS_TELEMETRY",
        "Folder of telemetry files (logs, metrics, deploys, dependencies) to look at.",
        default=Path(),
    )
    prometheus_url: str = _told(  # type: ignore[assignment]
        "PROMETHEUS_URL", "Prometheus, or anything that speaks its HTTP API.", default=""
    )
    alertmanager_url: str = _told(  # type: ignore[assignment]
        "ALERTMANAGER_URL", "Alertmanager, read through its API v2.", default=""
    )
    deploy_repository: Path = _told(  # type: ignore[assignment]
        "INCIDENTOS_DEPLOY_REPOSITORY", "Git repository whose commits are the deployments.", default=Path()
    )
    runbooks: Path = _told(  # type: ignore[assignment]
        "INCIDENTOS_RUNBOOKS", "Folder of Markdown runbooks.", default=Path("runbooks")
    )
    channels: tuple[str, ...] = _told(  # type: ignore[assignment]
        "INCIDENTOS_CHANNELS",
        "Channel ids to listen in, comma separated; empty means every channel the bot is invited to.",
        default=(),
    )
    at_once: int = _told(  # type: ignore[assignment]
        "INCIDENTOS_AT_ONCE", "How many cases are investigated at once by one process.", default=4
    )
    join_minutes: int = _told(  # type: ignore[assignment]
        "INCIDENTOS_JOIN_MINUTES", "Repeats of an alert within this time join its case.", default=240
    )

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Settings":
        """Read the settings from *given* names and values; unknown names are not ours and stay unread.

        Raises:
            BadSetting: a value cannot be meant.
        """
        values: dict[str, object] = {}
        for setting in fields(cls):
            name = str(setting.metadata["name"])
            text = _value(name, given, secret=bool(setting.metadata["secret"]))
            if text:
                values[setting.name] = _typed(name, text, setting.default)
        settings = cls(**values)  # type: ignore[arg-type]
        settings._check()
        return settings

    @property
    def folder(self) -> Path:
        """The data folder, absolute."""
        return self.data.expanduser().absolute()

    def _check(self) -> None:
        for name, url in (
            ("ANTHROPIC_BASE_URL", self.anthropic_base_url),
            ("QDRANT_URL", self.qdrant_url),
            ("PROMETHEUS_URL", self.prometheus_url),
            ("ALERTMANAGER_URL", self.alertmanager_url),
        ):
            parts = urlsplit(url)
            if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
                msg = f"{name} must be an http(s) address such as http://localhost:9090, not {url!r}."
                raise BadSetting(msg)
        if self.slack_bot_token and not self.slack_bot_token.startswith("xoxb-"):
            msg = "SLACK_BOT_TOKEN must be a bot token (xoxb-…). You find it under OAuth & Permissions."
            raise BadSetting(msg)
        if self.slack_app_token and not self.slack_app_token.startswith("xapp-"):
            msg = "SLACK_APP_TOKEN must be an app-level token (xapp-…). You make it under Basic Information."
            raise BadSetting(msg)


def _value(name: str, given: Mapping[str, str], *, secret: bool) -> str:
    """Return the value of *name*; a secret may stand in a file instead."""
    if text := given.get(name, "").strip():
        return text
    if secret and (path := given.get(f"{name}_FILE", "").strip()):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            msg = f"{name}_FILE names {path}, which cannot be read ({error.strerror})."
            raise BadSetting(msg) from error
    return ""


def _typed(name: str, text: str, default: object) -> object:
    if isinstance(default, Path):
        return Path(text).expanduser()
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, int):
        if not text.isdigit() or int(text) < 1:
            msg = f"{name} must be a whole number above 0, not {text!r}."
            raise BadSetting(msg)
        return int(text)
    return text
