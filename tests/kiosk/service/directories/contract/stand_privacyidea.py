"""A real privacyIDEA as a directory, whose people are rows of a table that a resolver of their own reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest

from kiosk.service.outbound import Outbound
from kiosk.service.tls import Identity
from tests.kiosk.service.directories.contract.stand import PEOPLE, WRONG, Known, RemoteStand, made
from tests.kiosk.service.directories.door import Door, door
from tests.privacyidea.server import KIOSK, PrivacyIdea, shared

REALM = "contract"
_MAP = {
    "userid": "id",
    "username": "login",
    "email": "mail",
    "mobile": "mobile",
    "givenname": "first",
    "surname": "last",
    "employeenumber": "number",
    "department": "department",
}


class PrivacyIdeaStand(RemoteStand):
    """A realm of its own on the server that all tests share. Nobody can be disabled in it."""

    NAME = "privacyidea"
    MARKS = (pytest.mark.privacyidea,)
    DISABLES = False

    def __init__(self, table: Path, server: PrivacyIdea, way: Door, outbound: Outbound) -> None:
        self.table, self.way = table, way
        settings = {
            "kind": "privacyidea",
            "id": "staff",
            "url": f"https://localhost:{way.port}",
            "realm": REALM,
            "user": KIOSK[0],
            "password": "pi-password",
            "certificate_authority": str(server.authority),
            "timeout": 3,
            "fields": {"employee_id": "employeenumber", "attribute:department": "department"},
        }
        self.directory, self.wrong = made(settings, outbound, KIOSK[1]), made(settings, outbound, WRONG)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, tls: tuple[Identity, Identity]) -> Iterator[Self]:
        del folder, tls  # the server has its own
        server, outbound = shared(), Outbound()
        table = server.folder / "contract.sqlite"
        _fill(table)
        server.add_realm(REALM, table, _MAP)
        try:
            with door(urlsplit(server.url).port or 0) as way:
                yield cls(table, server, way, outbound)
        finally:
            outbound.close()

    def disable(self, known: Known) -> None:
        raise AssertionError("nobody can be disabled")

    def remove(self, known: Known) -> None:
        with closing(sqlite3.connect(self.table)) as database, database:
            database.execute("delete from users where login = ?", (known.upn,))

    def down(self) -> AbstractContextManager[None]:
        return self.way.shut_for_now()

    def hanging(self) -> AbstractContextManager[None]:
        return self.way.hanging()


def _fill(table: Path) -> None:
    """Everybody who may sign in."""
    rows = [
        (each.upn, each.email, each.phone, each.given_name, each.family_name, each.employee_id, each.department)
        for each in PEOPLE
        if each.active
    ]
    with closing(sqlite3.connect(table)) as database, database:
        database.execute(
            "create table if not exists users (id integer primary key, login text, mail text, mobile text, first text,"
            " last text, number text, department text)"
        )
        database.execute("delete from users")
        columns = "login, mail, mobile, first, last, number, department"
        database.executemany(f"insert into users ({columns}) values (?, ?, ?, ?, ?, ?, ?)", rows)


STANDS = (PrivacyIdeaStand,)
