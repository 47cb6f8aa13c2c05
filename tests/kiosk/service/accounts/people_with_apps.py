"""People of two sites, with sessions of theirs, and the phones that show their codes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from kiosk.contract.paths import Scope
from kiosk.service.accounts import totp
from kiosk.service.accounts.people import NewPerson, create
from kiosk.service.accounts.rules import AccountState
from kiosk.service.accounts.sessions import begin_session
from kiosk.service.messages.outbox import unseal
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.audit import events_about
from kiosk.service.store.messages import ClaimedMessage
from kiosk.service.tls import Identity
from kiosk.service.tokens.actions import Rights, create_client
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.running import NOON, Running, Station, served, settings_for

SITES = [
    {"id": "campus", "name": "Campus", "domains": ["example.org"]},
    {"id": "clinic", "name": "Clinic"},
    {"id": "abroad", "name": "Abroad", "tenant": "other"},
]
MAIL = {"host": "localhost", "port": 2525, "sender": "keys@example.org"}


def settings(folder: Path, **changes: Any) -> ServiceSettings:
    """Settings with three sites of two tenants."""
    accounts = {"sites": SITES} | changes.pop("accounts", {})
    return settings_for(folder, **({"mail": MAIL, "accounts": accounts} | changes))


@dataclass
class Phone:
    """An authenticator app that was told a secret, and shows codes of it by the service's own clock."""

    running: Running
    secret: bytes

    @classmethod
    def scanned(cls, running: Running, told: str) -> Phone:
        return cls(running, base64.b32decode(told))

    def code(self, late: int = 0) -> str:
        """The code of now, or of so many periods ago."""
        return totp.code_of(self.secret, totp.step_at(self.running.clock.now()) - late)


@dataclass
class Town:
    """A service and who lives there."""

    running: Running

    def person(self, name: str, *, site: str = "campus", tenant: str = "default", **more: Any) -> str:
        """An active person, by the name and mail address `<name>@example.org`; their id."""
        address = f"{name}@example.org"
        more = {"email": address, "given_name": name.title(), "locale": "en", "state": AccountState.ACTIVE} | more
        new = NewPerson(tenant=tenant, site=site, name=address, **more)
        return self.running.parts.store.write(lambda tx: create(tx, self.running.parts, new))

    def session(self, user_id: str, site: str = "campus") -> requests.Session:
        """What the person calls with, after having signed in."""
        caller = Caller("portal", frozenset({Scope.USER_RW}), "default", frozenset({site}))
        parts = self.running.parts
        begun = parts.store.write(lambda tx: begin_session(tx, parts, caller, site, user_id, "password"))
        session = requests.Session()
        session.verify, session.trust_env = str(self.running.authority), False
        session.headers["Authorization"] = f"Bearer {begun.token}"
        return session

    def client(self, *scopes: Scope, tenant: str = "default", sites: tuple[str, ...] = ("campus",)) -> Station:
        """A client that has signed in."""
        rights = Rights(frozenset(scopes), tenant, frozenset(sites))
        parts = self.running.parts
        credentials = create_client(parts.store, parts.clock, parts.random, "Portal", rights)
        return Station(self.running.url, self.running.authority, credentials).sign_in()

    def call(self, session: requests.Session, method: str, path: str, body: Any = None) -> requests.Response:
        return session.request(method, self.running.url + path, json=body, timeout=20)

    def enrolled(self, session: requests.Session) -> tuple[Phone, list[str]]:
        """Their phone, and their recovery codes."""
        made = self.call(session, "POST", "/user/mfa/totp/setup").json()
        phone = Phone.scanned(self.running, made["secret"])
        answer = self.call(session, "POST", "/user/mfa/totp/enroll", {"code": phone.code()})
        assert answer.status_code == 200, answer.text
        return phone, answer.json()["recoveryCodes"]

    def mails(self) -> list[tuple[str, str, dict[str, str]]]:
        """What waits to be mailed: template, address and values; oldest first."""
        with self.running.parts.store.read() as tx:
            query = "SELECT message_id, sealed FROM messages WHERE sealed IS NOT NULL ORDER BY number"
            found = tx.connection.exec_driver_sql(query).all()
        parts = self.running.parts
        opened = [unseal(parts, ClaimedMessage(0, name, sealed, 1, NOON, NOON)) for name, sealed in found]
        return [(str(each.template), each.to, dict(each.values)) for each in opened]

    def trail(self, user_id: str) -> list[str]:
        """What the trail tells of somebody."""
        with self.running.parts.store.read() as tx:
            return [each.event for each in events_about(tx, user_id)]


@contextmanager
def town(folder: Path, tls: tuple[Identity, Identity], **changes: Any) -> Iterator[Town]:
    """A service with three sites that listens."""
    with served(folder, settings(folder, **changes), tls) as running:
        yield Town(running)
