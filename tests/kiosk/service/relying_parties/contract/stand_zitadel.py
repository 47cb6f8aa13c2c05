"""Zitadel before its face, by personal access token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.faces.zitadel import ZitadelFace
from tests.kiosk.service.relying_parties.contract.stand import FaceStand


class ZitadelStand(FaceStand):
    """The instance of the face."""

    NAME = "zitadel"
    FACE = ZitadelFace

    face: ZitadelFace

    def settings(self) -> Mapping[str, Any]:
        return {
            "kind": "zitadel",
            "url": self.face.url,
            "token": "zitadel",
            "organization": self.face.org,
            "domain": "localhost",
            "origin": self.face.url,
            "certificate_authority": str(self.face.authority),
        }

    def secrets(self) -> Mapping[str, str]:
        return {"zitadel": self.face.token}


STAND = ZitadelStand
