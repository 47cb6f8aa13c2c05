"""A process that kills itself (SIGKILL) right before, or right after, one chosen write to its database.

The lowest seam there is: every SQLite connection of the process is made by us and sees each statement that changes
something. A write is known by the function that asked for it and by how often that function has written before.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import FrameType
from typing import Any

_AUTOCOMMITTED = ("INSERT", "UPDATE", "DELETE", "COMMIT", "PRAGMA JOURNAL_MODE")


@dataclass(frozen=True, slots=True)
class Doom:
    """The moment of death: the write of this name, before it or after it."""

    write: str
    after: bool

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.write}"


class Fate:
    """Counts the writes of this process, notes each in `log`, and ends the process at its doom."""

    def __init__(self, name_of: Callable[[FrameType], str], log: Path, doom: Doom | None) -> None:
        self._name_of = name_of
        self._log = log
        self._doom = doom
        self._counts: Counter[str] = Counter()
        self._lock = Lock()
        self.awake = False

    @contextmanager
    def write(self, frame: FrameType) -> Iterator[None]:
        """Around one write."""
        name = self._note(self._name_of(frame)) if self.awake else ""
        self._die_at(name, after=False)
        yield
        self._die_at(name, after=True)

    def _note(self, writer: str) -> str:
        if not writer:
            return ""
        with self._lock:
            self._counts[writer] += 1
            name = f"{writer} {self._counts[writer]}"
            with self._log.open("a", encoding="utf-8") as log:
                log.write(name + "\n")
        return name

    def _die_at(self, name: str, *, after: bool) -> None:
        if name and self._doom == Doom(name, after):
            os.kill(os.getpid(), signal.SIGKILL)


def be_mortal(fate: Fate) -> None:
    """From now on, every SQLite connection of this process obeys `fate`."""

    class Mortal(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            ends = sql.lstrip().upper().startswith("COMMIT")
            if (self.in_transaction and not ends) or not sql.lstrip().upper().startswith(_AUTOCOMMITTED):
                return super().execute(sql, parameters)
            with fate.write(sys._getframe(1)):
                return super().execute(sql, parameters)

        def commit(self) -> None:
            if not self.in_transaction:
                return super().commit()
            with fate.write(sys._getframe(1)):
                return super().commit()

    genuine = sqlite3.connect

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = genuine(*args, **{**kwargs, "factory": Mortal})
        return connection

    for module in (sqlite3, sqlite3.dbapi2):
        vars(module)["connect"] = connect


def journal_writer(frame: FrameType) -> str:
    """The method of the station's journal that is writing."""
    inside = [each.f_code.co_name for each in _callers(frame) if "/station/journal" in each.f_code.co_filename]
    return inside[-1] if inside else ""


def service_writer(frame: FrameType) -> str:
    """The action of the service whose transaction is being committed.

    Preparing a connection is none: which action happens to need a new one is another matter each time.
    """
    for each in _callers(frame):
        if each.f_code.co_name == "_prepare_sqlite":
            return ""
        if each.f_code.co_qualname == "Store.write" and each.f_back is not None:
            caller = each.f_back
            return f"{caller.f_globals['__name__'].removeprefix('kiosk.service.')}.{caller.f_code.co_name}"
    return ""


def _callers(frame: FrameType) -> Iterator[FrameType]:
    at: FrameType | None = frame
    while at is not None:
        yield at
        at = at.f_back
