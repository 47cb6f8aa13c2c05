"""OpenLDAP as it is, and with people as Active Directory keeps them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from kiosk.service.directories.connector import Directory
from kiosk.service.outbound import Outbound
from kiosk.service.tls import Identity
from tests.kiosk.service.directories.contract.stand import PEOPLE, WRONG, Known, RemoteStand, made
from tests.kiosk.service.directories.door import Door, door
from tests.kiosk.service.directories.slapd import BASE, PASSWORD, READER, Slapd, slapd


class OpenLdapStand(RemoteStand):
    """The preset `openldap`, over LDAPS."""

    NAME = "openldap"
    MARKS = (pytest.mark.ldap,)
    SCHEME: ClassVar[str] = "ldaps"
    SIZE: ClassVar[int] = 100
    """The most entries that the server gives away."""

    def __init__(self, server: Slapd, way: Door, settings: dict[str, Any], outbound: Outbound) -> None:
        self.server, self.way, self._settings = server, way, settings
        self.directory = made(settings, outbound, PASSWORD)
        self.wrong = made(settings, outbound, WRONG)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, tls: tuple[Identity, Identity]) -> Iterator[Self]:
        authority, identity = tls
        people = [cls.attributes(number, known) for number, known in enumerate(PEOPLE)]
        with ExitStack() as stack:
            server = stack.enter_context(slapd(folder, identity, authority.certificate, people, cls.SIZE))
            way = stack.enter_context(door(server.tls if cls.SCHEME == "ldaps" else server.plain))
            settings = {
                "kind": "ldap",
                "id": "staff",
                "servers": [f"{cls.SCHEME}://localhost:{way.port}"],
                "bind_dn": READER,
                "password": "ldap",
                "base": BASE,
                "certificate_authority": str(authority.certificate),
                "timeout": 1,
                "fields": {"attribute:department": "departmentNumber"},
                **cls.more(),
            }
            stand = cls(server, way, settings, Outbound())
            try:
                yield stand
            finally:
                stand.directory.close()
                stand.wrong.close()

    @classmethod
    def more(cls) -> dict[str, Any]:
        """What the preset needs."""
        return {"preset": "openldap", "disabled_attribute": "employeeType"}

    @classmethod
    def attributes(cls, number: int, known: Known) -> dict[str, Any]:
        """Somebody as the server keeps them."""
        del number
        return {**_common(known), "uid": known.upn, "employeeNumber": known.employee_id} | (
            {} if known.active else {"employeeType": "Disabled"}
        )

    def made_anew(self, outbound: Outbound) -> Directory:
        """The directory without a connection."""
        return made(self._settings, outbound, PASSWORD)

    def disable(self, known: Known) -> None:
        self.server.change(PEOPLE.index(known), {"employeeType": "disabled"})

    def remove(self, known: Known) -> None:
        self.server.delete(PEOPLE.index(known))

    def down(self) -> AbstractContextManager[None]:
        return self.way.shut_for_now()

    def hanging(self) -> AbstractContextManager[None]:
        return self.way.hanging()


class ActiveDirectoryStand(OpenLdapStand):
    """The preset `active_directory`, over StartTLS."""

    NAME = "active_directory"
    SCHEME = "ldap"

    @classmethod
    def more(cls) -> dict[str, Any]:
        return {"preset": "active_directory"}

    @classmethod
    def attributes(cls, number: int, known: Known) -> dict[str, Any]:
        return {
            **_common(known),
            "userPrincipalName": known.upn,
            "employeeID": known.employee_id,
            "objectCategory": "person",
            "objectGUID": uuid.UUID(int=(number + 1) << 64).bytes_le,
            "userAccountControl": "512" if known.active else "514",
        }

    def disable(self, known: Known) -> None:
        self.server.change(PEOPLE.index(known), {"userAccountControl": "66050"})


def _common(known: Known) -> dict[str, Any]:
    return {
        "givenName": known.given_name,
        "sn": known.family_name,
        "mail": known.email,
        "mobile": known.phone,
        "departmentNumber": known.department,
    }


STANDS = (OpenLdapStand, ActiveDirectoryStand)
