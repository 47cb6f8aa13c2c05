"""Microsoft Entra ID before its face, by secret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from kiosk.service.outbound import Outbound
from kiosk.service.tls import Identity
from tests.faces.entra import EntraFace
from tests.kiosk.service.directories.contract.stand import PEOPLE, SECRET, WRONG, Known, RemoteStand, made
from tests.kiosk.service.directories.door import Door, door


class EntraStand(RemoteStand):
    """The tenant of the face."""

    NAME = "entra"

    def __init__(self, face: EntraFace, way: Door, outbound: Outbound) -> None:
        self.face, self.way = face, way
        settings = {
            "kind": "entra",
            "id": "staff",
            "tenant": face.tenant,
            "client_id": face.client.id,
            "client_secret": "entra",
            "graph": f"https://localhost:{way.port}",
            "login": f"https://localhost:{way.port}",
            "certificate_authority": str(face.authority),
            "timeout": 1,
            "fields": {"attribute:department": "extensionAttribute1"},
        }
        self.directory, self.wrong = made(settings, outbound), made(settings, outbound, WRONG)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, tls: tuple[Identity, Identity]) -> Iterator[Self]:
        del tls  # the face has its own
        outbound = Outbound()
        try:
            with EntraFace(folder) as face, door(urlsplit(face.url).port or 0) as way:
                face.client.secret = SECRET
                face.scopes.add(f"https://localhost:{way.port}/.default")
                for known in PEOPLE:
                    _add(face, known)
                yield cls(face, way, outbound)
        finally:
            outbound.close()

    def disable(self, known: Known) -> None:
        self.face.user(known.upn).active = False

    def remove(self, known: Known) -> None:
        self.face.users.remove(self.face.user(known.upn).id)

    def down(self) -> AbstractContextManager[None]:
        return self.way.shut_for_now()

    def hanging(self) -> AbstractContextManager[None]:
        return self.way.hanging()


def _add(face: EntraFace, known: Known) -> None:
    face.add(
        known.upn,
        given_name=known.given_name,
        family_name=known.family_name,
        email=known.email,
        phone=known.phone,
        employee_id=known.employee_id,
        active=known.active,
        attributes={"extensionAttribute1": known.department},
    )


STANDS = (EntraStand,)
