"""A service with two partners: a clinic that enrolls guests in the north, and works that do so abroad, for another
tenant. Both may seal for the same key of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests

from kiosk.contract.paths import EXTERNAL_GUESTS, Scope
from kiosk.service.partners import actions
from kiosk.service.partners.actions import Said
from kiosk.service.partners.envelope import open_message
from kiosk.service.store import stations
from kiosk.service.tls import Identity
from kiosk.service.tokens.rules import Caller, ClientCredentials, hashed
from tests.kiosk.service.partners.partner_side import Agreement, agreement
from tests.kiosk.service.running import Running, Station, assembled, served, settings_for

SITES = [{"id": "north", "name": "North"}, {"id": "abroad", "name": "Abroad", "tenant": "theirs"}]
SECRET = "a secret of 256 bits"


@dataclass
class Side:
    """One partner: its agreement, and who it signs in as."""

    id: str
    site: str
    tenant: str
    agreed: Agreement
    numbers: list[str] = field(default_factory=list)

    def guest(self, name: str = "amina", **changes: Any) -> dict[str, Any]:
        address = f"{name}@{self.id}.example"
        told = {"primaryUserIdentifier": address, "email": address, "givenName": name.title(), "siteId": self.site}
        return told | changes

    def claims(self, running: Running, guest: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        """What a message says; the next one has the next number."""
        self.numbers.append(f"{self.id}-{len(self.numbers)}")
        now = int(running.clock.now().timestamp())
        said = {"iss": self.id, "aud": "keywright", "iat": now, "jti": self.numbers[-1], "guest": guest or self.guest()}
        return said | changes

    def message(self, running: Running, guest: dict[str, Any] | None = None, **changes: Any) -> str:
        return self.agreed.message(self.claims(running, guest, **changes))

    def caller(self) -> Caller:
        return Caller(f"client-{self.id}", frozenset({str(Scope.EXTERNAL_GUESTS)}), self.tenant, frozenset({self.site}))

    def read(self, sealed: str) -> dict[str, Any]:
        """What an answer says; it opens for nobody else."""
        return open_message(sealed, self.agreed.theirs())

    def client(self, running: Running, scopes: frozenset[Scope] = frozenset({Scope.EXTERNAL_GUESTS})) -> Station:
        """Signed in over HTTPS."""
        name = f"client-{self.id}"
        row = stations.ClientRow(name, name, hashed(SECRET), " ".join(scopes), tenant=self.tenant, sites=self.site)
        running.parts.store.write(lambda tx: stations.add_client(tx, row, running.clock.now()))
        return Station(running.url, running.authority, ClientCredentials(name, SECRET)).sign_in()


def enroll(running: Running, side: Side, message: str, key: str = "") -> Said:
    return actions.enroll(running.parts, side.caller(), message, key)


def post(client: Station, message: str, key: str = "") -> requests.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return client.call("POST", EXTERNAL_GUESTS, {"encryptedData": message}, headers=headers)


@dataclass
class Town:
    """The service and both partners."""

    running: Running
    clinic: Side
    works: Side

    def read(self, query: str) -> list[Any]:
        with self.running.parts.store.read() as tx:
            return [tuple(row) for row in tx.connection.exec_driver_sql(query)]

    def whys(self) -> list[str]:
        """Why messages were refused, as the trail tells."""
        found = self.read("SELECT details FROM audit WHERE event = 'partner_refused' ORDER BY number")
        return [(json.loads(told) if isinstance(told, str) else told)["why"] for (told,) in found]

    def guests(self) -> int:
        return int(self.read("SELECT count(*) FROM guests")[0][0])


def sides() -> tuple[Side, Side]:
    first, second = agreement(name="clinic"), agreement(name="works")
    second = replace(second, ours_enc=first.ours_enc, ours_sig=first.ours_sig)
    return Side("clinic", "north", "default", first), Side("works", "abroad", "theirs", second)


def settings(folder: Path, both: tuple[Side, Side], backend: dict[str, str], **changes: Any) -> Any:
    """Settings with both agreements; `changes` are of both of them."""
    partners = []
    for side in both:
        file = folder / f"{side.id}.json"
        keys = [side.agreed.theirs_sig.as_dict(private=False), side.agreed.theirs_enc.as_dict(private=False)]
        file.write_text(json.dumps({"keys": keys}))
        partners.append(
            {
                "id": side.id,
                "name": side.id.title(),
                "client_id": f"client-{side.id}",
                "site": side.site,
                "keys": [file],
                "decryption_keys": ["partners.open"],
                "signing_key": "partners.sign",
            }
            | changes
        )
    return settings_for(folder, database=backend, accounts={"sites": SITES, "partners": partners})


def secret_of(side: Side) -> Callable[[str], str]:
    keys = {"partners.open": side.agreed.ours_enc, "partners.sign": side.agreed.ours_sig}
    return lambda name: json.dumps(keys[name].as_dict(private=True)) if name in keys else f"the secret {name}"


@contextmanager
def town(
    folder: Path, backend: dict[str, str], tls: tuple[Identity, Identity] | None = None, **changes: Any
) -> Iterator[Town]:
    """The service, listening where an identity is given."""
    both = sides()
    chosen, around = settings(folder, both, backend, **changes), {"secret": secret_of(both[0])}
    opened = assembled(folder, chosen, **around) if tls is None else served(folder, chosen, tls, **around)
    with opened as running:
        yield Town(running, *both)
