"""Where the secrets of a station or service lie: systemd's credentials, the system's keyring, an allowed file.

A secret has a name ("station-secret"); the places are asked in that order. This module imports `keyring`, which takes
its time, so a program that paints first loads it only on its network lane.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringError

from kiosk.errors import ConfigurationError, NoCredential
from kiosk.secret import Secret

_NAME = re.compile(r"[a-z][a-z0-9._-]{0,63}")
_SERVICE = "keywright"
_LARGEST = 16 * 1024  # bytes
_KEYRINGS = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.Windows",
    "keyring.backends.macOS",
)
"""Backends that guard their secrets without asking on a terminal. All others, known and unknown, count as none:
`fail` and `null` keep nothing, those of keyrings.alt keep it in plain text or wait for a password on stdin."""


class Place(StrEnum):
    """Where a secret was found, or could be."""

    SYSTEMD = "systemd"
    KEYRING = "keyring"
    FILE = "file"


class CredentialStore:
    """Secrets by name. Names are those of `SecretName` in the settings; any other is a ValueError.

    `environment` tells the folder of systemd's credentials, `backend` is a keyring that may be trusted (see
    `system_keyring`), `folder` holds the files that the administrator opted in to, one per secret.
    """

    def __init__(
        self, environment: Mapping[str, str], backend: KeyringBackend | None, folder: Path | None = None
    ) -> None:
        given = environment.get("CREDENTIALS_DIRECTORY")
        self._systemd = Path(given) if given else None
        self._keyring = backend
        self._folder = folder

    def places(self) -> tuple[Place, ...]:
        """The places that this machine has, in the order in which they are asked."""
        there = ((Place.SYSTEMD, self._systemd), (Place.KEYRING, self._keyring), (Place.FILE, self._folder))
        return tuple(place for place, present in there if present is not None)

    def read(self, name: str) -> Secret:
        """The secret. Raises NoCredential, or ConfigurationError for a file that is not ours alone to read."""
        found = self._find(name)
        if found is None:
            raise NoCredential(name)
        return found[1]

    def where(self, name: str) -> Place | None:
        """Where `read` would find the secret, None for nowhere. Raises ConfigurationError as `read` does."""
        found = self._find(name)
        if found is None:
            return None
        found[1].wipe()
        return found[0]

    def write(self, name: str, secret: Secret) -> Place:
        """Keep the secret in the keyring, or in a file of mode 0600 where there is none.

        Raises ConfigurationError where systemd gives this secret (it would hide ours) and where there is no place.
        """
        _check_name(name)
        if self._systemd is not None and (self._systemd / name).exists():
            raise ConfigurationError(f"credentials.{name}", "given by systemd: change it in the unit")
        if self._keyring is not None:
            try:
                self._keyring.set_password(_SERVICE, name, secret.reveal())
            except (KeyringError, OSError, RuntimeError) as problem:
                raise ConfigurationError(f"credentials.{name}", "the keyring is locked or does not answer") from problem
            return Place.KEYRING
        if self._folder is not None:
            _write_private(self._folder, name, secret)
            return Place.FILE
        raise ConfigurationError(f"credentials.{name}", "no keyring on this machine, and no folder allowed for files")

    def _find(self, name: str) -> tuple[Place, Secret] | None:
        _check_name(name)
        lookups: Mapping[Place, Callable[[str], str | None]] = {
            Place.SYSTEMD: self._from_systemd,
            Place.KEYRING: self._from_keyring,
            Place.FILE: self._from_file,
        }
        for place in self.places():
            text = lookups[place](name)
            if text is not None:
                return place, Secret(text)
        return None

    def _from_systemd(self, name: str) -> str | None:
        assert self._systemd is not None
        try:
            with (self._systemd / name).open("rb") as file:
                return _text(name, file.read(_LARGEST + 1))
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise ConfigurationError(f"credentials.{name}", "the systemd credential cannot be read") from problem

    def _from_keyring(self, name: str) -> str | None:
        assert self._keyring is not None
        try:
            return self._keyring.get_password(_SERVICE, name)
        except (KeyringError, OSError, RuntimeError):  # locked, or its daemon is gone: the next place may know
            return None

    def _from_file(self, name: str) -> str | None:
        assert self._folder is not None
        return _read_private(self._folder / name)


def system_keyring() -> KeyringBackend | None:
    """The keyring of this session, None where there is none that guards its secrets."""
    try:
        chosen = keyring.get_keyring()
    except (ImportError, AttributeError, RuntimeError):  # PYTHON_KEYRING_BACKEND or keyringrc.cfg names nonsense
        return None
    candidates = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    return next((backend for backend in candidates if guards(backend)), None)


def guards(backend: KeyringBackend) -> bool:
    """Whether this backend keeps secrets from other users without asking anyone at a terminal."""
    module = type(backend).__module__
    return any(module == known or module.startswith(known + ".") for known in _KEYRINGS)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name of a secret: {name!r}")


def _text(name: str, content: bytes) -> str:
    if len(content) > _LARGEST:
        raise ConfigurationError(f"credentials.{name}", "too large for a secret")
    try:
        return content.decode().removesuffix("\n")
    except UnicodeDecodeError:
        raise ConfigurationError(f"credentials.{name}", "not UTF-8 text") from None


def _read_private(path: Path) -> str | None:
    """The text of a file that only we can read; asked of the open file, so that nobody swaps it in between."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise ConfigurationError(f"credentials.{path.name}", "a link, or not readable") from problem
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o077:
            raise ConfigurationError(f"credentials.{path.name}", "must be a file of ours with mode 0600")
        return _text(path.name, file.read(_LARGEST + 1))


def _write_private(folder: Path, name: str, secret: Secret) -> None:
    """Replace the file in one step, so that a crash leaves the old secret or the new one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{name}.{secrets.token_hex(8)}"
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret.reveal().encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / name)
    except OSError as problem:
        draft.unlink(missing_ok=True)
        raise ConfigurationError(f"credentials.{name}", "the file cannot be written") from problem
