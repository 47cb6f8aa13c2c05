"""What doctor looks at for a service on this machine: its folder, its port, its certificate, its secrets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from pydantic import BaseModel

from kiosk.commands.checks import Finding, Level, bad, check_state_folder, good
from kiosk.commands.checks_service import check_secret
from kiosk.credentials import CredentialStore
from kiosk.service.settings import ServiceSettings

SOON = timedelta(days=14)
"""Before a certificate ends, doctor warns."""
_SECRETS = frozenset({"password", "secret"})


def examine_server(settings: ServiceSettings, store: CredentialStore, now: datetime) -> Iterator[Finding]:
    """What one service needs."""
    yield check_state_folder(settings.server.data_directory, "data folder")
    yield check_port(settings.server.host, settings.server.port)
    if settings.server.certificate is not None:
        yield check_certificate(settings.server.certificate, now)
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


def check_certificate(file: Path, now: datetime) -> Finding:
    """When the server's certificate ends."""
    try:
        ends = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        return bad("certificate", f"{file} cannot be read ({type(error).__name__})", "correct server.certificate")
    seen = f"good until {ends:%Y-%m-%d}"
    if ends - now < SOON:
        return bad("certificate", seen, "renew it", Level.FAIL if ends <= now else Level.WARN)
    return good("certificate", seen)


def secret_names(settings: BaseModel) -> Iterator[str]:
    """The names of all secrets that the settings refer to."""
    for field in type(settings).model_fields:
        value = getattr(settings, field)
        if isinstance(value, BaseModel):
            yield from secret_names(value)
        elif field in _SECRETS and isinstance(value, str):
            yield value
