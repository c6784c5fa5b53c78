"""Where a process runs: its name, port, folder, neighbours and settings, read from its command line.

`run.json` is written by whoever starts the shop: {"endpoints": {service: url}, "data": folder, "ca": file,
"tls": {service: {"cert", "key", "not_after"}}, "memory_limit": {service: bytes}, "file_limit": {service: bytes}}.
Settings are `config/<service>.toml` of the release that runs.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """What one process was told when it was started."""

    service: str
    pod: str
    port: int
    run: dict[str, Any]
    settings: dict[str, Any]

    @property
    def data(self) -> Path:
        """The folder that this service may write to."""
        folder = Path(self.run["data"]) / self.service
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def endpoint(self, service: str) -> str:
        """Return the address of *service*; KeyError when there is none of that name."""
        found: str = self.run["endpoints"][service]
        return found

    def limit(self, kind: str) -> float:
        """Return this service's `memory_limit` or `file_limit` in bytes, 0 when it has none."""
        return float(self.run.get(kind, {}).get(self.service, 0))


def place_from_command_line(service: str) -> Place:
    """Read --port, --pod and --run, and the settings of this release."""
    parser = argparse.ArgumentParser(prog=f"shop.{service}")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pod", default=f"{service}-0")
    parser.add_argument("--run", type=Path, required=True, help="run.json")
    given = parser.parse_args()
    settings = tomllib.loads(Path("config", f"{service}.toml").read_text(encoding="utf-8"))
    return Place(service, given.pod, given.port, json.loads(given.run.read_text(encoding="utf-8")), settings)


def resident_bytes(pid: int | None = None) -> float:
    """Return how much memory a process (this one, unless told) holds now, 0 when it is gone."""
    wanted = pid or os.getpid()
    if Path("/proc/self/statm").exists():
        try:
            pages = Path(f"/proc/{wanted}/statm").read_text(encoding="ascii").split()[1]
        except (OSError, IndexError):
            return 0.0
        return float(pages) * resource.getpagesize()
    told = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(wanted)], capture_output=True, text=True, check=False
    )
    return float(told.stdout.strip() or 0) * 1024


def cpu_seconds() -> float:
    """Return the processor time that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def open_files() -> float:
    """Return how many file descriptors are open."""
    folder = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
    return float(len(list(folder.iterdir())))


def folder_bytes(folder: Path) -> float:
    """Return how much the files in *folder* hold."""
    return float(sum(each.stat().st_size for each in folder.iterdir() if each.is_file()))
