"""A service with sites of two tenants, clients that act for them, and the mail that it would send."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select

from kiosk.contract.paths import Scope
from kiosk.service.messages.connector import Message
from kiosk.service.messages.outbox import unseal
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.audit import AuditRow, events_about
from kiosk.service.store.messages import ClaimedMessage, messages
from kiosk.service.tokens.actions import Rights, create_client
from tests.kiosk.service.running import Running, Station, settings_for
from tests.kiosk.service.soft_key import Json

PASSWORD = "nine green bicycles uphill"
ANOTHER = "two quiet owls at breakfast"
TEAM = {"labels": {"en": "Team"}, "required": True}
DESK = {"labels": {"en": "Desk"}, "kind": "digits"}
SHIRT = {"labels": {"en": "Shirt"}}
ACCOUNTS: Json = {
    "sites": [
        {
            "id": "staff",
            "name": "Staff",
            "attributes": {"team": TEAM, "desk": {"kind": "digits", "labels": {"en": "D"}}},
        },
        {
            "id": "club",
            "name": "Club",
            "attributes": {"shirt": {"labels": {"en": "Shirt"}}},
            "domains": ["example.org"],
        },
        {"id": "abroad", "name": "Abroad", "tenant": "other"},
    ],
    "passwords": {"memory_mib": 8, "rounds": 1},
}
"""Two sites of the tenant `default`, one of the tenant `other`; hashing that tests have time for."""


def settings_with_accounts(folder: Path, database: dict[str, str], **changes: Any) -> ServiceSettings:
    """Settings of a service with sites."""
    return settings_for(folder, database=database, accounts={**ACCOUNTS, **changes})


@dataclass
class Desk:
    """A client of the service that acts for sites; `at` are those, `running` the service."""

    running: Running
    station: Station
    site: str = "staff"
    attributes: Json = field(default_factory=lambda: {"team": "Red"})

    def call(self, method: str, path: str, body: Any = None, session: str = "", **more: Any) -> requests.Response:
        """As the client, or as a person with their session token."""
        headers = dict(more.pop("headers", {}))
        if session:
            headers["Authorization"] = f"Bearer {session}"
        return self.station.call(method, path, body, headers=headers, **more)

    def post(self, path: str, body: Any, expect: int, session: str = "") -> Json:
        """The answer, which must have this status."""
        answer = self.call("POST", path, body, session)
        assert answer.status_code == expect, answer.text
        return dict(answer.json()) if answer.content else {}

    def form(self, name: str = "maria", **changes: Any) -> Json:
        """A registration."""
        email = changes.pop("email", "maria@example.org")
        at = {"siteId": self.site, "attributes": self.attributes, "locale": "en", **changes.pop("at", {})}
        person = {"primaryUserIdentifier": name, "email": email, "givenName": "Maria", "familyName": "Okafor"}
        return {**person, "userSiteRegistrationRequest": at, **changes}

    def registered(self, name: str = "maria", **changes: Any) -> str:
        """The id of somebody pending."""
        return str(self.post("/user/registration", self.form(name, **changes), 201)["userId"])

    def member(self, name: str = "maria", password: str | None = PASSWORD, **changes: Any) -> str:
        """The id of somebody active."""
        user_id = self.registered(name, **changes)
        body = {"token": self.mailed("activation"), **({"password": password} if password else {})}
        self.post(f"/user/activate-token/{user_id}", body, 200)
        return user_id

    def login(self, name: str = "maria", password: str = PASSWORD, **more: Any) -> requests.Response:
        """Whatever the service says to it."""
        body = {"username": name, "password": password, "siteId": self.site, **more}
        return self.call("POST", f"/user/site/{self.site}/login", body)

    def signed_in(self, name: str = "maria", password: str = PASSWORD) -> str:
        """A session token."""
        answer = self.login(name, password)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["accessToken"])

    def letters(self) -> list[Message]:
        """What lies in the outbox for somebody, oldest first."""
        return letters(self.running)

    def mailed(self, template: str) -> str:
        """The secret of the newest mail of a kind."""
        return [each for each in self.letters() if each.template == template][-1].values["code"]

    def trail(self, subject: str) -> list[AuditRow]:
        """What the trail tells of somebody."""
        with self.running.parts.store.read() as tx:
            return list(events_about(tx, subject))


def letters(running: Running) -> list[Message]:
    """What lies in the outbox and could be delivered, oldest first."""
    query = select(messages.c.number, messages.c.message_id, messages.c.sealed, messages.c.written_at)
    with running.parts.store.read() as tx:
        rows = tx.connection.execute(query.where(messages.c.sealed.is_not(None)).order_by(messages.c.number)).all()
    return [
        unseal(running.parts, ClaimedMessage(row.number, row.message_id, row.sealed, 1, row.written_at, row.written_at))
        for row in rows
    ]


@contextmanager
def desk_at(
    running: Running, sites: tuple[str, ...], tenant: str = "default", scopes: frozenset[Scope] = frozenset(Scope)
) -> Iterator[Desk]:
    """A client with rights at sites of a tenant, signed in; the first one is where it registers people."""
    rights = Rights(scopes, tenant, frozenset(sites))
    credentials = create_client(running.parts.store, running.clock, running.random, "desk", rights)
    station = Station(running.url, running.authority, credentials).sign_in()
    try:
        asked = {"team": "Red"} if sites[0] == "staff" else {}
        yield Desk(running, station, sites[0], asked)
    finally:
        station.session.close()
