"""Accounts for tests of the API: the settings of a tenant with two sites, and somebody who has signed in there."""

from __future__ import annotations

from typing import Any, Final

from kiosk.service.accounts.people import NewPerson, create
from kiosk.service.accounts.rules import AccountState
from kiosk.service.accounts.sessions import begin_session
from kiosk.service.store.engine import WriteTx
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.running import Running

ACCOUNTS: Final[dict[str, Any]] = {
    "sites": [
        {
            "id": "main",
            "name": "Head office",
            "attributes": {"department": {"labels": {"en": "Department"}}},
            "terms": ["privacy"],
        },
        {"id": "branch", "name": "Branch office"},
    ],
    "terms": [{"id": "privacy", "version": "1", "titles": {"en": "Privacy"}, "texts": {"en": "We keep your name."}}],
    "passwords": {"memory_mib": 8, "rounds": 1},
    "kiosk": {"site": "main", "forms": ["member", "visitor"], "terms": ["privacy"]},
    "requests_per_minute": 1_000_000,
}


def signed_in(running: Running) -> str:
    """The session token of somebody at the main site."""
    person = NewPerson("default", "main", "api@example.org", "api@example.org", state=AccountState.ACTIVE)

    def work(tx: WriteTx) -> str:
        user_id = create(tx, running.parts, person)
        caller = Caller("client-test", frozenset(), "default", frozenset({"main"}))
        return begin_session(tx, running.parts, caller, "main", user_id, "password").token

    return running.parts.store.write(work)
