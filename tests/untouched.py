"""Gives a process back what `kiosk.logs` takes over."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from kiosk.logs import route_to_stdlib


@contextmanager
def untouched_process() -> Iterator[None]:
    """Loggers, hooks and structlog are afterwards what they are in every test."""
    root = logging.getLogger()
    names = ("keywright", "fido2", "urllib3", "uvicorn", "py.warnings", "mail.log")
    levels = {name: logging.getLogger(name).level for name in names}
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    try:
        yield
    finally:
        for handler in set(root.handlers) - set(handlers):
            handler.close()
        root.handlers[:], logging.raiseExceptions = handlers, raising
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)
        logging.captureWarnings(False)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        route_to_stdlib()
        structlog.contextvars.clear_contextvars()
