"""Microsoft Entra ID before its face, by secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.faces.entra import EntraFace
from tests.kiosk.service.relying_parties.contract.stand import FaceStand


class EntraStand(FaceStand):
    """The tenant of the face, by v1.0."""

    NAME = "entra"
    FACE = EntraFace
    VERSION = "v1.0"

    face: EntraFace

    def settings(self) -> Mapping[str, Any]:
        return {
            "kind": "entra",
            "tenant": self.face.tenant,
            "client_id": self.face.client.id,
            "client_secret": "entra",
            "graph": self.face.url,
            "login": self.face.url,
            "certificate_authority": str(self.face.authority),
            "version": self.VERSION,
        }

    def secrets(self) -> Mapping[str, str]:
        return {"entra": self.face.client.secret}


STAND = EntraStand
