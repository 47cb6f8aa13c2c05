"""Keys that people had before there was an inventory are in it, with what is registered on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from kiosk.service.keys.actions import find
from kiosk.service.keys.rules import Actor
from kiosk.service.store.credentials import credentials_of_key
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.keys import KeyState, Wanted
from kiosk.service.store.upgrade import downgrade, upgrade
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.keys.visits import JEAN, STAFF, Visit, key_like, user_of
from tests.kiosk.service.running import assembled, settings_for

pytestmark = pytest.mark.databases

PARTIES = [
    {"id": "staff", "name": "Staff", "rp_id": "a.example", "origin": "https://a.example"},
    {"id": "mail", "name": "Mail", "rp_id": "b.example", "origin": "https://b.example"},
]


def forget_the_inventory(tx: WriteTx) -> None:
    """As it was before: credentials know no key."""
    for statement in (
        "DELETE FROM keys",
        "UPDATE credentials SET key_id = '', activated_at = NULL",
    ):
        tx.connection.execute(text(statement))


def test_an_upgrade_takes_stock_of_what_people_have(tmp_path: Path, backend: dict[str, str]) -> None:
    with assembled(tmp_path, settings_for(tmp_path, database=backend, relying_parties=PARTIES)) as running:
        acme = Caller("acme-kiosk", frozenset(), "acme")
        Visit(running).enrolls(key_like(running), ("staff", "mail"), serial="ab12")
        Visit(running).enrolls(key_like(running), ("staff", "mail"))
        Visit(running, JEAN, acme).enrolls(key_like(running), ("staff", "mail"), serial="ab12")
        visit, key = Visit(running, JEAN), key_like(running)
        visit.completed(key, visit.begun(key, serial="unproved"))
        running.parts.store.write(forget_the_inventory)
        downgrade(running.parts.store, "0013")
        upgrade(running.parts.store)
        mine = find(running.parts, STAFF, Wanted("default")).keys
        assert sorted(each.serial for each in mine) == ["", "AB12"]
        assert {(each.state, each.user_id, each.reason) for each in mine} == {
            (KeyState.ISSUED, user_of(running), "known_before")
        }
        with running.parts.store.read() as tx:
            for each in mine:
                on_it = credentials_of_key(tx, each.id)
                assert {one.relying_party for one in on_it} == {"staff", "mail"}
                assert all(one.activated_at == one.proved_at for one in on_it)
        (theirs,) = find(running.parts, Actor("staff:eve", "acme"), Wanted("acme")).keys
        assert (theirs.serial, theirs.user_id) == ("AB12", user_of(running, JEAN))
