"""The list of a project as a CSV file: always the whole of it, replaced in one step under whoever reads it."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from kiosk.service.parts import Parts
from kiosk.service.projects.feed_rules import harmless, lines
from kiosk.service.projects.settings import FeedSettings
from kiosk.service.store import host_feed as rows
from kiosk.service.store.engine import ReadTx
from kiosk.service.store.host_list import people_of
from kiosk.service.store.projects import ProjectRow, projects_of

_log = structlog.get_logger("keywright.projects")

MODE: Final = 0o640
"""Its owner writes it, its group reads it, and nobody else does: it names people."""

_LONGEST_WAIT: Final = timedelta(minutes=1)
_LEFT_BEHIND: Final = timedelta(hours=1)
_REST: Final = 4
"""How many times as long as the last list took to write nothing is written: it leaves the disk to others."""
_PAGE: Final = 100
_WORDS: Final = {
    errno.ENOENT: "no_folder",
    errno.ENOTDIR: "no_folder",
    errno.EACCES: "not_allowed",
    errno.EPERM: "not_allowed",
    errno.EROFS: "not_allowed",
    errno.EISDIR: "is_a_folder",
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
}


class ListFile:
    """Keeps one file as the list of the project is, by the settings of one word."""

    def __init__(self, parts: Parts, word: str, tenant: str, settings: FeedSettings, path: Path) -> None:
        self._parts, self._word, self._tenant, self._settings, self._path = parts, word, tenant, settings, path
        self._written: tuple[str, int] | None = None
        self._failures, self._not_before = 0, datetime.min.replace(tzinfo=parts.clock.now().tzinfo)

    def work(self) -> bool:
        """Write the list if it has changed, or is not there; there is never more to do at once. Raises StoreBusy."""
        if self._parts.clock.now() < self._not_before:
            return False
        with self._parts.store.read() as tx:
            of = self._project(tx)
            if of is None:
                return False
            stands = of.id, _position(tx, of)
            if stands == self._written and self._path.exists():
                return False
            began = self._parts.clock.now()
            trouble = self._write(tx, of)
        now = self._parts.clock.now()
        if not trouble:
            self._written, self._failures, self._not_before = stands, 0, now + _REST * (now - began)
            self._tell(of, now, "")
            return False
        self._failures += 1
        self._not_before = now + min(timedelta(seconds=1 << min(self._failures, 16)), _LONGEST_WAIT)
        if self._failures == 1:
            _log.error("list_not_written", word=self._word, reason=trouble)
        self._tell(of, None, trouble)
        return False

    def _project(self, tx: ReadTx) -> ProjectRow | None:
        after = ""
        while page := projects_of(tx, self._tenant, after, _PAGE):
            for of in page:
                if of.details.get("settings") == self._word:
                    return of
            after = page[-1].name
        return None

    def _write(self, tx: ReadTx, of: ProjectRow) -> str:
        """Replace the file; why it could not be, or nothing."""
        people = filter(harmless, people_of(tx, of.id))
        try:
            replace_file(self._path, lines(self._settings.layout, people, header=self._settings.header))
        except OSError as error:
            return _WORDS.get(error.errno or 0, "not_written")
        return ""

    def _tell(self, of: ProjectRow, written_at: datetime | None, trouble: str) -> None:
        self._parts.store.write(lambda tx: rows.tell_file(tx, of.id, written_at, trouble), hasty=True)


def replace_file(path: Path, content: Iterable[bytes]) -> None:
    """Put a file in the place of `path` in one step: whoever opens it reads the old one or the new one, whole.

    Raises OSError; then the old one is still there.
    """
    _clear_away(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, MODE)
            file.writelines(content)
            file.flush()
            os.fsync(handle)
        Path(name).replace(path)
    finally:
        with suppress(FileNotFoundError):  # it has its new name
            Path(name).unlink()
    _keep(path.parent)


def _keep(folder: Path) -> None:
    """Make a renaming survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _clear_away(path: Path) -> None:
    """What a worker that was killed has left behind; the one of another replica, which is at it, is younger."""
    for left in path.parent.glob(f".{path.name}.*.new"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND.total_seconds():
                left.unlink()


def _position(tx: ReadTx, of: ProjectRow) -> int:
    stands = rows.standing(tx, of.id)
    return 0 if stands is None else stands.position
