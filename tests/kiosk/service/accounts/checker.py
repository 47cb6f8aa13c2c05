"""A checker of people over HTTPS, a service that asks it, and what a test wants to see of guests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.service.settings import ServiceSettings
from kiosk.service.store import consents, screenings
from kiosk.service.store.accounts import AccountRow, account
from kiosk.service.store.guests import GuestRow, guest
from kiosk.service.store.screenings import ScreeningRow
from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.faces import Request, Web, serving
from tests.kiosk.service.running import Running, settings_for
from tests.kiosk.service.soft_key import Json

JSON = {"Content-Type": "application/json", "Connection": "close"}
PRIVACY: Json = {"id": "privacy", "version": "2", "language": "en", "accepted": True}
HOUSE: Json = {"id": "house", "version": "1", "language": "en"}
ACCOUNTS: Json = {
    "sites": [
        {
            "id": "main",
            "name": "Main",
            "domains": ["example.net"],
            "terms": ["privacy", "news"],
            "attributes": {"floor": {"kind": "digits", "labels": {"en": "Floor"}}},
        },
        {"id": "annex", "name": "Annex"},
        {"id": "abroad", "name": "Abroad", "tenant": "other"},
    ],
    "terms": [
        {
            "id": "privacy",
            "version": "2",
            "titles": {"en": "Privacy", "ar": "الخصوصية"},
            "texts": {"en": "We keep little.", "ar": "نحتفظ بالقليل."},
        },
        {"id": "news", "version": "1", "titles": {"en": "News"}, "texts": {"en": "We write."}, "required": False},
        {"id": "house", "version": "1", "titles": {"en": "House"}, "texts": {"en": "Wear your badge."}},
    ],
    "kiosk": {
        "site": "main",
        "forms": ["member", "visitor", "contractor"],
        "longest_days": 14,
        "phone": True,
        "terms": ["house"],
    },
    "passwords": {"memory_mib": 8, "rounds": 1},
}


@dataclass
class Checker:
    """What the other side says, by family name (clear otherwise), and what it was asked. `down`: hangs up."""

    web: Web
    authority: Path
    says: dict[str, str] = field(default_factory=dict)
    down: bool = False
    asked: list[Json] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def answer(self, request: Request) -> tuple[int, dict[str, str], bytes] | None:
        told = json.loads(request.body)
        self.asked.append(told)
        self.meanwhile()
        if self.down:
            return None
        said = {"finding": self.says.get(told.get("familyName", ""), "clear"), "reference": f"case {len(self.asked)}"}
        return 200, JSON, json.dumps(said).encode()

    def settings(self, **more: Any) -> Json:
        url, authority = f"{self.web.url}/screen", str(self.authority)
        given = {"kind": "http", "id": "sanctions", "url": url, "secret": "checker", "certificate_authority": authority}
        return {**given, **more}


@contextmanager
def checking(tls: tuple[Identity, Identity]) -> Iterator[Checker]:
    """A checker that listens. The service that asks it must be closed first."""
    with serving(server_context(tls[1])) as web:
        checker = Checker(web, tls[0].certificate)
        web.answer = checker.answer
        yield checker


def settings_with_checkers(
    folder: Path, database: Mapping[str, str], *screening: Json, **changes: Any
) -> ServiceSettings:
    """Settings of a service with sites, terms and these checkers; `changes` are of `[accounts]`."""
    accounts = {**ACCOUNTS, "screening": list(screening), **changes}
    return settings_for(folder, database=dict(database), accounts=accounts)


def account_of(running: Running, user_id: str) -> AccountRow:
    with running.parts.store.read() as tx:
        found = account(tx, user_id)
    assert found is not None
    return found


def guest_of(running: Running, user_id: str) -> GuestRow:
    with running.parts.store.read() as tx:
        found = guest(tx, user_id)
    assert found is not None
    return found


def screenings_of(running: Running, user_id: str) -> list[ScreeningRow]:
    with running.parts.store.read() as tx:
        return list(screenings.screenings_of(tx, user_id))


def consents_of(running: Running, user_id: str) -> list[consents.ConsentRow]:
    with running.parts.store.read() as tx:
        return list(consents.consents_of(tx, user_id))
