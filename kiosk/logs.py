"""The log: one line of JSON per event, redacted by an allow-list, with a reference that a person can quote.

All goes through the standard library's root logger: our own events (`structlog.get_logger("keywright.station")`) with
their redacted fields, and what libraries say with its words cut off, for they repeat URLs, rows and messages. A crash
of any kind is one more line. uvicorn needs `log_config=None` to leave the root logger in place.
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog

from kiosk.redaction import event_name, redact, summarize, tame_text

try:
    import resource as process_limits
except ImportError:  # Windows has no core files
    process_limits = None  # type: ignore[assignment]  # mypy looks at one platform only

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing to mistake for something else
_QUOTED = frozenset({"alembic.runtime.migration"})  # says only the names of our own migrations
_FIELDS = "keywright_fields"
_PR_SET_DUMPABLE = 4
_FILE_SIZE = 5_000_000  # bytes
_FILES = 5

_log = structlog.get_logger("keywright.process")


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Where the log goes: the standard error stream, or a file that rotates. `level` is for our own events. With
    `replica` every line says which process of several it is from."""

    file: Path | None = None
    replica: str = ""
    level: int = logging.INFO
    library_level: int = logging.WARNING


def install(settings: LogSettings = LogSettings(), stream: TextIO | None = None) -> None:
    """Take over logging, warnings and every kind of uncaught exception of this process. Once, at its start.

    Raises OSError when the log file cannot be opened.
    """
    handler = _handler(settings, stream)
    handler.setFormatter(JsonFormatter(settings.replica))
    logging.raiseExceptions = False  # a handler that fails would print the record's arguments
    logging.captureWarnings(True)
    logging.basicConfig(handlers=[handler], level=settings.library_level, force=True)
    logging.getLogger("keywright").setLevel(settings.level)
    route_to_stdlib(settings.level)
    sys.excepthook = _on_uncaught
    threading.excepthook = _on_uncaught_in_thread
    sys.unraisablehook = _on_unraisable
    if sys.__stderr__ is not None:  # a windowed application on Windows has none
        faulthandler.enable(sys.__stderr__)


def route_to_stdlib(level: int = logging.INFO) -> None:
    """Send structlog's events through `logging`, redacted on the way; `install` without its takeover."""
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _hand_over],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def harden() -> None:
    """No core files, no attaching debugger of the same user: what a PIN passed through stays in this process."""
    if process_limits is not None:
        process_limits.setrlimit(process_limits.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def reference(token: Callable[[int], bytes]) -> str:
    """A number for people to quote ("K7M-4Q2", 30 bits); `token(n)` gives n random bytes."""
    letters = "".join(_ALPHABET[byte & 31] for byte in token(6))
    return f"{letters[:3]}-{letters[3:]}"


@contextmanager
def about(*, reference: str = "", enrollment: str = "") -> Iterator[None]:
    """Every line of this thread (or task) within the block carries these; an empty one is left as it was."""
    given = {"reference": reference, "enrollment": enrollment}
    with structlog.contextvars.bound_contextvars(**{key: value for key, value in given.items() if value}):
        yield


def current_reference() -> str:
    """The reference of the block that we are in, or nothing."""
    return str(structlog.contextvars.get_contextvars().get("reference", ""))


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; never with the words of a library or of an exception."""

    def __init__(self, replica: str = "") -> None:
        super().__init__()
        self._own = {"replica": replica} if replica else {}

    def format(self, record: logging.LogRecord) -> str:
        """Our own fields as they were redacted; of anybody else's record only where and how bad."""
        fields: dict[str, object] | None = getattr(record, _FIELDS, None)
        if fields is None:
            fields = {"event": "library_message"}
            if record.name in _QUOTED:
                fields["message"] = tame_text(record.getMessage())
            if record.exc_info and record.exc_info[1] is not None:
                fields["exception"] = summarize(record.exc_info[1])
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        head = {"timestamp": moment, "level": record.levelname.lower(), "logger": record.name}
        return json.dumps(head | self._own | fields, ensure_ascii=False)


class _PrivateFileHandler(RotatingFileHandler):
    """A rotating file that only we can read."""

    def _open(self) -> Any:
        return open(
            self.baseFilename, self.mode, encoding=self.encoding, opener=lambda path, flags: os.open(path, flags, 0o600)
        )


def _handler(settings: LogSettings, stream: TextIO | None) -> logging.Handler:
    if settings.file is None:
        return logging.StreamHandler(stream)
    settings.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _PrivateFileHandler(settings.file, maxBytes=_FILE_SIZE, backupCount=_FILES, encoding="utf-8")


def _hand_over(
    _: logging.Logger, __: str, fields: MutableMapping[str, Any]
) -> tuple[tuple[str], dict[str, dict[str, object]]]:
    """structlog's last processor: redact here, so that no handler whatever sees more."""
    event = event_name(fields.pop("event", None))
    error = _error_of(fields.pop("exc_info", None))
    kept: dict[str, object] = {"event": event} | redact(fields)
    if error is not None:
        kept["exception"] = summarize(error)
    return (event,), {"extra": {_FIELDS: kept}}


def _error_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _on_uncaught(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _log.critical("uncaught_exception", exc_info=error)


def _on_uncaught_in_thread(what: threading.ExceptHookArgs) -> None:
    _log.critical("uncaught_exception_in_thread", exc_info=what.exc_value)


def _on_unraisable(what: sys.UnraisableHookArgs) -> None:
    _log.error("unraisable_exception", exc_info=what.exc_value)
