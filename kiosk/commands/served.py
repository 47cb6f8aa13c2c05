"""How a service of production is put together from its settings file, for the commands that need one."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

try:
    import pwd
except ImportError:  # Windows has no such list of accounts
    pwd = None  # type: ignore[assignment]  # mypy looks at one platform only

from kiosk import logs
from kiosk.commands.words import sentence
from kiosk.credentials import CredentialStore, system_keyring
from kiosk.errors import ConfigurationError, KioskError, NoCredential
from kiosk.secret import Secret
from kiosk.service.assembly import Surroundings, assemble
from kiosk.service.database import open_database
from kiosk.service.parts import Parts
from kiosk.service.settings import ServiceSettings, load
from kiosk.service.store.engine import Store, StoreBusy
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tls import LOOPBACK, Identity, issue_server_certificate

HMAC_KEY = "service-hmac-key"
"""The name of the secret that codes and user handles are keyed with: 32 bytes, base64. Made at the first start."""

CANNOT_START = 3
_NO_NAME: Final = re.compile(r"[^\w.@$\\-]")
_LONGEST_NAME: Final = 64

config_option = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The settings of the service (TOML).",
)
credentials_option = click.option(
    "--credentials",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Allow secrets in files of mode 0600 in this folder, where there is neither systemd nor a keyring.",
)


def at_terminal() -> str:
    """Who works here, as the trail names them: `command-line:` and their account of the operating system; behind `sudo`
    that of who called it. A hint and no proof: whoever may read the secrets of a service can write any name."""
    account = os.environ.get("USERNAME", "")
    if pwd is not None:
        by_sudo = os.environ.get("SUDO_USER", "") if os.getuid() == 0 else ""
        account = by_sudo or _account(os.getuid())
    name = _NO_NAME.sub("_", account)[:_LONGEST_NAME]
    return f"command-line:{name}" if name else "command-line"


def _account(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # an account of a container, say, that no list has
        return str(number)


@contextmanager
def told_plainly() -> Iterator[None]:
    """What stops a command is told in a sentence, with exit code 3."""
    logs.harden()
    try:
        yield
    except KioskError as error:
        click.echo(sentence(error), err=True)
        sys.exit(CANNOT_START)
    except StoreBusy:
        click.echo(
            "The database does not answer, or is busy. Look at it with `keywright doctor`, and try again.", err=True
        )
        sys.exit(CANNOT_START)


@contextmanager
def open_store(settings: ServiceSettings, folder: Path | None = None) -> Iterator[Store]:
    """The database of the settings, upgraded; `folder` is that of `credentials_option`.

    Raises ConfigurationError, NoCredential, StorageFull, StoreBusy.
    """
    store = open_database(settings.database, secrets_of(credential_store(folder)))
    try:
        upgrade(store)
        yield store
    finally:
        store.close()


@contextmanager
def open_parts(config: Path, folder: Path | None) -> Iterator[Parts]:
    """What the service of a settings file is made of, for one command; nothing of it runs.

    Raises ConfigurationError, NoCredential, StorageFull, StoreBusy.
    """
    service = assemble(load(config), surroundings(credential_store(folder)))
    try:
        yield service.parts
    finally:
        service.close()


def credential_store(folder: Path | None) -> CredentialStore:
    """Where this process finds its secrets."""
    return CredentialStore(os.environ, system_keyring(), folder)


def secrets_of(store: CredentialStore) -> Callable[[str], str]:
    """What resolves the names of secrets. Raises NoCredential, ConfigurationError."""

    def secret(name: str) -> str:
        found = store.read(name)
        try:
            return found.reveal()
        finally:
            found.wipe()

    return secret


def surroundings(store: CredentialStore) -> Surroundings:
    """What the service gets from outside. Makes the HMAC key at the first start.

    Raises ConfigurationError where there is no place to keep it.
    """

    secret = secrets_of(store)
    try:
        text = secret(HMAC_KEY)
    except NoCredential:
        text = base64.b64encode(secrets.token_bytes(32)).decode()
        store.write(HMAC_KEY, Secret(text))
    return Surroundings(hmac_key(text), secret)


def identity(settings: ServiceSettings) -> Identity:
    """The certificate of the settings, or one of our own authority, which is good for this machine only."""
    server = settings.server
    if server.certificate is not None and server.private_key is not None:
        return Identity(server.certificate, server.private_key)
    if server.host not in LOOPBACK:
        raise ConfigurationError("server.certificate", f"is needed to serve {server.host}")
    folder = server.data_directory / "tls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return issue_server_certificate(folder, LOOPBACK, datetime.now(UTC))


def hmac_key(text: str) -> bytes:
    """The key in the secret. Raises ConfigurationError for what is no key."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ConfigurationError(f"credentials.{HMAC_KEY}", "is not base64") from error
    if len(key) != 32:
        raise ConfigurationError(f"credentials.{HMAC_KEY}", "has not 32 bytes")
    return key
