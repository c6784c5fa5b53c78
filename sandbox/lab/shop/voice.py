"""What a service says on its standard output: log lines and trace spans, one JSON object a line.

A span line has the key `span`, the one that says "ready" the key `ready`; every other line is a log line
{ts, service, pod, level, trace, msg}. Who reads them is not known here.
"""

import json
import secrets
import sys
import time
import traceback
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Trail:
    """Where in a trace we are: the trace and the span that is open."""

    trace: str
    span: str


trail: ContextVar[Trail | None] = ContextVar("trail", default=None)


def new_id(size: int = 8) -> str:
    """Return a fresh id for a trace (16 bytes) or a span (8)."""
    return secrets.token_hex(size)


@dataclass(frozen=True, slots=True)
class Voice:
    """The one mouth of one process."""

    service: str
    pod: str

    def info(self, msg: str) -> None:
        """Say what is usual."""
        self._log("INFO", msg)

    def warning(self, msg: str) -> None:
        """Say what is unusual and was coped with."""
        self._log("WARN", msg)

    def error(self, msg: str) -> None:
        """Say what went wrong."""
        self._log("ERROR", msg)

    def failure(self, msg: str, problem: BaseException) -> None:
        """Say what went wrong, with the stack trace."""
        stack = "".join(traceback.format_exception(problem)).rstrip()
        self._log("ERROR", f"{msg}\n{stack}")

    def ready(self) -> None:
        """Say that requests are answered from now on."""
        self.info(f"{self.pod} ready")
        self._say({"ready": self.pod})

    def span(
        self, kind: str, operation: str, *, at: Trail, parent: str, began: float, ok: bool, peer: str = ""
    ) -> None:
        """Tell a finished span; *began* is of time.perf_counter()."""
        micros = int((time.perf_counter() - began) * 1e6)
        self._say(
            {
                "span": kind,
                "service": self.service,
                "operation": operation,
                "peer": peer,
                "trace": at.trace,
                "id": at.span,
                "parent": parent,
                "us": micros,
                "ok": ok,
            }
        )

    def _log(self, level: str, msg: str) -> None:
        now = trail.get()
        self._say(
            {
                "ts": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "service": self.service,
                "pod": self.pod,
                "level": level,
                "trace": now.trace if now else "",
                "msg": msg,
            }
        )

    def _say(self, row: dict[str, object]) -> None:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        sys.stdout.flush()
