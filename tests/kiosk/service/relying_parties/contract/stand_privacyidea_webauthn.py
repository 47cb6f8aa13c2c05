"""A real privacyIDEA whose tokens are of the older type, for who says their name."""

from __future__ import annotations

from tests.kiosk.service.relying_parties.contract.stand_privacyidea import PrivacyIdeaStand


class PrivacyIdeaWebAuthnStand(PrivacyIdeaStand):
    """The same server."""

    NAME = "privacyidea_webauthn"
    TYPE = "webauthn"


STAND = PrivacyIdeaWebAuthnStand
