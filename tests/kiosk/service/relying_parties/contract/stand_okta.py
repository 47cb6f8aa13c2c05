"""Okta before its face, by API token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.faces.okta import OktaFace
from tests.kiosk.service.relying_parties.contract.stand import FaceStand


class OktaStand(FaceStand):
    """The org of the face."""

    NAME = "okta"
    FACE = OktaFace

    face: OktaFace

    def settings(self) -> Mapping[str, Any]:
        return {
            "kind": "okta",
            "url": self.face.url,
            "api_token": "okta",
            "certificate_authority": str(self.face.authority),
        }

    def secrets(self) -> Mapping[str, str]:
        return {"okta": self.face.api_token}


STAND = OktaStand
