"""Keeps the newest FIDO metadata in a folder, for this process and for all others that look there.

Each BLOB is a file that is named after its signer and its number, whole from the first moment. The highest number
counts, so that however many write at once, the number never goes down (FIDO Metadata Service v3.1.1, section 3.2).
"""

from __future__ import annotations

import os
import re
import secrets
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Final

import structlog

from kiosk.errors import ConfigurationError
from kiosk.service.attestation.blob import LARGEST, Authority, BlobFault, BlobRejected, authority, payload_of
from kiosk.service.attestation.metadata import Metadata, read_metadata
from kiosk.service.attestation.settings import MetadataSettings

_log = structlog.get_logger("keywright.attestation")

FOLDER: Final = "metadata"
"""Where BLOBs are kept, below the data directory of the service."""
_TRIES: Final = 10
"""Looks at a folder in which others put newer files in place of those that were seen."""
_NAME: Final = re.compile(r"([0-9a-f]{16})-([0-9]{19})\.jwt")


class Taken(StrEnum):
    """What became of a BLOB that holds."""

    NEW = "new"
    KNOWN = "known"


class Keeper:
    """The metadata of the moment, at first those that are `known`. Safe to share between threads; any number of
    processes may keep one folder."""

    def __init__(self, folder: Path, authority: Authority, known: Metadata | None = None) -> None:
        self.folder, self.authority = folder, authority
        self._lock = Lock()
        self._current = known
        self._file: Path | None = None
        self._unreadable: set[tuple[str, int]] = set()

    def current(self) -> Metadata | None:
        """What is known now; None while there is nothing."""
        return self._current

    def look(self) -> Metadata | None:
        """Read the newest kept BLOB, unless it is the one that is known; one that cannot be read is told in the log,
        once."""
        with self._lock:
            any(self._read_newest() for _ in range(_TRIES))
            return self._current

    def _read_newest(self) -> bool:
        """False when a file went while it was looked for."""
        for number, file in reversed(self._kept()):
            if file == self._file or (self._current is not None and number < self._current.number):
                break
            try:
                mark = file.name, file.stat().st_mtime_ns
            except OSError:
                return False
            if mark in self._unreadable:
                continue
            try:
                self._current, self._file = self._read_kept(number, file), file
                break
            except FileNotFoundError:
                return False
            except (BlobRejected, OSError) as error:
                self._unreadable.add(mark)
                _log.warning("kept_metadata_not_read", file=file.name, reason=_word(error))
        return True

    def _read_kept(self, number: int, file: Path) -> Metadata:
        found = read_metadata(payload_of(_read(file), self.authority, None))
        if found.number != number:
            raise BlobRejected(BlobFault.MALFORMED)
        return found

    def take(self, blob: bytes, now: datetime) -> Taken:
        """Check a BLOB and keep it. Raises BlobRejected; ConfigurationError where it cannot be kept."""
        payload = payload_of(blob, self.authority, now)
        found = read_metadata(payload)
        with self._lock:
            kept = self._kept()
            floor = max([number for number, _ in kept] + [0 if self._current is None else self._current.number])
            if found.number < floor:
                raise BlobRejected(BlobFault.OLDER)
            file = self.folder / f"{self.authority.mark}-{found.number:019}.jwt"
            if file == self._file and _holds(file, blob):
                return Taken.KNOWN
            try:
                self._write(file, blob)
                for number, old in kept:
                    if number < found.number:
                        old.unlink(missing_ok=True)
            except OSError as error:
                problem = f"cannot keep metadata in {self.folder}: {error.strerror}"
                raise ConfigurationError("server.data_directory", problem) from error
            self._current, self._file = found, file
        _log.info("metadata_taken", version=found.number, count=len(found.models))
        return Taken.NEW

    def _kept(self) -> list[tuple[int, Path]]:
        """The BLOBs of our authority, lowest number first."""
        try:
            files = [(_NAME.fullmatch(each.name), each) for each in self.folder.iterdir()]
        except OSError:  # nothing was kept yet
            return []
        return sorted((int(m[2]), file) for m, file in files if m is not None and m[1] == self.authority.mark)

    def _write(self, file: Path, blob: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(blob)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(file)
        except OSError:
            draft.unlink(missing_ok=True)
            raise


def keeper(settings: MetadataSettings, data_directory: Path) -> Keeper:
    """The keeper that the settings ask for, knowing what was kept before. Raises ConfigurationError."""
    made = Keeper(data_directory / FOLDER, authority(settings.root, settings.hosts))
    made.look()
    return made


def read_blob(file: Path) -> bytes:
    """The bytes of a BLOB that somebody brought. Raises BlobRejected for one without end, OSError."""
    blob = _read(file)
    if len(blob) > LARGEST:
        raise BlobRejected(BlobFault.TOO_LARGE)
    return blob


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)


def _holds(file: Path, blob: bytes) -> bool:
    try:
        return _read(file) == blob
    except OSError:
        return False


def _word(error: BlobRejected | OSError) -> str:
    return error.fault if isinstance(error, BlobRejected) else type(error).__name__
