"""PingOne MFA before its face."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.faces.pingone import PingOneFace
from tests.kiosk.service.relying_parties.contract.stand import FaceStand


class PingOneStand(FaceStand):
    """The environment of the face."""

    NAME = "pingone"
    FACE = PingOneFace

    face: PingOneFace

    def settings(self) -> Mapping[str, Any]:
        return {
            "kind": "pingone",
            "environment_id": self.face.environment,
            "client_id": self.face.client.id,
            "client_secret": "pingone",
            "api": self.face.url,
            "auth": self.face.url,
            "rp_id": "localhost",
            "origin": self.face.url,
            "policy_id": self.face.device_policy,
            "certificate_authority": str(self.face.authority),
        }

    def secrets(self) -> Mapping[str, str]:
        return {"pingone": self.face.client.secret}


STAND = PingOneStand
