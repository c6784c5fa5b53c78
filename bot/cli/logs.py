"""Structured logs on standard error: JSON for machines, coloured lines for a terminal. Nothing secret in either.

Every line passes the redactor last, tracebacks and the libraries' own lines included; when the redactor fails, the
line is withheld and says so. What a crash prints passes it as well.
"""

import logging
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

import structlog

from tools.redact import redact as redact_secrets

Redact = Callable[[str], str]
WITHHELD: Final = "(a log line was withheld: the redactor failed on it)"
MOST = 64_000  # letters of one line; a page of telemetry in a traceback helps nobody


def safe_line(text: str, redact: Redact = redact_secrets) -> str:
    """Return *text* without secrets, or a word about it when the redactor fails."""
    try:
        return redact(text[:MOST])
    except Exception:  # noqa: BLE001 (whatever it met: a line that could not be judged is not written)
        return WITHHELD


class SafeFormatter(logging.Formatter):
    """Formats the libraries' lines and redacts the whole of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, its traceback included, without secrets."""
        return safe_line(super().format(record))


def without_secrets(_logger: object, _name: str, line: str) -> str:
    """Redact a rendered line: the last of structlog's processors."""
    return safe_line(line)


def configure_logs(*, pretty: bool, level: int = logging.INFO) -> None:
    """Set up structlog, the libraries' own loggers and the last words of a crash; standard output stays free."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # no local variables in tracebacks: they hold whole requests
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    rendering: list[Any] = (
        [console] if pretty else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    last: Any = without_secrets  # structlog's type knows no step behind the renderer
    structlog.configure(
        processors=[*shared, *rendering, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    sys.excepthook = told_safely


def told_safely(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an uncaught exception without secrets."""
    logging.getLogger("crash").critical("ended by %s", kind.__name__, exc_info=(kind, error, trace))
