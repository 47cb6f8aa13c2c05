"""What doctor looks at for a service on this machine: its folder, its port, its certificate, its secrets."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from pydantic import BaseModel

from kiosk.commands.checks import Finding, Level, bad, check_state_folder, good
from kiosk.commands.checks_service import check_secret
from kiosk.commands.checks_staff import check_staff
from kiosk.commands.served import HMAC_KEY, hmac_key, secrets_of
from kiosk.commands.words import sentence, tame
from kiosk.credentials import CredentialStore, Place
from kiosk.errors import ConfigurationError, KioskError, NoCredential
from kiosk.service.database import open_database
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.engine import Store, StoreBusy, StoreGone
from kiosk.service.store.removals import TICKET, OpenRemoval, open_removals
from kiosk.service.store.settings import DatabaseSettings
from kiosk.service.store.upgrade import revisions
from kiosk.service.tls import Identity, server_context

SOON = timedelta(days=14)
"""Before a certificate ends, doctor warns."""
_SECRETS = frozenset({"password", "secret"})


def examine_server(settings: ServiceSettings, store: CredentialStore, now: datetime) -> Iterator[Finding]:
    """What one service needs."""
    yield check_state_folder(settings.server.data_directory, "data folder")
    yield check_port(settings.server.host, settings.server.port)
    server = settings.server
    if server.certificate is not None and server.private_key is not None:
        yield check_certificate(Identity(server.certificate, server.private_key), now)
    yield check_database(settings.database, secrets_of(store))
    yield check_hmac_key(store)
    yield check_staff(settings)
    for name in secret_names(settings):
        yield check_secret(store, name)


def check_port(host: str, port: int) -> Finding:
    """Whether the service could listen there now."""
    seen = f"{host}, port {port}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        remedy = "nothing, if the service itself is running; else end the other program or set server.port"
        return bad("port", f"{seen}: {error.strerror}", remedy, Level.WARN)
    return good("port", f"{seen} is free")


def check_certificate(identity: Identity, now: datetime) -> Finding:
    """When the server's certificate begins and ends, and whether it and its key can be served with."""
    file = identity.certificate
    try:
        found = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        return bad("certificate", f"{file} cannot be read ({type(error).__name__})", "correct server.certificate")
    try:
        server_context(identity)
    except OSError as error:
        seen = f"{identity.key} cannot be used with it ({type(error).__name__})"
        return bad("certificate", seen, "set server.private_key to its key, and let this account read it")
    begins, ends = found.not_valid_before_utc, found.not_valid_after_utc
    if begins > now:
        return bad("certificate", f"good from {begins:%Y-%m-%d}", "set this machine's clock, or take another one")
    seen = f"good until {ends:%Y-%m-%d}"
    if ends - now < SOON:
        return bad("certificate", seen, "renew it", Level.FAIL if ends <= now else Level.WARN)
    return good("certificate", seen)


def check_database(settings: DatabaseSettings, secret: Callable[[str], str]) -> Finding:
    """Whether the database opens and has the tables of this release; one that is not there yet stays so."""
    try:
        with closing(open_database(settings, secret)) as store:
            if store.file is not None and not store.file.exists():
                return _database_to_be(store.file)
            has, wants = revisions(store)
            left = _left(store) if has == wants else ()
    except ConfigurationError as error:
        return bad("database", sentence(error), f"correct {error.path}, or restore a backup")
    except KioskError as error:
        return bad("database", sentence(error), "see resources/docs/secrets.md")
    except StoreBusy as error:
        why = tame(error.why) if isinstance(error, StoreGone) and error.why else type(error).__name__
        return bad("database", f"does not answer ({why})", "start it, or correct what [database] says")
    if has is None:
        return good("database", "empty; the tables are made at the first start")
    if has != wants:
        remedy = "back it up and start the service, which upgrades it; a newer database needs its own release"
        return bad("database", f"at revision {has}, this release wants {wants}", remedy, Level.WARN)
    if left:
        remedy = "see `keywright removals`: look at these accounts at the identity provider"
        return bad("database", f"{len(left)} removals need a person", remedy, Level.WARN)
    return good("database", f"opens, at revision {has}")


def _left(store: Store) -> tuple[OpenRemoval, ...]:
    """What relying parties should forget and did not, in a day."""
    with store.read() as tx:
        return tuple(each for each in open_removals(tx) if each.state == TICKET)


def _database_to_be(file: Path) -> Finding:
    if not file.parent.is_dir():
        return bad("database", f"{file.parent} is no folder", "make it, or correct database.url")
    return good("database", "not begun yet; made at the first start")


def check_hmac_key(store: CredentialStore) -> Finding:
    """The secret that codes are keyed with: a key, or a place where the first start can keep one."""
    try:
        secret = store.read(HMAC_KEY)
    except NoCredential:
        if any(place is not Place.SYSTEMD for place in store.places()):
            return good("hmac key", f"{HMAC_KEY} is made at the first start")
        remedy = "make it as resources/docs/service.md says, or name a folder with --credentials"
        return bad("hmac key", f"{HMAC_KEY} is nowhere, and there is no place to keep one", remedy)
    except KioskError as error:
        return bad("hmac key", sentence(error), "see resources/docs/secrets.md")
    try:
        hmac_key(secret.reveal())
    except KioskError as error:
        return bad("hmac key", sentence(error), "give it 32 bytes in base64: openssl rand -base64 32")
    finally:
        secret.wipe()
    return good("hmac key", f"{HMAC_KEY} is there")


def secret_names(settings: BaseModel) -> Iterator[str]:
    """The names of all secrets that the settings refer to."""
    for field in type(settings).model_fields:
        value = getattr(settings, field)
        if isinstance(value, BaseModel):
            yield from secret_names(value)
        elif field in _SECRETS and isinstance(value, str):
            yield value
