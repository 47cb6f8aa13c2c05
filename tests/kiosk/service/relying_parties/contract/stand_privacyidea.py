"""A real privacyIDEA, for whom an administrator with the least rights enrolls keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

from kiosk.service import catalog
from kiosk.service.directories.connector import Person
from kiosk.service.outbound import Outbound
from kiosk.service.relying_parties.connector import RelyingParty
from tests.kiosk.service.relying_parties.contract.stand import Stand
from tests.kiosk.service.soft_key import SoftKey
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired
from tests.privacyidea.server import KIOSK, NADA, ORIGIN, REALM, PrivacyIdea, shared

JAN = "jan.devries@example.org"
PEOPLE = (NADA, JAN)


class PrivacyIdeaStand(Stand):
    """It asks no proof of make of keys, and tells credential ids by their hashes only."""

    NAME = "privacyidea"
    MARKS = ("privacyidea",)
    TYPE: ClassVar[str] = "passkey"
    JUDGES = False

    def __init__(self, server: PrivacyIdea, outbound: Outbound) -> None:
        self.server, self.bed, self.root = server, Bed(), SoftKey()
        self.person = _person(NADA, "Nada", "Hassan")
        self.stranger = _person("nobody@example.org", "No", "Body")
        self._made: list[bytes] = []
        self.party = self._party(outbound)

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Self]:
        del folder
        outbound = Outbound()
        try:
            server = shared()
            for each in PEOPLE:
                server.clear(each)
            yield cls(server, outbound)
        finally:
            outbound.close()

    def _party(self, outbound: Outbound) -> RelyingParty:
        told = {
            "kind": "privacyidea",
            "id": "outside",
            "name": "Outside",
            "url": self.server.url,
            "realm": REALM,
            "user": KIOSK[0],
            "password": "pi-password",
            "origin": ORIGIN,
            "token_type": self.TYPE,
            "certificate_authority": str(self.server.authority),
        }
        wiring = wired(
            self.root, outbound=outbound, clock=self.bed.clock, sleep=self.bed.sleep, secret=lambda _: KIOSK[1]
        )
        read = catalog.settings_of(catalog.RELYING_PARTIES, "embedded")
        made: RelyingParty = catalog.make(catalog.RELYING_PARTIES, read(told), wiring)
        return made

    def key(self, **bent: Any) -> SoftKey:
        made = super().key(**bent)
        self._made.append(made.credential_id)
        return made

    def registered(self) -> set[bytes]:
        hashes = {each["info"].get("credential_id_hash") for each in self.server.tokens()}
        return {each for each in self._made if hashlib.sha256(each).hexdigest() in hashes}

    def half_made(self) -> list[str]:
        return [each["serial"] for each in self.server.tokens() if each["rollout_state"] == "clientwait"]

    def add(self, **fields: str) -> Person:
        return _person(JAN, **fields)


def _person(upn: str, given_name: str, family_name: str) -> Person:
    return Person(f"d:{upn}", upn, given_name, family_name, upn, directory="d", directory_id=upn)


STAND = PrivacyIdeaStand
