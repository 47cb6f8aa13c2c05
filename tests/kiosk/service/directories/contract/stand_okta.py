"""Okta before its face, by API token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from kiosk.service.outbound import Outbound
from kiosk.service.tls import Identity
from tests.faces.okta import OktaFace
from tests.kiosk.service.directories.contract.stand import PEOPLE, SECRET, WRONG, Known, RemoteStand, made
from tests.kiosk.service.directories.door import Door, door


class OktaStand(RemoteStand):
    """The org of the face."""

    NAME = "okta"

    def __init__(self, face: OktaFace, way: Door, outbound: Outbound) -> None:
        self.face, self.way = face, way
        settings = {
            "kind": "okta",
            "id": "staff",
            "url": f"https://localhost:{way.port}",
            "api_token": "okta",
            "certificate_authority": str(face.authority),
            "timeout": 1,
            "fields": {"attribute:department": "department"},
        }
        self.directory, self.wrong = made(settings, outbound), made(settings, outbound, WRONG)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, tls: tuple[Identity, Identity]) -> Iterator[Self]:
        del tls  # the face has its own
        outbound = Outbound()
        try:
            with OktaFace(folder) as face, door(urlsplit(face.url).port or 0) as way:
                face.api_token = SECRET
                for known in PEOPLE:
                    _add(face, known)
                yield cls(face, way, outbound)
        finally:
            outbound.close()

    def disable(self, known: Known) -> None:
        self.face.user(known.upn).state = "SUSPENDED"

    def remove(self, known: Known) -> None:
        self.face.users.remove(self.face.user(known.upn).id)

    def down(self) -> AbstractContextManager[None]:
        return self.way.shut_for_now()

    def hanging(self) -> AbstractContextManager[None]:
        return self.way.hanging()


def _add(face: OktaFace, known: Known) -> None:
    face.add(
        known.upn,
        given_name=known.given_name,
        family_name=known.family_name,
        email=known.email,
        phone=known.phone,
        employee_id=known.employee_id,
        active=known.active,
        attributes={"department": known.department},
    )


STANDS = (OktaStand,)
