"""The embedded relying party over a real database: what the service stores is what is registered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from kiosk.contract.enrollments import Phase
from kiosk.service import catalog
from kiosk.service.directories.connector import Person
from kiosk.service.relying_parties.connector import BegunCeremony, RegisteredCredential
from kiosk.service.sources import SystemRandom, new_id
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState, add_ceremony
from kiosk.service.store.credentials import CredentialRow, add_credential, credentials_of_user
from kiosk.service.store.engine import Store, WriteTx
from kiosk.service.store.enrollments import EnrollmentRow, add_enrollment
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tokens.actions import create_client
from tests.kiosk.service.relying_parties.contract.stand import Stand
from tests.kiosk.service.soft_key import SoftKey
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired


class EmbeddedStand(Stand):
    """A party for `example.org`."""

    NAME = "embedded"
    KNOWS_PEOPLE = False

    def __init__(self, store: Store) -> None:
        self.store, self.bed, self.root = store, Bed(), SoftKey()
        self.wiring = wired(self.root, store=store, clock=self.bed.clock)
        read = catalog.settings_of(catalog.RELYING_PARTIES, "embedded")
        told = read({"id": "staff", "name": "Staff", "rp_id": "example.org", "origin": "https://login.example.org"})
        self.party = catalog.make(catalog.RELYING_PARTIES, told, self.wiring)
        self.person = Person("u1", "nada.hassan@example.org", "Nada", "Hassan")
        self.stranger = Person("u9", "nobody@example.org")

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Self]:
        store = Store.open(f"sqlite:///{folder / 'service.db'}")
        try:
            upgrade(store)
            stand = cls(store)
            yield stand
            stand.wiring.outbound.close()
        finally:
            store.close()

    def registered(self) -> set[bytes]:
        with self.store.read() as tx:
            return {each.credential_id for each in credentials_of_user(tx, self.person.user_id)}

    def add(self, **fields: str) -> Person:
        return Person("u2", "somebody.else@example.org", fields["given_name"], fields["family_name"])

    def keep(self, begun: BegunCeremony, made: RegisteredCredential) -> None:
        now, random = self.bed.clock.now(), SystemRandom()
        client = create_client(self.store, self.bed.clock, random, "Lobby").client_id
        enrollment = EnrollmentRow(new_id(random), client, "en", Phase.KEY, 1, now, now + timedelta(minutes=10))
        ceremony = CeremonyRow(
            *(new_id(random), enrollment.id, client, "staff", begun.account, CeremonyState.REGISTERED, 1),
            *(begun.challenge, begun.user_handle, "required", False, now, now),
        )
        row = CredentialRow(
            id=new_id(random),
            relying_party="staff",
            credential_id=made.credential_id,
            user_id=begun.account,
            user_handle=begun.user_handle,
            public_key=made.public_key,
            sign_count=made.sign_count,
            aaguid=made.aaguid,
            attestation=made.attestation,
            transports=made.transports,
            name=begun.name,
            ceremony_id=ceremony.id,
            registered_at=now,
        )

        def write(tx: WriteTx) -> None:
            add_enrollment(tx, enrollment)
            add_ceremony(tx, ceremony)
            add_credential(tx, row)

        self.store.write(write)


STAND = EmbeddedStand
