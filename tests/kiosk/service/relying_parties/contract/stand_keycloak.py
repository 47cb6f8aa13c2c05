"""Keycloak before its face: the service verifies, and imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tests.faces import frame
from tests.faces.keycloak import KeycloakFace
from tests.kiosk.service.relying_parties.contract.stand import FaceStand


class KeycloakStand(FaceStand):
    """The realm of the face."""

    NAME = "keycloak"
    FACE = KeycloakFace
    TELLS_OPTIONS = False
    TROUBLE: ClassVar[Mapping[str, str]] = {"begin": frame.SEARCH}

    face: KeycloakFace

    def settings(self) -> Mapping[str, Any]:
        return {
            "kind": "keycloak",
            "url": self.face.url,
            "realm": self.face.realm_name,
            "client_id": self.face.client.id,
            "client_secret": "keycloak",
            "certificate_authority": str(self.face.authority),
        }

    def secrets(self) -> Mapping[str, str]:
        return {"keycloak": self.face.client.secret}


STAND = KeycloakStand
