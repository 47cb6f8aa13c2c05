"""FusionAuth before its face."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.faces.fusionauth import FusionAuthFace
from tests.kiosk.service.relying_parties.contract.stand import FaceStand


class FusionAuthStand(FaceStand):
    """The tenant of the face."""

    NAME = "fusionauth"
    FACE = FusionAuthFace
    RENEWS = False

    face: FusionAuthFace

    def settings(self) -> Mapping[str, Any]:
        return {
            "kind": "fusionauth",
            "url": self.face.url,
            "api_key": "fusionauth",
            "tenant": self.face.tenant,
            "certificate_authority": str(self.face.authority),
        }

    def secrets(self) -> Mapping[str, str]:
        return {"fusionauth": self.face.api_key}


STAND = FusionAuthStand
