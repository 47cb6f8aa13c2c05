"""A whole service in this process, for demonstrations and tests: loopback, own authority, sample people, a mailbox."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hardware.simulated.attestation import simulated_root_der
from kiosk.commands.mailbox import Mailbox
from kiosk.commands.sample_site import sample_accounts
from kiosk.commands.textbox import TextBox
from kiosk.config import ServiceEndpoint, StationSettings
from kiosk.resources import resource
from kiosk.service.assembly import Service, Surroundings, assemble
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.bulk_import.files import Importer
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import SystemClock, SystemRandom
from kiosk.service.tls import LOOPBACK, Identity, issue_server_certificate, make_authority, server_context
from kiosk.service.tokens.actions import create_client
from kiosk.service.tokens.rules import ClientCredentials

PERSON = {"upn": "m.okafor@example.org"}
"""Whom the demonstration enrolls; one of `resources/sample/people.csv`."""
BADGE = "0412A7C91B"


@dataclass(frozen=True)
class Embedded:
    """A running embedded service, and what a station needs to reach it."""

    service: Service
    station: StationSettings
    client: ClientCredentials
    mailbox: Mailbox
    textbox: TextBox

    def secret(self) -> str:
        """The station's client secret, which is in no store."""
        return self.client.secret


def no_secret(name: str) -> str:
    """Nothing in the demonstration's settings names a secret."""
    raise LookupError(name)


@contextmanager
def embedded_service(
    folder: Path,
    settings: Mapping[str, Any] | None = None,
    port: int = 0,
    secret: Callable[[str], str] = no_secret,
) -> Iterator[Embedded]:
    """Serve from `folder`, which only we may read, until the block ends. `settings` go over those of the demonstration,
    and `secret` resolves the names of secrets in them.

    A folder can be served from again, at the same `port`; 0 lets the system choose one.
    Raises PortTaken, StorageFull, ConfigurationError, OSError.
    """
    now = datetime.now(UTC)
    tls = folder / "tls"
    tls.mkdir(mode=0o700, exist_ok=True)
    authority = make_authority(tls, now)
    identity = issue_server_certificate(tls, LOOPBACK, now, authority)
    with ExitStack() as stack:
        mailbox = stack.enter_context(Mailbox(server_context(identity)))
        textbox = stack.enter_context(TextBox())
        wanted = demonstration(folder, mailbox, textbox, authority) | dict(settings or {})
        service = assemble(ServiceSettings.model_validate(wanted), _surroundings(folder, secret))
        stack.callback(service.close)
        client = _populate(service)
        service.worker.start()
        server = service.serve(identity, "127.0.0.1", port)
        server.start()
        stack.callback(server.stop)
        endpoint = ServiceEndpoint(url=server.url, ca_file=authority.certificate, client_id=client.client_id)
        yield Embedded(service, StationSettings(endpoint, state_folder=folder), client, mailbox, textbox)


def demonstration(folder: Path, mailbox: Mailbox, textbox: TextBox, authority: Identity) -> dict[str, Any]:
    """The settings of the demonstration."""
    return {
        "organization": "Example Hospital",
        "database": {"url": f"sqlite:///{folder / 'service.db'}"},
        "server": {"data_directory": str(folder)},
        "identify": {"email_domain": "example.org"},
        "verification": {"methods": ["email", "sms"]},
        "mail": {
            "host": "localhost",
            "port": mailbox.port,
            "sender": "security-keys@example.org",
            "certificate_authority": str(authority.certificate),
        },
        "sms": textbox.settings,
        "accounts": sample_accounts(),
        "relying_parties": [
            {"id": "staff", "name": "Staff sign-in", "rp_id": "example.org", "origin": "https://login.example.org"}
        ],
    }


def _surroundings(folder: Path, secret: Callable[[str], str]) -> Surroundings:
    """The key of the codes and user handles lives beside the database, so that a folder can be started again."""
    kept = folder / "hmac.key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_bytes(secrets.token_bytes(32))
    anchors = TrustAnchors.from_der([simulated_root_der()])
    return Surroundings(kept.read_bytes(), secret=secret, embedded=True, anchors=anchors)


def _populate(service: Service) -> ClientCredentials:
    """Sample people and badges, and a client for the station."""
    parts = service.parts
    importer = Importer(parts.store, parts.clock, parts.random, parts.settings)
    importer.people(resource("sample/people.csv"))
    importer.badges(resource("sample/badges.csv"))
    return create_client(parts.store, SystemClock(), SystemRandom(), "demonstration")
