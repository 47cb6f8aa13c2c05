"""The real scim2-server, asked in the address and in the body, and a server that knows few filters."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

import pytest

from kiosk.service.directories.connector import Directory
from kiosk.service.outbound import Call, Outbound
from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.directories.contract.stand import PEOPLE, SECRET, WRONG, Known, RemoteStand, made
from tests.kiosk.service.directories.door import Door, door
from tests.kiosk.service.directories.scim_server import CORE, ENTERPRISE, Answer, real, scim
from tests.kiosk.service.faces import Request


class ScimStand(RemoteStand):
    """scim2-server, asked by GET."""

    NAME = "scim"
    MARKS = (pytest.mark.scim,)
    BY_POST: ClassVar[bool] = False

    def __init__(self, base: str, way: Door, authority: Path, outbound: Outbound) -> None:
        self.base, self.way, self.authority, self.outbound = base, way, authority, outbound
        settings = {
            "kind": "scim",
            "id": "staff",
            "url": base,
            "token": "scim",
            "search_by_post": self.BY_POST,
            "certificate_authority": str(authority),
            "timeout": 2,
            "fields": {"attribute:department": f"{ENTERPRISE}:department"},
        }
        self._settings = settings
        self.directory = made(settings, outbound)
        self.wrong = made(settings, outbound, WRONG)
        self.ids = {known: self._send("POST", "Users", resource(known))["id"] for known in PEOPLE}

    @classmethod
    def server(cls) -> Callable[[Request], Answer]:
        """What answers."""
        return real(SECRET)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, tls: tuple[Identity, Identity]) -> Iterator[Self]:
        del folder
        outbound = Outbound()
        with scim(server_context(tls[1]), cls.server()) as web, door(urlsplit(web.url).port or 0) as way:
            try:
                yield cls(f"https://localhost:{way.port}/v2", way, tls[0].certificate, outbound)
            finally:
                outbound.close()

    def made_anew(self, outbound: Outbound) -> Directory:
        """The directory without a connection."""
        return made(self._settings, outbound)

    def disable(self, known: Known) -> None:
        self._send("PUT", f"Users/{self.ids[known]}", {**resource(known), "active": False})

    def remove(self, known: Known) -> None:
        self._send("DELETE", f"Users/{self.ids[known]}")

    def down(self) -> AbstractContextManager[None]:
        return self.way.shut_for_now()

    def hanging(self) -> AbstractContextManager[None]:
        return self.way.hanging()

    def _send(self, method: str, path: str, document: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/scim+json"}
        body = None if document is None else json.dumps(document).encode()
        call = Call(method, f"{self.base}/{path}", headers=headers, body=body, authority=self.authority)
        reply = self.outbound.call(call)
        assert reply.status in (200, 201, 204), reply
        return reply.json() if reply.body else {}


class ScimByPostStand(ScimStand):
    """scim2-server, asked by POST: nothing that people typed is in an address."""

    NAME = "scim_by_post"
    BY_POST = True


def resource(known: Known) -> dict[str, Any]:
    """Somebody as SCIM tells of them."""
    return {
        "schemas": [CORE, ENTERPRISE],
        "userName": known.upn,
        "active": known.active,
        "name": {"givenName": known.given_name, "familyName": known.family_name},
        "emails": [{"value": known.email, "primary": True, "type": "work"}],
        "phoneNumbers": [{"value": known.phone, "type": "mobile"}],
        ENTERPRISE: {"employeeNumber": known.employee_id, "department": known.department},
    }


STANDS = (ScimStand, ScimByPostStand)
