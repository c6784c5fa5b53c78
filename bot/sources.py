"""Which sources the tools may look at: those of the operator's sources file, and those named by a setting alone.

A setting such as PROMETHEUS_URL is short for a table of that file, so there is one way in which sources are made.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bot.settings import BadSetting, Settings
from tools.providers.configured import Configured, SourcesError, configured
from tools.providers.files import FileTelemetry
from tools.providers.jsonl import FileLimits
from tools.providers.runbook_folder import RunbookFolder
from tools.sources import RunbookSource

ADDRESS = re.compile(r"https?://[^\s\"']+")
MEGABYTE = 1_000_000
HOME = Path(__file__).resolve().parent.parent


def sources_of(settings: Settings, environment: Mapping[str, str]) -> Configured:
    """Return the sources that *settings* configure; "env:NAME" in the sources file is looked up in *environment*.

    Raises:
        BadSetting: the sources file cannot be read, or says something that cannot be meant.
        Unavailable: the telemetry folder cannot be read.
    """
    if settings.telemetry:
        FileTelemetry(settings.telemetry).check()
    tables = [_file(settings.sources)] if settings.sources else []
    if settings.telemetry:
        most = settings.read_megabytes * MEGABYTE
        tables.append(f"[[folder]]\nfolder = {json.dumps(str(settings.telemetry))}\nfile_bytes = {most}")
    tables += [
        f"[[{kind}]]\n{key} = {json.dumps(str(value))}"
        for kind, key, value in (
            ("prometheus", "url", settings.prometheus_url),
            ("alertmanager", "url", settings.alertmanager_url),
            ("git", "repository", settings.deploy_repository),
            ("runbooks", "folder", _runbooks(settings)),
        )
        if value
    ]
    try:
        return configured("\n".join(tables), environment)
    except SourcesError as error:
        raise BadSetting(f"{settings.sources or 'sources'}: {error}") from error


def file_sources(folder: Path, settings: Settings) -> Configured:
    """Return the sources of one folder of telemetry, and the runbooks.

    Raises:
        Unavailable: there is no such folder.
    """
    telemetry = FileTelemetry(folder, limits=FileLimits(file_bytes=settings.read_megabytes * MEGABYTE))
    telemetry.check()
    return Configured(
        logs=(telemetry.logs,),
        metrics=(telemetry.metrics,),
        deploys=(telemetry.deploys,),
        alerts=(telemetry.alerts,),
        dependencies=(telemetry.dependencies,),
        runbooks=runbooks_of(settings),
    )


def runbooks_of(settings: Settings) -> tuple[RunbookSource, ...]:
    """Return the runbook folder; ours when no other is named."""
    return (RunbookFolder(_runbooks(settings)),)


def link_hosts(settings: Settings) -> frozenset[str]:
    """Return the hosts that links in threads may lead to: those of the sources, and those the operator adds."""
    named = [settings.prometheus_url, settings.alertmanager_url]
    named += ADDRESS.findall(_file(settings.sources)) if settings.sources else []
    hosts = {urlsplit(address).hostname or "" for address in named}
    return frozenset(hosts | set(settings.link_hosts)) - {""}


def _runbooks(settings: Settings) -> Path:
    return settings.runbooks if settings.runbooks.is_absolute() else HOME / settings.runbooks


def _file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"INCIDENTOS_SOURCES names {path}, which cannot be read ({error}).") from error
