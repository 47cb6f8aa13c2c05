"""Passwords: which ones are refused, how they are hashed (argon2id, RFC 9106), and how they are compared.

Hashing takes tens of milliseconds and of megabytes: it is done outside transactions, and a few at a time.
"""

from __future__ import annotations

import base64
import hashlib
import os
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kiosk.errors import ConfigurationError
from kiosk.service.accounts.rules import Busy, PasswordRefused
from kiosk.service.accounts.settings import PasswordSettings
from kiosk.service.directories.rules import fold

LONGEST_WAIT: Final = 5.0
"""Seconds that a caller waits for its turn to hash."""

_HASH, _SALT = 32, 16
_DIGEST: Final = 40  # hexadecimal digits of SHA-1
_LONGEST_LINE: Final = 128


class Passwords:
    """The rules and the hashes of `settings`. Safe to share between threads.

    `at_once` is how many are hashed at the same time, so that a flood takes neither all memory nor all processors.
    Raises ConfigurationError for a breach list that is none.
    """

    def __init__(self, settings: PasswordSettings, at_once: int | None = None) -> None:
        self._settings = settings
        self._hasher = PasswordHasher(
            settings.rounds, settings.memory_mib * 1024, parallelism=1, hash_len=_HASH, salt_len=_SALT
        )
        parameters = f"m={settings.memory_mib * 1024},t={settings.rounds},p=1"
        self._nobody = f"$argon2id$v=19${parameters}${_zeros(_SALT)}${_zeros(_HASH)}"
        self._turns = BoundedSemaphore(at_once or max(2, os.cpu_count() or 2))
        if settings.breached is not None:
            _check_list(settings.breached)

    def admit(self, password: str, own: Iterable[str] = ()) -> None:
        """Let a password be chosen by somebody whose names and addresses are `own`. Raises PasswordRefused."""
        written = normalized(password)
        reasons = refusals(written, self._settings, own)
        if not reasons and self._breached(written):
            reasons = ("breached",)
        if reasons:
            raise PasswordRefused(reasons)

    def hash(self, password: str) -> str:
        """What is kept of a password, with its salt and parameters (PHC string). Raises Busy."""
        with self._turn():
            return self._hasher.hash(normalized(password))

    def matches(self, password: str, kept: str | None) -> bool:
        """Whether it is the password; never for nobody (None), for whom it takes as long. Raises Busy."""
        with self._turn():
            try:
                return self._hasher.verify(kept or self._nobody, normalized(password))
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, kept: str) -> bool:
        """Whether the settings have changed since: then the next right password is hashed anew."""
        return self._hasher.check_needs_rehash(kept)

    def _breached(self, written: str) -> bool:
        if self._settings.breached is None:
            return False
        digest = hashlib.sha1(written.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with self._settings.breached.open("rb") as file:
            return _found(file, digest)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=LONGEST_WAIT):
            raise Busy(1)
        try:
            yield
        finally:
            self._turns.release()


def normalized(password: str) -> str:
    """In one of the forms that keyboards type the same character in (NFC; NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFC", password)


def refusals(password: str, settings: PasswordSettings, own: Iterable[str] = ()) -> tuple[str, ...]:
    """Why nobody, or not this person, should have a password, before any list is asked; it is normalized already."""
    reasons = []
    if len(password) < settings.min_length:
        reasons.append("too_short")
    if len(password) > settings.max_length:
        reasons.append("too_long")
    bare = _letters(password)
    if bare and bare in {_letters(each) for each in own}:
        reasons.append("own_name")
    return tuple(reasons)


def _letters(text: str) -> str:
    """What is left of a name when digits and signs around its letters do not count."""
    return "".join(filter(str.isalpha, fold(text)))


def _zeros(size: int) -> str:
    """A salt or a digest that no password is found for."""
    return base64.b64encode(bytes(size)).rstrip(b"=").decode()


def _check_list(path: Path) -> None:
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_LINE)
    except OSError as error:
        raise ConfigurationError("accounts.passwords.breached", error.strerror or "cannot be read") from error
    if not _is_entry(first):
        raise ConfigurationError("accounts.passwords.breached", "is no list of SHA-1 hashes in hexadecimal")


def _is_entry(line: bytes) -> bool:
    digest, _, _count = line.strip().partition(b":")
    return len(digest) == _DIGEST and all(each in b"0123456789abcdefABCDEF" for each in digest)


def _found(file: BinaryIO, digest: bytes) -> bool:
    """Whether a sorted file has a line with the digest: halving the bytes, a line in memory at a time."""
    low, high = 0, file.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        line, starts, ends = _line_around(file, middle)
        held = line[:_DIGEST].upper()
        if held == digest:
            return True
        low, high = (ends, high) if held < digest else (low, starts)
    return False


def _line_around(file: BinaryIO, position: int) -> tuple[bytes, int, int]:
    """The line that the byte at the position belongs to, where it starts, and where the next one does."""
    before = max(0, position - _LONGEST_LINE)
    file.seek(before)
    starts = before + file.read(position - before).rfind(b"\n") + 1
    file.seek(starts)
    line = file.readline(2 * _LONGEST_LINE)
    return line, starts, starts + len(line)
