"""Two sites of one tenant and one of another, with people at each, and staff who act for some of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.contract.paths import Scope
from kiosk.service.accounts.people import NewPerson, create
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.sites import put_site
from kiosk.service.store.users import user_id_of_upn
from kiosk.service.tokens.actions import Rights, create_client
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.running import Running, Station, settings_for

OURS, THEIRS = "default", "theirs"
SITES = [
    {"id": "north", "name": "North"},
    {"id": "south", "name": "South"},
    {"id": "abroad", "name": "Abroad", "tenant": THEIRS},
]
DESK = frozenset({Scope.SYSTEM_USER_R, Scope.USER_ATTRIBUTES_RW})
MARIA = "m.okafor@example.org"

PEOPLE = {
    "nobu": NewPerson(OURS, "north", "nobu", "shared@example.org"),
    "nils": NewPerson(OURS, "north", "nils@example.org", "shared@example.org", "Nils", "Berg"),
    "sara": NewPerson(OURS, "south", "sara@example.org", "sara@example.org", "Sara", "Lind", "+49 151 7654321"),
    "theo": NewPerson(THEIRS, "abroad", MARIA, MARIA, "Theo", "Vik", "+49 151 7654322"),
}
"""Theo has the name and the mail address in the other tenant that Maria of the sample people has in ours."""


def settings(folder: Path, **changes: Any) -> ServiceSettings:
    return settings_for(folder, **{"accounts": {"sites": SITES}} | changes)


@dataclass
class World:
    """A service with people: Maria, Nobu and Nils in the north, Sara in the south, Theo abroad. Their ids, by name."""

    running: Running
    ids: dict[str, str]

    def read(self, query: str) -> list[Any]:
        with self.running.parts.store.read() as tx:
            return [tuple(row) for row in tx.connection.exec_driver_sql(query)]

    def trail(self) -> list[Any]:
        """Event, tenant, actor, subject and reason of each event."""
        return self.read("SELECT event, tenant, actor, subject, reason FROM audit ORDER BY number")

    def client(self, *sites: str, tenant: str = OURS, scopes: frozenset[Scope] = DESK) -> Station:
        """Staff who have signed in, over HTTPS."""
        running = self.running
        rights = Rights(scopes, tenant, frozenset(sites))
        credentials = create_client(running.parts.store, running.clock, running.random, "Desk", rights)
        return Station(running.url, running.authority, credentials).sign_in()


def caller(*sites: str, tenant: str = OURS, client: str = "desk") -> Caller:
    return Caller(client, frozenset(map(str, DESK)), tenant, frozenset(sites))


def peopled(running: Running) -> World:
    """The service with its people."""

    def work(tx: WriteTx) -> dict[str, str]:
        ids = {name: create(tx, running.parts, new) for name, new in PEOPLE.items()}
        maria = user_id_of_upn(tx, MARIA)
        assert maria is not None
        put_site(tx, maria, "north", {}, running.clock.now())
        return ids | {"maria": maria}

    return World(running, running.parts.store.write(work))
